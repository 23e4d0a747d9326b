"""Printed lines become paragraphs, and the paragraphs of all pages one extract, each character with its place.

Enters: the glyphs of pages. Leaves: an extract in reading order. Pure: no file and no library is known here.
Only what the print itself shows is told: large letters are a headline, small ones under an image a caption, what
stands on several pages at the same place a running head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from builder.offset_map import OffsetMap
from builder.readers.pdf_layout import BIG, Glyph, Run, columns_of, runs_of
from builder.reading import Block, Extract, Kind
from builder.text.lines import joint_of
from builder.text.scripts import CJK_MARKS, HAN, is_ended, width
from builder.tiling import Laying

# In units of the font size, or of the usual distance between lines.
_INDENT, _DEEPEST_INDENT, _ALIGNED, _LOOSE, _LOOSEST = 0.8, 4.5, 0.5, 1.35, 1.9
_WORD_GAP, _RESIZED, _INITIAL, _RAGGED = 0.15, 1.12, 1.8, 6
# A caption's letters and its distance from the image; a running head's distance from its like on another page.
_SMALL, _NEAR_IMAGE, _SAME_PLACE = 0.92, 2.5, 3.0
_LONGEST_HEADLINE, _LONGEST_CAPTION = 100, 240
_MARGIN_LINES = 2

_CJK = re.compile(f"[{HAN}{CJK_MARKS}]")
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: upright and turned glyphs in the file's order; left, right, lower edge of each image."""

    glyphs: Sequence[Glyph]
    turned: Sequence[Glyph] = ()
    images: Sequence[tuple[float, float, float]] = ()
    is_vertical: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, between the left and right edge of their column, and what they are."""

    lines: list[Run]
    page: int
    left: float
    right: float
    kind: Kind | None = None

    @property
    def size(self) -> float:
        """Give the font size of most of it."""
        return median(line.size for line in self.lines)

    @property
    def text(self) -> str:
        """Write its characters without any space."""
        return "".join(map(_text, self.lines))


def _text(line: Run) -> str:
    return "".join(glyph.text for glyph in line.glyphs)


def extract_of(raw: str, pages: Sequence[Page]) -> Extract:
    """Lay the text of all pages in reading order."""
    sizes = [glyph.size for page in pages for glyph in (*page.glyphs, *page.turned)]
    body = median(sizes)
    paragraphs = []
    for number, page in enumerate(pages):
        for paragraph in _paragraphs_on(page, number):
            paragraph.kind = _kind(paragraph, page, body)
            paragraphs.append(paragraph)
    _mark_running_heads(paragraphs)
    return _laid(raw, _joined(paragraphs))


def _paragraphs_on(page: Page, number: int) -> Iterator[Paragraph]:
    columns = ([run] for run in _down(page.glyphs)) if page.is_vertical else columns_of(page.glyphs)
    for column in columns:
        left, right = min(line.left for line in column), max(line.right for line in column)
        yield from (Paragraph(lines, number, left, right) for lines in _split(column))
    if page.turned:
        yield Paragraph(list(runs_of(page.turned)), number, 0, 0)


def _joined(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Join a paragraph that goes on at the head of the next column."""
    torn: Paragraph | None = None
    for paragraph in paragraphs:
        if torn and _goes_on(torn, paragraph):
            torn = replace(paragraph, lines=[*torn.lines, *paragraph.lines])
            continue
        if torn:
            yield torn
        torn = paragraph
    if torn:
        yield torn


def _goes_on(torn: Paragraph, paragraph: Paragraph) -> bool:
    """Whether a text that fills its column and does not end goes on in another one of its kind."""
    last, first, em = torn.lines[-1], paragraph.lines[0], paragraph.size
    if torn.kind or paragraph.kind or (torn.page == paragraph.page and torn.left == paragraph.left):
        return False
    if abs(torn.right - torn.left - paragraph.right + paragraph.left) > 2 * em or is_ended(_text(last)):
        return False
    is_alike = 1 / _RESIZED <= torn.size / em <= _RESIZED
    return is_alike and torn.right - last.right < _RAGGED * em and first.left - paragraph.left < _INDENT * em


