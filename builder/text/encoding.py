"""Bytes enter; their text, the encoding it was read in and what was odd about it leave.

A byte order mark decides, then NULs, then UTF-8, which nothing else looks like; what is left goes to the reading that
its language would most likely have written. Every byte is accounted for: one that fits nothing stays as a lone
surrogate, flagged, and a byte order mark stays as U+FEFF. Nothing is guessed silently. Pure.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from builder.errors import Rejected
from builder.text import legacy
from builder.text.likelihood import BAD_BYTE, least_cost


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, the label it came with, and what was odd.

    Flags: `bom`, `bad-bytes`, `guessed` (neither a mark, nor UTF-8, nor the label said so), `declared-overruled`,
    `declared-unknown`.
    """

    text: str
    encoding: str
    declared: str = ""
    flags: tuple[str, ...] = ()


_Read = tuple[str, str, tuple[str, ...]]

_HEAD = 8192
"""Bytes among which NULs, or UTF-16 without them, are looked for."""

_WEIGHED = 512
"""Bytes that are weighed; a multiple of four."""

_STRANGE = 10.5
"""Nats a character that no text costs, a cut one at the end included; other bytes read as UTF-16 cost over 11."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")

_BAD = re.compile("[\udc00-\udcff]")
_SURE = "\u0800-\ud7ff\ue000-\U0010ffff"
"""Characters of three bytes and more in UTF-8: chance hardly ever makes one."""

_NOT_PLAIN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\udc00-\udcff]")
_GOOD = re.compile("[^\x00-\x7f\udc80-\udcff]+")
_HIGH = re.compile("[^\x00-\x7f]")
# Within a word it may as well be a letter of Latin-1.
_CUT = re.compile(rb"(?<=[\w.,;:!?)] )(?:[\xe2-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_SURELY = re.compile(f"[{_SURE}]")
_SIX, _FOUR = (re.compile(f"(?:[{_SURE}][\x00-\x7f]*){{{count},}}") for count in (6, 4))


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Read bytes as text; a label is evidence, not an order.

    Raises:
        Rejected: E_EMPTY, there is no text; E_ENCODING, no encoding fits; E_MIXED, several do, each a part.

    """
    meant = legacy.meaning(declared)
    text, encoding, flags = _marked(raw) or _wide_without_mark(raw) or _utf8(raw) or legacy.read(raw, meant)
    if not any(character.isprintable() and character != " " for character in text):
        raise Rejected("the bytes hold no text", "E_EMPTY")
    if declared and not meant:
        flags = (*flags, "declared-unknown")
    elif declared and not raw.isascii() and not legacy.is_same(meant, encoding):
        flags = (*flags, "declared-overruled")
    elif declared:
        flags = tuple(flag for flag in flags if flag != "guessed")
    return Decoded(text, encoding, declared, flags)


def _marked(raw: bytes) -> _Read | None:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = _damaged_utf8(raw) if encoding == "utf-8" else _wide(raw, encoding)
            return text, encoding, ("bom", "bad-bytes") if _BAD.search(text) else ("bom",)
    return None


def _wide_without_mark(raw: bytes) -> _Read | None:
    """Read UTF-16 or UTF-32 if they explain the NULs better than stray NULs in UTF-8 do, or what is not UTF-8 at all.

    Chinese in UTF-16 may hold no NUL: a file that fits in the head is then weighed against every other encoding.
    """
    head = raw[:_HEAD]
    if b"\0" not in head and (len(head) < len(raw) or _is_utf8(raw)):
        return None
    head = head[:_WEIGHED]
    costs = {encoding: _wide_cost(head, encoding) for encoding in _WIDE}
    best = min(costs, key=costs.__getitem__)
    if _STRANGE * len(head) < costs[best] * (4 if best.startswith("utf-32") else 2):
        return None
    if min(least_cost(head.decode("utf-8", "surrogateescape")), legacy.least_cost_of(head)) <= costs[best]:
        return None
    if _has_stray_nuls(head, 4 if best.startswith("utf-32") else 2):
        return None
    text = _wide(raw, best)
    return text, best, ("guessed", "bad-bytes") if _BAD.search(text) else ("guessed",)


