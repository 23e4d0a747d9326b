"""A paragraph becomes sentences, Chinese and English, as half-open code-point ranges. Pure.

Policy: a quotation of several sentences is split inside; closing quotes stay with the sentence they end;
《》 and （） are never split; 、；：, do not end a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from builder.text.scripts import CLOSERS, HAN

_ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof sr jr st gen col lt capt sgt rep sen gov pres rev hon messrs vs etc inc ltd co corp dept "
        "univ est approx fig vol ed eds al jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat "
        "sun e.g i.e a.m p.m"
    ).split()
)
# These end a sentence when a capital follows: "at 9 p.m. The …", "Acme Inc. The …".
_MAY_END = frozenset("a.m p.m inc ltd co corp etc jr sr al".split())
_END = re.compile(rf"(?:[。！？!?]+|…+|\.{{1,3}})[{re.escape(CLOSERS)}]*")
_SHELL = re.compile(r"《[^》]{0,200}》|（[^）]{0,200}）")
_OPENING = re.compile(rf"""\s+["'“‘(\[]*[A-Z0-9À-Ý{HAN}《]""")
_WORD = re.compile(r"[\w.’'&-]*$")
_INITIALS = re.compile(r"(?:[a-z]\.)*[a-z]")
_FRESH_START = re.compile(rf"[{HAN}]|\s++(?![a-z])")
_CORPORATE = re.compile(r"\s+(?:Ltd|Inc|Corp|LLC|Co)\b")
_CAPITAL = re.compile(r"\s+[\"'“‘]*[A-Z]")
_NEXT_HAN = re.compile(f"[{HAN}]")
_LAST_HAN = re.compile(f"[{HAN}%）)]$")
_BLANK = re.compile(r"\s*+$")

# Characters before a full stop that can matter; a longer word is no abbreviation.
_BEFORE = 40


def split(text: str) -> list[tuple[int, int]]:
    """Split a paragraph; ranges are in order, apart, and free of outer white space."""
    shells = [match.span() for match in _SHELL.finditer(text)]
    ranges, start = [], 0
    for mark, end in _boundaries(text):
        shell = _shell_at(mark, shells)
        if shell is None or _stands_alone(text, start, end, shell):
            ranges.append(_trimmed(text, start, end))
            start = end
    ranges.append(_trimmed(text, start, len(text)))
    return [(low, high) for low, high in ranges if low < high]


def _shell_at(at: int, shells: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Find the one of these ordered ranges that a place lies in."""
    rank = bisect_left(shells, (at, at)) - 1
    return shells[rank] if 0 <= rank and at < shells[rank][1] else None


def _stands_alone(text: str, start: int, end: int, shell: tuple[int, int]) -> bool:
    """Whether a bracket is a sentence of its own, from its opening to its close."""
    return text[shell[0]] == "（" and shell[1] <= end and not text[start : shell[0]].strip()


def _boundaries(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a terminator stands and where its sentence ends, closing quotes included."""
    for match in _END.finditer(text):
        if _ends(text, match):
            yield match.start(), _before_opening_quote(text, match)


def _ends(text: str, match: re.Match[str]) -> bool:
    mark = match.group()[0]
    if mark in "。！？":
        return True
    if mark in "!?…":
        return match.end() == len(text) or _FRESH_START.match(text, match.end()) is not None
    return _full_stop_ends(text, match.start(), match.end())


def _full_stop_ends(text: str, start: int, end: int) -> bool:
    """Whether the '.' at [start, end) ends a sentence: not after an abbreviation, an initial or inside a number."""
    before = text[max(0, start - _BEFORE) : start]
    if _BLANK.match(text, end):
        return True
    if _NEXT_HAN.match(text, end):
        return _LAST_HAN.search(before) is not None
    if not _OPENING.match(text, end):
        return False
    found = _WORD.search(before)
    word = (found.group() if found else "").lower()
    if word in _ABBREVIATIONS or _INITIALS.fullmatch(word):
        if _CORPORATE.match(text, end):
            return False
        return word in _MAY_END and _CAPITAL.match(text, end) is not None
    return True


def _before_opening_quote(text: str, match: re.Match[str]) -> int:
    """A straight quote after a terminator closes when an odd number stood before, else it opens the next."""
    end = match.end()
    for at in range(match.start(), end):
        if text[at] == '"' and text.count('"', 0, at) % 2 == 0 and not text[at + 1 : at + 2].isspace():
            return at if at + 1 < len(text) else end
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
