"""The text layer of PDFs: reading order, paragraphs and kinds on printed pages, and what is refused (27 to 30)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Reject
from builder.readers import pdf
from builder.readers.blobs import File
from builder.reading import Extract, Kind, Reading
from builder.text.structure import split_page
from tests.readers.pdf_pages import Printed, printed
from tests.readers.pdfs import Word, drawn, image, pdf_of

COLUMN = ["The council met on Monday and agreed on", "the new bridge over the river. Work will", "begin in May."]
OTHER = ["Farmers said that the water had risen for", "three days. Nobody was hurt, and the road", "is open again."]


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "page.pdf"
    path.write_bytes(content)
    [reading] = pdf.build({}).read(File(path, "page.pdf"))
    assert isinstance(reading, Reading)
    return reading


def extract_of(folder: Path, *pages: bytes) -> Extract:
    extract = read(folder, pdf_of(pages)).extract
    assert extract
    return extract


def blocks_of(extract: Extract) -> list[tuple[str, Kind | None]]:
    return [(" ".join(extract.text[block.start : block.end].split("\n")), block.kind) for block in extract.blocks]


def column(x: float, y: float, lines: Sequence[str], size: float = 10) -> list[Word]:
    """Set lines one below the other."""
    return [Word(x, y + 1.2 * size * number, line, size) for number, line in enumerate(lines)]


def refused(folder: Path, content: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        read(folder, content)
    return caught.value.code


def is_in_order(folder: Path, page: Printed) -> bool:
    """Whether the headline comes first, then each column from its top, by article or row by row in the file."""
    found = [extract_of(folder, page.content(by_rows=by_rows)) for by_rows in (False, True)]
    body = "".join(text for text, kind in blocks_of(found[0]) if kind is None)
    same = "".join("".join(page.paragraphs).split()) == "".join(body.split())
    return same and (page.headline, Kind.HEADLINE) == blocks_of(found[0])[0] and found[0].text == found[1].text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_the_text_of_printed_pages_comes_back_in_reading_order(columns: int, language: str, tmp_path: Path) -> None:
    pages = [printed(seed, language, columns, indents=seed % 2 == 0) for seed in range(14)]

    assert 13 <= sum(is_in_order(tmp_path, page) for page in pages)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_sentences_of_a_printed_page_are_found_and_lead_back(language: str, columns: int, tmp_path: Path) -> None:
    for seed in range(3):
        page = printed(seed, language, columns)
        reading = read(tmp_path, pdf_of([page.content(by_rows=True)]))
        articles = split_page(reading)
        found = [s.text for _, sentences in articles for s in sentences if s.kind is Kind.BODY]

        assert page.sentences == found
        for document, _ in articles:
            assert document.text == document.offsets.replay(reading.text)


@given(seed=st.integers(0, 99), columns=st.integers(1, 4))
@settings(max_examples=10, deadline=None)
def test_every_character_is_laid_once_or_left_out_as_layout(
    tmp_path_factory: pytest.TempPathFactory, seed: int, columns: int
) -> None:
    page = printed(seed, "en", columns).content(by_rows=False)
    reading = read(tmp_path_factory.getbasetemp(), pdf_of([page, page]))
    assert reading.extract
    offsets = reading.extract.offsets

    kept = [at for piece in offsets.pieces(0, offsets.length) for at in range(*piece)]
    gone = [at for deletion in offsets.deletions for at in range(deletion.start, deletion.end)]
    assert list(range(len(reading.text))) == sorted(kept + gone)
    assert "" == "".join(reading.text[at] for at in gone).strip()


def test_the_raw_text_is_in_the_order_of_the_file_with_a_form_feed_between_pages(tmp_path: Path) -> None:
    page = drawn([Word(50, 120, "Second."), Word(50, 90, "First.")])

    assert "Second.\r\nFirst.\fSecond.\r\nFirst." == read(tmp_path, pdf_of([page, page])).text


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    words = [word for pair in zip(column(50, 90, COLUMN), column(300, 90, OTHER), strict=True) for word in pair]

    assert [(" ".join(COLUMN), None), (" ".join(OTHER), None)] == blocks_of(extract_of(tmp_path, drawn(words)))


def test_what_spans_the_columns_divides_the_page(tmp_path: Path) -> None:
    above = [*column(50, 90, COLUMN), *column(300, 90, OTHER)]
    below = [*column(50, 200, COLUMN), *column(300, 200, OTHER)]
    across = Word(50, 160, "New bridge opens over the river after ten years", 20)
    found = blocks_of(extract_of(tmp_path, drawn([*above, *below, across])))

    left, right = (" ".join(COLUMN), None), (" ".join(OTHER), None)
    assert [left, right, (across.text, Kind.HEADLINE), left, right] == found


def test_a_headline_over_two_of_three_columns_stays_with_them(tmp_path: Path) -> None:
    words = [Word(40, 70, "Bridge opens over the wide river", 20)]
    words += [*column(40, 95, COLUMN, 7), *column(210, 95, OTHER, 7), *column(380, 66, COLUMN * 2, 7)]
    found = [text for text, _ in blocks_of(extract_of(tmp_path, drawn(words)))]

    assert ["Bridge opens over the wide river", " ".join(COLUMN), " ".join(OTHER)] == found[:3]


def test_a_headline_over_two_of_three_columns_with_nothing_beside_it_divides_the_page(tmp_path: Path) -> None:
    above = [word for x in (40, 210, 380) for word in column(x, 90, COLUMN, 7)]
    below = [word for x in (40, 210, 380) for word in column(x, 170, OTHER, 7)]
    across = Word(40, 150, "Bridge opens over the wide river", 20)
    found = [text for text, _ in blocks_of(extract_of(tmp_path, drawn([*above, across, *below])))]

    assert [*[" ".join(COLUMN)] * 3, across.text, *[" ".join(OTHER)] * 3] == found


def test_a_headline_of_two_lines_is_one(tmp_path: Path) -> None:
    words = [*column(50, 60, ["Council agrees on a bridge", "that nobody wanted"], 20), *column(50, 120, COLUMN)]

    headline = ("Council agrees on a bridge that nobody wanted", Kind.HEADLINE)
    assert headline == blocks_of(extract_of(tmp_path, drawn(words)))[0]


def test_a_large_first_letter_stands_on_its_first_line(tmp_path: Path) -> None:
    words = [
        Word(50, 114, "T", 44),
        *column(78, 90, ["he council met on Monday and", "agreed on the bridge over", "it."]),
    ]
    [(text, _), *_] = blocks_of(extract_of(tmp_path, drawn(words)))

    assert text.startswith("The council met")


def test_small_text_under_an_image_is_a_caption(tmp_path: Path) -> None:
    words = [*column(50, 90, COLUMN * 2), Word(50, 412, "The bridge at night.", 8), *column(50, 440, OTHER * 2)]
    page = drawn(words) + image(50, 842 - 400, 200, 200)

    assert ("The bridge at night.", Kind.CAPTION) in blocks_of(extract_of(tmp_path, page))
    assert Kind.CAPTION not in [kind for _, kind in blocks_of(extract_of(tmp_path, drawn(words)))]


def test_running_heads_are_navigation(tmp_path: Path) -> None:
    pages = [
        drawn([Word(50, 30, f"The Daily, page {number}", 9), *column(50, 90, lines), Word(280, 800, f"{number}")])
        for number, lines in ((1, COLUMN), (2, OTHER))
    ]
    found = blocks_of(extract_of(tmp_path, *pages))

    heads = [("The Daily, page 1", Kind.NAVIGATION), ("The Daily, page 2", Kind.NAVIGATION)]
    assert heads == [block for block in found if block[0].startswith("The")][::2]
    assert [" ".join(COLUMN), " ".join(OTHER)] == [text for text, kind in found if kind is None]


def test_a_hyphen_at_a_line_end_is_kept_for_mending(tmp_path: Path) -> None:
    extract = extract_of(tmp_path, drawn(column(50, 90, ["The govern-", "ment met."])))

    assert "The govern-\nment met." == extract.text


def test_a_character_beyond_the_basic_plane_is_one(tmp_path: Path) -> None:
    reading = read(tmp_path, pdf_of([drawn([Word(50, 90, "会议𠮷开幕。")])]))
    assert reading.extract

    assert ("会议𠮷开幕。", "会议𠮷开幕。") == (reading.text, reading.extract.text)


def test_a_turned_page_is_read_as_it_is_shown(tmp_path: Path) -> None:
    """The words are drawn upwards, and the page is turned clockwise."""
    up = b"BT 0 1 -1 0 100 50 Tm /F1 10 Tf (First line here.) Tj ET\nBT 0 1 -1 0 112 50 Tm (Second line.) Tj ET\n"

    assert (["First line here. Second line."], ()) == told(tmp_path, pdf_of([up], turn=90))
    assert (["First line here. Second line."], ("turned",)) == told(tmp_path, pdf_of([up]))


def told(folder: Path, content: bytes) -> tuple[list[str], tuple[str, ...]]:
    reading = read(folder, content)
    assert reading.extract
    return [text for text, _ in blocks_of(reading.extract)], reading.flags


def test_text_from_top_to_bottom_keeps_the_order_of_the_file(tmp_path: Path) -> None:
    down = [
        Word(x, 90 + 12 * at, c) for x, text in ((300, "会议昨日"), (284, "在北京开幕")) for at, c in enumerate(text)
    ]
    reading = read(tmp_path, pdf_of([drawn(down)]))
    assert reading.extract

    assert (("vertical",), "会议昨日在北京开幕") == (reading.flags, reading.extract.text)


def test_the_source_names_the_parser(tmp_path: Path) -> None:
    source = read(tmp_path, pdf_of([drawn(column(50, 90, COLUMN))])).source

    assert ("application/pdf", "", "pypdfium2") == (source.media_type, source.encoding, source.parser.split()[0])


def test_case_27_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    assert "E_ENCRYPTED" == refused(tmp_path, pdf_of([drawn(column(50, 90, COLUMN))], encrypt=b"secret"))


@pytest.mark.parametrize(("permissions", "flags"), [(-64, ("owner-restricted",)), (-4, ())])
def test_case_28_a_file_restricted_by_its_owner_is_read_and_flagged(
    permissions: int, flags: tuple[str, ...], tmp_path: Path
) -> None:
    content = pdf_of([drawn(column(50, 90, COLUMN))], encrypt=b"", permissions=permissions)

    assert ([" ".join(COLUMN)], flags) == told(tmp_path, content)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.95])
def test_case_29_a_truncated_file_is_refused(share: float, tmp_path: Path) -> None:
    content = pdf_of([drawn(column(50, 90, COLUMN))] * 3)

    assert "E_CORRUPT" == refused(tmp_path, content[: int(share * len(content))])


def test_a_file_with_a_wrong_directory_is_read_and_flagged(tmp_path: Path) -> None:
    content = pdf_of([drawn(column(50, 90, COLUMN))])

    assert ([" ".join(COLUMN)], ("damaged",)) == told(tmp_path, content.replace(b"\nxref\n", b"\n\n\nxrfe\n"))


def test_case_30_a_scan_is_refused(tmp_path: Path) -> None:
    assert "E_NO_TEXT_LAYER" == refused(tmp_path, pdf_of([image(50, 50, 400, 600)]))


def test_blank_pages_are_refused(tmp_path: Path) -> None:
    assert "E_EMPTY" == refused(tmp_path, pdf_of([b"", b""]))


def test_a_scanned_page_among_others_is_flagged(tmp_path: Path) -> None:
    reading = read(tmp_path, pdf_of([image(50, 50, 400, 600), drawn(column(50, 90, COLUMN))]))

    assert ("page-without-text",) == reading.flags
    assert reading.text.startswith("\f")


def test_a_page_that_cannot_be_read_is_refused_by_itself(tmp_path: Path) -> None:
    content = pdf_of([drawn(column(50, 90, COLUMN)), drawn(column(50, 90, OTHER))])
    (tmp_path / "page.pdf").write_bytes(content.replace(b"[4 0 R 6 0 R]", b"[4 0 R 9 0 R]"))
    reject, reading = pdf.build({}).read(File(tmp_path / "page.pdf", "page.pdf"))
    assert isinstance(reject, Reject)
    assert isinstance(reading, Reading)

    assert ("E_CORRUPT", "page 2", "page.pdf#page 2") == (reject.code, reject.place, reject.subject)
    assert reading.text.startswith(COLUMN[0])


def test_a_file_above_a_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = pdf_of([drawn(column(50, 90, COLUMN))])
    monkeypatch.setattr(pdf, "LONGEST", 50)
    assert "E_TOO_LARGE" == refused(tmp_path, content)

    monkeypatch.setattr(pdf, "LARGEST", 100)
    assert "E_TOO_LARGE" == refused(tmp_path, content)


def test_a_page_strewn_with_letters_keeps_the_order_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST_RUNS", 5)
    strewn = [Word(50 + 37 * at % 400, 90 + 53 * at % 600, "abcdefgh"[at]) for at in range(8)]
    reading = read(tmp_path, pdf_of([drawn(strewn)]))
    assert reading.extract

    assert ("unordered",) == reading.flags
    assert "abcdefgh" == "".join(reading.extract.text.split())


def test_lines_that_hang_below_their_mark_are_one_paragraph(tmp_path: Path) -> None:
    mark, rest = f"1. {COLUMN[0]} one of", ["the new bridge over the wide river of the north", "and the south."]
    places = [90 + 36 * number for number in range(3)]
    words = [word for y in places for word in (Word(50, y, mark), *column(62, y + 12, rest))]
    found = [text for text, _ in blocks_of(extract_of(tmp_path, drawn(words)))]

    assert [" ".join([mark, *rest])] * 3 == found


def test_a_stretched_line_is_not_taken_for_columns(tmp_path: Path) -> None:
    stretched = [Word(50 + 50 * at, 114, word) for at, word in enumerate(["the", "new", "bridge", "today."])]
    words = [*column(50, 90, COLUMN[:2]), *stretched, *column(50, 126, COLUMN)]
    [(text, _)] = blocks_of(extract_of(tmp_path, drawn(words)))

    assert " ".join([*COLUMN[:2], "the new bridge today.", *COLUMN]) == text
