"""The lines of a page, and the paragraphs that wrapped lines make. Pure.

A line is a range of the page without its outer white space. Only ranges move; no character changes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from builder.reading import Kind
from builder.text.kinds import apart_kind, is_title, kind_of
from builder.text.scripts import CJK_MARKS, HAN, is_ended, is_title_case, width

_WORD = re.compile(r"\S+")
_CREDITED = re.compile(r"(?:摄|供图|社发|图片?|Photo(?: by)?[\w ./-]{0,40}|/[A-Z][\w ]{1,20})[)）\]】]?$")
_CJK_END, _CJK_START = re.compile(f"[{HAN}{CJK_MARKS}]$"), re.compile(f"[{HAN}{CJK_MARKS}]")
_LOWER = re.compile(r"[a-zß-ÿ]")
_CLOSING = re.compile(r"[，。、；：！？”’」』）》〉】,.;:!?)\]%％]")
_PARTICLE = re.compile("[的们]|等(?![到待候])|了(?![解结却断然望])")
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|[(（]?\d{1,2}[.)、）]\s?|[•·●■◆▪*-]\s)(?!\d)"
)

# Columns. A narrower column than this is a list; a line that fills so much of its column may have been wrapped.
_NARROWEST, _LAX, _FILLED, _SHORT = 16, 0.7, 0.9, 0.5
# Two ideographs may move to the next line so that no mark begins it.
_SLACK = 4
# A lone line so much longer than the next longest is not wrapped itself.
_OUTLIER = 1.3


class Line(NamedTuple):
    """Characters [start, end) of a page: one line; `gap` blank lines and `indent` columns stand before it.

    Lines of different blocks are set apart by the format itself.
    """

    start: int
    end: int
    text: str
    gap: int
    indent: int
    columns: int
    kind: Kind | None = None
    block: int = 0
    is_crosshead: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that read on, and what stands between them; `doubts` are the joins (by line) without evidence."""

    lines: list[Line]
    column: int
    kind: Kind = Kind.BODY
    joints: list[str] = field(default_factory=list)
    doubts: set[int] = field(default_factory=set)

    @property
    def text(self) -> str:
        """Write it on one line."""
        if len(self.lines) == 1:
            return self.lines[0].text
        words = [self.lines[0].text]
        for joint, line in zip(self.joints, self.lines[1:], strict=True):
            words += (joint, line.text)
        return "".join(words)

    def join(self, other: Paragraph, *, doubtful: bool) -> None:
        """Read on in another paragraph."""
        if doubtful:
            self.doubts.add(len(self.lines))
        shift = len(self.lines)
        self.joints += [joint_of(self.lines[-1].text, other.lines[0].text), *other.joints]
        self.lines += other.lines
        self.doubts |= {shift + at for at in other.doubts}


def lines_of(text: str) -> Iterator[Line]:
    """Cut a page into its lines that hold something; only a line feed ends a line."""
    gap = start = 0
    for whole in text.split("\n"):
        stripped = whole.strip()
        if stripped:
            indent = len(whole) - len(whole.lstrip())
            columns = width(whole[:indent]) + whole[:indent].count("\u3000")
            first = start + indent
            yield Line(first, first + len(stripped), stripped, gap, columns, width(stripped))
            gap = 0
        else:
            gap += 1
        start += len(whole) + 1


def paragraphs_of(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Join the lines that were wrapped; a blank line always parts."""
    for run in _runs(lines):
        column = _column(run)
        indents = {line.indent for line in run}
        paragraph = Paragraph([run[0]], column)
        for before, line in zip(run, run[1:], strict=False):
            fresh = line.indent > min(indents) or _NUMBERED.match(line.text) is not None
            if not fresh and _reads_on(before, line, column) and not _is_between(paragraph, line):
                paragraph.joints.append(joint_of(before.text, line.text))
                paragraph.lines.append(line)
            else:
                yield paragraph
                paragraph = Paragraph([line], column)
        yield paragraph


def _is_between(paragraph: Paragraph, line: Line) -> bool:
    """Whether the text of a photograph, a source or a time ends or begins here, though no blank line says so."""
    kind = apart_kind(paragraph.lines[0].text)
    if kind is None:
        return apart_kind(line.text) is not None
    text = paragraph.text
    if kind is Kind.CAPTION:
        return is_ended(text) or _CREDITED.search(text) is not None
    return text.count("(") <= text.count(")")


def joint_of(before: str, after: str) -> str:
    """Say what stands between two lines that read on: a space, but nothing beside Chinese."""
    return "" if _CJK_END.search(before) or _CJK_START.match(after) else " "


def starts_inside(text: str) -> bool:
    """Whether a text can only be the middle of a sentence."""
    return bool(_LOWER.match(text) or _CLOSING.match(text) or _PARTICLE.match(text))


def starts_list(text: str) -> bool:
    """Whether a text begins like a numbered or dotted entry."""
    return _NUMBERED.match(text) is not None


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in lines:
        if run and (line.gap or line.kind is not run[-1].kind or line.block != run[-1].block):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _column(run: Sequence[Line]) -> int:
    """Measure the column that a run of lines was set in."""
    widths = sorted((line.columns for line in run), reverse=True)
    return widths[1] if 3 < len(widths) and _OUTLIER * widths[1] < widths[0] else widths[0]


def _reads_on(before: Line, line: Line, column: int) -> bool:
    """Whether the next line goes on in the paragraph of this one."""
    if column < _NARROWEST or column < before.columns and column < line.columns:
        return False
    if _LOWER.match(line.text) and not is_ended(before.text):
        return True
    if not (_is_full(before, line, column) or (_LAX * column <= before.columns and not is_ended(before.text))):
        return False
    return not _title_before_text(before.text, line.text) and not _is_apart(before, line, column)


def _is_apart(before: Line, line: Line, column: int) -> bool:
    """Whether a line says that it is no running text; unless it is a credit behind an end, it must leave room."""
    leaves_room, is_behind_end = line.columns < _FILLED * column, is_ended(before.text)
    if not leaves_room and not is_behind_end:
        return False
    if is_ended(before.text) and is_title(line.text) and line.columns < _SHORT * column:
        return _LOWER.match(line.text) is None  # a cross-head
    kind = kind_of(line.text)
    return kind is Kind.CREDIT or leaves_room and is_behind_end and kind is not None


def _is_full(before: Line, line: Line, column: int) -> bool:
    """Whether the first word of the next line had no room left on this one."""
    if _CJK_END.search(before.text) or _CJK_START.match(line.text):
        return column - _SLACK <= before.columns
    word = _WORD.match(line.text)
    return word is not None and column < before.columns + 1 + len(word.group())


def _title_before_text(before: str, after: str) -> bool:
    """Whether an English line is set as a title and the next begins afresh."""
    return is_title_case(before) and not is_ended(before) and after[:1].isupper() and not is_title_case(after)
