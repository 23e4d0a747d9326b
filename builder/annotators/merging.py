"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`builder evaluate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter

from builder.annotators import foreign_names, lexicon, organisations, people, places
from builder.annotators.kinds import Kinds
from builder.annotators.line import Line
from builder.annotators.proposal import Found, longest_first
from builder.annotators.words import GOOD, Token, longest_of

__all__ = ["LABELS", "Token", "merge"]

LABELS = ("PERSON", "GPE", "LOCATION", "ORG", "TITLE")
# A title followed by one of these is part of another word: 主席国, 总统府, 部长级.
_TITLE_RUNS_ON = tuple("国团府令制级台会们处室号职")


_KINDS = Kinds(organisations.kind_of, places.kind_of, people.kind_of, foreign_names.kind_of)

_WORD_AND_FLAG = itemgetter(2, 3)


def merge(text: str, tokens: Sequence[Token]) -> list[Found]:
    """Find full mentions; where they overlap, the longest stays."""
    titles = list(_titles(text, tokens))
    line = Line(text, tokens, list(map(_KINDS.__getitem__, map(_WORD_AND_FLAG, tokens))), titles)
    found = [*organisations.organisations(line), *places.places(line), *people.people(line)]
    if not titles:
        return longest_first(found)
    mentions = longest_first([*found, *people.after_titles(line)])
    held = [title for title in titles if _is_held(title, mentions)]
    return longest_first([*(m for m in mentions if not any(m.overlaps(title) for title in held)), *held])


def _titles(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    """Find titles that are no part of a longer word and cut none in two: not 市长 in 江城市 + 长江大桥."""
    starts: set[int] = set()
    for hit in _title_pattern().finditer(text):
        starts = starts or {token.start for token in tokens}
        if hit.end() != len(text) and (text[hit.end()] in _TITLE_RUNS_ON or hit.end() not in starts):
            continue
        yield Found(hit.start(), hit.end(), "TITLE", GOOD)


def _is_held(title: Found, mentions: Sequence[Found]) -> bool:
    """Whether a person, place or organisation stands right beside the title."""
    if any(m.covers(title) for m in mentions if m.label != "PERSON"):
        return False
    before = any(m.end == title.start for m in mentions)
    return before or any(m.start == title.end and m.label == "PERSON" for m in mentions)


@cache
def _title_pattern() -> re.Pattern[str]:
    return re.compile(longest_of(lexicon.column("titles", "zh")))
