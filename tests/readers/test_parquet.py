"""Parquet and Arrow: rows with their places, and every way a row or a file can be unfit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Reject
from builder.offset_map import Piece
from builder.readers import hf_dataset, parquet, records
from builder.readers.sniffing import media_type_of
from builder.reading import About, Reading
from tests.readers.arrow_files import arrow
from tests.readers.arrow_files import parquet as parquet_bytes
from tests.readers.measuring import measured
from tests.readers.tables import outcome, read

READER = parquet.build({})
ARROW = hf_dataset.build({})
NOON = datetime(2024, 7, 4, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
KINDS = ["parquet", "stream", "file"]


def told(folder: Path, columns: dict[str, Any], kind: str = "parquet", group: int = 100) -> list[str]:
    """Say what came of each row when the columns are written in this way."""
    if kind == "parquet":
        return outcome(READER, folder / "a.parquet", parquet_bytes(columns, group))
    return outcome(ARROW, folder / "a.arrow", arrow(columns, group, directory=kind == "file"))


def only(folder: Path, columns: dict[str, Any]) -> Reading:
    [reading] = read(READER, folder / "a.parquet", parquet_bytes(columns))
    assert isinstance(reading, Reading)
    return reading


@pytest.mark.parametrize("kind", KINDS)
@given(texts=st.lists(st.text(), min_size=1, max_size=9), group=st.integers(1, 9))
def test_what_was_written_is_read(
    kind: str, texts: list[str], group: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: every text comes back, however the rows are grouped."""
    if any("\ud800" <= character <= "\udfff" for character in "".join(texts)):
        return
    written = [f"{text}." for text in texts]

    assert written == told(tmp_path_factory.getbasetemp(), {"text": written}, kind, group)


def test_each_row_has_its_number_across_groups_and_batches(tmp_path: Path) -> None:
    content = parquet_bytes({"text": [f"Row {number}." for number in range(700)]}, 300)
    found = [part for part in read(READER, tmp_path / "a.parquet", content) if isinstance(part, Reading)]

    assert [(f"row {number}", f"Row {number}.") for number in range(700)] == [(r.record, r.text) for r in found]


def test_the_raw_text_of_a_row_is_its_text_value(tmp_path: Path) -> None:
    reading = only(tmp_path, {"text": ["会议\n😀"]})
    assert reading.extract

    assert ("会议\n😀", "会议\n😀") == (reading.text, reading.extract.text)
    assert [Piece(0, 4)] == reading.extract.offsets.pieces(0, 4)


def test_a_row_says_what_it_is(tmp_path: Path) -> None:
    columns = {"id": [7], "headline": ["Meeting"], "url": ["https://a.b/"], "license": ["CC0"], "body": ["x"]}
    reading = only(tmp_path, {**columns, "date": [date(2024, 7, 4)], "fetched": ["2024-07-05"]})
    about = About("7", "https://a.b/", "2024-07-04", "2024-07-05", "CC0")

    assert ("Meeting", about) == (reading.title, reading.about)
    assert reading.source.parser == f"pyarrow {pa.__version__}"


