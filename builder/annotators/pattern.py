"""Shapes become proposals: dates, quantities, quoted and 《》 names, named meetings.

Regular expressions with bounded repeats only, so no text makes them slow. Words are never looked up in a list of names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from builder.annotators.patterns import english, marks, numbers_zh
from builder.annotators.proposal import Found, check_options, has_han, knows_any, prediction
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
LABELS = ("DATE", "QUANTITY", "DOCUMENT", "CONCEPT", "EVENT")


class Pattern:
    """Finds what a shape gives away."""

    name = "pattern"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self.fingerprint = stable_id(VERSION)[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose everything with a telling shape."""
        return [self._predict(sentence) for sentence in sentences]

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        if not knows_any(self.schema, LABELS):
            return Prediction(sentence.id, by)
        return prediction(sentence, by, _shapes(sentence.text, sentence.language), self.schema)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    check_options("pattern", options)
    return Pattern(schema)


def _shapes(text: str, language: str) -> Iterator[Found]:
    yield from marks.find(text)
    if has_han(text):
        yield from numbers_zh.find(text)
    if language != "zh":
        yield from english.find(text)
