"""The source of a web page becomes tokens that tile it: text, tags, comments, the raw content of scripts.

The states are those of the HTML standard, made of possessive patterns: whatever the input, each character is looked
at a bounded number of times, and what is never closed goes on to the end, once. Pure; nothing is shown or judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from html.entities import html5
from typing import NamedTuple

SPACE = " \t\n\r\f"
"""What HTML calls white space, for use inside a character class."""

BAD_REFERENCE = "bad-reference"

_RAW = frozenset(
    "script style title textarea noscript iframe noembed noframes xmp plaintext".split()
)  # what holds no tags; noscript, since a browser runs scripts
_MARKUP = re.compile(r"<(?=[a-zA-Z!?]|/[\s\S])")
_TAG = re.compile(
    rf"<(/?)([a-zA-Z][^{SPACE}/>]*+)((?:[^>=]++|=[{SPACE}]*+(?:\"[^\"]*+\"|'[^']*+'|[^{SPACE}>\"'][^{SPACE}>]*+)?+)*+)>"
)
_TAG_NAME = re.compile("</?[a-zA-Z]")
_ATTRIBUTE = re.compile(rf"([^{SPACE}/>=]++)(?:[{SPACE}]*+=[{SPACE}]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^{SPACE}>]*+)))?+")
_NO_COMMENT, _COMMENT_END = re.compile("<!---?>"), re.compile("--!?>")
_REFERENCE = re.compile("&(?:#[xX][0-9a-fA-F]++;?+|#[0-9]++;?+|[a-zA-Z][a-zA-Z0-9]{0,31}+;?+)")
_LONGEST_NUMBER = 8
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class What(Enum):
    """What a token is."""

    TEXT = "text"
    START = "start tag"
    END = "end tag"
    RAW = "raw text"
    COMMENT = "comment"
    OTHER = "declaration"


class Token(NamedTuple):
    """Characters [start, end) of a page; `name` in small letters, `inside` what a tag says behind it.

    `flaw` is the flag of what was never closed. `is_closed` says that an XML tag ends itself.
    """

    what: What
    start: int
    end: int
    name: str = ""
    inside: str = ""
    flaw: str = ""
    is_closed: bool = False


def tokens_of(text: str) -> Iterator[Token]:
    """Cut a page into tokens, in order and without a gap."""
    is_xml = text[:64].lstrip("\ufeff" + SPACE).startswith("<?xml")
    at = 0
    while at < len(text):
        found = _MARKUP.search(text, at)
        start = found.start() if found else len(text)
        if at < start:
            yield Token(What.TEXT, at, start, "", "", "stray-markup" if text.find("<", at, start) != -1 else "")
        if not found:
            return
        token = _markup(text, start, is_xml=is_xml)
        yield token
        at = token.end
        if token.what is What.START and token.name in _RAW and not token.is_closed:
            close = _closing(token.name).search(text, at)
            end = close.start() if close else len(text)
            if at < end:
                yield Token(What.RAW, at, end, token.name, flaw="" if close else "unclosed-script")
            at = end


def attributes_of(inside: str) -> dict[str, str]:
    """Read what a tag says, references resolved; of two attributes of one name the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), plain(double or single or bare))
    return found


def plain(text: str) -> str:
    """Resolve the references of a text; what is no character becomes U+FFFD."""
    return _HALF_PAIR.sub("\ufffd", _REFERENCE.sub(lambda match: _resolved(match[0]), text))


def meaning_of(reference: str) -> tuple[str, int]:
    """Tell what a character reference stands for and how many of its characters do so; none if it is no reference.

    A number that names no character stands for U+FFFD.
    """
    if reference[1] == "#":
        return _numbered(reference[2:].rstrip(";")), len(reference)
    name = reference[1:]
    for length in range(len(name), 1, -1):
        if name[:length] in html5:
            return html5[name[:length]], length + 1
    return "", 0


def _resolved(reference: str) -> str:
    meaning, length = meaning_of(reference)
    return meaning + reference[length:]


def _numbered(digits: str) -> str:
    base = 16 if digits[0] in "xX" else 10
    digits = digits.lstrip("xX").lstrip("0")
    number = int(digits or "0", base) if len(digits) <= _LONGEST_NUMBER else 0
    if 0x80 <= number < 0xA0:
        return bytes([number]).decode("cp1252", "replace")
    if not 0 < number <= 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return chr(number)


def _markup(text: str, start: int, *, is_xml: bool) -> Token:
    """Read the tag, comment or declaration that begins here."""
    if tag := _TAG.match(text, start):
        slash, name, inside = tag.groups()
        what = What.END if slash else What.START
        return Token(what, start, tag.end(), name.lower(), inside, "", is_xml and inside.endswith("/"))
    if text.startswith("<!--", start):
        return _comment(text, start)
    end = text.find(">", start)
    if end == -1 or _TAG_NAME.match(text, start):
        return Token(What.OTHER, start, len(text), flaw="unclosed-tag")
    return Token(What.OTHER, start, end + 1)


def _comment(text: str, start: int) -> Token:
    if short := _NO_COMMENT.match(text, start):
        return Token(What.COMMENT, start, short.end())
    close = _COMMENT_END.search(text, start + 4)
    if close is None:
        return Token(What.COMMENT, start, len(text), flaw="unclosed-comment")
    return Token(What.COMMENT, start, close.end())


@cache
def _closing(name: str) -> re.Pattern[str]:
    """Make the pattern of what ends raw text."""
    return re.compile(rf"</{name}(?=[{SPACE}/>])" if name != "plaintext" else r"(?!)", re.IGNORECASE)
