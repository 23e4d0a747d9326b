"""Sentences and predictions become Label Studio tasks, and answers come back as ours.

Pure: no network, no store. The one place that knows how Label Studio says things. Its `<Text>` counts Unicode
code points (measured on 1.23.2), as we do; every region is still checked against the text it claims to cover.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Rejected
from builder.model import Prediction, Sentence, Span, stable_id, text_digest
from builder.reviewing import Answer
from builder.schema import LabelSchema
from builder.studio.asides import asides
from builder.text.graphemes import snapped

ENTITY, LABEL, COMMENT, TEXT = "entity", "label", "comment", "text"
"""Names of the controls on the review page, and of the text they speak of."""

KEY, BATCH = "builder_key", "builder_batch"
"""Our keys in a task's data: the id of its sentence (of several, with blanks between) and the push batch."""

_SHOWN = "builder_shown"
"""Our key in a task's data that names all that people see of it, so that an edit of it shows."""

SHOWN_VERSION = "builder"
"""Label Studio shows only the predictions of a project's own model version, so all of ours carry one.

Who proposed what, and with which version, is known in the store.
"""

Control = tuple[str, str, str]
"""A control's name, the name of the text it speaks of, and the type of its regions."""

_CONTROLS = frozenset({(ENTITY, TEXT, "labels"), (LABEL, TEXT, "choices"), (COMMENT, TEXT, "textarea")})

_QUOTED = 24
"""Characters of a flagged place that are shown."""

# Label Studio stores these and then cannot give them back: one lone surrogate spoils a whole project's export.
_POISON = re.compile("[\x00\ud800-\udfff]")

# These turn what stands around them, so that a title or a file's name would read as another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence and what stands around it on the page."""

    sentence: Sentence
    title: str
    before: str
    after: str
    source: str
    document_flags: tuple[str, ...] = ()


def task_of(passage: Passage, prediction: Prediction, schema: LabelSchema, batch: str) -> dict[str, Any]:
    """Make one task with its prediction; without an annotator it is nobody's, and the task has none.

    Raises:
        Rejected: the text or the prediction would poison the server.
    """
    sentence = passage.sentence
    check_sendable(sentence, prediction, schema)
    offered = [offer_of([prediction], regions(prediction, sentence.text))] if prediction.annotator else []
    data = named(page_of(passage), [sentence], batch, schema) | asides([sentence], [prediction])
    return {"data": data, "predictions": offered}


def page_of(passage: Passage) -> dict[str, Any]:
    """Say all that people see of a sentence and its surroundings."""
    sentence = passage.sentence
    place = f"{sentence.kind} {sentence.number + 1}"
    return {
        TEXT: sentence.text,
        "title": shown(passage.title),
        "before": shown(passage.before),
        "after": shown(passage.after),
        "origin": shown(" · ".join((passage.source, place, *flags_of(sentence), *passage.document_flags))),
        "flags": shown(", ".join(sentence.flag_names)),
    }


def named(data: Mapping[str, Any], sentences: Iterable[Sentence], batch: str, schema: LabelSchema) -> dict[str, Any]:
    """Add our keys to what a task shows of sentences."""
    return {
        **data,
        KEY: " ".join(sentence.id for sentence in sentences),
        BATCH: batch,
        "builder_text_sha256": shown_digest(data),
        "builder_schema": schema.digest,
        _SHOWN: stable_id(data),
    }


def offer_of(predictions: Iterable[Prediction], result: Sequence[Any]) -> dict[str, Any]:
    """Make the one prediction of a task from those of its sentences and the regions that say them."""
    return {"model_version": SHOWN_VERSION, "score": score_of(predictions), "result": result}


def check_sendable(sentence: Sentence, prediction: Prediction, schema: LabelSchema) -> None:
    """Let pass what may be sent.

    Raises:
        Rejected: the text or the prediction would poison the server.
    """
    check_text(sentence.text)
    label = prediction.label.name if prediction.label else None
    answer = Answer(tuple(entity.span for entity in prediction.entities or ()), label)
    if problem := schema.problem(answer, sentence.text):
        raise Rejected(f"the prediction of {prediction.annotator} does not fit: {problem}", "E_PREDICTION")


def check_text(text: str) -> None:
    """Let pass a text that the server can give back.

    Raises:
        Rejected: it cannot.
    """
    if is_poisoned(text):
        raise Rejected("the text holds a NUL or half a surrogate pair", "E_TEXT")


def is_poisoned(text: str) -> bool:
    """Whether the server could not give this text back."""
    return _POISON.search(text) is not None


def sentences_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the sentences that a task shows; none if it is not ours."""
    return tuple(str(data.get(KEY, "")).split())


def was_edited(data: Mapping[str, Any], digest: str) -> bool:
    """Whether somebody changed what a task shows since it was sent; its text had this digest."""
    rest = {key: value for key, value in data.items() if not key.startswith("builder_")}
    return shown_digest(data) != digest or data.get(_SHOWN, stable_id(rest)) != stable_id(rest)


def shown_digest(data: Mapping[str, Any]) -> str:
    """Name the text that a task shows, whatever its other keys say of it."""
    text = data.get(TEXT)
    return text_digest(text if isinstance(text, str) else "")


def flags_of(sentence: Sentence) -> Iterator[str]:
    """Say each flag, and the characters it stands at where these are not all or none."""
    for name in sentence.flag_names:
        texts = [sentence.text[f.start : f.end] for f in sentence.flags if f.name == name]
        quoted = [f"“{text[:_QUOTED]}”" for text in dict.fromkeys(texts) if text != sentence.text]
        yield " ".join((name, *quoted))


def regions(prediction: Prediction, text: str) -> list[dict[str, Any]]:
    """Say a prediction as Label Studio regions."""
    found = [
        {**entity_region(entity.span, text), "id": f"e{number}", "score": entity.score}
        for number, entity in enumerate(prediction.entities or ())
    ]
    if prediction.label:
        found.append({**label_region(prediction.label.name), "id": "label", "score": prediction.label.score})
    return found


def result_of(answer: Answer, text: str) -> list[dict[str, Any]]:
    """Say a person's answer as Label Studio regions."""
    found = [{**entity_region(span, text), "id": f"e{number}"} for number, span in enumerate(answer.entities)]
    return [*found, {**label_region(answer.label), "id": "label"}] if answer.label else found


