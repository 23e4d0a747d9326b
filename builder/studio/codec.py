"""Sentences and predictions become Label Studio tasks, and answers come back as ours.

Pure: no network, no store. The one place that knows how Label Studio says things. Its `<Text>` counts Unicode
code points (measured on 1.23.2), as we do; every region is still checked against the text it claims to cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Rejected
from builder.model import Answer, Prediction, Sentence, Span, text_digest
from builder.schema import LabelSchema
from builder.text.graphemes import snapped

ENTITY, LABEL, COMMENT, TEXT = "entity", "label", "comment", "text"
"""Names of the controls on the review page, and of the text they speak of."""

KEY, BATCH = "builder_key", "builder_batch"
"""Our keys in a task's data: the sentence's id and the push batch."""

MODEL_VERSION = "builder"
"""Label Studio shows only the predictions of a project's own model version, so it is one and the same."""

_QUOTED = 24
"""Characters of a flagged place that are shown."""

# Label Studio stores these and then cannot give them back: one lone surrogate spoils a whole project's export.
_POISON = re.compile("[\x00\ud800-\udfff]")


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
    """Make one task with its prediction.

    Raises:
        Rejected: the text or the prediction would poison the server.
    """
    sentence = passage.sentence
    if _POISON.search(sentence.text):
        raise Rejected("the text holds a NUL or half a surrogate pair", "E_TEXT")
    place = f"{sentence.kind} {sentence.number + 1}"
    label = prediction.label.name if prediction.label else None
    answer = Answer(tuple(entity.span for entity in prediction.entities or ()), label)
    if problem := schema.problem(answer, sentence.text):
        raise Rejected(f"the prediction of {prediction.annotator} does not fit: {problem}", "E_PREDICTION")
    return {
        "data": {
            TEXT: sentence.text,
            "title": _shown(passage.title),
            "before": _shown(passage.before),
            "after": _shown(passage.after),
            "origin": _shown(" · ".join((passage.source, place, *_flags(sentence), *passage.document_flags))),
            "flags": _shown(", ".join(sentence.flag_names)),
            KEY: sentence.id,
            BATCH: batch,
            "builder_text_sha256": text_digest(sentence.text),
            "builder_schema": schema.digest,
        },
        "predictions": [
            {"model_version": MODEL_VERSION, "score": _score(prediction), "result": regions(prediction, sentence.text)}
        ],
    }


def _flags(sentence: Sentence) -> Iterator[str]:
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
    for kind, region in _typed(result):
        if kind == "labels":
            spans.add(_span(region, text))
        elif kind == "choices":
            labels.extend(_strings(region, "choices"))
    if len(set(labels)) > 1:
        raise Rejected(f"several sentence labels: {', '.join(sorted(set(labels)))}", "E_LABELS")
    return Answer(tuple(sorted(spans)), labels[0] if labels else None)


def _typed(result: Sequence[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each region's type and value."""
    expected = {(ENTITY, TEXT, "labels"), (LABEL, TEXT, "choices"), (COMMENT, TEXT, "textarea")}
    for region in result:
        if not isinstance(region, Mapping) or not isinstance(region.get("value"), Mapping):
            raise Rejected(f"not a region: {region!r:.80}", "E_REGION")
        names = (region.get("from_name"), region.get("to_name"), region.get("type"))
        if not all(isinstance(name, str) for name in names) or names not in expected:
            raise Rejected(f"a region of an unknown control: {names}", "E_REGION")
        yield str(names[2]), region["value"]


def _span(value: Mapping[str, Any], text: str) -> Span:
    labels = _strings(value, "labels")
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int:
        raise Rejected(f"offsets are not whole numbers: {start!r}, {end!r}", "E_OFFSET")
    if len(labels) != 1:
        raise Rejected(f"a span with {len(labels)} labels", "E_LABELS")
    if not 0 <= start < end <= len(text) or text[start:end] != value.get("text"):
        raise Rejected(f"span [{start}, {end}) covers {text[start:end]!r}, not {value.get('text')!r}", "E_OFFSET")
    covered = text[start:end]
    start, end = start + len(covered) - len(covered.lstrip()), end - len(covered) + len(covered.rstrip())
    return Span(*snapped(text, start, end), labels[0])


def _strings(value: Mapping[str, Any], name: str) -> list[str]:
    found = value.get(name)
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        raise Rejected(f"a region without {name}", "E_REGION")
    return found


def _score(prediction: Prediction) -> float:
    """Give a prediction one number: the mean of its scores."""
    scores = [entity.score for entity in prediction.entities or ()]
    scores += [prediction.label.score] if prediction.label else []
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _shown(text: str) -> str:
    """Show surroundings: never empty, and without what the server cannot give back."""
    return _POISON.sub("\ufffd", text) or "—"
