"""Gold and proposals enter; what was taken for what leaves, with what was missed and what is spurious.

Spans are paired once each: those with the same bounds first, then those that share a character; within both, spans of
the same label before others. So the diagonal holds right labels, with right or moved bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from builder.evaluation.scores import Spans, touching
from builder.model import Span

Cell = tuple[str | None, str | None]
"""A gold label and a proposed one; None for no gold (spurious), or nothing proposed (missed)."""


def span_confusion(gold: Sequence[Spans], proposed: Sequence[Spans]) -> Counter[Cell]:
    """Count the pairs of labels over all sentences."""
    return Counter(cell for want, have in zip(gold, proposed, strict=True) for cell in _cells(want, have))


def label_confusion(gold: Sequence[str | None], proposed: Sequence[str | None]) -> Counter[Cell]:
    """Count the pairs of sentence labels; sentences without a gold label are left out."""
    return Counter((want, have) for want, have in zip(gold, proposed, strict=True) if want is not None)


def mistakes(texts: Sequence[str], gold: Sequence[Spans], proposed: Sequence[Spans]) -> tuple[Counter[Cell], ...]:
    """Count what was proposed wrongly, and what was missed, by covered text and label."""
    wrong, missed = Counter[Cell](), Counter[Cell]()
    for text, want, have in zip(texts, gold, proposed, strict=True):
        wrong.update((text[span.start : span.end], span.label) for span in set(have) - set(want))
        missed.update((text[span.start : span.end], span.label) for span in set(want) - set(have))
    return wrong, missed


def _cells(gold: Spans, proposed: Spans) -> Iterator[Cell]:
    wants, haves = set(gold), set(proposed)
    for want, have in _pairs(wants, haves):
        yield want.label, have.label
    yield from ((want.label, None) for want in wants)
    yield from ((None, have.label) for have in haves)


def _pairs(wants: set[Span], haves: set[Span]) -> Iterator[tuple[Span, Span]]:
    """Pair off, and take out of both sets what has its pair."""
    yield from _taken([(span, span) for span in sorted(wants & haves)], wants, haves)
    bounds = {span: other for span in wants for other in haves if (span.start, span.end) == (other.start, other.end)}
    yield from _taken(list({have: (want, have) for want, have in sorted(bounds.items())}.values()), wants, haves)
    for label in sorted({span.label for span in wants} & {span.label for span in haves}):
        yield from _taken(touching(_of(wants, label), _of(haves, label)), wants, haves)
    yield from _taken(touching(wants, haves), wants, haves)


def _taken(pairs: list[tuple[Span, Span]], wants: set[Span], haves: set[Span]) -> list[tuple[Span, Span]]:
    wants.difference_update(want for want, _ in pairs)
    haves.difference_update(have for _, have in pairs)
    return pairs


def _of(spans: set[Span], label: str) -> set[Span]:
    return {span for span in spans if span.label == label}
