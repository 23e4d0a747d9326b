"""What is taken out of a raw page so that it reads as text: marks, stray spaces, line wraps. Pure.

Nothing is guessed: letters never change, and every edit says why it was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median_high

from builder.text.edits import Edit
from builder.text.kinds import is_title, kind_of
from builder.text.scripts import CJK_MARKS, HAN, width

CONTROL = "control character"
"""Why control characters, also those that turn the direction of writing, are taken out."""

# Zero-width joiners stay: emoji are made of them.
_INVISIBLE = re.compile("[\ufeff\u200b\u00ad\u2060]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2066-\u2069]+")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_RETURN = re.compile(r"\r(?=\n)")
# An ideographic space between ideographs was typed to part them, but for the one that widens a short name: 张　三.
# Each pattern begins with the space, which is quickly found, and then looks at what stood before it.
_STRAY = re.compile(
    rf"[ \t\u00a0\u3000](?:(?<=[{HAN}{CJK_MARKS},.;:!?][ \t\u00a0])[ \t\u00a0]*(?=[{HAN}])"
    rf"|(?<=[{HAN}].)[ \t\u00a0\u3000]*(?=[{CJK_MARKS},.;:!?])"
    rf"|(?:(?<=^[{HAN}]\u3000)|(?<=[^{HAN}][{HAN}]\u3000))(?=[{HAN}](?![{HAN}])))",
    re.MULTILINE,
)
# On a page read from print the spaces beside figures are stray too; elsewhere they may be somebody's style.
_STRAY_FIGURE = re.compile(
    rf"[ \t\u00a0\u3000](?:(?<=[{HAN}{CJK_MARKS}].)[ \t\u00a0\u3000]*(?=[0-9])"
    rf"|(?<=[0-9].)[ \t\u00a0\u3000]*(?=[{HAN}]))"
)
_SLUGS = frozenset(("本报讯", "综合"))

# So many stray spaces show that a page was read from print.
_PRINTED = 5
# Characters before a space in which a slug would stand.
_NEARBY = 40


def edits(raw: str) -> list[Edit]:
    """List every edit that turns the characters of a raw page into clean ones; its lines stay."""
    return sorted([*_invisible(raw), *_stray_spaces(raw)])


def column_of(raw: str) -> int:
    """Measure, in columns, how far apart the stray spaces of a page stand where lines were joined with them; else 0."""
    widths = []
    for line in raw.split("\n"):
        places = [match.start() for match in _STRAY.finditer(line)]
        widths += [width(line[low + 1 : high]) for low, high in zip(places, places[1:], strict=False)]
    return int(median_high(widths)) if _PRINTED <= len(widths) else 0


def _invisible(raw: str) -> Iterator[Edit]:
    for match in _INVISIBLE.finditer(raw):
        yield Edit(*match.span(), "invisible character")
    for match in _CONTROLS.finditer(raw):
        yield Edit(*match.span(), CONTROL)
    for match in _NO_CHARACTER.finditer(raw):
        yield Edit(*match.span(), "no character", "\ufffd")
    for match in _RETURN.finditer(raw):
        yield Edit(*match.span(), "carriage return")


def _stray_spaces(raw: str) -> Iterator[Edit]:
    stray = [match for match in _STRAY.finditer(raw) if not _parts_slug(raw, match)]
    if stray:
        plain = _is_plain_line(raw, is_printed=_PRINTED <= len(stray))
        stray = [match for match in stray if not plain(match.start())]
    if _PRINTED <= len(stray):
        stray += _STRAY_FIGURE.finditer(raw)
    for match in stray:
        yield Edit(*match.span(), "stray space")


def _is_plain_line(raw: str, *, is_printed: bool) -> Callable[[int], bool]:
    """Tell of each place whether its line is no running text, so that its spaces part names or entries."""

    @cache
    def judged(start: int, end: int) -> bool:
        line = raw[start:end].strip()
        return kind_of(line) is not None or not is_printed and is_title(line)

    def judge(at: int) -> bool:
        end = raw.find("\n", at)
        return judged(raw.rfind("\n", 0, at) + 1, len(raw) if end < 0 else end)

    return judge


def _parts_slug(raw: str, space: re.Match[str]) -> bool:
    """Whether a space parts a slug or a credit from what follows: 本报讯 …, 新华社 图."""
    nearby = raw[max(0, space.start() - _NEARBY) : space.start()]
    before, after = nearby[nearby.rfind("\n") + 1 :].strip(), raw[space.end() : space.end() + 2]
    return before in _SLUGS or before.endswith("电") or (after[:1] in "图摄文" and not after[1:].strip())