def _down(glyphs: Sequence[Glyph]) -> Iterator[Run]:
    """Keep the file's order, a line for each stretch that goes down or to the right."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and (glyph.base < run[-1].base - glyph.size or 2 * glyph.size < glyph.base - run[-1].base):
            yield Run(run)
            run = []
        run.append(glyph)
    if run:
        yield Run(run)


def _split(lines: Sequence[Run]) -> Iterator[list[Run]]:
    """Part the lines of a column where letters change their size, then where a gap or an indent shows."""
    group: list[Run] = []
    for line in lines:
        if group and not 1 / _RESIZED <= line.size / group[-1].size <= _RESIZED:
            yield from _split_group(group)
            group = []
        group.append(line)
    if group:
        yield from _split_group(group)


def _split_group(lines: Sequence[Run]) -> Iterator[list[Run]]:
    em = lines[0].size
    pitches = [after.base - before.base for before, after in pairwise(lines)]
    usual = min(median(pitches), _LOOSEST * em) if len(pitches) > 1 else _LOOSEST / _LOOSE * em
    left = min(line.left for line in lines)
    indented = [_INDENT * em <= line.left - left <= _DEEPEST_INDENT * em for line in lines]
    paragraph = [lines[0]]
    for at, line in enumerate(lines[1:], 1):
        apart = _LOOSE * usual < line.base - lines[at - 1].base
        begins = indented[at] and not _is_centred(lines[at - 1], line)
        if apart or begins:
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _is_centred(before: Run, line: Run) -> bool:
    """Whether two lines have one middle."""
    shift = before.left + before.right - line.left - line.right
    return abs(shift) < _ALIGNED * line.size


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
        if near and first.right - first.left <= 2 * shared:
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
        for piece in _pieces(raw, paragraph):
            lay(*piece)
        blocks.append(Block(start, length, paragraph.kind))
    offsets = OffsetMap.laid(len(raw), laying.tiling(), {"layout": _unplaced(placed, len(raw))})
    return Extract("".join(text), offsets, tuple(blocks), is_paged=True)


def _pieces(raw: str, paragraph: Paragraph) -> Iterator[tuple[str, int, int]]:
    """Write a paragraph as characters with their places; what the print only implies has none."""
    before: Run | None = None
    for line in paragraph.lines:
        if before is not None:
            joint = "\n"
            if paragraph.kind is Kind.HEADLINE:
                joint = joint_of(before.glyphs[-1].text, line.glyphs[0].text)
            if joint:
                yield joint, 0, 0
        for at, glyph in enumerate(line.glyphs):
            if at:
                yield from _space(raw, line.glyphs[at - 1], glyph)
            yield glyph.text, glyph.at, glyph.at + 1
        before = line


def _space(raw: str, before: Glyph, glyph: Glyph) -> Iterator[tuple[str, int, int]]:
    """Find the space between two characters of a line: one of the file, else one that their distance shows."""
    between = raw[before.at + 1 : glyph.at]
    if between.isspace() and "\n" not in between:
        yield between[0], before.at + 1, before.at + 2
        return
    initial = _INITIAL * glyph.size <= before.size
    beside = _CJK.match(before.text) and _CJK.match(glyph.text)
    if not initial and not beside and _WORD_GAP * glyph.size <= glyph.left - before.right:
        yield " ", 0, 0


def _unplaced(placed: list[tuple[int, int]], length: int) -> list[int]:
    """List what lies between the pieces, flat."""
    found, at = list[int](), 0
    for start, end in (*sorted(placed), (length, length)):
        if at < start:
            found += (at, start)
        at = max(at, end)
    return found
