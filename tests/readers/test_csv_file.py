"""CSV and TSV: rows with their places, and every way a row can be unfit (case 39)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Reject
from builder.offset_map import Piece
from builder.readers import csv_file, records
from builder.readers.blobs import File
from builder.reading import About, Reading
from tests.readers.measuring import measured
from tests.readers.tables import outcome, read, text_of

READER = csv_file.build({})
CELLS = st.text(st.sampled_from('ab汉😀",;\t|\n \u2028\x85\x00'), max_size=12)


def test_each_row_is_a_reading_with_its_byte_range(tmp_path: Path) -> None:
    content = '\ufeffid,text\r\n1,会议。\r\n\r\n2,"a ""b""\nc"\r\n'.encode()
    found = [part for part in read(READER, tmp_path / "a.csv", content) if isinstance(part, Reading)]

    assert ["会议。", 'a "b"\nc'] == [text_of(part) for part in found]
    assert ["1", "2"] == [part.about.key for part in found]
    for part in found:
        start, end = map(int, part.record.removeprefix("bytes ").split("-"))
        assert part.text.encode() == content[start:end]


@example(rows=[("\0", "\0")], delimiter=";")  # once taken for UTF-16
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_what_was_written_is_read_and_leads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    """Law: every cell comes back, and the map replays it."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([("title", "text"), *((title, f"{x}.") for title, x in rows)])
    path = tmp_path_factory.getbasetemp() / "law.csv"

    assert [f"{text}." for _, text in rows] == outcome(READER, path, written.getvalue().encode())


def test_a_doubled_quote_is_a_block_over_both(tmp_path: Path) -> None:
    [reading] = read(READER, tmp_path / "a.csv", b'id,text\n1,"a""b"\n')
    assert isinstance(reading, Reading)
    assert reading.extract

    assert [[Piece(3, 4)], [Piece(4, 6)], [Piece(6, 7)]] == [
        reading.extract.offsets.pieces(at, at + 1) for at in range(3)
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b"id;text\n1;a, b\n"), ("a.csv", b"id|text\n1|a, b\n"), ("a.csv", b"id\ttext\n1\ta, b\n"),
     ("a.tsv", b"id\ttext\n1\ta, b\n"), ("a.csv", b'"x,y";text\n1;a, b\n'), ("a.csv", b'text\n"a, b"\n')],
)  # fmt: skip
def test_the_delimiter_is_told_by_the_header_or_the_ending(name: str, content: bytes, tmp_path: Path) -> None:
    assert ["a, b"] == outcome(READER, tmp_path / name, content)


def test_a_row_says_what_it_is(tmp_path: Path) -> None:
    content = b"headline,url,date,publish_time,licence,body\nMeeting,https://a.b/,,2024-07-04,CC0,x\n"
    [reading] = read(READER, tmp_path / "a.csv", content)
    assert isinstance(reading, Reading)

    # The first column for the time is there and empty, so the next one counts.
    assert ("Meeting", About("", "https://a.b/", "2024-07-04", "", "CC0")) == (reading.title, reading.about)


@pytest.mark.parametrize(
    ("bad", "code"),
    [(b"3", "E_RAGGED"), (b"3,x,y", "E_RAGGED"), (b'3,"x" y', "E_CSV"), (b"3,\xff", "E_ENCODING"), (b"3,", "E_EMPTY"),
     (b"3,a\rb", "E_CSV"), (b'3,"a\nb\xff"', "E_ENCODING")],
)  # fmt: skip
def test_case_39_a_broken_row_is_refused_by_itself(bad: bytes, code: str, tmp_path: Path) -> None:
    first, reject, last = read(READER, tmp_path / "a.csv", b"id,text\n1,One.\n" + bad + b"\n2,Two.\n")
    assert isinstance(reject, Reject)

    assert ["One.", "Two."] == [text_of(part) for part in (first, last) if isinstance(part, Reading)]
    place = f"bytes 15-{15 + len(bad)}"
    assert (code, place, f"a.csv#{place}") == (reject.code, reject.place, reject.subject)


def test_case_39_a_quote_that_is_never_closed_does_not_swallow_the_rest(tmp_path: Path) -> None:
    rows = b"".join(b"%d,Row %d.\n" % (number, number) for number in range(50))
    found = outcome(READER, tmp_path / "a.csv", b'id,text\n90,"open\n' + rows)

    assert ["E_CSV", *(f"Row {number}." for number in range(50))] == found


def test_case_39_a_field_longer_than_the_standard_limit_is_read(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    long = "x" * 200_000

    assert [long] == outcome(READER, tmp_path / "a.csv", f"text\n{long}\n".encode())
    assert before == csv.field_size_limit()


def test_a_row_above_the_limit_is_refused_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 20)

    content = b"text\n" + b"x" * 20 + b"\n" + b"x" * 21 + b"\nTwo.\n" + b"x" * 30
    assert ["x" * 20, "E_TOO_LARGE", "Two.", "E_TOO_LARGE"] == outcome(READER, tmp_path / "a.csv", content)


def test_one_line_of_two_gigabytes_is_refused_within_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"id,text\n1,")
        file.truncate(2**30)
    found = measured(path, "csv_file")

    assert ["E_TOO_LARGE"] == [code for _, code in found["rejects"]]
    assert found["mebibytes"] < 300


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "E_EMPTY"), (b"\n\n", "E_EMPTY"), (b"id,text\n", "E_EMPTY"), (b"a,b\n1,2\n", "E_HEADER"),
     (b"text,text\nx,y\n", "E_HEADER"), (b"\xff,text\n1,2\n", "E_ENCODING"), (b'"text\n1\n', "E_CSV")],
)  # fmt: skip
def test_a_file_without_rows_or_header_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(read(READER, tmp_path / "a.csv", content))

    assert code == caught.value.code


ROWS_ZH = (
    "id,title,text\r\n1,会议,会议今天在上海开幕，各方代表出席了会议并发言。\r\n"
    "2,论坛,论坛明天在北京闭幕，与会者将发表共同声明。\r\n"
)


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16-le"])
def test_a_table_in_another_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    text = ROWS_ZH if encoding != "big5" else ROWS_ZH.translate(str.maketrans("会议开与声发", "會議開與聲發"))
    (tmp_path / "rows.csv").write_bytes(text.encode(encoding, "ignore"))
    found = list(csv_file.build({}).read(File(tmp_path / "rows.csv")))

    assert [encoding] * 2 == [part.source.encoding for part in found if isinstance(part, Reading)]
    assert all(part.record.startswith("utf-8 bytes ") for part in found if isinstance(part, Reading))
    assert [len((tmp_path / "rows.csv").read_bytes())] * 2 == [p.source.size for p in found if isinstance(p, Reading)]


def test_a_bad_byte_in_one_row_leaves_the_table_in_utf_8(tmp_path: Path) -> None:
    content = ROWS_ZH.encode() + b"3,x,caf\xe9 opened\r\n"
    (tmp_path / "rows.csv").write_bytes(content)
    *readings, reject = csv_file.build({}).read(File(tmp_path / "rows.csv"))

    assert ["utf-8"] * 2 == [part.source.encoding for part in readings if isinstance(part, Reading)]
    assert isinstance(reject, Reject)
    assert "E_ENCODING" == reject.code