def _has_stray_nuls(head: bytes, unit: int) -> bool:
    """Whether bytes are plain UTF-8 but for NULs that stand elsewhere than UTF-16 and UTF-32 put them.

    What these write has no NUL only in characters far from ASCII, whose bytes are hardly ever all plain UTF-8.
    """
    text = head.decode("utf-8", "surrogateescape")
    if _NOT_PLAIN.search(text[: len(text) - 3]):  # a character cut at the end is no damage
        return False
    units = {head[at : at + unit] for at in range(0, len(head), unit)}
    right = sum(b"\0" in each and any(each) for each in units)
    return max(2, right / 8) < len(units) - right


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(raw: bytes, encoding: str) -> str:
    """Read UTF-16 or UTF-32; a unit cut at the end stays byte by byte, as lone low surrogates."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(raw)
    except UnicodeDecodeError as error:
        raise Rejected(f"{encoding}, but not at byte {error.start}", "E_ENCODING") from error
    rest = raw[len(text.encode(encoding)) :]
    return text + "".join(chr(0xDC00 + byte) for byte in rest)


def _wide_cost(raw: bytes, encoding: str) -> float:
    text = raw.decode(encoding, "replace")
    unit = 4 if encoding.startswith("utf-32") else 2
    return least_cost(text) + unit * BAD_BYTE * text.count("\ufffd")


def _utf8(raw: bytes) -> _Read | None:
    """Read UTF-8, with a few bad bytes too."""
    text = raw.decode("utf-8", "surrogateescape")
    bad = len(_BAD.findall(text, 3, max(3, len(text) - 3)))  # a character cut at either end is no damage
    good = sum(map(len, _GOOD.findall(text)))
    if not _BAD.search(text):
        return text, "utf-8", ()
    # Of the non-ASCII characters of legacy text fewer than one in three are valid UTF-8 by chance, of damaged UTF-8
    # nearly all are. At nine in ten each line of a page may still hold a bad byte; six in a row are never chance.
    if (good and bad * 9 <= good) or _SIX.search(text) or _is_cut(raw):
        return _damaged_utf8(raw), "utf-8", ("bad-bytes",)
    return None


def _is_cut(raw: bytes) -> bool:
    """Whether nothing but the last character is beyond ASCII, and looks like a dash or quote of UTF-8 that was cut."""
    cut = _CUT.search(raw)
    return cut is not None and raw[: cut.start()].isascii()


def _damaged_utf8(raw: bytes) -> str:
    """Read UTF-8 with lone surrogates for bad bytes, unless the bad bytes are a part in another encoding.

    Where no four sure UTF-8 characters follow each other, six bad bytes and more are no damage but other characters.
    """
    text = raw.decode("utf-8", "surrogateescape")
    foreign, since = [], 0
    for start, end in (*(run.span() for run in _FOUR.finditer(text)), (len(text), len(text))):
        if since < start and max(5, len(_SURELY.findall(text, since, start))) < len(_BAD.findall(text, since, start)):
            high = [match.start() for match in _HIGH.finditer(text, since, start)]
            foreign.append((high[0], high[-1] + 1))
        since = end
    if foreign:
        raise legacy.mixed("UTF-8", _in_bytes(text, foreign))
    return text


def _in_bytes(text: str, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Say places of a text in bytes of UTF-8."""
    found, at, byte = [], 0, 0
    for edge in (edge for part in parts for edge in part):
        byte += len(text[at:edge].encode("utf-8", "surrogateescape"))
        at = edge
        found.append(byte)
    return list(zip(found[::2], found[1::2], strict=True))
