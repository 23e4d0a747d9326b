"""Rows in their published order, read as often as needed and never held together. Pure.

Splits come in their usual order, documents within a split by id, sentences as they stand in their document: what is
added to a document, or to a corpus, stays together in the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from builder.errors import BrokenError
from builder.ports import Row

_USUAL = ("train", "validation", "test")


@dataclass(frozen=True)
class PublishedRows(Collection[Row]):
    """So many rows, which `again` gives in published order each time; any other order is a BrokenError."""

    again: Callable[[], Iterator[Row]]
    count: int

    def __len__(self) -> int:
        return self.count

    def __contains__(self, row: object) -> bool:
        return any(row == other for other in self)

    def __iter__(self) -> Iterator[Row]:
        last = None
        for row in self.again():
            key = place(row)
            if last is not None and key <= last:
                problem = "twice" if key == last else "out of order"
                raise BrokenError(f"sentence {row.sentence.id} is released {problem}")
            last = key
            yield row

    @cached_property
    def people(self) -> dict[str, str]:
        """Give every approver a pseudonym."""
        return pseudonyms(self)

    def texts(self, ids: Set[str]) -> dict[str, str]:
        """Read the texts of these sentences."""
        return {row.sentence.id: row.sentence.text for row in self.again() if row.sentence.id in ids}

    def in_splits(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Yield each split that has rows, with them; they must be read before the next split."""
        yield from groupby(self, lambda row: row.split)


def published(rows: Iterable[Row]) -> PublishedRows:
    """Put rows in published order, unless they are; two of one sentence are a BrokenError, whatever their splits."""
    if isinstance(rows, PublishedRows):
        return rows
    ordered = sorted(rows, key=place)
    told = Counter(row.sentence.id for row in ordered)
    if twice := next((id for id, times in told.items() if 1 < times), None):
        raise BrokenError(f"sentence {twice} is released twice")
    return PublishedRows(lambda: iter(ordered), len(ordered))


def place(row: Row) -> tuple[int, str, str, int, str]:
    """Say where a row stands among all others."""
    return (*split_place(row.split), row.document.id, row.sentence.number, row.sentence.id)


def split_place(name: str) -> tuple[int, str]:
    """Say where a split stands among all others: in the usual order, then by name."""
    return (_USUAL.index(name) if name in _USUAL else len(_USUAL), name)


def pseudonyms(rows: Iterable[Row]) -> dict[str, str]:
    """Number the approvers by their first approval, so that old numbers stay when a corpus and its team grow."""
    first: dict[str, str] = {}
    for row in rows:
        for person in row.gold.approval.approvers:
            first[person] = min(first.get(person, row.gold.approval.at), row.gold.approval.at)
    ordered = sorted(first, key=lambda person: (first[person], person))
    return {person: f"reviewer-{number}" for number, person in enumerate(ordered, 1)}
