"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`builder evaluate`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from builder.annotators import foreign_names, lexicon, organisations, people, places
from builder.annotators.arrays import Flags
from builder.annotators.automaton import Finder, finder
from builder.annotators.kinds import Kinds
from builder.annotators.line import Line
from builder.annotators.mentions import LABELS, Mentions, alike, by_text, longest, together
from builder.annotators.proposal import Found
from builder.annotators.tiling import Tiling
from builder.annotators.words import GOOD

__all__ = ["LABELS", "merge"]

# A title followed by one of these is part of another word: 主席国, 总统府, 部长级.
_TITLE_RUNS_ON = frozenset("国团府令制级台会们处室号职")
_KINDS = Kinds(organisations.kind_of, places.kind_of, people.kind_of, foreign_names.kind_of)


def merge(tiling: Tiling) -> list[list[Found]]:
    """Find full mentions, text by text; where they overlap, the longest stays."""
    titles = _titles(tiling)
    kinds = _KINDS.of(tiling.vocabulary)[tiling.numbers]
    line = Line(tiling, kinds, list(zip(titles.starts.tolist(), titles.ends.tolist(), strict=True)))
    rules = (organisations.organisations, places.places, people.people)
    mentions = longest(together(part for rule in rules for part in rule(line)))
    return by_text(_entitled(mentions, titles), tiling.borders)


def _titles(tiling: Tiling) -> Mentions:
    """Find titles that are no part of a longer word and cut none in two: not 市长 in 江城市 + 长江大桥."""
    reach: dict[int, int] = {}
    for start, end, _ in _title_finder()(tiling.text):
        reach[start] = max(end, reach.get(start, 0))
    kept, after = [], 0
    for start, end in sorted(reach.items()):
        if after <= start:
            after = end
            if tiling.text[end] not in _TITLE_RUNS_ON:
                kept.append((start, end))
    starts, ends = np.array(kept, np.intp).reshape(-1, 2).T
    whole = tiling.edges[np.searchsorted(tiling.edges, ends)] == ends
    return alike(starts[whole], ends[whole], "TITLE", GOOD)


def _entitled(mentions: Mentions, titles: Mentions) -> Mentions:
    """Add the titles that a mention holds; a mention that overlaps one of them goes."""
    held = titles.only(_held(titles, mentions))
    behind = np.searchsorted(held.ends, mentions.starts, "right")
    free = mentions.ends <= np.append(held.starts, mentions.ends.max(initial=0))[behind]
    return together([mentions.only(free), held])


def _held(titles: Mentions, mentions: Mentions) -> Flags:
    """Whether a person, place or organisation stands right beside each title, and none but a person holds it."""
    count = len(mentions.starts)
    if not count:
        return np.zeros(len(titles.starts), np.bool_)
    is_person = mentions.are("PERSON")
    over = np.searchsorted(mentions.starts, titles.starts, "right") - 1
    longer = (mentions.starts[over] < titles.starts) | (titles.ends < mentions.ends[over])
    inside = (0 <= over) & (titles.ends <= mentions.ends[over]) & longer & ~is_person[over]
    before = np.minimum(np.searchsorted(mentions.ends, titles.starts), count - 1)
    after = np.minimum(np.searchsorted(mentions.starts, titles.ends), count - 1)
    beside = (mentions.ends[before] == titles.starts) | ((mentions.starts[after] == titles.ends) & is_person[after])
    held: Flags = beside & ~inside
    return held


@cache
def _title_finder() -> Finder:
    return finder(lexicon.column("titles", "zh"))
