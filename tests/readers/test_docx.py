"""Word documents: their paragraphs, what each character of them stands for, and what is refused (case 31)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Reject
from builder.readers import archive, docx
from builder.readers.blobs import File
from builder.readers.dispatch import Readers
from builder.reading import Extract, Kind, Reading
from builder.text.structure import split_page
from tests.readers.archives import zipped
from tests.readers.docxs import W, docx_of, paragraph, run, xml_of

TEXTS = st.text(st.sampled_from("ab 会😀&<>\"'\n\t;]"), min_size=1, max_size=20)


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "page.docx"
    path.write_bytes(content)
    [reading] = docx.build({}).read(File(path, "page.docx"))
    assert isinstance(reading, Reading)
    return reading


def extract_of(folder: Path, body: str) -> Extract:
    extract = read(folder, docx_of(body)).extract
    assert extract
    return extract


def blocks_of(reading: Reading) -> list[tuple[str, Kind | None]]:
    assert reading.extract
    return [(reading.extract.text[block.start : block.end], block.kind) for block in reading.extract.blocks]


def left_out(extract: Extract, raw: str) -> dict[str, str]:
    """Give what was left out for each reason but that it is mark-up."""
    found: dict[str, str] = {}
    for start, end, reason in extract.offsets.deletions:
        if reason != "mark-up":
            found[reason] = found.get(reason, "") + raw[start:end]
    return found


def refused(folder: Path, content: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        read(folder, content)
    return caught.value.code


@given(texts=st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_what_was_written_is_read_and_leads_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]]
) -> None:
    """Law: every paragraph that holds something comes back, and the map replays it."""
    body = "".join(paragraph(run("x"), *map(run, runs)) for runs in texts)
    reading = read(tmp_path_factory.getbasetemp(), docx_of(body))
    assert reading.extract

    assert [("x" + "".join(runs), None) for runs in texts] == blocks_of(reading)
    assert reading.extract.text == reading.extract.offsets.replay(reading.text)


def test_a_character_leads_to_its_place_in_the_xml(tmp_path: Path) -> None:
    reading = read(tmp_path, docx_of(paragraph(run("会😀&é"), run("b"))))
    assert reading.extract

    pieces = [reading.extract.offsets.pieces(at, at + 1) for at in range(5)]
    assert ["会", "😀", "&amp;", "é", "b"] == [reading.text[piece.start : piece.end] for [piece] in pieces]


def test_every_character_of_the_xml_is_kept_or_has_a_reason(tmp_path: Path) -> None:
    body = paragraph(run("One"), "<w:r><w:tab/></w:r>") + paragraph(
        "<w:del><w:r><w:delText>x</w:delText></w:r></w:del>"
    )
    reading = read(tmp_path, docx_of(body))
    assert reading.extract
    offsets = reading.extract.offsets

    kept = [at for piece in offsets.pieces(0, offsets.length) for at in range(*piece)]
    gone = [at for deletion in offsets.deletions for at in range(deletion.start, deletion.end)]
    assert list(range(len(reading.text))) == sorted(kept + gone)


def test_references_and_literal_sections_are_read(tmp_path: Path) -> None:
    body = paragraph("<w:r><w:t>&#x4F1A;&#20250;&lt;<![CDATA[& a\r\n;<b>]]>\r\nend</w:t></w:r>")

    reading = read(tmp_path, docx_of(body))
    assert reading.extract

    assert "会会<& a\n;<b>\nend" == reading.extract.text
    assert ["& a"] == [reading.text[start:end] for start, end in reading.extract.offsets.pieces(3, 6)]


def test_what_stands_for_a_character_becomes_it(tmp_path: Path) -> None:
    marks = "<w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:sym w:char='F0B7'/>"
    stops = '<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>'

    assert "a\tb\nc-d\ufffd" == extract_of(tmp_path, f"<w:p>{stops}<w:r><w:t>a</w:t>{marks}</w:r></w:p>").text


def test_what_was_deleted_moved_or_hidden_is_left_out_and_what_was_inserted_kept(tmp_path: Path) -> None:
    body = paragraph(
        run("kept "),
        f"<w:ins>{run('inserted ')}</w:ins>",
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>",
        f"<w:moveFrom>{run('moved')}</w:moveFrom>",
        run("hidden", "<w:rPr><w:vanish/></w:rPr>"),
        run("shown", '<w:rPr><w:vanish w:val="0"/></w:rPr>'),
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        "<w:ruby><w:rt><w:r><w:t>huì</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>会</w:t></w:r></w:rubyBase></w:ruby>",
    )
    reading = read(tmp_path, docx_of(body))
    assert reading.extract

    assert "kept inserted shown会" == reading.extract.text
    assert {
        "deleted": "deleted",
        "moved": "moved",
        "hidden": "hidden",
        "field code": "PAGE",
        "reading aid": "huì",
    } == left_out(reading.extract, reading.text)


def test_links_and_table_cells_are_kept(tmp_path: Path) -> None:
    row = "".join(f"<w:tc>{paragraph(run(text))}</w:tc>" for text in ("North", "South"))
    body = (
        paragraph(run("See "), f"<w:hyperlink>{run('the page')}</w:hyperlink>") + f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"
    )

    assert [("See the page", None), ("North", None), ("South", None)] == blocks_of(read(tmp_path, docx_of(body)))


def test_a_text_box_is_read_once_after_the_paragraph_it_hangs_on(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph(run('In the box.'))}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    reading = read(tmp_path, docx_of(paragraph(run("Before, "), f"<w:r>{both}</w:r>", run("after."))))
    assert reading.extract

    assert [("Before, after.", None), ("In the box.", None)] == blocks_of(reading)
    assert {"fallback": "In the box."} == left_out(reading.extract, reading.text)


def test_styles_say_what_a_paragraph_is(tmp_path: Path) -> None:
    named = {"1": "heading 1", "a3": "caption"}
    styles = "".join(f'<w:style w:styleId="{id}"><w:name w:val="{name}"/></w:style>' for id, name in named.items())
    headlines, captions = ("Heading1", "Title", "标题", "1"), ("题注", "Caption", "a3")
    shown = dict.fromkeys(headlines, Kind.HEADLINE) | dict.fromkeys(captions, Kind.CAPTION)
    shown |= dict.fromkeys(("Normal", "TOCHeading"))
    body = "".join(paragraph(run(style), style=style) for style in shown)

    assert list(shown.items()) == blocks_of(read(tmp_path, docx_of(body, styles=styles)))


def test_a_document_becomes_an_article(tmp_path: Path) -> None:
    body = paragraph(run("Bridge opens"), style="Title") + paragraph(run("The bridge opened. Nobody was hurt."))
    [(document, sentences)] = split_page(read(tmp_path, docx_of(body)))

    expected = [("Bridge opens", Kind.HEADLINE), ("The bridge opened.", Kind.BODY), ("Nobody was hurt.", Kind.BODY)]
    assert expected == [(sentence.text, sentence.kind) for sentence in sentences]
    assert "Bridge opens" == document.title


def test_the_reading_says_what_it_is(tmp_path: Path) -> None:
    reading = read(tmp_path, docx_of(paragraph(run("x")), title="On bridges & rivers"))

    assert ("On bridges & rivers", "word/document.xml") == (reading.title, reading.record)
    assert ("utf-8", docx.MEDIA_TYPE) == (reading.source.encoding, reading.source.media_type)
    assert reading.text == xml_of(paragraph(run("x")))
    assert "" == reading.about.published


def test_utf_16_is_read(tmp_path: Path) -> None:
    content = zipped(
        {"word/document.xml": xml_of(paragraph(run("会议😀"))).replace("UTF-8", "UTF-16").encode("utf-16")}
    )
    reading = read(tmp_path, content)

    assert ([("会议😀", None)], "utf-16") == (blocks_of(reading), reading.source.encoding)


def test_case_31_a_bomb_is_refused(tmp_path: Path) -> None:
    assert "E_BOMB" == refused(tmp_path, docx_of(paragraph(run("a" * 2**22))))


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    assert "E_CORRUPT" == refused(tmp_path, docx_of(paragraph("<w:r><w:t>&b;</w:t></w:r>"), head=entities))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E_CORRUPT"),
        (b"Words.", "E_CORRUPT"),
        (zipped({"a.txt": b"x"}), "E_CORRUPT"),
        (zipped({"word/document.xml": b""}), "E_CORRUPT"),
        (zipped({"word/document.xml": b"<a><b></a>"}), "E_CORRUPT"),
        (zipped({"word/document.xml": b"<a>\xff</a>"}), "E_ENCODING"),
        (zipped({"word/document.xml": b'<?xml version="1.0" encoding="gb2312"?><a/>'}), "E_ENCODING"),
        (docx_of(""), "E_EMPTY"),
        (docx_of(paragraph(run(" "))), "E_EMPTY"),
    ],
)
def test_a_file_without_text_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    assert code == refused(tmp_path, content)


def test_a_document_that_lost_its_end_is_read_and_the_loss_told(tmp_path: Path) -> None:
    content = docx_of(paragraph(run("Words.")))
    (tmp_path / "page.docx").write_bytes(content[: content.index(b"PK\x01\x02")])
    reject, reading = docx.build({}).read(File(tmp_path / "page.docx", "page.docx"))
    assert isinstance(reject, Reject)
    assert isinstance(reading, Reading)

    assert ("E_CORRUPT", "page.docx") == (reject.code, reject.subject)
    assert [("Words.", None)] == blocks_of(reading)


def test_a_document_is_not_taken_for_an_archive(tmp_path: Path) -> None:
    (tmp_path / "page.zip").write_bytes(docx_of(paragraph(run("Words."))))
    found = list(Readers([archive.build({}), docx.build({})]).read(File(tmp_path / "page.zip", "page.zip")))

    assert [docx.MEDIA_TYPE] == [part.source.media_type for part in found if isinstance(part, Reading)]


def test_the_strict_form_is_read(tmp_path: Path) -> None:
    strict = xml_of(paragraph(run("Words."))).replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")

    assert [("Words.", None)] == blocks_of(read(tmp_path, zipped({"word/document.xml": strict.encode()})))
