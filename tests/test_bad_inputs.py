"""Forty bad inputs, each through the real command line: a good file lies beside, is read, and nothing is lost.

Case, what it is, and where it is tried more closely (readers' tests name the case they try, `test_case_38_…`):

     1-2   empty, blank                    text/test_encoding.py, readers/test_text_file.py
     3-9   encodings and their marks       text/test_encoding.py
    10-20  characters                      text/test_cleaning.py, text/test_graphemes.py, studio/test_codec.py
    21     two gigabytes on one line       readers/test_jsonl.py, readers/test_csv_file.py (with their memory)
    22     no end of a sentence            here
    23-25  HTML                            readers/test_html*.py
    26     ending and content differ       readers/test_sniffing.py
    27-30  PDF                             readers/test_pdf*.py
    31     bombs                           readers/test_archive.py
    32-34  members of archives             readers/test_archive.py
    35-37  links, pipes, names             stages/test_ingest.py
    38     JSON lines                      readers/test_jsonl.py
    39     CSV                             readers/test_csv_file.py
    40     two records with one id         readers/test_jsonl.py

"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from builder.cli import main
from builder.config import read_project
from builder.model import Document, Reject, Sentence, pieces_of
from builder.readers.dispatch import _NOT_KEPT
from builder.reading import Source
from builder.store import queries
from builder.store.db import Store
from builder.text.byte_map import byte_map
from tests.project import at_work
from tests.readers.archives import tarred, zipped
from tests.readers.docxs import docx_of, paragraph, run
from tests.readers.pdfs import Word, drawn, image, pdf_of

GOOD = "The good hall opened."
ZH = "会议今天在上海开幕，各方代表发言。"


class Told(NamedTuple):
    """What one `builder ingest` left behind, the good file's own aside."""

    exit_code: int
    rejects: list[Reject]
    documents: list[Document]
    sentences: list[Sentence]
    sources: dict[str, Source]
    kept: set[str]

    @property
    def codes(self) -> list[str]:
        return [reject.code for reject in self.rejects]

    @property
    def texts(self) -> list[str]:
        return [document.text for document in self.documents]


def called(folder: Path, *arguments: str) -> int:
    return CliRunner().invoke(main, ["-C", str(folder), *arguments]).exit_code


def ingested(folder: Path, *, expected: int) -> Told:
    """Ingest what lies in `sources`; check what holds for every case."""
    sources = folder / "sources"
    sources.mkdir(exist_ok=True)
    (sources / "zz-good.txt").write_text(f"{GOOD}\n")
    assert 0 == called(folder, "init")
    exit_code = called(folder, "ingest")
    assert expected == exit_code
    told = looked_up(folder, exit_code)
    assert bool(told.rejects) == bool(exit_code)
    # A second run has nothing to do, but for what was refused whole: it is the same store.
    called(folder, "ingest")
    again = looked_up(folder, exit_code)
    assert (told.documents, told.sentences, told.kept) == (again.documents, again.sentences, again.kept)
    assert [(r.subject, r.code) for r in told.rejects] == [(r.subject, r.code) for r in again.rejects]
    return told


def looked_up(folder: Path, exit_code: int) -> Told:
    with Store(read_project(folder).hidden) as store:
        documents = [queries.find_document(store, document) for document in queries.live_documents(store)]
        assert GOOD in [document.text for document in documents]
        documents = [document for document in documents if document.text != GOOD]
        sentences = [s for document in documents for s in queries.document_sentences(store, document.id)]
        sources = {document.id: queries.find_source(store, document.source) for document in documents}
        raws = [path for path in (store.folder / "raw").rglob("*") if path.is_file()]
        kept = {hashlib.sha256(path.read_bytes()).hexdigest() for path in raws}
        return Told(exit_code, queries.rejects(store), documents, sentences, sources, kept)


