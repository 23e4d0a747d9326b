"""JSON lines: records with their places, and every way a record can be unfit (cases 11, 21, 38 and 40)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected, UsageError
from builder.model import Reject
from builder.offset_map import Piece
from builder.readers import jsonl, records
from builder.readers.blobs import File
from builder.reading import About, Reading
from tests.readers.measuring import measured
from tests.readers.tables import outcome, read, text_of

READER = jsonl.build({})
GOOD = b'{"text": "One."}'


def lines(*parts: bytes) -> bytes:
    return b"\n".join(parts) + b"\n"


def refused(folder: Path, bad: bytes) -> Reject:
    """Put a bad line between two good ones; give its reject, the good ones being read."""
    first, reject, last = read(READER, folder / "a.jsonl", lines(GOOD, bad, b'{"text": "Two."}'))
    assert isinstance(first, Reading)
    assert isinstance(last, Reading)
    assert isinstance(reject, Reject)
    assert ["One.", "Two."] == [text_of(first), text_of(last)]
    return reject


def test_each_line_is_a_reading_with_its_byte_range(tmp_path: Path) -> None:
    content = lines('{"text": "会议。"}'.encode(), b"", b'{"text": "Two."}\r')
    found = list(read(READER, tmp_path / "a.jsonl", content))

    assert ["bytes 0-21", "bytes 23-40"] == [part.record for part in found if isinstance(part, Reading)]
    for part in found:
        assert isinstance(part, Reading)
        start, end = map(int, part.record.removeprefix("bytes ").split("-"))
        assert part.text.encode() == content[start:end]


@pytest.mark.parametrize("ascii_only", [True, False])
@given(text=st.text(min_size=1), other=st.text())
def test_the_text_leads_back_into_its_line(
    tmp_path_factory: pytest.TempPathFactory, ascii_only: bool, text: str, other: str
) -> None:
    """Law: whatever the escapes, the map replays the text, and each plain character is a copy of its own."""
    if any("\ud800" <= character <= "\udfff" for character in text + other):
        return
    line = json.dumps({"before": other, "text": f"{text}.", "after": [other]}, ensure_ascii=ascii_only)
    [reading] = read(READER, tmp_path_factory.getbasetemp() / "law.jsonl", line.encode())

    assert isinstance(reading, Reading)
    assert f"{text}." == text_of(reading)
    for segment in reading.extract.offsets.segments if reading.extract else ():
        assert segment.is_copy or "\\" == reading.text[segment.pieces[0].start]


def test_an_escape_is_a_block_over_its_own_characters(tmp_path: Path) -> None:
    [reading] = read(READER, tmp_path / "a.jsonl", rb'{"text": "a\n\u4f1a\ud83d\ude00b"}')
    assert isinstance(reading, Reading)
    assert reading.extract

    assert "a\n会😀b" == reading.extract.text
    places = [[(10, 11)], [(11, 13)], [(13, 19)], [(19, 31)], [(31, 32)]]
    assert [[Piece(*place) for place in there] for there in places] == [
        reading.extract.offsets.pieces(at, at + 1) for at in range(5)
    ]
    gone = [tuple(deletion) for deletion in reading.extract.offsets.deletions]
    assert [(0, 10, "outside the text"), (32, 34, "outside the text")] == gone


def test_a_byte_order_mark_stands_in_the_raw_text(tmp_path: Path) -> None:
    [reading] = read(READER, tmp_path / "a.jsonl", b"\xef\xbb\xbf" + GOOD)
    assert isinstance(reading, Reading)

    assert ("\ufeff" + GOOD.decode(), "One.") == (reading.text, text_of(reading))


def test_a_record_says_what_it_is(tmp_path: Path) -> None:
    row = {"id": 7, "headline": " Meeting ", "url": "https://a.b/", "date": "2024-07-04", "license": "CC0", "body": "x"}
    [reading] = read(READER, tmp_path / "a.jsonl", json.dumps(row).encode())
    assert isinstance(reading, Reading)

    assert ("Meeting", About("7", "https://a.b/", "2024-07-04", "", "CC0")) == (reading.title, reading.about)


@pytest.mark.parametrize(
    ("stated", "expected", "flags"),
    [("2024-07-04 10:20:30", "2024-07-04T10:20:30", ()), ("2024-07-04T10:20:30Z", "2024-07-04T10:20:30+00:00", ()),
     ("", "", ()), (None, "", ()), ("July 4", "", ("column-type",)), (1720000000, "", ("column-type",))],
)  # fmt: skip
def test_a_time_is_taken_as_stated_or_flagged(
    stated: object, expected: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    [reading] = read(READER, tmp_path / "a.jsonl", json.dumps({"text": "x", "published": stated}).encode())
    assert isinstance(reading, Reading)

    assert (expected, flags) == (reading.about.published, reading.flags)


def test_options_name_the_columns(tmp_path: Path) -> None:
    reader = jsonl.build({"text": "words", "id": "key"})
    [reading] = read(reader, tmp_path / "a.jsonl", b'{"text": "no", "words": "yes", "key": "k"}')
    assert isinstance(reading, Reading)

    assert ("yes", "k") == (text_of(reading), reading.about.key)


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown option 'txt'; known: text, id"):
        jsonl.build({"txt": "words"})


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b'{"text": "x"', "E_JSON"),
        (b'{"text": "x",}', "E_JSON"),
        (b'{"text": "x"} {}', "E_JSON"),
        (b'{"text" "x"}', "E_JSON"),
        (b"{text: 1}", "E_JSON"),
        (b'{"text": "a\tb"}', "E_JSON"),
        (b"nonsense", "E_JSON"),
        (b'["text"]', "E_RECORD"),
        (b'"text"', "E_RECORD"),
        (b'{"text": "x", "text": "y"}', "E_DUP_KEY"),
        (b'{"text": "x", "a": {"b": 1, "b": 2}}', "E_DUP_KEY"),
        (b'{"text": "x", "n": NaN}', "E_NAN"),
        (b'{"text": "x", "n": [-Infinity]}', "E_NAN"),
        (b'{"text": "x", "n": ' + b"1" * 5000 + b"}", "E_NUMBER"),
        (b'{"text": "x", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "E_NESTING"),
        (b'{"text": "x", "n": ' + b"[" * 100_000 + b"}", "E_NESTING"),
        (b'{"text": 5}', "E_FIELD"),
        (b'{"text": ["x"]}', "E_FIELD"),
        (b'{"words": "x"}', "E_NO_TEXT"),
        (b'{"text": null}', "E_NO_TEXT"),
        (b"{}", "E_NO_TEXT"),
        (b'{"text": ""}', "E_EMPTY"),
        (b'{"text": " \\n\\u3000"}', "E_EMPTY"),
        (b'{"text": "x", "id": [1]}', "E_ID"),
        (b'{"text": "x\xff"}', "E_ENCODING"),
    ],
)  # fmt: skip
def test_case_38_a_broken_line_is_refused_by_itself(bad: bytes, code: str, tmp_path: Path) -> None:
    reject = refused(tmp_path, bad)
    place = f"bytes {len(GOOD) + 1}-{len(GOOD) + 1 + len(bad)}"

    assert (code, place, f"a.jsonl#{place}") == (reject.code, reject.place, reject.subject)
    assert reject.reason


@pytest.mark.parametrize(
    "bad", [rb'{"text": "\ud800"}', rb'{"text": "\udc00\ud800"}', rb'{"text": "x", "title": "\ud83d"}']
)
def test_case_11_half_a_surrogate_pair_is_refused(bad: bytes, tmp_path: Path) -> None:
    assert "E_SURROGATE" == refused(tmp_path, bad).code


def test_brackets_within_strings_do_not_nest(tmp_path: Path) -> None:
    assert ["[" * 500] == outcome(READER, tmp_path / "a.jsonl", b'{"text": "' + b"[" * 500 + b'"}')


def test_case_21_one_line_of_two_gigabytes_is_refused_within_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        file.truncate(2 * 2**30)
    found = measured(path, "jsonl")

    assert [["long.jsonl", "E_TOO_LARGE"]] == found["rejects"]
    assert found["mebibytes"] < 300


def test_case_21_a_long_line_is_refused_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 20)
    bad = b'{"text": "' + b"x" * 3_000_000 + b'"}'

    reject = refused(tmp_path, bad)
    assert ("E_TOO_LARGE", f"bytes 17-{17 + len(bad)}") == (reject.code, reject.place)


def test_a_line_of_just_the_longest_length_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", len(GOOD))

    assert ["One.", "One."] == outcome(READER, tmp_path / "a.jsonl", GOOD + b"\n" + GOOD)


def test_case_40_the_same_record_twice_is_one(tmp_path: Path) -> None:
    row = b'{"id": "a", "text": "One."}'

    assert ["One."] == outcome(READER, tmp_path / "a.jsonl", lines(row, row, b'{"text":"One.","id":"a"}'))


@pytest.mark.parametrize("other", [b'{"id": "a", "text": "Two."}', b'{"id": "a", "text": "One.", "url": "x"}'])
def test_case_40_another_record_under_the_same_id_is_refused(other: bytes, tmp_path: Path) -> None:
    row = b'{"id": "a", "text": "One."}'

    assert ["One.", "E_DUP_ID"] == outcome(READER, tmp_path / "a.jsonl", lines(row, other, row))


def test_records_without_an_id_are_all_kept(tmp_path: Path) -> None:
    assert ["One.", "One."] == outcome(READER, tmp_path / "a.jsonl", lines(GOOD, GOOD))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf\n", b" \r\n"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_file_without_records_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(read(READER, tmp_path / name, content))

    assert "E_EMPTY" == caught.value.code


@pytest.mark.parametrize(
    "content",
    [b'[{"text": "One."}, {"text": "Two."}]', b'\xef\xbb\xbf [\n{"text": "One."},\r\n {"text": "Two."}\n]\n',
     b'{"a": {"text": "One."}, "b": {"text": "Two."}}', lines(GOOD, b'{"text": "Two."}')],
)  # fmt: skip
def test_a_json_file_of_records_is_read(content: bytes, tmp_path: Path) -> None:
    found = [part for part in read(READER, tmp_path / "a.json", content) if isinstance(part, Reading)]

    assert ["One.", "Two."] == [text_of(part) for part in found]
    for part in found:
        start, end = map(int, part.record.removeprefix("bytes ").split("-"))
        assert part.text.encode() == content[start:end]


def test_a_json_file_may_be_one_record(tmp_path: Path) -> None:
    assert ["会议。"] == outcome(READER, tmp_path / "a.json", '{\n "text": "会议。"\n}\n'.encode())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"text": "One."}, {"text": NaN}, {"text": "Two."}]', ["One.", "E_NAN", "Two."]),
        (b'[{"text": "One."}, 5, {"text": "Two."}]', ["One.", "E_RECORD", "Two."]),
        (b'[{"text": "One."}, {"text: 1}]', ["One.", "E_JSON"]),
        (b'[{"text": "One."}', ["One.", "E_JSON"]),
        (b'[{"text": "One."}] x', ["One.", "E_JSON"]),
        (b'{"text": "One."', ["E_JSON"]),
    ],
)
def test_case_38_what_can_be_read_of_a_broken_json_file_is_read(
    content: bytes, expected: list[str], tmp_path: Path
) -> None:
    assert expected == outcome(READER, tmp_path / "a.json", content)


def test_a_json_file_above_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LARGEST", 4)
    with pytest.raises(Rejected) as caught:
        list(read(READER, tmp_path / "a.json", b"[1, 2]"))

    assert "E_TOO_LARGE" == caught.value.code


def test_lines_in_another_encoding_are_read(tmp_path: Path) -> None:
    lines = '{"text": "会议今天在上海开幕，各方代表出席了会议并发言。"}\n{"text": "论坛明天闭幕。"}\n'
    (tmp_path / "rows.jsonl").write_bytes(lines.encode("gb18030"))
    found = list(jsonl.build({}).read(File(tmp_path / "rows.jsonl")))
    readings = [part for part in found if isinstance(part, Reading)]

    assert ["gb18030", "gb18030"] == [reading.source.encoding for reading in readings]
    assert lines.splitlines() == [reading.text for reading in readings]
