"""English sentences enter; their people, organisations, places, events and titles leave, found by their capitals.

Of a Chinese sentence nothing is said: it abstains. No sentence is judged by another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder.annotators import lexicon
from builder.annotators.english_names import knowledge, naming
from builder.annotators.patterns import name_shapes
from builder.annotators.proposal import Found, check_options, knows_any, predictions
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
LABELS = ("PERSON", "ORG", "GPE", "LOCATION", "EVENT", "DOCUMENT", "TITLE")


class Capitals:
    """Finds English names by their shape and surroundings."""

    name = "capitals"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self._looks = knows_any(schema, LABELS)
        self.fingerprint = stable_id(VERSION, lexicon.digest(*knowledge.LISTS))[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose the names of every English sentence."""
        found: list[list[Found] | None] = [None] * len(sentences)
        read = [rank for rank, one in enumerate(sentences) if self._looks and one.language != "zh"]
        for rank, names in zip(read, _names([sentences[rank].text for rank in read]), strict=True):
            found[rank] = names
        return predictions(sentences, f"{self.name}@{self.fingerprint}", found, self.schema)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    check_options("capitals", options)
    return Capitals(schema)


def _names(texts: Sequence[str]) -> list[list[Found]]:
    return [names + titles for names, titles in zip(naming.find(texts), map(name_shapes.titles, texts), strict=True)]