@pytest.mark.parametrize(
    ("value", "kind", "expected", "flags"),
    [
        (NOON, pa.timestamp("ns", "Asia/Shanghai"), "2024-07-04T12:00:00+08:00", ()),
        (NOON, pa.timestamp("ms", "+08:00"), "2024-07-04T12:00:00+08:00", ()),
        (NOON, pa.timestamp("s", "UTC"), "2024-07-04T04:00:00+00:00", ()),
        (datetime(2024, 7, 4, 12, 0, 0, 5), pa.timestamp("us"), "2024-07-04T12:00:00.000005", ()),
        (1720000000000000123, pa.timestamp("ns"), "2024-07-03T09:46:40", ()),
        (2**62, pa.timestamp("s"), "", ("column-type",)),
        (2**31 - 1, pa.date32(), "", ("column-type",)),
        (1, pa.timestamp("us", "No/Where"), "", ("column-type",)),
        (1720000000, pa.int64(), "", ("column-type",)),
        ([NOON], pa.list_(pa.timestamp("us", "UTC")), "", ("column-type",)),
        (None, pa.timestamp("us"), "", ()),
    ],
)
def test_a_time_has_a_zone_only_if_its_column_has(
    value: object, kind: pa.DataType, expected: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    columns = {"text": ["x"], "published": pa.array([value], kind)}
    [reading] = read(ARROW, tmp_path / "a.arrow", arrow(columns))
    assert isinstance(reading, Reading)

    assert (expected, flags) == (reading.about.published, reading.flags)


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()),
     pa.dictionary(pa.int32(), pa.large_string())],
)  # fmt: skip
def test_text_may_be_stored_in_several_ways(kind: pa.DataType, tmp_path: Path) -> None:
    values = ["One.", None, "二。", "One."]
    texts = pa.array(values).dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else pa.array(values, kind)

    assert ["One.", "E_NO_TEXT", "二。", "One."] == told(tmp_path, {"text": texts}, "stream")


def test_a_column_of_a_type_of_its_own_is_read_as_stored(tmp_path: Path) -> None:
    texts = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['"One."']))

    assert ['"One."'] == told(tmp_path, {"text": texts}, "stream")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "values",
    [[["a"], ["b"]], [{"a": "b"}, {"a": "c"}], [b"a", b"b"], [1, 2], [True, False], [NOON, NOON], [1.5, 2.5]],
)
def test_a_column_that_holds_no_text_is_refused_row_by_row(values: Sequence[object], kind: str, tmp_path: Path) -> None:
    assert ["E_FIELD", "E_FIELD"] == told(tmp_path, {"text": values}, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_row_is_refused_by_itself(kind: str, tmp_path: Path) -> None:
    broken = pa.array([b"One.", b"x\xff", None, b" ", b"Two.", b"Three."]).view(pa.string())
    columns = {"text": broken, "id": ["1", "2", "3", "4", "1", "6"]}

    assert ["One.", "E_ENCODING", "E_NO_TEXT", "E_EMPTY", "E_DUP_ID", "Three."] == told(tmp_path, columns, kind)


def test_a_reject_names_its_row(tmp_path: Path) -> None:
    [_, reject] = read(READER, tmp_path / "a.parquet", parquet_bytes({"text": ["One.", ""]}))
    assert isinstance(reject, Reject)

    assert ("row 1", "a.parquet#row 1", "E_EMPTY") == (reject.place, reject.subject, reject.code)


def test_a_value_above_the_limit_is_refused_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 6)

    assert ["会议", "E_TOO_LARGE", "Two."] == told(tmp_path, {"text": ["会议", "会议。", "Two."]})


def test_the_same_row_twice_is_one(tmp_path: Path) -> None:
    assert ["One."] == told(tmp_path, {"id": ["a", "a"], "text": ["One.", "One."]})


