"""What a line or paragraph of a page is, told by its own words: credit, timestamp, navigation … Pure.

Context (what it interrupts, what it repeats) is weighed in `reflow`; here each text stands alone.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from builder.reading import Kind
from builder.text.scripts import HAN, is_ended, is_title_case, width

# Columns; a headline of a Chinese paper rarely passes forty characters.
LONGEST_HEADLINE, LONGEST_CAPTION, LONGEST_MENU, SHORTEST_CAPTION = 100, 90, 60, 10

_LEADING = re.compile(r"[→>»▶←«<\s|]+")
_WORD = re.compile(r"[^\W_]")
_DIGIT = re.compile("[0-9]")
_NAMED = re.compile(
    rf"(?:来源|作者|编辑|source)\s?[:：]\s?[\w.·]{{1,20}}|(?:本报|本网)?记者\s?[:：\s]\s?[{HAN}·]{{2,4}}", re.IGNORECASE
)
_TRAIL = re.compile(r"\s*[|｜>»›·/]\s*|\s{2,}|\u3000+")
_DATED = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日，")
_ROOM = re.compile(r"\s{5,}")
_COMMA = re.compile("[，,；;]")
_SPOKEN = re.compile('[，,；;：:？?！!“”"]')
# Columns that a sentence with an address in it has besides.
_PROSE = 24
_INNER_END = re.compile(r"[。！？!?][^。！？!?]|[a-z]{3,}[.!?][\"”']?\s+[A-Z]")
# What the patterns of a caption hold that are told by its end.
_CAPTION_END = re.compile(r"[.!?”\"。！？（(\[摄供](?:(?<=[（(\[摄供])|(?<=[.!?”\"])\s|(?<=[。！？”])\s?[图供摄新中])")

_APART = frozenset({Kind.CAPTION, Kind.CREDIT, Kind.SOURCE, Kind.TIMESTAMP, Kind.BYLINE})
# What every line has that is one of these, for most are not.
_APART_HINT = re.compile(
    r"^[\d国邮社广▲△▼◆■图上下左右资配这(（【\[PAICFSRGXEWB综转据来稿新中完本]|[摄图/]|记者|年\d|责编|责任编辑|Photo|社发$|[A-Z]{3}$"
)


@cache
def _lists() -> dict[str, list[str]]:
    return tomllib.loads((files("builder.text") / "page_lines.toml").read_text("utf-8"))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Read one list of page_lines.toml."""
    flags = re.IGNORECASE if name in _lists()["any_case"] else 0
    return re.compile("|".join(f"(?:{one})" for one in _lists()[name]).replace("{HAN}", HAN), flags)


def _found(name: str, text: str) -> re.Match[str] | None:
    """Search for one list, unless none of what each match holds is there."""
    low = text.lower()
    return _pattern(name).search(text) if any(sign in low for sign in _lists()[f"{name}_signs"]) else None


def kind_of(text: str) -> Kind | None:
    """Tell what a paragraph is by its own words; None when they do not say."""
    columns = width(text)
    if (columns <= LONGEST_MENU or columns <= 2 * LONGEST_MENU and _ROOM.search(text)) and _is_timestamp(text):
        return Kind.TIMESTAMP
    if columns <= LONGEST_CAPTION and not is_ended(text) or text[0] in "（(【[":
        for kind in (Kind.SOURCE, Kind.CREDIT, Kind.BYLINE):
            if _pattern(kind).match(text):
                return kind
    if _pattern("credit").match(text):
        return Kind.CREDIT
    if _pattern("kicker").match(text):
        return Kind.KICKER
    if _pattern("notice").match(text) or is_jump(text):
        return Kind.NAVIGATION
    if columns <= LONGEST_HEADLINE and _is_contact(text):
        return Kind.CONTACT
    if columns <= LONGEST_MENU and _is_menu(text) or columns <= 2 * LONGEST_MENU and _found("skip", text):
        return Kind.NAVIGATION
    if columns <= 2 * LONGEST_CAPTION and _is_caption(text):
        return Kind.CAPTION
    return Kind.NAVIGATION if text.isdecimal() else None


def leads_away(text: str) -> bool:
    """Whether the titles of other articles stand behind a line."""
    return width(text) <= LONGEST_MENU and _pattern("list_head").match(text, _lead(text)) is not None


def _lead(text: str) -> int:
    """Count the arrows and spaces before a text."""
    found = _LEADING.match(text)
    return found.end() if found else 0


def is_jump(text: str) -> bool:
    """Whether a text says no more than where the article goes on."""
    return _pattern("jump").match(text) is not None


def ends_in_jump(text: str) -> bool:
    """Whether a text closes with where the article goes on."""
    at = max(text.rfind("（"), text.rfind("("))
    return 0 <= at and text[-1] in "）)" and is_jump(text[at:])


def apart_kind(text: str) -> Kind | None:
    """Tell a line that stands alone by its own words, however near it stands to others: a caption, a credit, a time."""
    if leads_away(text):
        return Kind.NAVIGATION
    if not _APART_HINT.search(text):
        return None
    kind = kind_of(text)
    return kind if kind in _APART or _pattern("contact_words").match(text) else None


def is_title(text: str) -> bool:
    """Whether a paragraph could be a headline: short, not ended, and no clause of a sentence."""
    if is_ended(text) or LONGEST_HEADLINE < width(text) or _INNER_END.search(text):
        return False
    return not _COMMA.search(text) or is_title_case(text)


def is_plain_sentence(text: str) -> bool:
    """Whether a paragraph could be a caption: one short sentence without a comma, but for one behind a date."""
    if not is_ended(text) or not SHORTEST_CAPTION <= width(text) <= LONGEST_CAPTION:
        return False
    dated = _DATED.match(text)
    return _SPOKEN.search(text, dated.end() if dated else 0) is None


def _is_timestamp(text: str) -> bool:
    """Whether dates and times are there, and hardly anything else, or a masthead with much room between."""
    if not _DIGIT.search(text):
        return False
    if _ROOM.search(text.strip()):
        return any(map(_is_timestamp, _ROOM.split(text.strip())))
    rest, times = _pattern("time").subn(" ", text)
    if not times:
        return False
    return not _WORD.search(_pattern("time_words").sub(" ", _NAMED.sub(" ", rest)))


def _is_caption(text: str) -> bool:
    if _pattern("caption").match(text):
        return True
    return _CAPTION_END.search(text) is not None and _pattern("caption").search(text) is not None


def _is_contact(text: str) -> bool:
    if _pattern("contact_words").match(text):
        return True
    found = _found("contact", text)
    if found is None or found.start() < 4:
        return found is not None
    is_prose = is_ended(text) and _PROSE <= width(text) - width(found[0])
    return width(text) <= LONGEST_MENU and not is_ended(text[: found.start()]) and not is_prose


def _is_menu(text: str) -> bool:
    if _pattern("menu").match(text, _lead(text)) and not is_ended(text.rstrip(":：")):
        return True
    if is_ended(text):
        return False
    if not _has_other_words(text, _pattern("menu_words")):
        return True
    entries = [entry for entry in _TRAIL.split(text) if entry.strip()]
    return 3 <= len(entries) and max(map(width, entries)) <= 16


def _has_other_words(text: str, words: re.Pattern[str]) -> bool:
    """Whether a text has words besides these, read from left to right."""
    found = _WORD.search(text)
    while found:
        known = words.match(text, found.start())
        if not known:
            return True
        found = _WORD.search(text, known.end())
    return False
