"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`builder evaluate`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise, repeat
from operator import itemgetter

import numpy as np

from builder.annotators import foreign_names, lexicon, organisations, people, places
from builder.annotators.automaton import Finder, finder
from builder.annotators.kinds import Kinds
from builder.annotators.line import Line
from builder.annotators.proposal import Found, longest_first
from builder.annotators.tiling import Tiling
from builder.annotators.words import GOOD, Token

__all__ = ["LABELS", "Token", "merge"]

LABELS = ("PERSON", "GPE", "LOCATION", "ORG", "TITLE")
# A title followed by one of these is part of another word: 主席国, 总统府, 部长级.
_TITLE_RUNS_ON = frozenset("国团府令制级台会们处室号职")
_KINDS = Kinds(organisations.kind_of, places.kind_of, people.kind_of, foreign_names.kind_of)


def merge(tiling: Tiling) -> list[list[Found]]:
    """Find full mentions, text by text; where they overlap, the longest stays."""
    line = Line(tiling, _KINDS.of(tiling), list(_titles(tiling)))
    rules = (organisations.organisations, places.places, people.people, people.after_titles)
    mentions = _longest(chain.from_iterable(rule(line) for rule in rules))
    parted = zip(_by_text(mentions, tiling.borders), _by_text(line.titles, tiling.borders), strict=True)
    return [_entitled(own, titles) if titles else own for own, titles in parted]


def _longest(found: Iterable[Found]) -> list[Found]:
    """Of those that overlap keep the longest; all that overlap no other stay."""
    ordered = sorted(found)
    starts, ends = (np.fromiter(map(itemgetter(n), ordered), np.intp, len(ordered)) for n in (0, 1))
    apart = np.flatnonzero(np.maximum.accumulate(ends)[:-1] <= starts[1:]) + 1
    groups = pairwise([0, *apart.tolist(), len(ordered)])
    return list(
        chain.from_iterable(
            ordered[first:last] if first + 1 == last else longest_first(ordered[first:last]) for first, last in groups
        )
    )


def _titles(tiling: Tiling) -> Iterator[Found]:
    """Find titles that are no part of a longer word and cut none in two: not 市长 in 江城市 + 长江大桥."""
    longest: dict[int, int] = {}
    for start, end, _ in _title_finder()(tiling.text):
        longest[start] = max(end, longest.get(start, 0))
    after = 0
    for start, end in sorted(longest.items()):
        if start < after:
            continue
        after = end
        if tiling.text[end] not in _TITLE_RUNS_ON and tiling.at(end) is not None:
            yield Found(start, end, "TITLE", GOOD)


def _by_text(found: Sequence[Found], borders: Sequence[int]) -> list[list[Found]]:
    """Part what was found, which is in text order, by the texts, and count places from where each begins."""
    if not found:
        return [[] for _ in borders[1:]]
    starts, ends, labels, scores = zip(*found, strict=True)
    cuts = [bisect_left(starts, border) for border in borders]
    origins = np.repeat(borders[:-1], np.diff(cuts))
    places = ((np.array(edge, np.intp) - origins).tolist() for edge in (starts, ends))
    moved = list(map(tuple.__new__, repeat(Found), zip(*places, labels, scores, strict=True)))
    return [moved[first:last] for first, last in pairwise(cuts)]


def _entitled(mentions: Sequence[Found], titles: Sequence[Found]) -> list[Found]:
    """Add the titles that a mention holds; a mention that overlaps one of them goes."""
    held = [title for title in titles if _is_held(title, mentions)]
    return sorted([*(m for m in mentions if not any(m.overlaps(title) for title in held)), *held])


def _is_held(title: Found, mentions: Sequence[Found]) -> bool:
    """Whether a person, place or organisation stands right beside the title."""
    if any(m.covers(title) for m in mentions if m.label != "PERSON"):
        return False
    before = any(m.end == title.start for m in mentions)
    return before or any(m.start == title.end and m.label == "PERSON" for m in mentions)


@cache
def _title_finder() -> Finder:
    return finder(lexicon.column("titles", "zh"))