def test_options_name_the_columns(tmp_path: Path) -> None:
    content = parquet_bytes({"text": ["no"], "words": ["yes"]})

    assert ["yes"] == outcome(parquet.build({"text": "words"}), tmp_path / "a.parquet", content)


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"text": pa.array([], pa.string())}, "E_EMPTY"), ({"a": ["x"]}, "E_HEADER"), ({}, "E_HEADER")],
)
def test_a_table_without_text_is_refused(columns: dict[str, Any], code: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        told(tmp_path, columns)

    assert code == caught.value.code


def test_a_table_with_two_text_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(Rejected) as caught:
        list(read(ARROW, tmp_path / "a.arrow", sink.getvalue().to_pybytes()))

    assert "E_HEADER" == caught.value.code


def test_a_damaged_row_group_is_refused_with_its_rows_and_the_next_is_read(tmp_path: Path) -> None:
    texts = [f"Row {number}." for number in range(6)]
    options = {"compression": "none", "use_dictionary": False, "write_statistics": False, "write_page_checksum": True}
    content = parquet_bytes({"text": texts}, 2, **options)
    at = content.find(b"Row 2.")
    found = list(read(READER, tmp_path / "a.parquet", content[:at] + b"XXX" + content[at + 3 :]))

    assert ["Row 0.", "Row 1.", "E_CORRUPT", "Row 4.", "Row 5."] == [getattr(f, "text", "E_CORRUPT") for f in found]
    assert ["row 0", "row 1", "rows 2-4", "row 4", "row 5"] == [
        getattr(f, "record", getattr(f, "place", 0)) for f in found
    ]


def test_what_a_truncated_stream_still_holds_is_read(tmp_path: Path) -> None:
    content = arrow({"text": ["1" * 99, "2" * 99]}, 1)
    [first, reject] = read(ARROW, tmp_path / "a.arrow", content[: content.find(b"2" * 99)])
    assert isinstance(reject, Reject)

    assert ("1" * 99, "E_CORRUPT", "rows 1-") == (getattr(first, "text", ""), reject.code, reject.place)


@pytest.mark.parametrize("cut", [4, 40, -1, -9])
def test_a_truncated_parquet_file_is_refused(cut: int, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(read(READER, tmp_path / "a.parquet", parquet_bytes({"text": ["One."]})[:cut]))

    assert "E_CORRUPT" == caught.value.code


def test_a_place_outside_the_dictionary_is_never_followed(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0, 9, -3], pa.int8()), pa.array(["One."]), safe=False)

    assert ["E_CORRUPT"] == told(tmp_path, {"text": texts}, "stream")


def test_an_offset_outside_the_text_is_never_followed(tmp_path: Path) -> None:
    content = arrow({"text": ["One.", "Two."]})
    offsets = b"".join(number.to_bytes(4, "little") for number in (0, 4, 8))
    wrong = b"".join(number.to_bytes(4, "little") for number in (0, 2**30, 8))
    assert 1 == content.count(offsets)

    assert ["E_CORRUPT"] == outcome(ARROW, tmp_path / "a.arrow", content.replace(offsets, wrong))


def test_one_text_that_stands_there_very_often_is_cut_off_within_its_memory(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array(["a" * 2**22]))
    path = tmp_path / "bomb.parquet"
    path.write_bytes(parquet_bytes({"text": texts}, 5000, compression="zstd"))
    found = measured(path, "parquet")

    assert [["bomb.parquet", "E_BOMB"]] == found["rejects"]
    assert found["mebibytes"] < 300


def test_a_row_group_that_swells_is_refused_within_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    path.write_bytes(parquet_bytes({"text": ["b" * 2**20] * 200}, compression="zstd", use_dictionary=False))
    found = measured(path, "parquet")

    assert [[f"bomb.parquet#rows {rows}", "E_BOMB"] for rows in ("0-100", "100-200")] == found["rejects"]
    assert found["mebibytes"] < 300


def test_rows_without_text_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "FREE", 640)
    monkeypatch.setattr(parquet, "RATIO", 0)
    with pytest.raises(Rejected) as caught:
        told(tmp_path, {"text": pa.array([None] * 11, pa.string())})

    assert "E_BOMB" == caught.value.code


def test_the_types_are_told_by_the_content() -> None:
    columns = {"text": ["x"]}
    expected = [f"application/vnd.apache.{kind}" for kind in ("parquet", "arrow.stream", "arrow.file")]

    assert expected == [
        media_type_of(content[:4096])
        for content in (parquet_bytes(columns), arrow(columns), arrow(columns, directory=True))
    ]


def test_times_before_1970_are_read(tmp_path: Path) -> None:
    reading = only(tmp_path, {"text": ["x"], "published": [datetime(1949, 10, 1, tzinfo=UTC)]})

    assert "1949-10-01T00:00:00+00:00" == reading.about.published
