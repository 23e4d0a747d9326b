"""What a blob is, told by how it begins (case 26 of the forty bad inputs)."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from builder.model import Reject
from builder.readers import archive, text_file
from builder.readers.blobs import File
from builder.readers.dispatch import Readers
from builder.readers.sniffing import media_type_of
from tests.readers.archives import tarred, zipped

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = DOCX.replace("wordprocessingml.document", "spreadsheetml.sheet")
PARTS = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>"}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (zipped({"a.txt": b"x"}), "application/zip"),
        (zipped({}), "application/zip"),
        (zipped({"notes/word/a.txt": b"x"}), "application/zip"),
        (zipped({**PARTS, "word/document.xml": b"<w/>"}), DOCX),
        (zipped({"word/document.xml": b"<w/>", **PARTS}), DOCX),
        (zipped({**PARTS, "xl/workbook.xml": b"<w/>"}), XLSX),
        (zipped({"mimetype": b"application/epub+zip"}, 0), "application/epub+zip"),
        (tarred({"a.txt": b"x"}), "application/x-tar"),
        (gzip.compress(b"x"), "application/gzip"),
        (bz2.compress(b"x"), "application/x-bzip2"),
        (lzma.compress(b"x"), "application/x-xz"),
        (b"PAR1\x15\x04", "application/vnd.apache.parquet"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"HTTP/1.1 200\r\n\r\n%PDF-1.7\n", "application/pdf"),
        (b"x" * 1023 + b"\n%PDF-1.7\n", "application/pdf"),
        (b"x" * 1024 + b"\n%PDF-1.7\n", ""),
        (b"A file begins with %PDF-1.7 as we know.", ""),
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"\xef\xbb\xbf <HTML>", "text/html"),
        ("\ufeff<html>会议".encode("utf-16-le"), "text/html"),
        ("\ufeff<html>会议".encode("utf-16-be"), "text/html"),
        ("<!doctype html>".encode("utf-16-le"), "text/html"),
        (b'{"a": 1}\n{"a": 2}\n', "application/jsonl"),
        (b'{"a": 1}\r\n{"a": 2', "application/jsonl"),
        (b'{"a": 1}\n', ""),
        (b'{"a": 1}\nWords.\n', ""),
        (b'{\n"a": 1}\n', ""),
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8", "image/webp"),
        (b"Plain words.", ""),
        (b"", ""),
    ],
)  # fmt: skip
def test_a_type_is_told_by_how_the_content_begins(head: bytes, expected: str) -> None:
    assert expected == media_type_of(head[:4096])


def test_case_26_the_type_that_the_content_shows_wins_over_the_ending(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(gzip.compress(b"Words."))
    found = list(Readers([archive.build({}), text_file.build({})]).read(File(tmp_path / "page.txt", "page.txt")))

    assert ["Words."] == [part.text for part in found if hasattr(part, "text")]
    [packed] = [part for part in found if getattr(part, "path", "") == "page.txt" and hasattr(part, "media_type")]
    assert "application/gzip" == packed.media_type


def test_case_26_content_that_no_reader_takes_is_refused_by_its_type(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    [reject] = [p for p in Readers([text_file.build({})]).read(File(tmp_path / "page.txt")) if isinstance(p, Reject)]

    assert "E_TYPE" == reject.code
    assert "image/png" in reject.reason


@pytest.mark.parametrize(("name", "taken"), [("a.png", False), ("a.txt", True)])
def test_content_that_no_reader_takes_is_passed_over_unless_its_ending_promises_more(
    name: str, taken: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0")

    assert taken == Readers([text_file.build({})]).takes(File(tmp_path / name))
