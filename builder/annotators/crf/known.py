"""Approved spans enter; how often each text was a span, under which label, leaves: what training knew.

While training, a sentence does not see what its group alone taught (it, its copies, its document): a span then looks to
it as it would to a new sentence.
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
Taught = Counter[tuple[str, str]]
"""Spans that were taught, each so often: their texts in lower case, and labels."""


@dataclass(frozen=True)
class Known:
    """Texts that were spans, with a count per label."""

    counts: Mapping[str, Mapping[str, int]]
    terms: tuple[str, ...] = field(init=False)
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.counts)))
        object.__setattr__(self, "table", terms_table(self.terms, range(1, len(self.terms) + 1)))

    def label_of(self, term: str, without: Taught) -> str | None:
        """Give the most frequent label of a text, not counting what some sentences taught."""
        left = ((count - without[term, label], label) for label, count in self.counts[term].items())
        count, label = max(left)
        return label if 0 < count else None


def known_of(taught: Sequence[Taught]) -> Known:
    """Count the spans of sentences."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for spans in taught:
        for (text, label), count in spans.items():
            counts[text][label] += count
    return Known({text: dict(sorted(labels.items())) for text, labels in counts.items()})


def taught_by(text: str, gold: Sequence[Span]) -> Taught:
    """Give what a sentence teaches."""
    return Counter((text[span.start : span.end].lower(), span.label) for span in gold)


def taught_together(taught: Sequence[Taught], groups: Sequence[int]) -> list[Taught]:
    """Give what the group of each sentence taught."""
    of_group: dict[int, Taught] = {}
    for group, spans in zip(groups, taught, strict=True):
        of_group.setdefault(group, Counter()).update(spans)
    return [of_group[group] for group in groups]


def known_column(units: Units, known: Known, own: Sequence[Taught] | None = None) -> Hashes:
    """Mark known spans, longer ones over shorter; `own` is what each sentence's group taught, if it did."""
    nothing: Taught = Counter()
    found: list[tuple[int, int, int]] = []
    for size, at, ranks in matches(units, known.table, range(1, LONGEST + 1)) if known.terms else ():
        sentences = np.searchsorted(units.first, at, "right") - 1
        for first, rank, sentence in zip(at.tolist(), ranks.tolist(), sentences.tolist(), strict=True):
            label = known.label_of(known.terms[rank - 1], own[sentence] if own else nothing)
            if label is not None:
                found.append((int(units.starts[first]), int(units.ends[first + size - 1]), number_of(label)))
    return marked(units, found)
