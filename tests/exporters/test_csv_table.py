"""Tables for spreadsheets: nothing in them runs, nothing in them is lost."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builder.exporters import csv_table
from builder.exporters.csv_table import escaped
from builder.model import Span
from tests.exporters.approved_rows import INFO, plain_row, sample_rows
from tests.exporters.reading_back import cells


def written(tmp_path, rows, options=None):
    csv_table.build(options or {}).export(rows, INFO, tmp_path)
    return tmp_path / "csv"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_no_cell_begins_as_a_formula_does(tmp_path, sign):
    text = f"{sign}cmd|' /C calc'!A0"
    folder = written(tmp_path, [plain_row(text, [Span(0, 5, "ORG")])])
    raw = (folder / "sentences.csv").read_bytes() + (folder / "spans.csv").read_bytes()

    assert 2 == raw.count(f"'{sign}cmd".encode())
    assert [text] == [row["text"] for row in cells(folder / "sentences.csv")]


def test_a_table_without_rows_still_names_its_columns(tmp_path):
    folder = written(tmp_path, [plain_row("Nothing to mark.", [])])

    assert [] == cells(folder / "spans.csv")
    assert (folder / "spans.csv").read_text("utf-8-sig").startswith("id,start,end,label,text,action,")


@given(st.text())
@example("'quoted'")
@example("'=1")
def test_one_leading_apostrophe_taken_away_gives_the_text_back(text):
    assert text == escaped(text).removeprefix("'")


def test_tables_begin_with_a_byte_order_mark_unless_told_otherwise(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    marked = written(tmp_path / "a", sample_rows())
    plain = written(tmp_path / "b", sample_rows(), {"bom": "no"})

    for name in ("sentences.csv", "spans.csv"):
        assert (marked / name).read_bytes() == b"\xef\xbb\xbf" + (plain / name).read_bytes()


def test_all_that_records_say_stands_in_the_tables(tmp_path):
    folder = written(tmp_path, sample_rows())
    zh = next(row for row in cells(folder / "sentences.csv") if row["language"] == "zh")
    moved = next(row for row in cells(folder / "spans.csv") if row["action"] == "moved")

    assert ("train", "no", "agree:2") == (zh["split"], zh["label"], zh["rule"])
    assert ["reviewer-1", "reviewer-2"] == json.loads(zh["approvers"])
    assert (zh["id"], "6", "9", "ORG", "𠮷野家", "0.9") == tuple(
        moved[key] for key in ("id", "start", "end", "label", "text", "score")
    )
    assert {""} == {row["score"] for row in cells(folder / "spans.csv") if row["action"] == "added"}
