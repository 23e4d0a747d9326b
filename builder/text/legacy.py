"""Bytes that are not Unicode enter; the most likely reading among the older encodings leaves.

A label weighs as much as three letters. A part of the text that another encoding explains far better makes the whole
mixed, which is never read as one. Pure.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from builder.errors import Rejected
from builder.text.likelihood import BAD_BYTE, least_cost


class Family(NamedTuple):
    """Encodings that extend each other, the one to read with first; `narrow` is its name when that says the same."""

    codecs: tuple[str, ...]
    languages: tuple[str, ...]
    narrow: str = ""
    width: int = 2
    rarity: float = 0.0
    """Nats to overcome: one accented letter in a Latin text is no Cyrillic one."""


# The web's reading of each label (encoding.spec.whatwg.org): gb2312 and gbk mean gb18030, latin-1 means cp1252.
FAMILIES = (
    Family(("gb18030",), ("zh-Hans", "zh-Hant")),
    Family(("big5hkscs", "cp950", "big5"), ("zh-Hant",), "big5"),
    Family(("cp932", "shift_jis"), ("ja",), "shift_jis"),
    Family(("euc_jp",), ("ja",)),
    Family(("cp949",), ("ko",), "euc_kr"),
    Family(("cp1252", "latin-1"), ("western",), width=1),
    Family(("cp1251",), ("cyrillic",), width=1, rarity=4.0),
    Family(("koi8-r",), ("cyrillic",), width=1, rarity=4.0),
)
_MEANS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-8-sig": "utf-8",
}
_OTHERS = re.compile(
    r"iso8859-\d+|cp\d+|koi8-\w|mac-\w+|tis-620|johab|euc_jis\w+|shift_jis\w+|utf-(8|(16|32)(-[lb]e)?)"
)
"""What is only tried when it is declared; the rest of Python's codecs are no encodings of files."""

_WINDOW, _WINDOWS, _WEIGHED, _SAMPLE = 512, 16, 3, 8192
"""Bytes of a window; how many are looked at, how many decide; characters that must look like a language."""
_SAID = 10.0
# Forty nats are a chance of one in 10^17 that the better reading of a window is chance.
_FOREIGN = 40.0
# Nats a byte: right readings of any language stay under it.
_ORDINARY = 3.8
# Measured on slices of 30 characters: right readings cost at most 8.8 nats a character (Cantonese), random pairs of
# bytes and other alphabets read as Chinese 9.6 and more.
_STRANGE, _ENOUGH = 9.4, 12

