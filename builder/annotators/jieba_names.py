"""Chinese sentences enter; people, places, organisations and titles leave, as jieba and merging rules see them.

Of a sentence in another language nothing is said: it abstains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import chain

from builder.annotators import lexicon
from builder.annotators.merging import LABELS, merge
from builder.annotators.proposal import check_options, has_han, knows_any, predictions
from builder.annotators.tagger import shared
from builder.annotators.words import LEXICONS
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "3"


class JiebaNames:
    """Finds names by part of speech."""

    name = "jieba"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self._looks = knows_any(schema, LABELS)
        self.fingerprint = stable_id(VERSION, version("jieba"), lexicon.digest(*LEXICONS))[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose the names of every Chinese sentence."""
        looked_at = [self._looks_at(sentence) for sentence in sentences]
        texts = [sentence.text for sentence, looked in zip(sentences, looked_at, strict=True) if looked]
        found = chain.from_iterable(map(merge, shared().tilings(texts)))
        by = f"{self.name}@{self.fingerprint}"
        return predictions(sentences, by, (next(found) if looked else None for looked in looked_at), self.schema)

    def _looks_at(self, sentence: Sentence) -> bool:
        return self._looks and sentence.language == "zh" and has_han(sentence.text)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    check_options("jieba", options)
    return JiebaNames(schema)
