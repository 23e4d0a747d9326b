"""Answers that say what they mean in another way are put into ours; each change is told, the rest is refused.

Pure. What a person meant is never guessed: a repair is made only where one reading fits and no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Rejected
from builder.model import stable_id
from builder.reviewing import Answer
from builder.studio.article_layout import Answers, Stretch, answers_of
from builder.studio.codec import COMMENT, answer_of

_NAMED = 20
"""Relations of one answer that are told each; of more there is no end."""
_DIGITS = 18
"""Characters of an offset that is written as text."""

Region = Mapping[str, Any]
Mend = tuple[list[Any], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Mended:
    """An answer as it was meant; `repairs` are (code, what was done), `comments` what the person wrote beside it."""

    answer: Answer
    repairs: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MendedArticle:
    """An answer to all sentences of an article as it was meant, with the same beside it."""

    answers: Answers
    repairs: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()


def mended_answer(result: Sequence[Any], text: str) -> Mended:
    """Read an answer, and mend what has one meaning only.

    Raises:
        Rejected: a region is not one of ours, or does not cover the text it claims.
    """
    regions, repairs = _mended(result, text)
    return Mended(answer_of(regions, text), tuple(repairs), tuple(_comments(regions)))


def mended_article(result: Sequence[Any], stretch: Stretch) -> MendedArticle:
    """Read an answer to an article in the same way.

    Raises:
        Rejected: a region is not one of ours, or does not cover the text it claims; then nothing of it is believed.
    """
    regions, repairs = _mended(result, stretch.text)
    return MendedArticle(answers_of(regions, stretch), tuple(repairs), tuple(_comments(regions)))


def _mended(result: Sequence[Any], text: str) -> Mend:
    if _has_half_a_character(result):
        raise Rejected("the answer holds half a surrogate pair", "E_SURROGATE")
    regions, repairs = list(result), list[tuple[str, str]]()
    for mend in (_without_relations, _with_whole_offsets, _without_twins, _in_code_points, _at_the_quote):
        regions, told = mend(regions, text)
        repairs += told
    _check_places(regions, text)
    return regions, repairs


def _without_relations(regions: list[Any], text: str) -> Mend:
    """Set arrows between regions aside: the schema has none, and people may draw them even so."""
    known = {repr(region.get("id")) for region in regions if isinstance(region, Mapping) and "value" in region}
    arrows = [region for region in regions if _is_arrow(region)]
    rest = [region for region in regions if not _is_arrow(region)]
    ends = [(repr(arrow.get("from_id")), repr(arrow.get("to_id"))) for arrow in arrows]
    leads: dict[str, set[str]] = {}
    for begin, end in ends:
        leads.setdefault(begin, set()).add(end)
    told = [("E_RELATION", f"a relation was left out: {_fault(pair, leads, known)}") for pair in ends[:_NAMED]]
    more = [("E_RELATION", f"{len(ends) - _NAMED} more relations were left out")] if _NAMED < len(ends) else []
    return rest, told + more


def _is_arrow(region: Any) -> bool:
    return isinstance(region, Mapping) and region.get("type") == "relation"


def _fault(pair: tuple[str, str], leads: Mapping[str, set[str]], known: set[str]) -> str:
    if not set(pair) <= known:
        return f"it leads to a region that is not there, from {pair[0]} to {pair[1]}"
    if pair[0] == pair[1]:
        return f"it leads from {pair[0]} to itself"
    if _reaches(pair[1], pair[0], leads):
        return f"it is part of a circle through {pair[0]} and {pair[1]}"
    return f"the schema has none, from {pair[0]} to {pair[1]}"


def _reaches(start: str, goal: str, leads: Mapping[str, set[str]]) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        further = leads.get(waiting.pop(), set()) - seen
        seen |= further
        waiting += further
    return goal in seen


def _with_whole_offsets(regions: list[Any], text: str) -> Mend:
    """Read offsets that are whole numbers in another form: "3", 3.0."""
    made, told = list[Any](), list[tuple[str, str]]()
    for region in regions:
        place = _place(region)
        whole = tuple(_whole(offset) for offset in place) if place else ()
        if place and None not in whole and any(type(offset) is not int for offset in place):
            made.append(_moved(region, whole[0], whole[1]))
            told.append(("R_OFFSET", f"offsets {place[0]!r}, {place[1]!r} were read as {whole[0]}, {whole[1]}"))
        else:
            made.append(region)
    return made, told


def _without_twins(regions: list[Any], text: str) -> Mend:
    """Keep the first of regions that say the same."""
    first: dict[str, Any] = {}
    twins = 0
    for region in regions:
        said = {key: region[key] for key in _SAYS if key in region} if isinstance(region, Mapping) else region
        twins += stable_id(said) in first
        first.setdefault(stable_id(said), region)
    return [*first.values()], [("R_TWICE", f"{twins} regions that say the same were merged")] if twins else []


def _in_code_points(regions: list[Any], text: str) -> Mend:
    """Read offsets as UTF-16 units, as other servers count, where that fits every region and the plain reading not."""
    places = [region for region in regions if _place(region) is not None]
    if len(text) == len(_utf16(text)) // 2 or all(_covers(region, text) for region in places):
        return regions, []
    if not any(region["value"].get("text") for region in places):
        return regions, []  # nothing is quoted, so nothing speaks for this reading
    made = [_from_utf16(region, text) if _place(region) is not None else region for region in regions]
    if all(_covers(region, text) for region in made if _place(region) is not None):
        return made, [("R_UTF16", "offsets counted in UTF-16 were read as such: so every region covers what it quotes")]
    return regions, []


def _at_the_quote(regions: list[Any], text: str) -> Mend:
    """Put a region that ends beyond the text to the one place that holds what it quotes."""
    made, told = list[Any](), list[tuple[str, str]]()
    for region in regions:
        place, quoted = _place(region), region["value"].get("text") if _place(region) else None
        is_beyond = place is not None and type(place[1]) is int and len(text) < place[1]
        if is_beyond and isinstance(quoted, str) and quoted and _occurs_once(quoted, text):
            start = text.index(quoted)
            made.append(_moved(region, start, start + len(quoted)))
            told.append(("R_QUOTE", f"a span beyond the text was put to the only {quoted!r} at {start}"))
        else:
            made.append(region)
    return made, told


def _check_places(regions: Sequence[Any], text: str) -> None:
    """Name plainly what is wrong with a place; what else can be wrong `answer_of` says."""
    for region in regions:
        start, end = _place(region) or (None, None)
        if type(start) is not int or type(end) is not int:
            continue
        if start < 0 or end < start:
            raise Rejected(f"a span runs from {start} to {end}", "E_OFFSET")
        if start == end:
            raise Rejected(f"a span at {start} covers nothing", "E_OFFSET")
        if len(text) < end:
            raise Rejected(f"a span ends at {end}, beyond the {len(text)} characters of the text", "E_OFFSET")
        if not _covers(region, text) and _cuts_a_pair(text, start, end):
            reason = f"span [{start}, {end}) does not cover what it quotes, and in UTF-16 cuts a character"
            raise Rejected(reason, "E_OFFSET")


def _comments(regions: Sequence[Any]) -> Iterator[str]:
    """Give what the person wrote: in the field for it, and at single regions."""
    for region in regions:
        if isinstance(region, Mapping):
            written = region["value"].get("text") if region.get("from_name") == COMMENT else None
            meta = region.get("meta")
            noted = meta.get("text") if isinstance(meta, Mapping) else None
            for texts in (written, noted):
                yield from (str(t) for t in (texts if isinstance(texts, list) else [texts] if texts else ()))


_SAYS = ("from_name", "to_name", "type", "value")


def _place(region: Any) -> tuple[Any, Any] | None:
    """Give the offsets of a region of text; other regions have none."""
    value = region.get("value") if isinstance(region, Mapping) else None
    if not isinstance(value, Mapping) or not {"start", "end"} <= value.keys():
        return None
    return value["start"], value["end"]


def _moved(region: Region, start: Any, end: Any) -> dict[str, Any]:
    return {**region, "value": {**region["value"], "start": start, "end": end}}


def _covers(region: Region, text: str) -> bool:
    start, end = region["value"]["start"], region["value"]["end"]
    whole = type(start) is int and type(end) is int and 0 <= start < end <= len(text)
    # An empty quotation is Label Studio's own: see `codec.place_of`.
    return whole and region["value"].get("text") in (text[start:end], "")


def _from_utf16(region: Region, text: str) -> Region:
    start, end = region["value"]["start"], region["value"]["end"]
    if type(start) is not int or type(end) is not int or min(start, end) < 0 or _cuts_a_pair(text, start, end):
        return region
    units = _utf16(text)
    return _moved(region, *(len(units[: 2 * at].decode("utf-16-le")) for at in (start, end)))


def _cuts_a_pair(text: str, *offsets: int) -> bool:
    """Whether an offset in UTF-16 units lies inside a character."""
    units = _utf16(text)
    return any(0 < at < len(units) // 2 and 0xDC <= units[2 * at + 1] <= 0xDF for at in offsets)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _whole(offset: Any) -> int | None:
    if type(offset) is int or (isinstance(offset, float) and offset.is_integer()):
        return int(offset)
    is_short = isinstance(offset, str) and len(offset) <= _DIGITS and offset.isascii()
    return int(offset) if is_short and offset.removeprefix("-").isdigit() else None


def _occurs_once(quoted: str, text: str) -> bool:
    first = text.find(quoted)
    return 0 <= first and text.find(quoted, first + 1) == -1


def _has_half_a_character(result: Sequence[Any]) -> bool:
    try:
        json.dumps(result, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
