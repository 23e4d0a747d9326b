"""Shapes become proposals: dates, quantities, quoted and 《》 names, named meetings.

Regular expressions with bounded repeats only, so no text makes them slow; a project's own patterns run on a linear-time
engine. Words are never looked up in a list of names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from builder.annotators.openings import Joined
from builder.annotators.patterns import english, marks, numbers_zh
from builder.annotators.proposal import Found, check_options, knows_any, predictions
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from builder.annotators.user_patterns import UserPatterns

VERSION = "3"
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
        by = f"{self.name}@{self.fingerprint}"
        if not self._looks:
            return [Prediction(sentence.id, by) for sentence in sentences]
        found = _shapes(sentences)
        if self.own:
            for some, sentence in zip(found, sentences, strict=True):
                some += self.own.find(sentence.text)
        return predictions(sentences, by, found, self.schema)


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


def _shapes(sentences: Sequence[Sentence]) -> list[list[Found]]:
    """Find the shapes of each sentence."""
    texts = Joined([sentence.text for sentence in sentences])
    elsewhere = np.array([sentence.language != "zh" for sentence in sentences], np.bool_)
    found: list[list[Found]] = [[] for _ in sentences]
    for rank, one in marks.find(texts):
        found[rank].append(one)
    for rank, some in (*numbers_zh.find(texts, texts.chinese), *english.find(texts, elsewhere)):
        found[rank] += some
    return found
