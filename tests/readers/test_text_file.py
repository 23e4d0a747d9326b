"""Text files: what is read byte for byte, and what is refused and how."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.readers import text_file
from builder.readers.blobs import File
from builder.readers.text_file import TextFile, build
from builder.reading import Reading
from builder.text.byte_map import byte_map
from tests.readers.measuring import measured


def refusal(path: Path) -> tuple[str, str]:
    """Give the code and the reason with which a file is refused."""
    with pytest.raises(Rejected) as caught:
        list(TextFile().read(File(path)))
    return caught.value.code, str(caught.value)


def reading_of(path: Path) -> Reading:
    """Give the one reading of a file."""
    [only] = TextFile().read(File(path))
    return only


def written(folder: Path, content: bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(content)
    return path


def test_no_newline_or_mark_is_translated(tmp_path: Path) -> None:
    raw = "\ufeff会议😀\r\n𠮷\rx\n".encode()

    assert raw.decode() == reading_of(written(tmp_path, raw)).text


def test_a_source_is_named_by_its_bytes(tmp_path: Path) -> None:
    source = reading_of(written(tmp_path, b"text")).source

    assert (hashlib.sha256(b"text").hexdigest(), 4, "utf-8") == (source.sha256, source.size, source.encoding)


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b" \r\n\t", "\u3000\u00a0\n".encode(), b"\x00\x00", "\u2003\x0c".encode()]
)
def test_a_file_without_text_is_refused(content: bytes, tmp_path: Path) -> None:
    assert ("E_EMPTY", "the bytes hold no text") == refusal(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("会议今天在上海开幕，各方代表发言。".encode("gb18030"), "gb18030"),
        ("會議今天在臺北開幕，各方代表發言。".encode("big5"), "big5"),
        ("The hall opened.".encode("utf-16"), "utf-16-le"),
    ],
)
def test_the_encoding_is_found_and_said(content: bytes, encoding: str, tmp_path: Path) -> None:
    reading = reading_of(written(tmp_path, content))

    assert (encoding, content) == (reading.source.encoding, reading.text.encode(encoding))


def test_bytes_that_no_text_has_are_refused(tmp_path: Path) -> None:
    assert "E_ENCODING" == refusal(written(tmp_path, bytes(range(128, 256)) * 4))[0]


@given(st.binary(max_size=20))
def test_any_bytes_are_read_whole_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    with suppress(Rejected):
        reading = reading_of(path)
        spans = byte_map(content, reading.text, reading.source.encoding)

        assert (0, len(content)) == spans.span(0, len(reading.text))


def test_a_file_above_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LARGEST", 3)

    assert "E_TOO_LARGE" == refusal(written(tmp_path, b"four"))[0]


def test_a_file_at_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LARGEST", 4)

    assert "four" == reading_of(written(tmp_path, b"four")).text


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")

    assert ("E_IO", "not a regular file") == refusal(tmp_path / "pipe.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert ("E_IO", "not a regular file") == refusal(tmp_path)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert "E_IO" == refusal(tmp_path / "gone.txt")[0]


def test_an_unreadable_file_is_refused_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read any file, so the operating system's refusal is played."""

    page = written(tmp_path, b"text")

    def refuse(path: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)

    assert ("E_IO", "cannot be read: Permission denied") == refusal(page)


def test_it_takes_text_and_markdown() -> None:
    assert {".txt", ".text", ".md", ""} == build({}).suffixes


def test_a_long_file_becomes_stretches_of_it_that_say_where_they_begin(tmp_path: Path) -> None:
    whole = "会议今天开幕，各方代表出席了会议。\n\n" * 30_000
    (tmp_path / "long.txt").write_text(whole, "utf-8", newline="")
    readings = list(build({}).read(File(tmp_path / "long.txt")))

    assert 1 < len(readings)
    assert whole == "".join(reading.text for reading in readings)
    for reading in readings:
        end = reading.start + len(reading.text)
        assert (f"characters {reading.start}-{end}", reading.text) == (reading.record, whole[reading.start : end])


def test_a_line_that_had_to_be_cut_is_flagged(tmp_path: Path) -> None:
    (tmp_path / "line.txt").write_text("会" * 350_000, "utf-8")

    assert [("torn",), ("torn",)] == [reading.flags for reading in build({}).read(File(tmp_path / "line.txt"))]


def test_one_line_of_two_gigabytes_is_refused_within_its_memory(tmp_path: Path) -> None:
    with (tmp_path / "line.txt").open("wb") as file:
        file.write("会议".encode() * 1000)
        file.truncate(2 * 2**30)
    told = measured(tmp_path / "line.txt", "text_file")

    assert [["line.txt", "E_TOO_LARGE"]] == told["rejects"]
    assert told["mebibytes"] < 300
