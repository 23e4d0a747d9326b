"""Tokens of texts longer than a model reads: cut into overlapping windows, their answers put together again.

Pure. Enters: for each window the places of its tokens and a row of chances each. Leaves: spans. Where windows overlap
the one that sees more text on both sides of a token decides on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder.annotators.proposal import Found


@dataclass(frozen=True, slots=True)
class Token:
    """Characters [start, end), the likeliest tag, and its chance."""

    start: int
    end: int
    tag: str
    chance: float


def stitched(windows: Iterable[Sequence[Token]]) -> list[Token]:
    """Keep one of the tokens at each place: that which stands farther from both ends of its window."""
    best: dict[tuple[int, int], tuple[int, Token]] = {}
    for window in windows:
        for rank, token in enumerate(window):
            room = min(rank, len(window) - 1 - rank)
            place = (token.start, token.end)
            if token.start < token.end and (place not in best or best[place][0] < room):
                best[place] = (room, token)
    return [token for _, token in sorted(best.values(), key=lambda one: (one[1].start, one[1].end))]


def spans(tokens: Iterable[Token], text: str) -> Iterator[Found]:
    """Join tokens of one entity: B-, I-, O, with E-, L-, S-, U- where a model has them, or labels without any."""
    held: list[Token] = []
    for token in tokens:
        prefix, label = split_tag(token.tag)
        goes_on = held and label == split_tag(held[-1].tag)[1] and not _begins(prefix, held[-1], token, text)
        if held and not goes_on:
            yield _span(held)
            held = []
        if label:
            held = [*held, token]
    if held:
        yield _span(held)


def split_tag(tag: str) -> tuple[str, str]:
    """Split B-PER into B and PER; a tag of no entity has no label."""
    if tag in ("O", ""):
        return "", ""
    return (tag[0], tag[2:]) if tag[1:2] in "-_" and tag[:1] in "BIELSU" and tag[2:] else ("", tag)


def by_length(lengths: Mapping[int, int], most: int) -> Iterator[list[int]]:
    """Put what is about as long together, so that little is padded: at most so many tokens, padding counted."""
    batch: list[int] = []
    for number in sorted(lengths, key=lambda n: (lengths[n], n)):
        if batch and most < lengths[number] * (len(batch) + 1):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _begins(prefix: str, before: Token, token: Token, text: str) -> bool:
    """Whether a token begins another entity: it says so, the one before ended, or more than a blank lies between."""
    if prefix in ("B", "S", "U") or split_tag(before.tag)[0] in ("E", "L", "S", "U"):
        return True
    return bool(text[before.end : token.start].strip())


def _span(held: Sequence[Token]) -> Found:
    score = sum(token.chance for token in held) / len(held)
    return Found(held[0].start, held[-1].end, split_tag(held[0].tag)[1], min(max(score, 0.0), 1.0))
