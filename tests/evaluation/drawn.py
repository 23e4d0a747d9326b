"""Gold and proposals that hypothesis draws."""

from __future__ import annotations

from hypothesis import strategies as st

from builder.model import Span

NAMES = ("PERSON", "ORG", "GPE")


@st.composite
def flat_spans(draw: st.DrawFn) -> list[Span]:
    """Draw spans that do not overlap, in order."""
    cuts = sorted(draw(st.sets(st.integers(0, 24), max_size=10)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return [Span(start, end, draw(st.sampled_from(NAMES))) for start, end in pairs]


sentences = st.lists(flat_spans(), min_size=1, max_size=8)
gold_and_proposed = st.lists(st.tuples(flat_spans(), flat_spans()), min_size=1, max_size=8)
