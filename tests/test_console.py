"""What is said of refusals and of speed."""

from __future__ import annotations

import pytest

from builder.console import folded, rate_shown
from builder.model import Reject


def refusals(count: int, code: str = "E_RAISED", stage: str = "annotate") -> list[Reject]:
    return [Reject(stage, f"s{number}#stock", code, "it fell", "stock@1") for number in range(count)]


def test_a_few_refusals_are_all_named():
    assert 20 == len(folded(refusals(20)))


def test_of_many_refusals_a_few_are_named_and_the_rest_counted():
    lines = folded(refusals(1000))

    assert ["s0#stock (stock@1): E_RAISED: it fell", "s1#stock", "s2#stock"] == [
        lines[0], *(line.split()[0] for line in lines[1:3])
    ]  # fmt: skip
    assert ["… 997 more E_RAISED by stock@1; all of them: builder status --json"] == lines[3:]


def test_refusals_of_two_kinds_are_counted_apart():
    lines = folded([*refusals(30), *refusals(40, "E_SWITCHED_OFF")])

    assert ["… 27 more E_RAISED", "… 37 more E_SWITCHED_OFF"] == [
        line.split(" by ")[0] for line in lines if line.startswith("…")
    ]


def test_a_place_that_the_subject_names_is_not_said_twice():
    assert ["a.csv#row 3: E_EMPTY: -"] == folded([Reject("ingest", "a.csv#row 3", "E_EMPTY", "-", "row 3")])


@pytest.mark.parametrize(
    ("done", "seconds", "shown"), [(0, 1, ""), (10, 0, ""), (10, 4, "2/s"), (123_456, 2, "61,728/s")]
)
def test_a_rate_is_said_when_there_is_one(done, seconds, shown):
    assert shown == rate_shown(done, seconds)
