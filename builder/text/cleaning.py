"""What is taken out of a raw page so that it reads as text: marks, stray spaces, line wraps. Pure.

Nothing is guessed: letters never change, and every edit says why it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.text.edits import Edit
from builder.text.scripts import CJK_MARKS, HAN, is_ended, width

# Zero-width joiners stay: emoji are made of them.
_INVISIBLE = re.compile("\ufeff+|[\u200b\u00ad\u2060]+|\x00+|[\u202a-\u202e\u2066-\u2069]+")
_RETURN = re.compile(r"\r(?=\n)")
_STRAY = re.compile(
    rf"(?<=[{HAN}{CJK_MARKS},.;:!?])[ \t\u00a0\u3000]+(?=[{HAN}])"
    rf"|(?<=[{HAN}])[ \t\u00a0\u3000]+(?=[{CJK_MARKS},.;:!?])"
)
# On a page read from print the spaces beside figures are stray too; elsewhere they may be somebody's style.
_STRAY_FIGURE = re.compile(rf"(?<=[{HAN}])[ \t\u00a0\u3000]+(?=[0-9])|(?<=[0-9])[ \t\u00a0\u3000]+(?=[{HAN}])")
_SLUGS = frozenset(("本报讯", "综合"))
_CJK = re.compile(f"[{HAN}{CJK_MARKS}]")
# Possessive and anchored, so that a long run of spaces is passed once and not once per space.
_BREAK = re.compile(r"(?<![ \t\u00a0\u3000])[ \t\u00a0\u3000]*+\r?\n[ \t\u00a0\u3000]*")
_BLOCK = re.compile(r"^[^\S\n]*+\S[^\n]*(?:\n[^\S\n]*+\S[^\n]*)*", re.MULTILINE)

# A line is wrapped when it nearly fills its column; narrower columns than this are lists.
_FULL, _NARROWEST = 0.7, 16
# So many stray spaces show that a page was read from print.
_PRINTED = 5
# Characters before a space in which a slug would stand.
_NEARBY = 40


def edits(raw: str) -> list[Edit]:
    """List every edit that turns a raw page into clean text."""
    wraps = list(_wraps(raw))
    wrapped = {place for edit in wraps for place in range(edit.start, edit.end)}
    others = (*_invisible(raw), *_stray_spaces(raw))
    return sorted([*wraps, *(edit for edit in others if edit.start not in wrapped)])


def _invisible(raw: str) -> Iterator[Edit]:
    for match in _INVISIBLE.finditer(raw):
        yield Edit(*match.span(), "invisible character")
    for match in _RETURN.finditer(raw):
        yield Edit(*match.span(), "carriage return")


def _stray_spaces(raw: str) -> Iterator[Edit]:
    stray = [match for match in _STRAY.finditer(raw) if not _parts_slug(raw, match)]
    if _PRINTED <= len(stray):
        stray += _STRAY_FIGURE.finditer(raw)
    for match in stray:
        yield Edit(*match.span(), "stray space")


def _parts_slug(raw: str, space: re.Match[str]) -> bool:
    """Whether a space parts a slug or a credit from what follows: 本报讯 …, 新华社 图."""
    nearby = raw[max(0, space.start() - _NEARBY) : space.start()]
    before, after = nearby[nearby.rfind("\n") + 1 :].strip(), raw[space.end() : space.end() + 2]
    return before in _SLUGS or before.endswith("电") or (after[:1] in "图摄文" and not after[1:].strip())


def _wraps(raw: str) -> Iterator[Edit]:
    for paragraph in _BLOCK.finditer(raw):
        lines = paragraph.group().split("\n")
        column = max(width(line.strip()) for line in lines)
        for match in _BREAK.finditer(raw, *paragraph.span()):
            before = raw[raw.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
            if _NARROWEST <= column and not is_ended(before) and _FULL * column <= width(before):
                yield _unwrapped(raw, match.start(), match.end())


def _unwrapped(raw: str, start: int, end: int) -> Edit:
    """Join two lines: Chinese without a space, other scripts with one."""
    beside = raw[start - 1 : start] + raw[end : end + 1]
    joined = "" if _CJK.search(beside) else " "
    return Edit(start, end, "line wrap", joined)
