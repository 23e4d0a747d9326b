"""What an annotator answered enters; the same leaves, held to the contract, or a Rejected that says what is wrong.

Pure. An answer comes from outside: it may be of any type, and hold what no Prediction of ours could.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.errors import Rejected
from builder.model import Entity, Label, Prediction, Sentence
from builder.schema import LabelSchema

_LONGEST = 300


def checked(answer: object, sentences: Sequence[Sentence], annotator: str, schema: LabelSchema) -> list[Prediction]:
    """Give an answer as one prediction per sentence, in order.

    Raises:
        Rejected: it is none: E_ANSWER (its type), E_COUNT, E_SENTENCE (not the sentence asked about), E_AUTHOR,
            E_SPAN, E_LABEL, E_SCORE or E_TWICE.

    """
    if not isinstance(answer, list) or not all(isinstance(one, Prediction) for one in answer):
        raise Rejected("its answer is not a list of predictions", "E_ANSWER")
    if len(answer) != len(sentences):
        raise Rejected(f"{len(answer)} predictions for {len(sentences)} sentences", "E_COUNT")
    for prediction, sentence in zip(answer, sentences, strict=True):
        _check_prediction(prediction, sentence, annotator, schema)
    return answer


def reason_of(error: BaseException) -> str:
    """Say an error in one line that can be stored."""
    kind = "" if isinstance(error, Rejected) else f"{type(error).__name__}: "
    said = " ".join(_said(error).split())
    return f"{kind}{said}".removesuffix(": ").encode("utf-8", "backslashreplace").decode()[:_LONGEST]


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "its message cannot be read"


def _check_prediction(prediction: Prediction, sentence: Sentence, annotator: str, schema: LabelSchema) -> None:
    if prediction.sentence != sentence.id:
        raise Rejected(f"a prediction for {prediction.sentence!r} stands in the place of {sentence.id!r}", "E_SENTENCE")
    if prediction.annotator != annotator:
        raise Rejected(f"a prediction is signed {prediction.annotator!r}, not {annotator!r}", "E_AUTHOR")
    if prediction.entities is not None:
        _check_entities(prediction.entities, sentence.text, schema)
    if (label := prediction.label) is not None:
        if not isinstance(label, Label):
            raise Rejected("its sentence label is no Label", "E_ANSWER")
        _check_score(label.score, label.by)
        _check_name(label.name, schema.sentence_names)


def _check_entities(entities: object, text: str, schema: LabelSchema) -> None:
    if not isinstance(entities, tuple) or not all(isinstance(one, Entity) for one in entities):
        raise Rejected("its entities are not a tuple of Entity", "E_ANSWER")
    for entity in entities:
        _check_span(entity.span.start, entity.span.end, text)
        _check_score(entity.score, entity.by)
        _check_name(entity.span.label, schema.entity_names)
    if len({entity.span for entity in entities}) < len(entities):
        raise Rejected("one span is proposed twice under one label", "E_TWICE")


def _check_span(start: object, end: object, text: str) -> None:
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise Rejected(f"span [{start}, {end}) of a sentence of {len(text)} characters", "E_SPAN")


def _check_score(score: object, by: object) -> None:
    if not isinstance(score, int | float) or not 0.0 <= score <= 1.0:
        raise Rejected(f"score {score!r} is not between 0 and 1", "E_SCORE")
    if not isinstance(by, tuple) or not by or not all(isinstance(author, str) for author in by):
        raise Rejected(f"proposed by {by!r}, which names nobody", "E_AUTHOR")


def _check_name(name: object, known: Sequence[str]) -> None:
    if name not in known:
        raise Rejected(f"the schema has no label {name!r}", "E_LABEL")
