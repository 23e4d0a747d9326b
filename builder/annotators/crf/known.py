"""Approved spans enter; how often each text was a span, under which label, leaves: what training knew.

While training, a sentence does not see what it alone taught: a span then looks to it as it would to a new sentence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from builder.annotators.crf.columns import marked, number_of
from builder.annotators.crf.tables import Table, matches, terms_table
from builder.annotators.crf.units import Hashes, Units
from builder.model import Span

LONGEST = 12
Taught = tuple[tuple[str, str], ...]
"""The spans one sentence taught: their texts in lower case, and labels."""


@dataclass(frozen=True)
class Known:
    """Texts that were spans, with a count per label."""

    counts: Mapping[str, Mapping[str, int]]
    terms: tuple[str, ...] = field(init=False)
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.counts)))
        object.__setattr__(self, "table", terms_table(self.terms, range(1, len(self.terms) + 1)))

    def label_of(self, term: str, without: Taught = ()) -> str | None:
        """Give the most frequent label of a text, not counting what one sentence taught."""
        left = Counter(self.counts[term])
        left.subtract(label for text, label in without if text == term)
        count, label = max((count, label) for label, count in left.items())
        return label if 0 < count else None


def known_of(taught: Sequence[Taught]) -> Known:
    """Count the spans of sentences."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for spans in taught:
        for text, label in spans:
            counts[text][label] += 1
    return Known({text: dict(sorted(labels.items())) for text, labels in counts.items()})


def taught_by(text: str, gold: Sequence[Span]) -> Taught:
    """Give what a sentence teaches."""
    return tuple((text[span.start : span.end].lower(), span.label) for span in gold)


def known_column(units: Units, known: Known, own: Sequence[Taught] | None = None) -> Hashes:
    """Mark known spans, longer ones over shorter; `own` is what each sentence itself taught, if it did."""
    found: list[tuple[int, int, int]] = []
    for size, at, ranks in matches(units, known.table, range(1, LONGEST + 1)) if known.terms else ():
        sentences = np.searchsorted(units.first, at, "right") - 1
        for first, rank, sentence in zip(at.tolist(), ranks.tolist(), sentences.tolist(), strict=True):
            label = known.label_of(known.terms[rank - 1], own[sentence] if own else ())
            if label is not None:
                found.append((int(units.starts[first]), int(units.ends[first + size - 1]), number_of(label)))
    return marked(units, found)
