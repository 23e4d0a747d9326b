"""What is said of refusals and of speed."""

from __future__ import annotations

import pytest

from builder.console import folded, rate_shown, show_release, tally_json, told_of
from builder.flow import Tally
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


@pytest.mark.parametrize(
    ("tally", "told"),
    [(Tally("pull", 23, ()), "23 tasks looked at, 0 answers"), (Tally("pull", 1, (), 1), "1 task looked at, 1 answer"),
     (Tally("pull", 0, ()), "nothing to do"), (Tally("ingest", 2, tuple(refusals(1))), "2 done, 1 rejected")],
)  # fmt: skip
def test_a_tally_says_what_was_done(tally, told):
    assert told == told_of(tally)


def test_a_tally_for_programs_keeps_its_shape():
    assert {"stage": "pull", "done": 23, "rejected": []} == tally_json(Tally("pull", 23, (), 5))


def test_a_release_is_summed_up_and_its_empty_splits_are_named(capsys):
    rows = {"train": 20, "validation": 0, "test": 0}
    counts = {"documents": 1, "refused": 3, "flagged": 0, "unreviewed": 7, "left_out": {"group": 0, "text": 0}}
    show_release({"release": "e/v1", "rows": rows, **counts, "leakage": {"groups": 0, "clusters": 0, "texts": 0}})
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert ["released e/v1", "rows in train 20", "rows in validation none", "rows in test none", "of documents 1",
            "answered, not approved 3", "not reviewed 7"] == told[:7]  # fmt: skip
    assert "in two splits, measured on what was written: 0 groups, 0 clusters, 0 texts" == told[7]
    assert told[8].startswith("no rows in validation, test: ")


def test_a_release_says_what_it_leaves_out_since_another_split_holds_the_same(capsys):
    counts = {"documents": 1, "refused": 3, "flagged": 0, "unreviewed": 7, "left_out": {"group": 4, "text": 2}}
    show_release({"release": "e/v1", "rows": {"train": 1}, **counts, "leakage": None})
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert "approved, left out: their group stands in another split 4" in told
    assert "approved, left out: their text stands in another split 2" in told
    assert "what is left out stands in a split that needs more protection; losses.json lists it" in told
    assert [] == [line for line in told if "measured" in line]
