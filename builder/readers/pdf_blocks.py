"""The paragraphs of all pages become one extract, each character with its place.

Enters: the glyphs of pages. Leaves: an extract in reading order. Pure: no file and no library is known here.
Only what the print itself shows is told: large letters are a headline, small ones under an image a caption, what
stands on several pages at the same place a running head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from builder.offset_map import OffsetMap
from builder.readers.gaps import gaps_between
from builder.readers.pdf_layout import BIG, Glyph
from builder.readers.pdf_paragraphs import CJK, HYPHENS, WORD_GAP, Page, Paragraph, joined, paragraphs_on
from builder.reading import Block, Extract, Kind
from builder.text.lines import joint_of
from builder.text.scripts import width
from builder.tiling import Laying

# In units of the font size: a large first letter; a caption's letters and its distance from the image.
_INITIAL, _SMALL, _NEAR_IMAGE = 1.8, 0.92, 2.5
# Between Chinese and other letters a smaller gap is the printer's.
_CELL_GAP = 0.7
# Points between the heights of a running head on two pages.
_SAME_PLACE = 3.0
_LONGEST_HEADLINE, _LONGEST_CAPTION = 100, 240
_MARGIN_LINES = 2
_FIGURES = re.compile(r"\d+")


def extract_of(raw: str, pages: Sequence[Page]) -> Extract:
    """Lay the text of all pages in reading order."""
    sizes = [glyph.size for page in pages for glyph in (*page.glyphs, *page.turned)]
    body = median(sizes)
    paragraphs = []
    for number, page in enumerate(pages):
        for paragraph in paragraphs_on(page, number):
            paragraph.kind = _kind(paragraph, page, body)
            paragraphs.append(paragraph)
    _mark_running_heads(paragraphs)
    return _laid(raw, joined(paragraphs))


def _kind(paragraph: Paragraph, page: Page, body: float) -> Kind | None:
    """Tell a headline by its size, and a caption by its size and the image it stands under."""
    length = width(paragraph.text)
    if BIG * body <= paragraph.size and length <= _LONGEST_HEADLINE:
        return Kind.HEADLINE
    if paragraph.size <= _SMALL * body and length <= _LONGEST_CAPTION and _is_under_image(paragraph, page):
        return Kind.CAPTION
    return None


def _is_under_image(paragraph: Paragraph, page: Page) -> bool:
    first = paragraph.lines[0]
    for left, right, bottom in page.images:
        shared = min(right, first.right) - max(left, first.left)
        near = -first.size < first.top - bottom < _NEAR_IMAGE * first.size
        if near and min(first.right - first.left, right - left) <= 2 * shared:
            return True
    return False


def _mark_running_heads(paragraphs: Sequence[Paragraph]) -> None:
    """Type what stands above or below all else on several pages, but for its figures, at one height."""
    by_page: dict[int, list[Paragraph]] = {}
    for paragraph in paragraphs:
        by_page.setdefault(paragraph.page, []).append(paragraph)
    margins = [paragraph for found in by_page.values() for paragraph in _margins(found)]
    seen = Counter(_signature(paragraph) for paragraph in margins)
    for paragraph in margins:
        text, height = _signature(paragraph)
        if 1 < sum(seen[text, height + shift] for shift in (-1, 0, 1)):
            paragraph.kind = Kind.NAVIGATION


def _margins(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Find the single lines of a page that may be running heads or feet."""
    heights = sorted({line.base for paragraph in paragraphs for line in paragraph.lines})
    outer = {*heights[:_MARGIN_LINES], *heights[-_MARGIN_LINES:]}
    return (paragraph for paragraph in paragraphs if len(paragraph.lines) == 1 and paragraph.lines[0].base in outer)


def _signature(paragraph: Paragraph) -> tuple[str, int]:
    return _FIGURES.sub("0", paragraph.text), round(paragraph.lines[0].base / _SAME_PLACE)


def _laid(raw: str, paragraphs: Iterable[Paragraph]) -> Extract:
    """Lay paragraphs with a blank line between them; what is not laid was white space of the file."""
    laying, blocks = Laying(), list[Block]()
    placed: list[tuple[int, int]] = []
    text: list[str] = []
    length = 0

    def lay(shown: str, start: int, end: int) -> None:
        nonlocal length
        if shown == raw[start:end]:
            laying.copy(start, end)
        else:
            laying.block(shown, (start, end) if start < end else ())
        placed.append((start, end))
        text.append(shown)
        length += len(shown)

    for paragraph in paragraphs:
        if length:
            lay("\n\n", 0, 0)
        start = length
        for shown, low, high in _pieces(raw, paragraph):
            if shown:
                lay(shown, low, high)
        blocks.append(Block(start, length, paragraph.kind))
    offsets = OffsetMap.laid(len(raw), laying.tiling(), {"layout": gaps_between(placed, len(raw))})
    return Extract("".join(text), offsets, tuple(blocks), is_paged=True)


def _pieces(raw: str, paragraph: Paragraph) -> Iterator[tuple[str, int, int]]:
    """Write a paragraph as characters with their places; what the print only implies has none."""
    for number, line in enumerate(paragraph.lines):
        if number:
            last = paragraph.lines[number - 1].glyphs[-1].text
            reads_on = paragraph.kind is Kind.HEADLINE or paragraph.wraps[number - 1] and last not in HYPHENS
            yield joint_of(last, line.glyphs[0].text) if reads_on else "\n", 0, 0
        for at, glyph in enumerate(line.glyphs):
            if at:
                yield from _space(raw, line.glyphs[at - 1], glyph)
            yield glyph.text, glyph.at, glyph.at + 1


def _space(raw: str, before: Glyph, glyph: Glyph) -> Iterator[tuple[str, int, int]]:
    """Find the space between two characters of a line: one of the file, else one that their distance shows."""
    between = raw[before.at + 1 : glyph.at]
    if between.isspace() and "\n" not in between:
        yield between[0], before.at + 1, before.at + 2
        return
    initial = _INITIAL * glyph.size <= before.size
    beside = [CJK.match(either.text) is not None for either in (before, glyph)]
    least = _CELL_GAP if any(beside) else WORD_GAP
    if not initial and not all(beside) and least * glyph.size <= glyph.left - before.right:
        yield " ", 0, 0
