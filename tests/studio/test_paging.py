"""Laws of a whole list: all of it or an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Unavailable
from builder.studio.paging import read_in_halves, read_whole
from builder.studio.wire import Choked, NotThere


@dataclass
class Row:
    id: int


class Listing:
    """A list cut into pages, as a server does it; each sweep of the list may see another state of it."""

    def __init__(self, size: int, *states: list[int]) -> None:
        self.size, self.states, self.sweeps = size, states, 0

    def page(self, number: int) -> tuple[int, list[Row]]:
        self.sweeps += number == 1
        ids = self.states[min(self.sweeps, len(self.states)) - 1]
        start = (number - 1) * self.size
        if start and start >= len(ids):
            raise NotThere("no such page")
        return len(ids), [Row(i) for i in ids[start : start + self.size]]


@given(st.lists(st.integers(1, 10_000), unique=True), st.integers(1, 7))
def test_every_row_comes_once_and_in_order(ids: list[int], size: int) -> None:
    assert ids == [row.id for row in read_whole(Listing(size, ids).page, "tasks")]


def test_a_list_that_shows_a_row_twice_is_read_again() -> None:
    listing = Listing(2, [1, 2, 2, 3], [1, 2, 3])

    assert [1, 2, 3] == [row.id for row in read_whole(listing.page, "tasks")]


def test_a_list_that_ends_before_its_total_is_an_error() -> None:
    def page(number: int) -> tuple[int, list[Row]]:
        if number == 2:
            raise NotThere("no such page")
        return 3, [Row(1), Row(2)]

    with pytest.raises(Unavailable, match="did not hold still"):
        read_whole(page, "tasks")


def test_an_empty_page_in_the_middle_is_an_error() -> None:
    with pytest.raises(Unavailable):
        read_whole(lambda number: (3, [Row(1), Row(2)] if number == 1 else []), "tasks")


def test_a_total_that_changes_between_pages_is_an_error() -> None:
    with pytest.raises(Unavailable):
        read_whole(lambda number: (2 + number, [Row(2 * number), Row(2 * number + 1)]), "tasks")


@given(st.sets(st.integers(1, 500), max_size=120), st.data())
def test_whatever_cannot_be_given_back_is_named_and_all_else_is_read_in_order(
    ids: set[int], data: st.DataObject
) -> None:
    poisoned = data.draw(st.sets(st.sampled_from(sorted(ids)))) if ids else set()
    asked: list[int] = []

    def read(some: Sequence[int]) -> list[int]:
        asked.append(len(some))
        if poisoned & set(some):
            raise Choked("500")
        return [*some]

    assert (sorted(ids - poisoned), sorted(poisoned)) == read_in_halves(sorted(ids), read)
    assert len(asked) <= 1 + 2 * len(poisoned) * max(1, len(ids)).bit_length()


def test_a_server_that_is_away_is_not_taken_for_poison() -> None:
    def read(some: Sequence[int]) -> list[int]:
        raise Unavailable("no answer")

    with pytest.raises(Unavailable):
        read_in_halves([1, 2, 3], read)
