"""Printed lines of a column become paragraphs, by the gaps, indents and letters between them. Pure.

A paragraph that fills its column and goes on in the next one is one paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from builder.readers.pdf_layout import Glyph, Run, columns_of, runs_of
from builder.reading import Kind
from builder.text.scripts import CJK_MARKS, HAN, is_ended

# In units of the font size, or of the usual distance between lines.
_INDENT, _DEEPEST_INDENT, _ALIGNED, _LOOSE, _LOOSEST = 0.8, 4.5, 0.5, 1.35, 1.9
_RESIZED, _RAGGED = 1.12, 6
WORD_GAP = 0.15
"""Less room between two letters does not part words."""
CJK = re.compile(f"[{HAN}{CJK_MARKS}]")
HYPHENS = "-\u2010"
_OPENING, _CLOSING = "“‘「『（《〈【([", "，。、；：！？”’」』）》〉】,.;:!?)]%％"


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: upright and turned glyphs in the file's order; left, right, lower edge of each image."""

    glyphs: Sequence[Glyph]
    turned: Sequence[Glyph] = ()
    images: Sequence[tuple[float, float, float]] = ()
    keeps_order: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, between the left and right edge of their column, and what they are.

    `wraps` tells of each line but the first whether it begins where it does only for want of room on the one before.
    """

    lines: list[Run]
    page: int
    left: float
    right: float
    wraps: list[bool]
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


def paragraphs_on(page: Page, number: int) -> Iterator[Paragraph]:
    """Order the text of a page, turned text last, and part its paragraphs."""
    columns = ([run] for run in _down(page.glyphs)) if page.keeps_order else columns_of(page.glyphs)
    for column in columns:
        left, right = min(line.left for line in column), max(line.right for line in column)
        for lines in _split(column, right):
            wraps = [_had_no_room(before, after, right) for before, after in pairwise(lines)]
            yield Paragraph(lines, number, left, right, wraps)
    if page.turned:
        lines = list(runs_of(page.turned))
        yield Paragraph(lines, number, 0, 0, [False] * (len(lines) - 1))


def _down(glyphs: Sequence[Glyph]) -> Iterator[Run]:
    """Keep the file's order, a line for each stretch that goes down or to the right."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and (glyph.base < run[-1].base - glyph.size or 2 * glyph.size < glyph.base - run[-1].base):
            yield Run.of(run)
            run = []
        run.append(glyph)
    if run:
        yield Run.of(run)


def _split(lines: Sequence[Run], right: float) -> Iterator[list[Run]]:
    """Part the lines of a column where letters change their size, then where a gap or an indent shows."""
    group: list[Run] = []
    for line in lines:
        if group and not 1 / _RESIZED <= line.size / group[-1].size <= _RESIZED:
            yield from _split_group(group, right)
            group = []
        group.append(line)
    if group:
        yield from _split_group(group, right)


def _split_group(lines: Sequence[Run], right: float) -> Iterator[list[Run]]:
    em = lines[0].size
    pitches = [after.base - before.base for before, after in pairwise(lines)]
    usual = min(median(pitches), _LOOSEST * em) if len(pitches) > 1 else _LOOSEST / _LOOSE * em
    begins = _beginnings(lines, right, em)
    paragraph = [lines[0]]
    for at, line in enumerate(lines[1:], 1):
        apart = _LOOSE * usual < line.base - lines[at - 1].base
        if apart or begins[at] and not _is_centred(lines[at - 1], line):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _beginnings(lines: Sequence[Run], right: float, em: float) -> list[bool]:
    """Tell of each line whether its indent begins a paragraph; where lines with no room above hang, its lack does."""
    left = min(line.left for line in lines)
    indented = [_INDENT * em <= line.left - left <= _DEEPEST_INDENT * em for line in lines]
    above = [pair for pair, is_indented in zip(pairwise(lines), indented[1:], strict=True) if is_indented]
    hanging = [_had_no_room(before, line, right) for before, line in above]
    if 1 < len(hanging) and all(hanging) and not indented[0]:
        return [not is_indented for is_indented in indented]
    return indented


def _is_centred(before: Run, line: Run) -> bool:
    """Whether two lines have one middle."""
    shift = before.left + before.right - line.left - line.right
    return abs(shift) < _ALIGNED * line.size


def _had_no_room(before: Run, line: Run, right: float) -> bool:
    """Whether the first word of a line did not fit on the line before; a word with a hyphen was split on purpose."""
    if before.glyphs[-1].text in HYPHENS:
        return False
    return right - before.right < _first_word(line)


def _first_word(line: Run) -> float:
    """Measure how much room the first word of a line needs, with its marks and the space before it."""
    glyphs, at = line.glyphs, 0
    last = len(glyphs) - 1
    while at < last and glyphs[at].text in _OPENING:
        at += 1
    while at < last and not CJK.match(glyphs[at].text) and not _is_parted(glyphs[at], glyphs[at + 1]):
        at += 1
    while at < last and glyphs[at + 1].text in _CLOSING:
        at += 1
    return glyphs[at].right - line.left + WORD_GAP * line.size


def _is_parted(glyph: Glyph, after: Glyph) -> bool:
    """Whether a word ends between two glyphs."""
    return CJK.match(after.text) is not None or WORD_GAP * glyph.size <= after.left - glyph.right


def joined(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Join a paragraph that goes on at the head of the next column."""
    torn: Paragraph | None = None
    for paragraph in paragraphs:
        if torn and _goes_on(torn, paragraph):
            joined = [*torn.lines, *paragraph.lines]
            torn = replace(paragraph, lines=joined, wraps=[*torn.wraps, True, *paragraph.wraps])
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
    text = _text(last)
    if 2 * em < abs(torn.right - torn.left - paragraph.right + paragraph.left):
        return False
    if is_ended(text) and text[-1] not in "：:":
        return False
    is_alike = 1 / _RESIZED <= torn.size / em <= _RESIZED
    return is_alike and torn.right - last.right < _RAGGED * em and first.left - paragraph.left < _INDENT * em
