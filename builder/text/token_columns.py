"""Many texts and their spans become columns of tokens and tags at once: what `tokens` and `tags` say of each. Pure.

Code points of all texts stand in one array, parted by line breaks, and no step walks over characters one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.tags import Reason
from builder.text.tokens import CLINGING, LATIN

Numbers = npt.NDArray[Any]
_SPACE, _LATIN, _CLINGING, _JOINER, _QUOTE, _ES = (1 << bit for bit in range(6))
_JOINERS, _QUOTES, _ESES = "'’._-", "'’", "sS"
_FIRST_HAN, _HAN = np.uint32(0x4E00), np.uint32(0x5200)
REASONS = (None, Reason.MISALIGNED, Reason.OVERLAPPING)
"""What the numbers of `Tagged.lost` mean; 0 is a span that tags hold."""


class TokenColumns(NamedTuple):
    """The tokens of texts, one after another: how many each text has, where each stands in its text, its UTF-8."""

    counts: Numbers
    starts: Numbers
    ends: Numbers
    utf8: bytes
    edges: Numbers
    """Where each token begins in `utf8`, then where the last one ends."""


class SpanColumns(NamedTuple):
    """The spans of texts, one after another: how many each text has; a label is its place in the published order."""

    counts: Numbers
    starts: Numbers
    ends: Numbers
    labels: Numbers


class Tagged(NamedTuple):
    """A tag per token (0 is O, then B- and I- of each label), and for each span why tags cannot hold it."""

    tags: Numbers
    lost: Numbers


def tokenize_all(texts: Sequence[str]) -> TokenColumns:
    """Split texts into tokens, the same as `tokenize` of each."""
    line = "\n".join(("", *texts, "\n"))
    codes = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds_of(codes)
    solid = kinds & _SPACE == 0
    begins = solid & ~_glued(kinds)
    starts = np.flatnonzero(begins).astype(np.int32)
    ends = np.flatnonzero(solid[:-1] & (begins | ~solid)[1:]).astype(np.int32)
    firsts = _edges(np.fromiter(map(len, texts), np.int32, len(texts)) + 1)[:-1] + 1
    counts = np.diff(np.searchsorted(starts, np.append(firsts, len(codes))))
    within = np.repeat(firsts, counts)
    places = _edges(_widths(codes) * solid)
    edges = np.append(places[starts], places[-1])
    utf8 = "".join(line.split()).encode()
    starts -= within
    ends -= within - 1
    return TokenColumns(counts, starts, ends, utf8, edges)


def tag_all(tokens: TokenColumns, spans: SpanColumns, label_names: Sequence[str]) -> Tagged:
    """Tag the tokens of texts with their spans, the same as `fit` and `bio_tags` of each."""
    # Places of one long line on which the texts stand apart, so that one search finds any of them.
    width = int(max(tokens.ends.max(initial=0), spans.ends.max(initial=0))) + 1
    rows = len(tokens.counts)
    apart = np.arange(rows, dtype=np.int32 if rows * width < 1 << 31 else np.int64) * width
    first, start = np.repeat(apart, tokens.counts), np.repeat(apart, spans.counts)
    first, last = first + tokens.starts, first + tokens.ends
    start, end = start + spans.starts, start + spans.ends
    opening, closing = np.searchsorted(first, start), np.searchsorted(last, end)
    lost = np.where(_found(first, opening, start) & _found(last, closing, end), 0, 1).astype(np.int8)
    _part(start, end, _ranks(label_names)[spans.labels], lost)
    held = np.flatnonzero(lost == 0)
    tags = np.zeros(len(first), np.int64)
    sizes = closing[held] - opening[held] + 1
    steps = np.arange(sizes.sum()) - np.repeat(_edges(sizes)[:-1], sizes)
    tags[np.repeat(opening[held], sizes) + steps] = np.repeat(1 + 2 * spans.labels[held], sizes) + (0 < steps)
    return Tagged(tags, lost)


def _glued(kinds: Numbers) -> Numbers:
    """Tell which characters go on with the token of the one before."""
    latin = kinds & _LATIN != 0
    special = np.flatnonzero(kinds & (_JOINER | _CLINGING))
    clinging = special[kinds[special] & _CLINGING != 0]
    joiners = special[kinds[special] & _JOINER != 0]
    quotes = joiners[kinds[joiners] & _QUOTE != 0]
    before_s = quotes[(kinds[quotes + 1] & _ES != 0) & (kinds[quotes + 2] & (_LATIN | _CLINGING) == 0)]
    possessive = before_s[latin[before_s - 1]]
    runs = latin.copy()
    runs[possessive + 1] = False
    follows = np.empty_like(runs)  # whether the last character before, clinging ones aside, is one of a Latin run
    follows[0], follows[1:] = False, runs[:-1]
    follows[clinging + 1] = runs[_leaders(clinging)]
    inside = joiners[latin[joiners + 1] & follows[joiners] & ~np.isin(joiners, before_s)]
    glued: Numbers = latin & follows
    glued[clinging] = kinds[clinging - 1] & _SPACE == 0
    glued[inside] = glued[inside + 1] = glued[possessive + 1] = True
    return glued


def _leaders(clinging: Numbers) -> Numbers:
    """Find the character that each clinging one follows, over others that cling."""
    opens = np.diff(clinging, prepend=-1) != 1
    leaders: Numbers = clinging[np.flatnonzero(opens)][np.cumsum(opens) - 1] - 1
    return leaders


def _part(start: Numbers, end: Numbers, rank: Numbers, lost: Numbers) -> None:
    """Mark, among aligned spans, those that overlap one that stays: the leftmost, then the longest."""
    aligned = np.flatnonzero(lost == 0)
    order = aligned[np.lexsort((rank[aligned], -end[aligned], start[aligned]))]
    if not (start[order][1:] < np.maximum.accumulate(end[order])[:-1]).any():
        return
    reached = -1
    for at, left, right in zip(order.tolist(), start[order].tolist(), end[order].tolist(), strict=True):
        if left < reached:
            lost[at] = 2
        else:
            reached = right


def _found(sorted_places: Numbers, at: Numbers, wanted: Numbers) -> Numbers:
    """Tell which of the wanted places were found where the search ended."""
    found = np.zeros(len(wanted), bool)
    within = at < len(sorted_places)
    found[within] = sorted_places[at[within]] == wanted[within]
    return found


def _edges(sizes: Numbers) -> Numbers:
    """Say where each part begins, and where the last one ends, of parts of these sizes in a row."""
    edges = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=edges[1:], dtype=np.int32)
    return edges


def _kinds_of(codes: Numbers) -> Numbers:
    """Say of each character what matters here; the many Han characters need no look into the table."""
    kinds = np.zeros(len(codes), np.uint8)
    other = np.flatnonzero(_HAN <= codes - _FIRST_HAN)
    kinds[other] = _kinds()[codes[other]]
    return kinds


def _ranks(names: Sequence[str]) -> Numbers:
    """Give each name its place in the alphabet."""
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _widths(codes: Numbers) -> Numbers:
    """Count the UTF-8 bytes of each code point."""
    wider = ((bound < codes).view(np.int8) for bound in (0x7F, 0x7FF, 0xFFFF))
    return np.int8(1) + next(wider) + next(wider) + next(wider)


@cache
def _kinds() -> Numbers:
    """Say of every code point what matters here: one byte each."""
    kinds = np.zeros(0x110000, np.uint8)
    kinds[[code for code in range(0x10000) if chr(code).isspace()]] |= _SPACE
    for ranges, kind in ((LATIN, _LATIN), (CLINGING, _CLINGING)):
        for first, last in ranges:
            kinds[ord(first) : ord(last) + 1] |= kind
    for characters, kind in ((_JOINERS, _JOINER), (_QUOTES, _QUOTE), (_ESES, _ES)):
        kinds[[ord(character) for character in characters]] |= kind
    kinds.flags.writeable = False
    return kinds
