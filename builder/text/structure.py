"""A reading becomes articles and their typed sentences, every character traceable. Pure.

Nothing is dropped: what is not body is typed, and what an article's text leaves out is a deletion with its reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from builder.model import Document, Sentence
from builder.offset_map import OffsetMap
from builder.reading import Extract, Reading
from builder.text import cleaning, edits
from builder.text.articles import articles_of, mark_kickers, mark_lists, mark_repeats, mark_trailing
from builder.text.documents import document_of
from builder.text.hyphens import mend_hyphens
from builder.text.knowledge import NOTHING, Knowledge
from builder.text.lines import Line, Paragraph, lines_of, paragraphs_of
from builder.text.reflow import reflow
from builder.tiling import Laying

_ELSEWHERE = "another article"


def split_page(
    reading: Reading, knowledge: Knowledge = NOTHING, *, is_masked: bool = False
) -> list[tuple[Document, tuple[Sentence, ...]]]:
    """Split a reading into its articles, each with its sentences in order.

    `document.offsets` leads from the document's text back to the reading's; a sentence's range is in the document.
    Masked, the characters of personal data are asterisks.
    """
    extract = reading.extract
    before = extract.text if extract else reading.text
    page, offsets = edits.settle(before, cleaning.edits)
    lines = list(_typed(lines_of(page), extract, offsets) if extract else lines_of(page))
    paragraphs = list(paragraphs_of(lines))
    mend_hyphens(paragraphs, page)
    is_printed = extract is None or extract.is_paged
    paragraphs = reflow(paragraphs, knowledge.crosses, is_printed=is_printed, column=cleaning.column_of(before))
    mark_lists(paragraphs)
    mark_repeats(paragraphs)
    mark_trailing(paragraphs)
    if extract:
        offsets = offsets.compose(extract.offsets)
    articles = list(articles_of(paragraphs))
    found = []
    for number, article in enumerate(articles):
        mark_kickers(article)
        low, high = _hull(page, article)
        low, high = low if number else 0, high if number + 1 < len(articles) else len(page)
        laid = _laid(page[low:high], article, low).compose(offsets.part(low, high, _ELSEWHERE))
        found.append(document_of(reading, article, laid, number, knowledge, is_masked=is_masked))
    return found


def _hull(page: str, article: Sequence[Paragraph]) -> tuple[int, int]:
    """Find where an article begins and ends on its page; parts of others may lie between."""
    lines = [line for paragraph in article for line in paragraph.lines]
    return min(line.start for line in lines), _blank_end(page, max(line.end for line in lines))


def _typed(lines: Iterable[Line], extract: Extract, offsets: OffsetMap) -> Iterator[Line]:
    """Give each line of a cleaned extract the kind that its block states, and the block unless a page broke it."""
    blocks = extract.blocks
    starts = [block.start for block in blocks]
    for line in lines:
        [piece] = offsets.pieces(line.start, line.start + 1)
        at = bisect_right(starts, piece.start) - 1
        inside = 0 <= at and piece.start < blocks[at].end
        if inside:
            block = blocks[at]
            number = 0 if extract.is_paged else at + 1
            line = line._replace(kind=block.kind, block=number, is_crosshead=block.is_crosshead)
        yield line


def _laid(page: str, article: Sequence[Paragraph], first: int) -> OffsetMap:
    """Lay the paragraphs of an article one below the other: the map from its text to its part of the page.

    `first` is where the part begins on the page.
    """
    laying, kept = Laying(), list[tuple[int, int]]()
    for number, paragraph in enumerate(article):
        if number:
            laying.block("\n", ())
        joints = (*paragraph.joints, None)
        for line, joint in zip(paragraph.lines, joints, strict=True):
            start, end = line.start - first, line.end - first
            laying.copy(start, end)
            kept.append((start, end))
            if joint:
                kept.append((end, _blank_end(page, end)))
                laying.block(joint, kept[-1])
    return OffsetMap.laid(len(page), laying.tiling(), _left_out(page, kept))


def _blank_end(page: str, at: int) -> int:
    """Find where the white space at a line's end goes over into the next line."""
    end = at
    while end < len(page) and page[end].isspace():
        end += 1
    return end


def _left_out(page: str, kept: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Say why an article holds no other part of its page."""
    removed: dict[str, list[int]] = {"layout": [], "hyphen": [], _ELSEWHERE: []}
    at = 0
    for start, end in (*sorted(kept), (len(page), len(page))):
        if at < start:
            between = page[at:start].strip()
            reason = "layout" if not between else "hyphen" if between == "-" else _ELSEWHERE
            removed[reason] += (at, start)
        at = end
    return removed
