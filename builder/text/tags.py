"""Spans become B-, I- and O tags on tokens, and back; what tags cannot hold is told apart, never dropped. Pure.

Tags hold flat spans that start where a token starts and end where a token ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from builder.errors import BrokenError, Rejected
from builder.model import Span

Token = tuple[int, int]


class Reason(StrEnum):
    """Why tags cannot hold a span."""

    MISALIGNED = "misaligned"
    OVERLAPPING = "overlapping"


class Loss(NamedTuple):
    """A span that tags cannot hold."""

    span: Span
    reason: Reason


class Fit(NamedTuple):
    """The spans that tags hold, left to right, and the ones they do not."""

    held: list[Span]
    lost: list[Loss]


def fit(tokens: Sequence[Token], spans: Sequence[Span]) -> Fit:
    """Tell the spans that tags can hold from the rest: of overlapping ones the leftmost, then the longest, stays."""
    starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
    held: list[Span] = []
    lost: list[Loss] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.label)):
        if span.start not in starts or span.end not in ends:
            lost.append(Loss(span, Reason.MISALIGNED))
        elif held and span.start < held[-1].end:
            lost.append(Loss(span, Reason.OVERLAPPING))
        else:
            held.append(span)
    return Fit(held, lost)


def bio_tags(tokens: Sequence[Token], spans: Sequence[Span]) -> list[str]:
    """Tag each token B-, I- or O; a span that tags cannot hold (`fit` tells these apart) is a BrokenError."""
    held, lost = fit(tokens, spans)
    if lost:
        raise BrokenError(f"tags cannot hold {lost[0].span}: {lost[0].reason}")
    tags = ["O"] * len(tokens)
    place = {start: at for at, (start, _) in enumerate(tokens)}
    for span in held:
        at = place[span.start]
        tags[at] = f"B-{span.label}"
        while tokens[at][1] < span.end:
            at += 1
            tags[at] = f"I-{span.label}"
    return tags


def spans_from_tags(tokens: Sequence[Token], tags: Sequence[str]) -> list[Span]:
    """Read the spans back, strictly: a stray I- tag, or not one tag per token, is Rejected."""
    if len(tokens) != len(tags):
        raise Rejected(f"{len(tags)} tags for {len(tokens)} tokens", "E_TAGS")
    for piece in pieces(tags):
        mark, _, label = piece[0].partition("-")
        if piece[0] != "O" and (mark != "B" or not label):
            raise Rejected(f"tag {piece[0]!r} continues nothing", "E_TAGS")
    return strict_spans(tokens, tags)


def strict_spans(tokens: Sequence[Token], tags: Sequence[str]) -> list[Span]:
    """Read the spans of any tags, as those of a model: a tag that continues nothing names no span."""
    found, at = [], 0
    for piece in pieces(tags):
        mark, _, label = piece[0].partition("-")
        if mark == "B":
            found.append(Span(tokens[at][0], tokens[at + len(piece) - 1][1], label))
        at += len(piece)
    return found


def pieces(tags: Sequence[str]) -> list[list[str]]:
    """Cut tags into spans and single tokens; a tag that continues nothing is a piece of its own."""
    cut: list[list[str]] = []
    for tag in tags:
        if tag.startswith("I-") and cut and cut[-1][-1] in (tag, f"B-{tag[2:]}"):
            cut[-1].append(tag)
        else:
            cut.append([tag])
    return cut
