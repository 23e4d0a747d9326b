"""What any reader must keep to, whoever wrote it; here the built-in ones are held to it."""

from __future__ import annotations

import hashlib
import itertools
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers import archive, csv_file, docx, hf_dataset, html, jsonl, parquet, pdf, text_file
from builder.readers.blobs import File
from builder.reading import Reading
from tests.readers.archives import tarred, zipped
from tests.readers.arrow_files import arrow
from tests.readers.arrow_files import parquet as parquet_bytes
from tests.readers.docxs import docx_of, paragraph, run
from tests.readers.pdfs import Word, drawn, pdf_of

ROWS = [
    {"id": "1", "title": "会议", "text": '会议"开幕"。\n第二行\u2028😀'},
    {"id": "2", "title": "", "text": "The meeting opened."},
]
JSONL = "".join(f"{json.dumps(row)}\n" for row in ROWS).encode()
CSV = '\ufeffid,title,text\r\n1,会议,"会议""开幕""。\n第二行"\r\n2,,The meeting opened.\r\n'.encode()
HTML = "<!doctype html><title>会议</title><nav><a href=x>首页</a></nav><p>会议&amp;\n开幕。<br>The end.</p>".encode()
COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}
FILES = {"a.txt": "会议开幕。".encode(), "b/c.jsonl": JSONL}


class Case(NamedTuple):
    """A reader, and a sound file for it."""

    reader: Reader
    name: str
    content: bytes


CASES = [
    Case(text_file.build({}), "page.txt", "\ufeff会议开幕。\r\nThe end.\n".encode()),
    Case(archive.build({}), "pages.zip", zipped(FILES)),
    Case(archive.build({}), "pages.tar", tarred(FILES)),
    Case(archive.build({}), "pages.tar.gz", tarred(FILES, "w:gz")),
    Case(jsonl.build({}), "rows.jsonl", JSONL),
    Case(jsonl.build({}), "rows.json", json.dumps(ROWS, indent=1).encode()),
    Case(csv_file.build({}), "rows.csv", CSV),
    Case(html.build({}), "page.html", HTML),
    Case(docx.build({}), "page.docx", docx_of(paragraph(run("会议 & 开幕。")) + paragraph(run("The end.")))),
    Case(pdf.build({}), "page.pdf", pdf_of([drawn([Word(50, 90, "会议开幕。"), Word(50, 105, "The end.")])])),
    Case(parquet.build({}), "rows.parquet", parquet_bytes(COLUMNS, 1)),
    Case(hf_dataset.build({}), "rows.arrow", arrow(COLUMNS, 1)),
    Case(hf_dataset.build({}), "rows.feather", arrow(COLUMNS, 1, directory=True)),
]
"""A new reader joins by a line here."""

every_reader = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
EMPTY = {"E_EMPTY", "E_CORRUPT"}
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def blob_of(case: Case, folder: Path, content: bytes | None = None) -> File:
    path = folder / case.name
    path.write_bytes(case.content if content is None else content)
    return File(path, case.name)


def shape(part: Reading | Blob | Reject) -> object:
    """Give what two runs must agree on."""
    return part if isinstance(part, Reading | Reject) else (part.name, part.sha256, part.depth, part.container)


def readings(case: Case, folder: Path) -> list[Reading]:
    return [part for part in case.reader.read(blob_of(case, folder)) if isinstance(part, Reading)]


def check(part: Reading | Blob | Reject, blob: Blob) -> None:
    """Check all that holds for any part of any bytes."""
    if isinstance(part, Reading):
        check_reading(part, blob)
    elif isinstance(part, Reject):
        assert part.stage == "ingest"
        assert part.subject.startswith(blob.name)
        assert part.code.startswith("E_")
        assert part.reason
        json.dumps([part.subject, part.reason]).encode("utf-8")
        part.reason.encode("utf-8")
    else:
        assert (part.depth, part.container) == (blob.depth + 1, blob.sha256)
        assert part.name.startswith(f"{blob.name}!/")
        assert part.sha256 == hashlib.sha256(part.open().read()).hexdigest()