def entity_region(span: Span, text: str) -> dict[str, Any]:
    """Say one span; the covered text rides along so that a shift shows."""
    value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]}
    return {"from_name": ENTITY, "to_name": TEXT, "type": "labels", "value": value}


def label_region(name: str) -> dict[str, Any]:
    """Say a sentence label."""
    return {"from_name": LABEL, "to_name": TEXT, "type": "choices", "value": {"choices": [name]}}


def answer_of(result: Sequence[Any], text: str) -> Answer:
    """Read a person's answer; equal regions are merged, and a comment is no part of it.

    White space at the edges of a span is left out: dragging over text catches it, and no token ever covers it. A span
    that cuts what a reader sees as one character takes all of it. The answer itself stays verbatim in the journal.

    Raises:
        Rejected: a region is not one of ours, or does not cover the text it claims.
    """
    spans: set[Span] = set()
    labels: list[str] = []
    for control, region in regions_of(result, _CONTROLS):
        if control == ENTITY:
            spans.add(_span(region, text))
        elif control == LABEL:
            labels.extend(names_of(region, "choices"))
    if len(set(labels)) > 1:
        raise Rejected(f"several sentence labels: {', '.join(sorted(set(labels)))}", "E_LABELS")
    return Answer(tuple(sorted(spans)), labels[0] if labels else None)


def labels_named(result: Sequence[Any]) -> frozenset[str]:
    """Name every label that an answer's regions hold, sound or not."""
    values = [region["value"] for region in result if isinstance(region, Mapping) and "value" in region]
    found = [value.get(kind) for value in values if isinstance(value, Mapping) for kind in ("labels", "choices")]
    return frozenset(name for listed in found if isinstance(listed, list) for name in listed if isinstance(name, str))


def regions_of(result: Sequence[Any], controls: Collection[Control]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each region's control and value.

    Raises:
        Rejected: it is no region, or of none of these controls.
    """
    for region in result:
        if not isinstance(region, Mapping) or not isinstance(region.get("value"), Mapping):
            raise Rejected(f"not a region: {region!r:.80}", "E_REGION")
        names = (region.get("from_name"), region.get("to_name"), region.get("type"))
        if not all(isinstance(name, str) for name in names) or names not in controls:
            raise Rejected(f"a region of an unknown control: {names}", "E_REGION")
        yield str(names[0]), region["value"]


def place_of(value: Mapping[str, Any], text: str) -> tuple[int, int]:
    """Give the characters that a region covers.

    Raises:
        Rejected: these are not the ones it claims to cover.
    """
    start, end, claimed = value.get("start"), value.get("end"), value.get("text")
    if type(start) is not int or type(end) is not int:
        raise Rejected(f"offsets are not whole numbers: {start!r}, {end!r}", "E_OFFSET")
    # Of a span whose edge was dragged behind a tab, Label Studio 1.23.2 sends right offsets and an empty text.
    if not 0 <= start < end <= len(text) or claimed not in (text[start:end], ""):
        raise Rejected(f"span [{start}, {end}) covers {text[start:end]!r}, not {claimed!r}", "E_OFFSET")
    return start, end


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the white space at the edges of a place."""
    covered = text[start:end]
    return start + len(covered) - len(covered.lstrip()), end - len(covered) + len(covered.rstrip())


def entity_label(value: Mapping[str, Any]) -> str:
    """Give the one label of an entity's region.

    Raises:
        Rejected: it has none, or several.
    """
    labels = names_of(value, "labels")
    if len(labels) != 1:
        raise Rejected(f"a span with {len(labels)} labels", "E_LABELS")
    return labels[0]


def names_of(value: Mapping[str, Any], key: str) -> list[str]:
    """Give the labels or choices of a region.

    Raises:
        Rejected: it has no list of them.
    """
    found = value.get(key)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise Rejected(f"a region without {key}", "E_REGION")
    return found


def _span(value: Mapping[str, Any], text: str) -> Span:
    label = entity_label(value)
    start, end = trimmed(text, *place_of(value, text))
    if end <= start:
        raise Rejected("an empty span", "E_OFFSET")
    return Span(*snapped(text, start, end), label)


def score_of(predictions: Iterable[Prediction]) -> float:
    """Give predictions one number: the mean of their scores."""
    scores: list[float] = []
    for prediction in predictions:
        scores += [entity.score for entity in prediction.entities or ()]
        scores += [prediction.label.score] if prediction.label else []
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def shown(text: str) -> str:
    """Show surroundings: never empty, and without what the server cannot give back or what turns their direction."""
    return _TURNING.sub("\ufffd", _POISON.sub("\ufffd", text)) or "—"
