"""A batch of sentences enters, its numbers leave: units, columns, and where candidate spans stand in the texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Ints
from builder.annotators.crf.columns import Columns, Seen, at_units, columns_of, dictionary_table
from builder.annotators.crf.features import features, rows_of, templates, wider_templates
from builder.annotators.crf.known import Known, Taught, known_column
from builder.annotators.crf.spans import Candidates, chosen
from builder.annotators.crf.tables import Table
from builder.annotators.crf.units import Hashes, Units, split
from builder.annotators.crf.wider import wider_columns
from builder.annotators.proposal import has_han
from builder.model import Entity, Span


@dataclass(frozen=True, slots=True)
class View:
    """A batch of sentences in numbers; rows are the units of sentences, in order."""

    seen: tuple[Seen, ...]
    units: Units
    columns: Columns
    rows: Ints
    annotators: tuple[str, ...]

    @property
    def lengths(self) -> Ints:
        """Count the units of each sentence."""
        return np.asarray(self.units.last - self.units.first)

    @property
    def sentences(self) -> Ints:
        """Name the sentence of every row."""
        return np.repeat(np.arange(len(self.seen)), self.lengths)

    def hashes(self, *, wider: bool = False) -> Hashes:
        """Give the CRFs' features, a row per unit; those that look wider see more of them."""
        chosen = templates(self.annotators)
        return features(self.columns, (*chosen, *wider_templates()) if wider else chosen, self.rows)

    def span(self, spans: Candidates, rank: int, label: str) -> tuple[int, Span]:
        """Say in which sentence a candidate stands, and where."""
        first, last = int(self.rows[spans.first[rank]]), int(self.rows[spans.last[rank]])
        sentence = int(np.searchsorted(self.units.first, first, "right")) - 1
        while not first < self.units.last[sentence]:  # an empty sentence begins where the next one does
            sentence -= 1
        origin = int(self.units.origins[sentence])
        return sentence, Span(int(self.units.starts[first]) - origin, int(self.units.ends[last]) - origin, label)


def seen_as(batch: Iterable[tuple[str, str, tuple[Entity, ...]]]) -> list[Seen]:
    """Prepare sentences: text, language, evidence; only Chinese ones have jieba's words."""
    from builder.annotators.tagger import shared

    sentences = list(batch)
    is_chinese = [language == "zh" and has_han(text) for text, language, _ in sentences]
    tagged = iter(shared().tag([one[0] for one, has_words in zip(sentences, is_chinese, strict=True) if has_words]))
    pairs = zip(sentences, is_chinese, strict=True)
    return [Seen(text, next(tagged) if has_words else (), evidence) for (text, _, evidence), has_words in pairs]


def view_of(
    seen: Sequence[Seen], annotators: tuple[str, ...], known: Known, own: Sequence[Taught] | None = None
) -> View:
    """Turn sentences into numbers; `own` is what the group of each taught, if training sees them."""
    units = split([one.text for one in seen])
    columns = columns_of(units, seen, _dictionary(), annotators)
    columns.update(wider_columns(units, seen))
    columns["known"] = known_column(units, known, own)
    return View(tuple(seen), units, columns, rows_of(units), annotators)


def gold_tags(view: View, gold: Sequence[Sequence[Span]]) -> NDArray[np.int64]:
    """Tag every row: 0 outside, 1 at the beginning of a span, 2 inside one."""
    tags = np.zeros(view.units.count, np.int64)
    for sentence, spans in enumerate(gold):
        for span in spans:
            first, last = at_units(view.units, sentence, span.start, span.end)
            tags[first : last + 1] = 2
            tags[first] = 1
    return tags[view.rows]


def label_tags(view: View, gold: Sequence[Sequence[Span]], labels: Sequence[str]) -> NDArray[np.int64]:
    """Tag every row: 0 outside, else one more than the place of its label."""
    tags = np.zeros(view.units.count, np.int64)
    for sentence, spans in enumerate(gold):
        for span in spans:
            first, last = at_units(view.units, sentence, span.start, span.end)
            tags[first : last + 1] = labels.index(span.label) + 1
    return tags[view.rows]


def kept(spans: Candidates, threshold: float) -> list[int]:
    """Choose the spans that stay: no two share a unit, and the sum of what they are worth is greatest."""
    worth = (spans.chances.max(1, initial=0.0) - threshold).tolist()
    return chosen(spans.first.tolist(), spans.last.tolist(), worth)


@cache
def _dictionary() -> Table:
    from builder.annotators.tagger import word_tags

    return dictionary_table(word_tags())