def check_reading(reading: Reading, blob: Blob) -> None:
    assert (blob.sha256, blob.name, blob.size) == (reading.source.sha256, reading.source.path, reading.source.size)
    reading.text.encode("utf-8", "surrogateescape")  # a byte that is no character stays as itself
    for said in (reading.title, reading.record, reading.about.key, reading.about.url):
        said.encode("utf-8")
    assert reading.text
    if reading.extract is None:
        return
    extract = reading.extract
    assert extract.text == extract.offsets.replay(reading.text)
    assert len(reading.text) == extract.offsets.raw_length
    extract.text.encode("utf-8")
    edges = [edge for block in extract.blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    assert not edges or edges[-1] <= len(extract.text)
    for piece in extract.offsets.pieces(0, len(extract.text)):
        assert 0 <= piece.start < piece.end <= len(reading.text)


@every_reader
def test_a_sound_file_gives_parts_and_no_rejects(case: Case, tmp_path: Path) -> None:
    found = list(case.reader.read(blob_of(case, tmp_path)))

    assert found
    assert [] == [part for part in found if isinstance(part, Reject)]


@every_reader
def test_every_part_is_sound(case: Case, tmp_path: Path) -> None:
    blob = blob_of(case, tmp_path)
    for part in case.reader.read(blob):
        check(part, blob)


@every_reader
def test_a_source_is_named_by_the_bytes_of_its_file(case: Case, tmp_path: Path) -> None:
    expected = hashlib.sha256(case.content).hexdigest()

    assert {expected} >= {reading.source.sha256 for reading in readings(case, tmp_path)}


@every_reader
def test_no_two_readings_have_one_record(case: Case, tmp_path: Path) -> None:
    records = [reading.record for reading in readings(case, tmp_path)]

    assert sorted(set(records)) == sorted(records)


@every_reader
def test_reading_twice_gives_the_same(case: Case, tmp_path: Path) -> None:
    blob = blob_of(case, tmp_path)

    assert list(map(shape, case.reader.read(blob))) == list(map(shape, case.reader.read(blob)))


@every_reader
def test_the_file_is_not_changed(case: Case, tmp_path: Path) -> None:
    blob = blob_of(case, tmp_path)
    list(case.reader.read(blob))

    assert [case.name] == [path.name for path in tmp_path.iterdir()]
    assert case.content == blob.path.read_bytes()


@every_reader
def test_a_reading_can_be_sent_to_another_process(case: Case, tmp_path: Path) -> None:
    for reading in readings(case, tmp_path):
        assert reading == pickle.loads(pickle.dumps(reading))


@every_reader
def test_endings_are_lower_case_with_their_dot(case: Case) -> None:
    assert all(suffix == "" or suffix == suffix.lower() and suffix[0] == "." for suffix in case.reader.suffixes)
    assert all(kind == kind.lower() and kind.count("/") == 1 for kind in case.reader.media_types)


@every_reader
def test_an_empty_file_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(case.reader.read(blob_of(case, tmp_path, b"")))

    assert caught.value.code in EMPTY


@every_reader
def test_a_file_that_is_gone_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(case.reader.read(File(tmp_path / case.name)))

    assert "E_IO" == caught.value.code


@every_reader
@given(content=st.binary(max_size=300))
@quick
def test_any_bytes_are_read_or_refused(case: Case, content: bytes, tmp_path: Path) -> None:
    survive(case, content, tmp_path)


@every_reader
@given(content=st.data())
@quick
def test_a_damaged_file_is_read_or_refused(case: Case, content: st.DataObject, tmp_path: Path) -> None:
    survive(case, content.draw(damaged(case.content)), tmp_path)


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """Overwrite, cut out or repeat some bytes of a sound file."""
    content = sound
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        end = min(len(content), start + draw(st.integers(0, 20)))
        content = content[:start] + draw(st.binary(max_size=12)) + content[end:]
    return content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content


def survive(case: Case, content: bytes, folder: Path) -> None:
    """Read anything; each part is sound, and what cannot be read is refused."""
    blob = blob_of(case, folder, content)
    for part in itertools.islice(until_refused(case.reader, blob), 1000):
        check(part, blob)
    assert content == blob.path.read_bytes()


def until_refused(reader: Reader, blob: Blob) -> Iterator[Reading | Blob | Reject]:
    """Yield the parts of a blob, then nothing once it is refused."""
    try:
        yield from reader.read(blob)
    except Rejected as error:
        check(Reject("ingest", blob.name, error.code, str(error)), blob)
