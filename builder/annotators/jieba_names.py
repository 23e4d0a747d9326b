"""Chinese sentences enter; people, places, organisations and titles leave, as jieba's tagger and merging rules see them.

The tokenizer is this module's own: words added elsewhere in the process never reach it. Other languages: it abstains.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from builder.annotators import lexicon
from builder.annotators.merging import LABELS, Token, merge
from builder.annotators.proposal import has_han, knows_any, prediction
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"


class JiebaNames:
    """Finds names by part of speech."""

    name = "jieba"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self.fingerprint = stable_id(VERSION, version("jieba"), lexicon.digest("titles", "surnames"))[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose the names of every Chinese sentence."""
        return [self._predict(sentence) for sentence in sentences]

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        if sentence.language != "zh" or not has_han(sentence.text) or not knows_any(self.schema, LABELS):
            return Prediction(sentence.id, by)
        return prediction(sentence, by, merge(sentence.text, tokens_of(sentence.text)), self.schema)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    return JiebaNames(schema)


def tokens_of(text: str) -> list[Token]:
    """Split a text into tagged words that tile it."""
    tokens, at = [], 0
    for word, flag in _tagger().cut(text):
        tokens.append(Token(at, at + len(word), word, flag))
        at += len(word)
    return tokens


@cache
def _tagger() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    import jieba.posseg

    return jieba.posseg.POSTokenizer(jieba.Tokenizer())
