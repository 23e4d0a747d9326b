"""A plug-in enters; what it breaks of its contract leaves. For the tests of whoever writes one.

    from builder.contracts import check_annotator
    check_annotator(build, {}, schema)

Nothing is stored or sent; each annotator is also asked in two fresh Python processes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder import elsewhere
from builder.annotators.answers import checked, reason_of
from builder.errors import Rejected, UsageError
from builder.model import Prediction, Sentence
from builder.ports import Annotator
from builder.reading import Kind
from builder.schema import LabelSchema
from builder.text.graphemes import is_edge

Build = Callable[[Mapping[str, str], LabelSchema], Annotator]
_STRANGE_OPTION = {"no such option": "at all"}
_ZH = "国家主席习近平7月4日上午在阿斯塔纳出席上海合作组织成员国元首理事会第二十四次会议，约1000人参加。"
_EN = 'President Xi Jinping said on Thursday, "More than 500 companies came to the World AI Conference (WAIC)."'
TEXTS = (
    _ZH,
    _EN,
    "《上海宣言》说：“构建‘上海精神’。”",
    " ",
    "\x00",
    "x\x00中国\x00",
    "\ud800",
    "北京\udfff大学 Tom \ud83d",
    "cafe\u0301 Zoe\u0308 北\u0301京大学\u0301",
    "قال الرئيس محمد في القاهرة إن 500 شركة جاءت.",
    "\u202eTom Smith\u202c 在\u200f上海",
    "👩‍👩‍👧👍🏽🇨🇳上海🇺🇸🇨 Paris👍🏽",
    "𠮷野家在上海𠀀",
    "\r\n上海\r\n",
    "'’“”《》()（）。，" * 9,
    "国家主席习近平在上海说，" * 400 + "President Xi Jinping said " * 200,
    "a" * 100_000,
)
"""Ordinary and hostile sentences: of nothing, of marks, of halves of characters, of both directions, and very long."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A clause of the contract that does not hold, and how that was seen."""

    clause: str
    seen: str


def sample_sentences(texts: Sequence[str] = TEXTS) -> list[Sentence]:
    """Make sentences of texts, each in Chinese and in English."""
    pairs = [(text, language) for text in texts for language in ("zh", "en")]
    return [
        Sentence(f"s{number}", "d", number, 0, len(text), Kind.BODY, language, text)
        for number, (text, language) in enumerate(pairs)
    ]


def check_annotator(
    build: Build,
    options: Mapping[str, str],
    schema: LabelSchema,
    sentences: Sequence[Sentence] | None = None,
    other_options: Sequence[Mapping[str, str]] = (),
) -> None:
    """Hold an annotator to its contract, over these sentences or a hostile set.

    Each of `other_options` must give it another fingerprint.

    Raises:
        AssertionError: it lists every clause that does not hold.
    """
    found = annotator_breaches(build, options, schema, sentences, other_options)
    if found:
        raise AssertionError("\n".join(f"{breach.clause}: {breach.seen}" for breach in found))


def annotator_breaches(
    build: Build,
    options: Mapping[str, str],
    schema: LabelSchema,
    sentences: Sequence[Sentence] | None = None,
    other_options: Sequence[Mapping[str, str]] = (),
) -> list[Breach]:
    """List what an annotator breaks of its contract; one that cannot be built, or answers nothing fit, only that."""
    batch = list(sample_sentences() if sentences is None else sentences)
    try:
        annotator = build(given := dict(options), schema)
        before = annotator.fingerprint
        first = checked(annotator.propose(list(batch)), batch, f"{annotator.name}@{before}", schema)
    except Rejected as error:
        return [Breach("fit answers", f"{error.code}: {error}")]
    except Exception as error:
        return [Breach("answers", reason_of(error))]
    changed = [Breach("leaves its input alone", "the options changed")] if given != dict(options) else []
    return [
        *changed,
        *_of_places(first, batch),
        *_of_purity(annotator, batch, first),
        *_of_fingerprints(build, options, schema, annotator, before, other_options),
        *_of_strangers(build, options, schema, batch),
        *_of_processes(build, options, schema, annotator, batch, first),
    ]


def _answered(
    build: Build, options: Mapping[str, str], schema: LabelSchema, annotator: Annotator, batch: Sequence[Sentence]
) -> tuple[str, Sequence[Prediction], Sequence[Prediction]]:
    """Ask an annotator that travelled, and one that is built here."""
    copied, made = annotator.propose(batch), build(options, schema)
    return made.fingerprint, copied, made.propose(batch)