def tried(folder: Path, name: str, content: bytes, *, expected: int) -> Told:
    """Ingest one file; its bytes are kept unless they could not be read."""
    (folder / "sources").mkdir()
    (folder / "sources" / name).write_bytes(content)
    told = ingested(folder, expected=expected)
    whole = [reject.code for reject in told.rejects if reject.subject == f"sources/{name}"]
    assert _NOT_KEPT & set(whole) or hashlib.sha256(content).hexdigest() in told.kept
    return told


def read_text(folder: Path, content: bytes) -> Told:
    """Ingest a text file that is fit; every sentence leads back into its bytes."""
    told = tried(folder, "page.txt", content, expected=0)
    for document in told.documents:
        source = told.sources[document.id]
        raw = content.decode(source.encoding, "surrogateescape")
        places = byte_map(content, raw, source.encoding)
        for sentence in (s for s in told.sentences if s.document == document.id):
            pieces = pieces_of(document, sentence, 0, len(sentence.text))
            assert pieces
            for start, end in pieces:
                low, high = places.span(start, end)
                assert raw[start:end] in content[low:high].decode(source.encoding, "surrogateescape")
    return told


def refused(folder: Path, name: str, content: bytes) -> Reject:
    """Ingest a file that is unfit as a whole; give its only reject."""
    told = tried(folder, name, content, expected=1)
    [reject] = told.rejects
    assert [] == told.documents
    assert (f"sources/{name}", "ingest") == (reject.subject, reject.stage)
    return reject


def flags(told: Told) -> set[str]:
    return {name for sentence in told.sentences for name in sentence.flag_names}


def test_every_case_is_tried_somewhere() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    found = {int(number) for number in re.findall(r"def test_case_0?(\d+)_", tests)}

    assert set(range(1, 41)) == found


def test_case_01_an_empty_file(tmp_path: Path) -> None:
    assert "E_EMPTY" == refused(tmp_path, "page.txt", b"").code


