"""Shapes become proposals: dates, quantities, quoted and 《》 names, named meetings.

Regular expressions with bounded repeats only, so no text makes them slow; a project's own patterns run on a linear-time
engine. Words are never looked up in a list of names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from builder.annotators.patterns import english, marks, numbers_zh
from builder.annotators.proposal import Found, check_options, has_han, knows_any, prediction
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from builder.annotators.user_patterns import UserPatterns

VERSION = "2"
LABELS = ("DATE", "QUANTITY", "DOCUMENT", "CONCEPT", "EVENT")


class Pattern:
    """Finds what a shape gives away."""

    name = "pattern"

    def __init__(self, schema: LabelSchema, own: UserPatterns | None = None) -> None:
        self.schema = schema
        self.own = own
        self._looks = knows_any(schema, (*LABELS, *(own.labels if own else ())))
        told = [own.text] if own else []
        self.fingerprint = stable_id(VERSION, *told)[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose everything with a telling shape."""
        return [self._predict(sentence) for sentence in sentences]

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        if not self._looks:
            return Prediction(sentence.id, by)
        found = list(_shapes(sentence.text, sentence.language))
        if self.own:
            found += self.own.find(sentence.text)
        return prediction(sentence, by, found, self.schema)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; the option `file` names a TOML file of the project's own patterns.

    Raises:
        UsageError: the file cannot be read, or a pattern in it is not sound.
    """
    check_options("pattern", options, ("file",))
    if not (file := options.get("file")):
        return Pattern(schema)
    from builder.annotators.user_patterns import read_patterns

    return Pattern(schema, read_patterns(file, schema))


def _shapes(text: str, language: str) -> Iterator[Found]:
    yield from marks.find(text)
    if has_han(text):
        yield from numbers_zh.find(text)
    if language != "zh":
        yield from english.find(text)
