"""A paragraph becomes sentences, Chinese and English, as half-open code-point ranges. Pure.

Policy: a quotation of several sentences is split inside; closing quotes stay with the sentence they end;
《》 and （） are never split; 、；：, do not end a sentence. What has no end for two thousand characters is cut, best
after a comma, never inside what a reader sees as one character.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from builder.text.graphemes import is_edge
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
_MAY_PRECEDE_NUMBER = frozenset("no nos sec secs art arts ch chs pp para paras".split())
# Faces and signs right after a terminator belong to what it ends.
_FACES = "\U0001f300-\U0001faff\u2600-\u27bf\u200d\ufe0f"
# These begin with a class of characters, since that is quickly found.
_END = re.compile(
    rf"[。！？!?….](?:(?<=[。！？!?])[。！？!?]*|(?<=…)…*|(?<=\.)\.{{0,2}})[{re.escape(CLOSERS)}]*[{_FACES}]*"
)
_SHELL = re.compile(r"[《（](?:(?<=《)[^》]{0,200}》|(?<=（)[^）]{0,200}）)")
_STRAIGHT = re.compile('"')
_OPENING = re.compile(rf"""\s+["'“‘(\[]*(?:[A-Z0-9À-Ý{HAN}《]|[a-z][A-Z])""")
_WORD = re.compile(r"[\w.’'&-]*$")
_INITIALS = re.compile(r"(?:[a-z]\.)*[a-z]")
_FRESH_START = re.compile(rf"[{HAN}]|\s++(?![a-z])")
_CORPORATE = re.compile(r"\s+(?:Ltd|Inc|Corp|LLC|Co)\b")
_GOES_ON = re.compile(
    r"\s+(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Eastern|Pacific|Beijing|London|local|[A-Z]{2,3}T)\b"
)
_STARTER = re.compile(
    r"\s+[\"'“‘]*(?:The|This|That|These|Those|It|He|She|We|They|You|But|And|In|On|At|As|If|When|While|After|Before|For|"
    r"His|Her|Its|Their|Our|There|What|Why|How|Who|Some|Many|Most|Both|However|Meanwhile|Since|Now|Then)\b"
)
_NUMBER = re.compile(r"\s?\d")
_LIST_NUMBER = re.compile(r"(?:^|([\w.’'&-]+)[.!?][\"'”’)]*\s+|[。！？:：;；][\"'”’)]*\s*)\d{1,2}$")
_CAPITAL = re.compile(r"\s+[\"'“‘]*[A-Z]")
_PLAIN_WORD = re.compile(r"(?<![\w.])[a-z]{4,}$")
_WITHIN = frozenset("/=?@#%~_+")
_NEXT_HAN = re.compile(f"[{HAN}]")
_LAST_HAN = re.compile(f"[{HAN}%）)]$")
_FIRST_HAN = HAN[0]
_BLANK = re.compile(r"\s*+$")

_COMMA = re.compile(r"[、，；,;：]|\s")
_QUOTE = re.compile('[“”「」『』"]')
_CLOSES = {"“": "”", "「": "」", "『": "』"}

CAP = 2000
"""No sentence is longer."""

# Characters before a full stop that can matter; a longer word is no abbreviation.
_BEFORE = 40


class Part(NamedTuple):
    """Characters [start, end) of a paragraph: one sentence.

    `is_quoted`: it lies wholly in a quotation that another sentence opens or closes. `is_capped`: it has no end of its
    own, or the piece before it had none.
    """

    start: int
    end: int
    is_quoted: bool
    is_capped: bool


def parts_of(text: str) -> list[Part]:
    """Split a paragraph and say of each sentence whether it is quoted and whether it was cut for its length."""
    whole = _ended(text)
    ranges = [(pair, start < pair[0] or pair[1] < end) for start, end in whole for pair in _capped(text, start, end)]
    marks = quoted(text, [pair for pair, _ in ranges])
    return [Part(*pair, mark, is_cut) for (pair, is_cut), mark in zip(ranges, marks, strict=True)]


def split(text: str) -> list[tuple[int, int]]:
    """Split a paragraph; ranges are in order, apart, and free of outer white space."""
    return [pair for start, end in _ended(text) for pair in _capped(text, start, end)]


def quoted(text: str, ranges: Sequence[tuple[int, int]]) -> list[bool]:
    """Tell of each sentence of a paragraph whether it lies wholly in a quotation that another one opens or closes."""
    quotations = _quotations(text)
    starts = [start for start, _ in quotations]
    told = []
    for start, end in ranges:
        rank = bisect_right(starts, start) - 1
        low, high = quotations[rank] if 0 <= rank else (0, 0)
        told.append(low <= start and end <= high and (low, high) != (start, end))
    return told