@pytest.mark.parametrize("content", [b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", "\ufeff\u3000\n".encode()])
def test_case_02_blanks_and_a_mark_only(content: bytes, tmp_path: Path) -> None:
    assert "E_EMPTY" == refused(tmp_path, "page.txt", content).code


def test_case_03_a_mark_is_taken_out_and_listed(tmp_path: Path) -> None:
    told = read_text(tmp_path, b"\xef\xbb\xbf" + ZH.encode())
    [document] = told.documents

    assert ([ZH], (0, 1)) == (told.texts, tuple(document.offsets.deletions[0])[:2])
    assert (0, 3) == byte_map(b"\xef\xbb\xbfx", "\ufeffx", "utf-8").span(0, 1)


def test_case_04_utf_16_without_a_mark(tmp_path: Path) -> None:
    told = read_text(tmp_path, ZH.encode("utf-16-le"))
    [document] = told.documents

    assert (ZH, ("guessed",), "utf-16-le") == (document.text, document.flags, told.sources[document.id].encoding)


def test_case_04_utf_16_that_breaks_off_within_a_character(tmp_path: Path) -> None:
    content = ZH.encode("utf-16-le") + b"\x00\xd8" + "。".encode("utf-16-le")
    reject = refused(tmp_path, "page.txt", content)

    assert ("E_ENCODING", True) == (reject.code, f"byte {2 * len(ZH)}" in reject.reason)


def test_case_05_bytes_that_are_no_characters_are_flagged(tmp_path: Path) -> None:
    told = read_text(tmp_path, f"{ZH}他很".encode() + b"\xe9\xab" + f"兴。{ZH}".encode())
    [document] = told.documents
    [damaged] = [sentence for sentence in told.sentences if "\ufffd" in sentence.text]

    assert (("bad-bytes",), ("replacement",)) == (document.flags, damaged.flag_names)
    assert 3 == len(told.sentences)


def test_case_06_gbk_is_found_without_or_against_its_label(tmp_path: Path) -> None:
    """A text file has no label; one that is wrong is tried in text/test_encoding.py."""
    told = read_text(tmp_path, ZH.encode("gbk"))

    assert ([ZH], ["gb18030"]) == (told.texts, [source.encoding for source in told.sources.values()])


def test_case_07_what_is_called_gb2312_is_read_as_gb_18030(tmp_path: Path) -> None:
    text = f"{ZH}朱镕基在㐂屋门口说了几句话。"
    told = read_text(tmp_path, text.encode("gb18030"))

    assert ([text], ["gb18030"]) == (told.texts, [source.encoding for source in told.sources.values()])


def test_case_08_two_characters_of_one_pair_of_bytes(tmp_path: Path) -> None:
    text = "佢話呢個字讀Ê\u0304，唔係讀第二個音，你哋聽清楚啲啦，唔好成日讀錯。"
    told = read_text(tmp_path, text.encode("big5hkscs"))

    assert ([text], ["big5hkscs"]) == (told.texts, [source.encoding for source in told.sources.values()])


def mixed() -> bytes:
    return f"{ZH}\n".encode() * 3 + "代表们很高兴地参加了会议。\n".encode("gbk") * 3


def test_case_09_two_encodings_in_one_file(tmp_path: Path) -> None:
    reject = refused(tmp_path, "page.txt", mixed())

    assert "E_MIXED" == reject.code
    assert re.search(r"bytes \[\d+, \d+\)", reject.reason)


def test_case_09_the_reject_has_the_byte_range_as_its_place(tmp_path: Path) -> None:
    assert re.fullmatch(r"bytes \d+-\d+", refused(tmp_path, "page.txt", mixed()).place)


def test_case_10_nul_is_kept_raw_and_not_in_the_text(tmp_path: Path) -> None:
    told = read_text(tmp_path, "会议\0今天开幕。The h\0all opened.".encode())

    assert ["会议今天开幕。", "The hall opened."] == [sentence.text for sentence in told.sentences]
    assert [(2, 3), (13, 14)] == [tuple(gone)[:2] for gone in told.documents[0].offsets.deletions]


def test_case_11_half_a_surrogate_pair_in_json(tmp_path: Path) -> None:
    content = b'{"text": "One day."}\n{"text": "\\ud800"}\n{"text": "Two days."}\n'
    told = tried(tmp_path, "rows.jsonl", content, expected=1)

    assert (["E_SURROGATE"], {"One day.", "Two days."}) == (told.codes, set(told.texts))
    assert "bytes 21-39" == told.rejects[0].place


def test_case_12_what_is_invisible_goes_and_what_joins_emoji_stays(tmp_path: Path) -> None:
    told = read_text(tmp_path, "会\u200b议今天\u00ad开幕。👩\u200d👩\u200d👧来了。".encode())

    assert ["会议今天开幕。👩\u200d👩\u200d👧来了。"] == told.texts
    assert [(1, 2), (5, 6)] == [tuple(gone)[:2] for gone in told.documents[0].offsets.deletions]


def test_case_13_marks_that_turn_the_direction_go(tmp_path: Path) -> None:
    assert ["会议今天开幕。"] == read_text(tmp_path, "会议\u202e今天\u202c开幕。".encode()).texts


def test_case_13_a_turned_direction_is_flagged(tmp_path: Path) -> None:
    told = read_text(tmp_path, "会议\u202e今天\u202c开幕。".encode())

    assert flags(told) | {flag for document in told.documents for flag in document.flags}


def test_case_14_combining_marks_stay_with_their_letters(tmp_path: Path) -> None:
    text = "Cafe\u0301 Zu\u0308rich opened its doors."

    assert [text] == read_text(tmp_path, text.encode()).texts


def test_case_15_compatibility_ideographs_are_not_replaced(tmp_path: Path) -> None:
    text = "会议\uf9dc今天\uf900开幕。"

    assert [text] == read_text(tmp_path, text.encode()).texts


@pytest.mark.parametrize("odd", ["👩\u200d👩\u200d👧", "🇨🇳", "👍🏽"])
def test_case_16_offsets_behind_joined_emoji_are_right_on_the_server(odd: str, tmp_path: Path) -> None:
    assert ["Maria", "江心岛"] == sent(tmp_path, f"{odd}{odd} Maria在“江心岛”。")


def test_case_17_offsets_behind_characters_beyond_65535_are_right_on_the_server(tmp_path: Path) -> None:
    assert ["Maria", "𠮷江"] == sent(tmp_path, "𠮷𠮷 Maria在“𠮷江”。")


def sent(folder: Path, page: str) -> list[str]:
    """Push a page; give what is marked on the server, which counts code points as we do (tried in browser/)."""
    (folder / "sources").mkdir()
    (folder / "sources" / "page.txt").write_text(page, "utf-8")
    with at_work(folder) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        [task] = studio.payloads()
    text = task["data"]["text"]
    values = [mark["value"] for mark in task["predictions"][0]["result"] if "start" in mark["value"]]
    return [text[value["start"] : value["end"]] for value in values]


def test_case_18_rare_line_ends_are_characters_like_others(tmp_path: Path) -> None:
    text = "会议\u2028今天\x85开幕\x0b完\x0c了。The end."
    told = read_text(tmp_path, text.encode())

    assert [text] == told.texts
    assert ["会议\u2028今天\x85开幕\x0b完\x0c了。", "The end."] == [sentence.text for sentence in told.sentences]


def test_case_19_line_ends_of_three_kinds(tmp_path: Path) -> None:
    raw = "第一行。\r\n第二行。\r第三行。\nLast one.\r\n"
    told = read_text(tmp_path, raw.encode())
    [document] = told.documents
    places = [pieces_of(document, s, 0, len(s.text))[0].start for s in told.sentences]

    assert ["第一行。", "第二行。", "第三行。", "Last one."] == [sentence.text for sentence in told.sentences]
    assert [raw.index(sentence.text) for sentence in told.sentences] == places


def test_case_20_private_characters_are_no_marks_of_ours(tmp_path: Path) -> None:
    text = "会议\ue000今天\uf8ff在上海\ue001开幕，\U000f0000各方代表发言。"

    assert [text] == read_text(tmp_path, text.encode()).texts


@pytest.mark.parametrize("name", ["page.txt", "rows.jsonl"])
def test_case_21_two_gigabytes_on_one_line(name: str, tmp_path: Path) -> None:
    """How much memory it takes is measured in readers/test_jsonl.py."""
    (tmp_path / "sources").mkdir()
    with (tmp_path / "sources" / name).open("wb") as file:
        file.write(b'{"text": "')
        file.truncate(2 * 2**30)
    told = ingested(tmp_path, expected=1)

    assert [(f"sources/{name}", "E_TOO_LARGE")] == [(r.subject, r.code) for r in told.rejects]


def test_case_22_a_text_without_an_end_is_flagged(tmp_path: Path) -> None:
    text = "会议今天开幕" * 35_000
    told = read_text(tmp_path, text.encode())

    assert len(text) == sum(map(len, told.texts))
    assert "capped" in flags(told)


def test_case_22_no_sentence_is_longer_than_a_person_can_read(tmp_path: Path) -> None:
    told = read_text(tmp_path, ("会议今天开幕" * 35_000).encode())

    assert max(len(sentence.text) for sentence in told.sentences) < 10_000


def test_case_26_content_wins_over_the_ending_and_both_are_kept(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "page.txt").write_bytes(gzip.compress(ZH.encode()))
    told = ingested(tmp_path, expected=0)
    with Store(read_project(tmp_path).hidden) as store:
        packed = queries.find_source(store, queries.latest_source(store, "sources/page.txt") or "")

    assert ([ZH], "application/gzip", "text/plain") == (told.texts, packed.media_type, packed.named_type)


def test_case_26_content_that_nobody_reads(tmp_path: Path) -> None:
    assert "E_TYPE" == refused(tmp_path, "page.txt", b"\x89PNG\r\n\x1a\n\0\0").code


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt"])
def test_case_32_a_member_that_leads_out(name: str, tmp_path: Path) -> None:
    told = tried(tmp_path, "a.tar", tarred({name: b"Evil.", "in.txt": ZH.encode()}), expected=1)

    assert (["E_PATH"], [ZH]) == (told.codes, told.texts)
    assert [] == [*tmp_path.rglob("out.txt"), *tmp_path.parent.glob("out.txt")]


def test_case_33_a_member_that_is_a_link(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("in.txt", ZH)
    told = tried(tmp_path, "a.zip", packed.getvalue(), expected=1)

    assert (["E_MEMBER"], [ZH]) == (told.codes, told.texts)


def test_case_34_archives_in_archives_in_archives(tmp_path: Path) -> None:
    content = zipped({"deep.txt": b"Deep."})
    for number in range(4):
        content = zipped({"in.zip": content, f"{number}.txt": f"Page {number} is here.".encode()})
    told = tried(tmp_path, "a.zip", content, expected=1)

    assert ["E_DEPTH"] == told.codes
    assert {f"Page {number} is here." for number in range(4)} == set(told.texts)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_case_34_two_members_of_one_name(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.txt", "One day.")
        made.writestr("a.txt", "Two days.")
    told = tried(tmp_path, "a.zip", packed.getvalue(), expected=0)

    assert {"One day.": "sources/a.zip!/a.txt", "Two days.": "sources/a.zip!/a (2).txt"} == {
        document.text: told.sources[document.id].path for document in told.documents
    }


def test_case_35_a_link_that_leads_to_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "loop").symlink_to(tmp_path / "sources")

    assert [] == ingested(tmp_path, expected=0).texts


@pytest.mark.parametrize("name", ["pipe.txt", "pipe.jsonl", "pipe.zip"])
def test_case_36_a_pipe(name: str, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    os.mkfifo(tmp_path / "sources" / name)

    assert ["E_IO"] == ingested(tmp_path, expected=1).codes


def test_case_36_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "gone.txt").symlink_to("nowhere.txt")

    assert ["E_IO"] == ingested(tmp_path, expected=1).codes


def test_case_37_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "sources") + b"/\xd6\xd0.txt")).write_bytes(ZH.encode())
    told = ingested(tmp_path, expected=0)

    assert {"sources/\\xd6\\xd0.txt": ZH} == {told.sources[d.id].path: d.text for d in told.documents}


