"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`builder evaluate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from builder.annotators import foreign_names, lexicon, organisations, people, places
from builder.annotators.automaton import Finder, finder
from builder.annotators.kinds import Kinds
from builder.annotators.line import Line
from builder.annotators.parting import by_text, longest
from builder.annotators.proposal import Found
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
    mentions = longest(chain.from_iterable(rule(line) for rule in rules))
    parted = zip(by_text(mentions, tiling.borders), by_text(line.titles, tiling.borders), strict=True)
    return [_entitled(own, titles) if titles else own for own, titles in parted]


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
