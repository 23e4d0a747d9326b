"""Sentences enter; each leaves with its likeliest function, by the cue words it holds, and a probability.

Needs the labels event, statement, proposal, decision and background; under another schema it abstains.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

from builder.annotators import lexicon
from builder.annotators.proposal import check_options, has_han
from builder.model import Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
NAMES = ("event", "statement", "proposal", "decision", "background")
# Without any cue a sentence reads as background; one plain cue (weight 2) outweighs it.
_START = {"background": 1.0}
_LATER = 0.5  # a cue after the first clause counts half: the main verb comes early in news
_CLAUSE = re.compile("[，,；;：:]")


class Cues:
    """Finds what a sentence does by its cue words."""

    name = "cues"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self.fingerprint = stable_id(VERSION, lexicon.digest("cues"))[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose a label for every sentence."""
        return [self._predict(sentence) for sentence in sentences]

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        if not set(NAMES) <= set(self.schema.sentence_names):
            return Prediction(sentence.id, by)
        chances = probabilities(sentence.text)
        best = max(NAMES, key=lambda name: chances[name])
        return Prediction(sentence.id, by, label=Label(best, round(chances[best], 4), (by,)))


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    check_options("cues", options)
    return Cues(schema)


def probabilities(text: str) -> dict[str, float]:
    """Weigh the cues of a sentence: a softmax over their sums."""
    weights = dict.fromkeys(NAMES, 0.0) | _START
    language = "zh" if has_han(text) else "en"
    clause = _CLAUSE.search(text)
    for hit in _cue_pattern(language).finditer(text):
        label, weight = _cue_weights(language)[hit.group().lower()]
        weights[label] += weight if clause is None or hit.start() < clause.start() else weight * _LATER
    powers = {name: math.exp(weight) for name, weight in weights.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


@cache
def _cue_weights(language: str) -> dict[str, tuple[str, float]]:
    return {row[0]: (row[2], float(row[3])) for row in lexicon.rows("cues") if row[1] == language}


@cache
def _cue_pattern(language: str) -> re.Pattern[str]:
    cues = sorted(_cue_weights(language), key=lambda cue: (-len(cue), cue))
    either = "|".join(re.escape(cue) for cue in cues)
    return re.compile(either if language == "zh" else rf"\b(?:{either})\b", re.IGNORECASE)