@pytest.mark.parametrize(
    ("bad", "code"),
    [(b'{"text": "x"', "E_JSON"), (b'{"text": "x", "text": "y"}', "E_DUP_KEY"), (b'{"text": NaN}', "E_NAN"),
     (b'{"text": "x", "n": ' + b"[" * 9999, "E_NESTING"), (b'{"text": "x", "n": ' + b"1" * 5000 + b"}", "E_NUMBER"),
     (b'{"text": 5}', "E_FIELD")],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_case_38_a_broken_line_of_json(bad: bytes, code: str, tmp_path: Path) -> None:
    content = b'{"text": "One day."}\n' + bad + b'\n{"text": "Two days."}\n'
    told = tried(tmp_path, "rows.jsonl", content, expected=1)

    assert ([code], {"One day.", "Two days."}) == (told.codes, set(told.texts))
    assert f"bytes 21-{21 + len(bad)}" == told.rejects[0].place


@pytest.mark.parametrize(("bad", "code"), [(b'3,"open', "E_CSV"), (b"3", "E_RAGGED"), (b"3,x,y", "E_RAGGED")])
def test_case_39_a_broken_row_of_csv(bad: bytes, code: str, tmp_path: Path) -> None:
    long = "A long day passed. " * 8000
    content = b'id,text\n1,"One\nday."\n' + bad + f"\n2,{long}\n".encode()
    told = tried(tmp_path, "rows.csv", content, expected=1)

    assert ([code], f"bytes 21-{21 + len(bad)}") == (told.codes, told.rejects[0].place)
    assert {"One day.", long.strip()} == set(told.texts)


def test_case_40_two_records_with_one_id_in_one_file(tmp_path: Path) -> None:
    rows = [b'{"id": "a", "text": "One day."}'] * 2 + [b'{"id": "a", "text": "Two days."}']
    told = tried(tmp_path, "rows.jsonl", b"\n".join(rows), expected=1)

    assert (["E_DUP_ID"], ["One day."]) == (told.codes, told.texts)


def test_case_40_ids_of_two_files_do_not_clash(tmp_path: Path) -> None:
    """Files number their records each from one: only within a file do equal ids name one record."""
    (tmp_path / "sources").mkdir()
    for name, text in (("a.jsonl", "One day."), ("b.jsonl", "Two days.")):
        (tmp_path / "sources" / name).write_text(f'{{"id": "1", "text": "{text}"}}\n')
    told = ingested(tmp_path, expected=0)

    assert ["One day.", "Two days."] == sorted(told.texts)


def web_page(folder: Path, source: str) -> Told:
    """Ingest a web page that is fit."""
    return tried(folder, "page.html", source.encode(), expected=0)


def test_case_23_a_hundred_thousand_nested_tags(tmp_path: Path) -> None:
    told = web_page(tmp_path, f"<!doctype html>{'<div>' * 100_000}<p>The meeting opened on Friday.</p>")

    assert ["The meeting opened on Friday."] == told.texts
    assert "too-deep" in told.documents[0].flags


def test_case_24_what_is_hidden_is_left_out_for_a_reason(tmp_path: Path) -> None:
    told = web_page(
        tmp_path,
        "<!doctype html><script>let a;</script><p>The meeting opened.</p><p hidden>Not this.</p><!-- nor this -->"
        "<style>p {}</style><p>It closed.</p><!-- <p>no end",
    )
    [document] = told.documents

    assert "The meeting opened.\nIt closed." == document.text
    assert {"script", "hidden", "comment", "style"} <= {gone.reason for gone in document.offsets.deletions}
    assert ("unclosed-comment",) == document.flags


def test_case_25_a_reference_to_no_character(tmp_path: Path) -> None:
    told = web_page(tmp_path, "<!doctype html><p>The meeting&#x110000; opened.</p>")

    assert (["The meeting\ufffd opened."], ("bad-reference",)) == (told.texts, told.documents[0].flags)
    assert "replacement" in flags(told)


PRINTED = drawn([Word(50, 90, "The meeting opened on Friday."), Word(50, 105, "It closed on Sunday.")])


def test_case_27_an_encrypted_pdf(tmp_path: Path) -> None:
    assert "E_ENCRYPTED" == refused(tmp_path, "page.pdf", pdf_of([PRINTED], encrypt=b"secret")).code


def test_case_28_a_pdf_restricted_by_its_owner(tmp_path: Path) -> None:
    told = tried(tmp_path, "page.pdf", pdf_of([PRINTED], encrypt=b"", permissions=-64), expected=0)

    assert ("owner-restricted",) == told.documents[0].flags


def test_case_29_a_truncated_pdf(tmp_path: Path) -> None:
    content = pdf_of([PRINTED])

    assert "E_CORRUPT" == refused(tmp_path, "page.pdf", content[: len(content) * 2 // 3]).code


def test_case_30_a_pdf_of_scans(tmp_path: Path) -> None:
    assert "E_NO_TEXT_LAYER" == refused(tmp_path, "page.pdf", pdf_of([image(0, 0, 400, 400)])).code


def test_case_31_a_word_document_that_is_a_bomb(tmp_path: Path) -> None:
    bomb = docx_of(paragraph(run("x" * 8_000_000)))

    assert len(bomb) < 2**20
    assert "E_BOMB" == refused(tmp_path, "page.docx", bomb).code
