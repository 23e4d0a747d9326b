"""The text of one JSON value: its columns, and where in the text each stands. Strict, and pure.

What the standard library lets through is refused here, each under its own code: a key given twice, NaN,
numbers without end, nesting without end.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from builder.errors import Rejected
from builder.readers.records import extract_of, shown
from builder.reading import Extract

DEEPEST = 100
_MOST_DIGITS = 4000
_SPACE = re.compile(r"[ \t\r\n]*")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.S)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.S)


class Found(NamedTuple):
    """A value and its characters [start, end)."""

    value: Any
    start: int
    end: int


def columns_of(text: str) -> dict[str, Found]:
    """Read an object; a byte order mark may stand before it.

    Raises:
        Rejected: it is no object, or not sound.
    """
    check_depth(text)
    start = beginning(text)
    if text[start : start + 1] != "{":
        _end(text, _value(text, start, _STRICT).end)
        raise Rejected("the record is no JSON object", "E_RECORD")
    found: dict[str, Found] = {}
    for key, value in _walk(text, start, _STRICT):
        if key in found:
            raise _twice(key)
        found[key] = value
    return found


def parts_of(text: str) -> Iterator[Found]:
    """Yield the elements of a list, or the values of an object; what is within them is not judged.

    Raises:
        Rejected: it is not JSON from here on.
    """
    yield from (value for _, value in _walk(text, beginning(text), _LENIENT))


def beginning(text: str) -> int:
    """Find where the value begins."""
    return _after_space(text, int(text.startswith("\ufeff")))


def extract_at(text: str, found: Found) -> Extract:
    """Take the characters between a string's quotes: each escape is a block, all else copies."""
    return extract_of(text, found.start + 1, found.end - 1, _ESCAPE, lambda escape: str(json.loads(f'"{escape}"')))


def check_depth(text: str) -> None:
    """Count the brackets that stand in one another.

    Raises:
        Rejected: they are too many.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    deep = 0
    for match in _BRACKET.finditer(text):
        deep += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if DEEPEST < deep:
            raise _too_deep()


def _walk(text: str, at: int, decoder: json.JSONDecoder) -> Iterator[tuple[str, Found]]:
    """Yield the keys and values of the object, or the elements of the list, that begins here and ends the text."""
    closing = {"{": "}", "[": "]"}[text[at]]
    is_object, at = text[at] == "{", _after_space(text, at + 1)
    while text[at : at + 1] != closing:
        key = ""
        if is_object:
            key, _, at = _value(text, _expect(text, at, '"'), decoder)
            at = _after_space(text, _expect(text, _after_space(text, at), ":") + 1)
        found = _value(text, at, decoder)
        yield key, found
        at = _after_space(text, found.end)
        if text[at : at + 1] != closing:
            at = _after_space(text, _expect(text, at, ",") + 1)
            if text[at : at + 1] == closing:
                raise Rejected(f"not JSON: a comma before {closing!r} at character {at}", "E_JSON")
    _end(text, at + 1)


def _value(text: str, at: int, decoder: json.JSONDecoder) -> Found:
    """Read the value that begins here."""
    try:
        value, end = decoder.raw_decode(text, at)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Rejected(f"not JSON: {error}", "E_JSON") from error
    return Found(value, at, end)


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise Rejected(f"not JSON: expecting {sign!r} at character {at}", "E_JSON")
    return at


def _end(text: str, at: int) -> None:
    """Look behind the last value."""
    if (at := _after_space(text, at)) != len(text):
        raise Rejected(f"not JSON: something follows at character {at}", "E_JSON")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _too_deep() -> Rejected:
    return Rejected(f"nested more than {DEEPEST} deep", "E_NESTING")


def _twice(key: str) -> Rejected:
    return Rejected(f"the key {shown(key)} stands twice", "E_DUP_KEY")


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _twice(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return made


def _constant(name: str) -> Any:
    raise Rejected(f"{name} is no JSON", "E_NAN")


def _integer(digits: str) -> int:
    if _MOST_DIGITS < len(digits):
        raise Rejected(f"a number of {len(digits)} digits", "E_NUMBER")
    return int(digits)


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
_LENIENT = json.JSONDecoder(parse_int=str)
