"""A paragraph becomes sentences, Chinese and English, as half-open code-point ranges. Pure.

Policy: a quotation of several sentences is split inside; closing quotes stay with the sentence they end;
《》 and （） are never split; 、；：, do not end a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
_OPENING = re.compile(r"""\s+["'“‘(\[]*[A-Z0-9À-Ý]""")
_WORD = re.compile(r"[\w.’'&-]*$")


def split(text: str) -> list[tuple[int, int]]:
    """Split a paragraph; ranges are in order, apart, and free of outer white space."""
    shells = [match.span() for match in _SHELL.finditer(text)]
    ranges, start = [], 0
    for end in _boundaries(text):
        if not any(low < end < high for low, high in shells):
            ranges.append(_trimmed(text, start, end))
            start = end
    ranges.append(_trimmed(text, start, len(text)))
    return [(low, high) for low, high in ranges if low < high]


def _boundaries(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if _ends(text, match):
            yield _before_opening_quote(text, match)


def _ends(text: str, match: re.Match[str]) -> bool:
    mark = match.group()[0]
    after = text[match.end() :]
    if mark in "。！？":
        return True
    if mark in "!?…":
        return not after or re.match(rf"\s|[{HAN}]", after) is not None and not re.match(r"\s+[a-z]", after)
    return _full_stop_ends(text[: match.start()], after)


def _full_stop_ends(before: str, after: str) -> bool:
    """Whether a '.' ends a sentence: not after an abbreviation, an initial or a number that goes on."""
    if not after.strip():
        return True
    if re.match(f"[{HAN}]", after):
        return re.search(rf"[{HAN}%）)]$", before) is not None
    if not _OPENING.match(after):
        return False
    found = _WORD.search(before)
    word = (found.group() if found else "").lower()
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)*[a-z]", word):
        return word in _MAY_END and re.match(r"\s+[\"'“‘]*[A-Z]", after) is not None
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