def _quotations(text: str) -> list[tuple[int, int]]:
    """Find the outermost quotations; one that is not closed goes on to the end of the paragraph."""
    found, opened, start = list[tuple[int, int]](), list[str](), 0
    for match in _QUOTE.finditer(text):
        mark, at = match.group(), match.start()
        if opened and mark == opened[-1]:
            opened.pop()
            if not opened:
                found.append((start, at + 1))
        elif mark in _CLOSES or mark == '"' and not text[max(0, at - 1) : at].isdigit():
            start = start if opened else at
            opened.append(_CLOSES.get(mark, mark))
    return [*found, (start, len(text))] if opened else found


def _capped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long for a sentence."""
    while CAP < end - start:
        cut = _cut(text, start, end)
        low, high = _trimmed(text, start, cut)
        if low < high:
            yield low, high
        start = _trimmed(text, cut, end)[0] if cut < end and text[cut].isspace() else cut
    if start < end:
        yield start, end


def _cut(text: str, start: int, end: int) -> int:
    """Choose where to cut: after the last comma or space of the last quarter, else as late as may be."""
    last, first = start + CAP, start + CAP * 3 // 4
    window = text[
        start : last + 1
    ]  # flags pair off from where the sentence starts: looking further back costs too much
    commas = [match.end() for match in _COMMA.finditer(text, first, last)]
    places: list[int] = [*reversed(commas), *range(last, first, -1)]
    for at in places:
        if is_edge(window, at - start):
            return at
    return next((at for at in range(last, end) if is_edge(text, at)), end)


def _ended(text: str) -> list[tuple[int, int]]:
    """Split a paragraph where its sentences end."""
    shells = [match.span() for match in _SHELL.finditer(text)]
    ranges, start = [], 0
    for mark, end in _boundaries(text):
        shell = _shell_at(mark, shells) if shells else None
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
    quotes = [match.start() for match in _STRAIGHT.finditer(text)]
    for match in _END.finditer(text):
        start, end = match.span()
        if text[start] in "。！？" or _ends(text, start, end):
            yield start, _before_opening_quote(text, match, quotes) if quotes else end


def _ends(text: str, start: int, end: int) -> bool:
    """Whether a mark that does not always end a sentence does so here."""
    mark = text[start]
    if mark in "!?…":
        return end == len(text) or _FRESH_START.match(text, end) is not None
    return (end == len(text) or _may_begin(text[end])) and _full_stop_ends(text, start, end)


def _may_begin(after: str) -> bool:
    """Whether what follows a full stop can begin a sentence: white space, or something Chinese."""
    return _FIRST_HAN <= after or after.isspace()


def _full_stop_ends(text: str, start: int, end: int) -> bool:
    """Whether the '.' at [start, end) ends a sentence: not after an abbreviation, an initial or inside a number."""
    before = text[max(0, start - _BEFORE) : start]
    if _BLANK.match(text, end):
        return True
    if _FIRST_HAN <= text[end] and _NEXT_HAN.match(text, end):
        return _LAST_HAN.search(before) is not None or _is_word(before)
    if not _OPENING.match(text, end):
        return False
    if before[-1:].isdecimal() and (listed := _LIST_NUMBER.search(before)) and not _is_short(listed[1] or ""):
        return False
    found = _WORD.search(before[before.rfind(" ") + 1 :])
    word = found.group() if found else ""
    is_whole = before[: len(before) - len(word)][-1:] not in _WITHIN
    return not (is_whole and _is_short(word)) or _ends_though_short(text, word, end)


def _is_short(word: str) -> bool:
    low = word.lower()
    return low in _ABBREVIATIONS or low in _MAY_PRECEDE_NUMBER or _INITIALS.fullmatch(low) is not None


def _ends_though_short(text: str, word: str, end: int) -> bool:
    """Whether the full stop of an abbreviation ends its sentence too, by what follows."""
    low = word.lower()
    if low in _MAY_PRECEDE_NUMBER:
        return not (_NUMBER.match(text, end) and (low != "no" or word[0] == "N"))
    if _CORPORATE.match(text, end) or _GOES_ON.match(text, end):
        return False
    if low in _MAY_END:
        return _CAPITAL.match(text, end) is not None
    return "." in word and _INITIALS.fullmatch(low) is not None and _STARTER.match(text, end) is not None


def _is_word(before: str) -> bool:
    """Whether a plain English word stands before a full stop: what ends there before Chinese is a sentence."""
    word = _PLAIN_WORD.search(before)
    return word is not None and word.group() not in _ABBREVIATIONS


def _before_opening_quote(text: str, match: re.Match[str], quotes: Sequence[int]) -> int:
    """A straight quote after a terminator closes when an odd number stood before, else it opens the next."""
    end = match.end()
    for at in range(match.start(), end):
        if text[at] == '"' and bisect_left(quotes, at) % 2 == 0 and not text[at + 1 : at + 2].isspace():
            return at if at + 1 < len(text) else end
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    if start < end and not (text[start].isspace() or text[end - 1].isspace()):
        return start, end
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
