"""Quotes and brackets that nothing opens or closes, looked at a paragraph at a time. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_CLOSES = {"“": "”", "《": "》", "（": "）", "「": "」", "『": "』", "【": "】", "(": ")", "[": "]"}
_OPENS = frozenset(_CLOSES.values())
# A full-width bracket may be closed by a half-width one.
_SAME = {"）": ")"}
_MARK = re.compile(r'[“”《》（）「」『』【】()\[\]"]')
_LISTED = re.compile(r"(?:^|[\s，。；：、,;:])[\dA-Za-z一二三四五六七八九十①-⑳]{1,4}$")
_EMOTICON = re.compile(r"[:;=8xX]['’]?\s?-?$")
_EDGE = re.compile(r"[\s(（\[“‘—-]")

_QUOTES = '“"'


def unmatched(paragraphs: Sequence[str]) -> list[list[int]]:
    """Find in each paragraph the marks without a partner.

    A quotation may run over paragraphs: each then opens with a mark and only the last closes.
    """
    followers = [*paragraphs[1:], ""][: len(paragraphs)]
    return [
        [at for at in _alone(text) if not (text[at] in _QUOTES and _goes_on(text, at, follower))]
        for text, follower in zip(paragraphs, followers, strict=True)
    ]


def _goes_on(text: str, at: int, follower: str) -> bool:
    """Whether the next paragraph opens with the mark that this one leaves open."""
    return follower[:1] == text[at] and not text[:at].endswith(text[at])


def _alone(text: str) -> list[int]:
    """Find the marks of one paragraph without a partner."""
    if not _MARK.search(text):
        return []
    opened: list[int] = []
    lost: list[int] = []
    waiting = Counter[str]()
    for match in _MARK.finditer(text):
        at, mark = match.start(), match.group()
        if mark in _CLOSES and not (mark == "(" and _EMOTICON.search(text[max(0, at - 4) : at])):
            opened.append(at)
            waiting[_closing(mark)] += 1
        elif mark in _OPENS and waiting[_SAME.get(mark, mark)]:
            lost += _passed(text, _SAME.get(mark, mark), opened, waiting)
        elif mark in _OPENS and not (mark in ")）" and _is_listed(text, at)):
            lost.append(at)
    return sorted([*opened, *lost, *_straight(text)])


def _closing(mark: str) -> str:
    return _SAME.get(_CLOSES[mark], _CLOSES[mark])


def _passed(text: str, mark: str, opened: list[int], waiting: Counter[str]) -> Iterator[int]:
    """Close the nearest opening of a mark; those opened inside it are never closed."""
    while True:
        before = opened.pop()
        wanted = _closing(text[before])
        waiting[wanted] -= 1
        if wanted == mark:
            return
        yield before


def _is_listed(text: str, at: int) -> bool:
    """Whether a bracket numbers a list, `1)`, or smiles, `:)`."""
    before = text[max(0, at - 6) : at]
    return _LISTED.search(before) is not None or _EMOTICON.search(before) is not None


def _straight(text: str) -> list[int]:
    """Find the straight quote that has no partner; inches are none."""
    if text.count('"') % 2 == 0:
        return []
    marks = [at for at, mark in enumerate(text) if mark == '"' and not text[max(0, at - 1) : at].isdigit()]
    return [_odd(text, marks)] if len(marks) % 2 else []


def _odd(text: str, marks: Sequence[int]) -> int:
    """Choose the mark that breaks the order of opening and closing; the last when none does."""
    before: int | None = None
    for at in marks:
        opens, closes = _looks(text, at)
        if before is None:
            if closes and not opens:
                return at
            before = at
        elif opens and not closes:
            return before
        else:
            before = None
    return marks[-1]


def _looks(text: str, at: int) -> tuple[bool, bool]:
    """Whether a straight mark looks like an opening and like a closing one, by what stands around it."""
    left, right = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    opens = _EDGE.match(left) is not None and not right.isspace()
    closes = not left.isspace() and (right.isspace() or not right.isalnum())
    return opens, closes
