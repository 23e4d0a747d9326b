"""Sentences enter; each leaves with its likeliest function, by its cue words and its shape, and a probability.

A sentence is judged by itself, whichever others stand in its batch. That it goes on with what someone said shows in
it: it stands in a quotation, speaks of us, or is a Chinese sentence of aims without a subject.
Needs the labels event, statement, proposal, decision and background; under another schema it abstains.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from builder.annotators import lexicon
from builder.annotators.automaton import Finder, finder
from builder.annotators.proposal import check_options, has_han
from builder.annotators.tiling import borders, joined
from builder.frozen import maker
from builder.model import Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
NAMES = ("event", "statement", "proposal", "decision", "background")
# Without any cue a sentence reads as background; one plain cue (weight 2) outweighs it.
_START = dict.fromkeys(NAMES, 0.0) | {"background": 1.0}
_LATER = 0.5  # a cue after the first clause counts half: the main verb comes early in news
_CLAUSE = re.compile("[，,；;：:]")
# The sums were too modest. With this, on tests/annotators/news_sentences.tsv, the mean chance is .82 where .96 are
# right (first half) and .79 where .88 are (second half): still rather modest than boastful.
_TEMPERATURE = 0.6
_DOUBT = 0.05  # no number of cues makes it surer than this leaves room for
_prediction = maker(Prediction)
_EARLY = 8  # the main verb of an English sentence stands among so many words, more often than not
_QUOTATION = re.compile(r"\s*[“\"「『]")
_PAST = re.compile(r"\b[a-z]{3,}ed\b")
# They begin with a class of characters, since that is quickly found.
_FIGURES = {
    "zh": re.compile("[0-9０-９百](?:(?<!百)[0-9.,，]*(?:[%％万亿]|余?家|米|公里|平方)|(?<=百)分之)"),
    "en": re.compile(
        r"[0-9](?:%|(?<=\b.)[0-9.,]*\s(?:percent|per cent|million|billion|meters|metres|kilomet|companies))"
    ),
}
# A Chinese sentence that begins with what is to be done, and names nobody who does it, goes on with a speech.
_AIMS = re.compile(
    "(?:[一二三四五六七八九]是|要|坚持|坚定|携手|推动|推进|加强|深化|促进|维护|完善|扩大|加快|打造|构建|共同|共建|巩固|拓展|落实|反对)"
    "(?!.{0,12}(?:会议|论坛|开幕|举行))"
)

Weight = tuple[str, float]
"""A label, and how much speaks for it."""


class Cues:
    """Finds what a sentence does by its cue words."""

    name = "cues"

    def __init__(self, schema: LabelSchema) -> None:
        self.schema = schema
        self._looks = set(NAMES) <= set(schema.sentence_names)
        self.fingerprint = stable_id(VERSION, lexicon.digest("cues"))[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose a label for every sentence."""
        by = f"{self.name}@{self.fingerprint}"
        if not self._looks:
            return [Prediction(sentence.id, by) for sentence in sentences]
        told = _told([sentence.text for sentence in sentences], [sentence.in_quote for sentence in sentences])
        return [
            _prediction(sentence.id, by, None, _likeliest(tuple(some), by))
            for sentence, some in zip(sentences, told, strict=True)
        ]


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it has no options."""
    check_options("cues", options)
    return Cues(schema)


def probabilities(text: str, *, in_quote: bool = False) -> dict[str, float]:
    """Weigh the cues and the shape of a sentence: a softmax over their sums."""
    return _chances(_told([text], [in_quote])[0])


def _told(texts: Sequence[str], in_quotes: Sequence[bool]) -> list[list[Weight]]:
    """List what speaks for each label, text by text."""
    told: list[list[Weight]] = []
    ranks: dict[str, list[int]] = {"zh": [], "en": []}
    for rank, (text, in_quote) in enumerate(zip(texts, in_quotes, strict=True)):
        language = "zh" if has_han(text) else "en"
        ranks[language].append(rank)
        told.append(list(shape(text, language, in_quote=in_quote)))
    for language, some in ranks.items():
        for rank, label, weight in _cues([texts[rank] for rank in some], language):
            told[some[rank]].append((label, weight))
    return told


@lru_cache(maxsize=1 << 14)
def _likeliest(told: tuple[Weight, ...], by: str) -> Label:
    """Give the likeliest label and its chance; what speaks for labels is the same in many sentences."""
    chances = _chances(told)
    best = max(NAMES, key=lambda name: chances[name])
    return Label(best, round(chances[best], 4), (by,))


def _chances(told: Iterable[Weight]) -> dict[str, float]:
    weights = _START.copy()
    for label, weight in told:
        weights[label] += weight
    most = max(weights.values())  # else thousands of cues in one sentence would be more than a float can hold
    powers = [math.exp((weight - most) / _TEMPERATURE) for weight in weights.values()]
    total = sum(powers)
    return {name: (1 - _DOUBT) * power / total + _DOUBT / len(NAMES) for name, power in zip(NAMES, powers, strict=True)}


def shape(text: str, language: str, *, in_quote: bool) -> Iterator[Weight]:
    """Say what speaks for a label beside cue words."""
    if in_quote or _QUOTATION.match(text):
        yield "statement", 2.0
    elif language == "en" and _PAST.search(" ".join(text.split(None, _EARLY)[:_EARLY])):
        yield "event", 0.9
    if _FIGURES[language].search(text):
        yield "background", 0.7
    if language == "zh" and _AIMS.match(text):
        yield "proposal", 1.5


def _cues(texts: Sequence[str], language: str) -> Iterator[tuple[int, str, float]]:
    """Find the cues from left to right, at each place the longest: the number of the text, its label, its weight."""
    find, meanings = _cue_finder(language)
    text, ends = joined(texts), borders(texts)
    hits = find(text if language == "zh" else _small(text))
    rank, free, reach = -1, 0, 0
    for start, minus_end, meant in sorted([(start, -end, meant) for start, end, meant in hits]):
        if start < free or not (language == "zh" or _is_word(text, start, -minus_end)):
            continue
        free = -minus_end
        if ends[rank + 1] <= start:
            rank = bisect_right(ends, start) - 1
            clause = _CLAUSE.search(text, ends[rank], ends[rank + 1])
            reach = clause.start() if clause else ends[rank + 1]
        label, weight = meanings[meant]
        yield rank, label, weight if start < reach else weight * _LATER


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or low line runs on at either edge."""
    return not (_runs_on(text[start - 1 : start]) or _runs_on(text[end : end + 1]))


def _runs_on(character: str) -> bool:
    return character.isalnum() or character == "_"


def _small(text: str) -> str:
    """Write a text small, each character by one."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(character.lower()[0] for character in text)


@cache
def _cue_finder(language: str) -> tuple[Finder, list[tuple[str, float]]]:
    rows = {row[0]: (row[2], float(row[3])) for row in lexicon.rows("cues") if row[1] == language}
    return finder(list(rows)), list(rows.values())