def _of_places(predictions: Sequence[Prediction], sentences: Sequence[Sentence]) -> Iterator[Breach]:
    for prediction, sentence in zip(predictions, sentences, strict=True):
        for entity in prediction.entities or ():
            start, end = entity.span.start, entity.span.end
            if not is_edge(sentence.text, start) or not is_edge(sentence.text, end):
                yield Breach("whole characters", f"[{start}, {end}) parts a character of {sentence.text[:40]!r}")
                return


def _of_purity(annotator: Annotator, batch: Sequence[Sentence], first: Sequence[Prediction]) -> Iterator[Breach]:
    """Ask again: the same, in another order, one by one, nobody; nothing that was given may change."""
    given = list(batch)
    if annotator.propose(given) != first:
        yield Breach("pure", "asked twice, it answers otherwise")
    if given != batch:
        yield Breach("leaves its input alone", "the list of sentences changed")
    if [one for sentence in batch for one in annotator.propose([sentence])] != first:
        yield Breach("judges a sentence alone", "asked one by one, it answers otherwise")
    order = random.Random(0).sample(range(len(batch)), len(batch))
    if annotator.propose([batch[n] for n in order]) != [first[n] for n in order]:
        yield Breach("keeps the order", "asked in another order, it answers otherwise")
    if annotator.propose([]) != []:
        yield Breach("empty batch", "asked about nothing, it answers something")


def _of_fingerprints(
    build: Build,
    options: Mapping[str, str],
    schema: LabelSchema,
    annotator: Annotator,
    before: str,
    others: Sequence[Mapping[str, str]],
) -> Iterator[Breach]:
    if {before, annotator.fingerprint, build(dict(options), schema).fingerprint} != {before}:
        yield Breach("lasting fingerprint", "it changed, though neither code nor options did")
    for other in others:
        if build(dict(other), schema).fingerprint == before:
            yield Breach("telling fingerprint", f"it is the same with {other}")


def _of_strangers(
    build: Build, options: Mapping[str, str], schema: LabelSchema, batch: Sequence[Sentence]
) -> Iterator[Breach]:
    """Try a schema of which it knows no label, and an option that nothing has."""
    try:
        made = build(dict(options), foreign(schema)).propose(list(batch))
        if any((one.entities, one.label) != (None, None) for one in made):
            yield Breach("abstains under a foreign schema", "it proposes something, or says that it looked")
    except UsageError:
        pass  # It names what it needs: it cannot be used wrongly.
    except Exception as error:
        yield Breach("abstains under a foreign schema", reason_of(error))
    try:
        build({**options, **_STRANGE_OPTION}, schema)
        yield Breach("refuses unknown options", f"{_STRANGE_OPTION} is taken")
    except UsageError:
        pass  # As it should.
    except Exception as error:
        yield Breach("refuses unknown options", f"with {reason_of(error)}, not UsageError")


def _of_processes(
    build: Build,
    options: Mapping[str, str],
    schema: LabelSchema,
    annotator: Annotator,
    batch: Sequence[Sentence],
    first: Sequence[Prediction],
) -> Iterator[Breach]:
    """Send it to fresh processes in which sets and dictionaries are ordered otherwise, and build it there anew."""
    try:
        question = elsewhere.pickled(_answered, build, dict(options), schema, annotator, list(batch))
    except Exception as error:
        yield Breach("travels", reason_of(error))
        return
    for seed in ("1", "2"):
        try:
            fingerprint, copied, made = elsewhere.asked(question, seed)
        except elsewhere.Unanswered as error:
            yield Breach("travels", str(error))
            return
        if fingerprint != annotator.fingerprint:
            yield Breach("lasting fingerprint", "it is another in another process")
        if copied != first or made != first:
            yield Breach("deterministic across processes", f"with PYTHONHASHSEED={seed} it answers otherwise")


def foreign(schema: LabelSchema) -> LabelSchema:
    """Make a schema of the same shape whose every label is another."""
    strange = [
        spec.model_copy(update={"name": f"foreign{number}"})
        for number, spec in enumerate((*schema.entity, *schema.sentence))
    ]
    entities = len(schema.entity)
    return schema.model_copy(update={"entity": tuple(strange[:entities]), "sentence": tuple(strange[entities:])})
