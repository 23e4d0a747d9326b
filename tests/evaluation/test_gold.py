"""Lines of labelled text: what is read, and what is refused with its number."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.evaluation.gold import read_gold
from builder.model import Reject, Span


def line(**fields: object) -> bytes:
    return json.dumps({"text": "林雨在河畔说话。", "spans": [[0, 2, "PERSON"]]} | fields).encode()


def test_a_line_is_text_and_spans() -> None:
    gold, rejects = read_gold([line()], "dev.jsonl")

    assert [] == rejects
    assert [("林雨在河畔说话。", (Span(0, 2, "PERSON"),), None, "zh")] == [
        (one.sentence.text, one.spans, one.label, one.sentence.language) for one in gold
    ]


def test_a_line_may_name_label_language_and_group() -> None:
    (gold,) = read_gold([line(label="event", language="ja", group="page 1")], "x")[0]

    assert ("event", "ja", "page 1") == (gold.label, gold.sentence.language, gold.group)


def test_what_may_be_absent_may_be_null() -> None:
    (gold,) = read_gold([line(label=None, language=None, group=None)], "x")[0]

    assert (None, "zh", "line 1") == (gold.label, gold.sentence.language, gold.group)


def test_the_language_is_told_by_the_script() -> None:
    gold, _ = read_gold([line(text="Maria spoke."), line(text="Мария говорит.")], "x")

    assert ["en", "ru"] == [one.sentence.language for one in gold]


def test_a_line_without_a_group_stands_alone() -> None:
    gold, _ = read_gold([line(), line()], "x")

    assert 2 == len({one.group for one in gold})


def test_spans_are_sorted_and_each_stands_once() -> None:
    (gold,) = read_gold([line(spans=[[3, 5, "GPE"], [0, 2, "PERSON"], [3, 5, "GPE"]])], "x")[0]

    assert (Span(0, 2, "PERSON"), Span(3, 5, "GPE")) == gold.spans


def test_blank_lines_and_a_byte_order_mark_are_nothing() -> None:
    gold, rejects = read_gold([b"\xef\xbb\xbf" + line(), b"\n", b"  \r\n", line()], "x")

    assert ([1, 4], []) == ([one.sentence.number for one in gold], rejects)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b"[]", "not a JSON object"),
        (b"{}", '"text" must be a string'),
        (line(text=""), '"text" must be a string'),
        (line(text="\ud800"), "lone surrogate"),
        (line(spans=None), '"spans" must be a list'),
        (line(spans=[[0, 2]]), "a span must be"),
        (line(spans=[[0, 2, ""]]), "a span must be"),
        (line(spans=[[0.0, 2, "A"]]), "a span must be"),
        (line(spans=[[False, True, "A"]]), "a span must be"),
        (line(spans=[{"start": 0}]), "a span must be"),
        (line(spans=[[0, 9, "A"]]), r"span \[0, 9\) does not lie in the 8 characters"),
        (line(spans=[[2, 2, "A"]]), "does not lie"),
        (line(spans=[[-1, 2, "A"]]), "does not lie"),
        (line(label=7), '"label" must be a string'),
        (line(group=""), '"group" must be a string'),
    ],
    ids=range(18),
)
def test_a_bad_line_is_refused_with_its_number_and_the_rest_goes_on(bad: bytes, reason: str) -> None:
    gold, (reject,) = read_gold([line(), bad, line()], "dev.jsonl")

    assert 2 == len(gold)
    assert Reject("evaluate", "dev.jsonl", "E_GOLD", reject.reason, "line 2") == reject
    assert re.search(reason, reject.reason)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_every_line_is_read_refused_or_blank(lines: list[bytes]) -> None:
    gold, rejects = read_gold(lines, "x")

    assert sum(bool(one.strip()) for one in lines) == len(gold) + len(rejects)