_BAD = re.compile("[\udc80-\udcff]")
_HIGH = re.compile("[^\x00-\x7f]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


def meaning(label: str) -> str:
    """Name the codec that a label means; nothing if there is no such encoding of files."""
    try:
        name = codecs.lookup(label.strip().lower().removeprefix("x-")).name
    except (LookupError, ValueError):
        return ""
    name = _MEANS.get(name, name)
    return name if name in chain(*(family.codecs for family in FAMILIES)) or _OTHERS.fullmatch(name) else ""


def is_same(meant: str, encoding: str) -> bool:
    """Whether a label's codec and the one that was used read alike; `utf-16` leaves the byte order open."""
    return meant == _MEANS.get(encoding, encoding) or (meant in ("utf-16", "utf-32") and encoding.startswith(meant))


def least_cost_of(raw: bytes) -> float:
    """Tell what the likeliest reading costs."""
    return min(_cost(raw, family) for family in FAMILIES)


def read(raw: bytes, meant: str) -> tuple[str, str, tuple[str, ...]]:
    """Read bytes in the likeliest encoding; give the text, the encoding and what is odd.

    Raises:
        Rejected: E_ENCODING, nothing fits; E_MIXED, parts are in other encodings.

    """
    windows = _windows(raw)
    weighed = [window for _, window in windows[:: -(-len(windows) // _WEIGHED)]]
    families = (*FAMILIES, *_declared(meant))
    costs = {family: sum((_cost(window, family) for window in weighed), family.rarity) for family in families}
    best = min(families, key=lambda family: costs[family] - _SAID * (meant in family.codecs))
    foreign = [(at, at + len(window)) for at, window in windows if _is_foreign(window, best)]
    if foreign:
        raise mixed(best.codecs[0], foreign)
    text, encoding = _whole(raw, best)
    _check(text, best)
    return text, encoding, ("guessed", "bad-bytes") if _BAD.search(text) else ("guessed",)


def _is_foreign(window: bytes, family: Family) -> bool:
    """Whether another encoding explains a window far better; not asked where the text is ordinary."""
    nats = _cost(window, family)
    return _ORDINARY * len(window) < nats and least_cost_of(window) + _FOREIGN < nats


def _declared(meant: str) -> tuple[Family, ...]:
    known = not meant or meant.startswith("utf") or any(meant in family.codecs for family in FAMILIES)
    return () if known else (Family((meant,), ("any",), width=1),)


def _windows(raw: bytes) -> list[tuple[int, bytes]]:
    """Choose parts to weigh, spread evenly: whole lines, since no character holds a line feed, with more than ASCII."""
    found, start = [], 0
    while start < len(raw):
        end = raw.find(b"\n", min(start + _WINDOW, len(raw))) + 1 or len(raw)
        end = min(end, start + 4 * _WINDOW)
        if not raw[start:end].isascii():
            found.append((start, raw[start:end]))
        start = end
    step = -(-len(found) // _WINDOWS)
    return found[::step]


def _cost(raw: bytes, family: Family) -> float:
    """Tell what bytes cost in a family; where they read badly, a character may be cut at the front."""
    nats = _cost_without(raw, 0, family)
    return nats if nats <= _ORDINARY * len(raw) or family.width == 1 else min(nats, _cost_without(raw, 1, family))


def _cost_without(raw: bytes, cut: int, family: Family) -> float:
    try:
        text = raw[cut:].decode(family.codecs[0], "surrogateescape")
    except UnicodeDecodeError:
        return float("inf")
    return least_cost(text, family.languages) + cut * BAD_BYTE


def mixed(encoding: str, foreign: Sequence[tuple[int, int]]) -> Rejected:
    """Say which bytes of a file are in another encoding; its place is all from the first to the last of them."""
    shown = ", ".join(f"[{start}, {end})" for start, end in foreign[:5])
    more = f" and {len(foreign) - 5} more places" if 5 < len(foreign) else ""
    place = f"bytes {foreign[0][0]}-{foreign[-1][1]}"
    return Rejected(f"{encoding}, but not at bytes {shown}{more}: mixed encodings", "E_MIXED", place)


def _whole(raw: bytes, family: Family) -> tuple[str, str]:
    """Read all bytes: strictly if an encoding of the family can, else with lone surrogates for bad bytes."""
    cut = min(range(family.width), key=lambda cut: _cost_without(raw[:_WINDOW], cut, family))
    before = raw[:cut].decode("ascii", "surrogateescape")
    for codec in family.codecs:
        try:
            text = raw[cut:].decode(codec)
        except UnicodeDecodeError:
            continue
        return before + text, _narrowed(raw[cut:], text, family, codec)
    return before + raw[cut:].decode(family.codecs[0], "surrogateescape"), family.codecs[0]


def _narrowed(raw: bytes, text: str, family: Family, codec: str) -> str:
    try:
        return family.narrow if family.narrow and raw.decode(family.narrow) == text else codec
    except UnicodeDecodeError:
        return codec


def _check(text: str, family: Family) -> None:
    """Refuse what no language would write: bad bytes, control characters, improbable letters, words all accents."""
    foreign = [character for character in text[:_SAMPLE] if not character.isascii()]
    bad = len(_BAD.findall(text, 3, max(3, len(text) - 3)))  # a character cut at either end is no damage
    controls = len(_CONTROL.findall(text))
    letters = sum(character.isalpha() for character in text[:_SAMPLE])
    strange = _ENOUGH <= len(foreign) and _STRANGE < least_cost("".join(foreign), family.languages) / len(foreign)
    accented = "western" in family.languages and letters < 2 * len(foreign)
    if 50 * bad > len(_HIGH.findall(text)) or 50 * controls > len(text) or strange or accented:
        raise Rejected(f"no encoding fits; {family.codecs[0]} comes nearest", "E_ENCODING")
