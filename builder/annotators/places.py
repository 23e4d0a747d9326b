"""Tagged Chinese words enter; places leave: countries, cities, regions, and what is built or lies there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from builder.annotators.arrays import Flags, Ints, codes_of
from builder.annotators.gazetteer import known_places
from builder.annotators.kinds import (
    AREA,
    BUILDING,
    IS_AREA_WORD,
    IS_BUILDING,
    IS_PLACE_WORD,
    IS_SHORT_PLACE,
    MIDDLE,
    OPENS_AREA,
    PLACE,
    SHORT_PLACES,
    Told,
)
from builder.annotators.line import Line
from builder.annotators.mentions import Mentions, alike, mentions_of, verdict
from builder.annotators.proposal import Found
from builder.annotators.words import (
    FAIR,
    GOOD,
    PERSON_TAGS,
    Token,
    beginnings,
    bits_of,
    foreignness,
    is_han,
    words,
)

# One character stands for a country or province in 中美, 访华, 在沪.
_SHORT_PLACES = frozenset("中美俄英法日韩印巴朝越德京沪津渝粤闽琼滇黔蜀鲁豫皖赣藏港澳台华以欧")
_TOLD, _BEFORE, _AFTER = "华京沪津渝穗汉美俄英法日韩印德朝越中以巴", "访来驻对在赴抵离侵援", "方"
_SHORT_AFTER = re.compile(  # one of those that are told, and before it, or after it, one of the others
    f"[{_TOLD}](?:(?<=[{_BEFORE}][华京沪津渝穗汉])|(?<=[访驻][美俄英法日韩印德朝越])|"
    f"(?<=[中美俄英法日韩印朝越德以巴])(?<![一-鿿].)(?={_AFTER}(?!便|法|面|向|案|式|针|位|略|才|圆|言)))"
)
_PLACE_END = re.compile(
    r"(?:山|山脉|河|江|湖|海|洋|岛|群岛|半岛|洲|宫|广场|大桥|机场|港|路|街|大街|大道|寺|公园|峡|海峡|湾|高原|"
    r"平原|盆地|沙漠|故居|陵|纪念堂|体育场|体育馆|会堂|大厦|火车站|水库|地区|峡谷|流域|博物院|宾馆|中心)$"
)
_AREA = re.compile("(?:省|市|县|区|镇|乡|村|州|旗|自治区|自治县|自治州|特区|开发区)$")
_LOOSE = re.compile("(?:地区|各国|各地|全境|境内|沿岸|沿海|一带)$")
_OF_A_PROVINCE = re.compile("[京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川黔滇陕甘青藏桂蒙宁疆][东南西北中]$")
_HALL = re.compile("(?:大厦|会堂|宾馆|体育馆|体育场|广场)$")
_MAY_NAME_AN_AREA = PERSON_TAGS | {"nz", "zg"}
_STRANGE = 30
_MOST_VERDICTS = 64


def kind_of(token: Token) -> int:
    """Say what a word can be to a place's name."""
    word, flag = token.word, token.flag
    kind = _listed().get(word, 0) | (PLACE if is_place(token) else _area_kind(word, flag))
    return kind | SHORT_PLACES if flag in ("ns", "j", "nz") and _SHORT_PLACES.issuperset(word) else kind


@cache
def _listed() -> Mapping[str, int]:
    listed = bits_of({"area-word": IS_AREA_WORD, "place-word": IS_PLACE_WORD, "building": IS_BUILDING})
    short = {word: listed.get(word, 0) | IS_SHORT_PLACE for word in _SHORT_PLACES}
    return {**listed, **short, "中": short["中"] | MIDDLE}


def _area_kind(word: str, flag: str) -> int:
    """Say whether only its last character shows a word to be a place, or the next word can: 薛埠镇, 甘棠 + 镇."""
    if flag == "nt":
        return BUILDING * (_HALL.search(word) is not None)
    if flag not in _MAY_NAME_AN_AREA or len(word) < 2:
        return 0
    return AREA if len(word) > 2 and _AREA.search(word) else OPENS_AREA * (flag != "zg")


def places(line: Line) -> Iterator[Mentions]:
    """Find places; each character of 中美 is one of its own."""
    yield _characters(line, line.ranks(SHORT_PLACES))
    yield from _short_ones(line)
    yield _whole_words(line)
    for kind, label in ((AREA, "GPE"), (BUILDING, "LOCATION")):
        ranks = line.ranks(kind)
        ranks = ranks[line.kinds[ranks] & SHORT_PLACES == 0]
        yield alike(line.edges[ranks], line.edges[ranks + 1], label, GOOD)
    yield from _larger_places(line)


def _whole_words(line: Line) -> Mentions:
    """Find the places that one word names."""
    ranks = line.ranks(PLACE)
    ranks = ranks[line.kinds[ranks] & SHORT_PLACES == 0]
    starts, told = line.edges[ranks], _SHOWN.of(line.vocabulary)[line.numbers[ranks]]
    return Mentions(starts, starts + told // _MOST_VERDICTS, told % _MOST_VERDICTS)


def _characters(line: Line, ranks: Ints) -> Mentions:
    """Find the places that the characters of words name one by one."""
    first, after = line.edges[ranks], line.edges[ranks + 1]
    sizes = after - first
    starts = np.repeat(after - sizes.cumsum(), sizes) + np.arange(sizes.sum())
    return alike(starts, starts + 1, "GPE", FAIR)


def _larger_places(line: Line) -> Iterator[Mentions]:
    """Find what a word names together with the next: 江苏 + 省, 甘棠 + 镇, 阿里 + 山; of 中 + 美 the first."""
    for kind, then, label in ((PLACE | OPENS_AREA, IS_AREA_WORD, "GPE"), (PLACE, IS_PLACE_WORD, "LOCATION")):
        ranks = line.ranks(kind, then=then)
        ranks = ranks[line.kinds[ranks] & SHORT_PLACES == 0]
        yield alike(line.edges[ranks], line.edges[ranks + 2], label, GOOD)
    ranks = line.ranks(MIDDLE, then=IS_SHORT_PLACE)
    yield alike(line.edges[ranks], line.edges[ranks + 1], "GPE", FAIR)
    ranks = line.ranks(IS_BUILDING)
    ranks = np.array([at for at in ranks.tolist() if 1 < at and _has_a_name(line, at)], np.intp)
    yield alike(line.edges[ranks - 1], line.edges[ranks + 1], "LOCATION", FAIR)


def _has_a_name(line: Line, at: int) -> bool:
    """Whether a place and a word of two characters stand before a building: 上海 + 金茂 + 大厦."""
    (name, _), place, between = line.tagged(at - 1), line.kinds[at - 2], line.kinds[at - 1]
    named = len(name) == 2 and is_han(name) and not between & IS_PLACE_WORD
    return named and bool(place & (PLACE | SHORT_PLACES) == PLACE)


def is_place(token: Token) -> bool:
    """Whether a word names one place; the tagger takes many words for places."""
    word = token.word
    if word in words("generic-place") or len(word) < 2:
        return False
    if word in known_places():
        return True
    if token.flag != "ns":
        return False
    return len(word) > 2 or bool(_OF_A_PROVINCE.match(word)) or foreignness(word) >= _STRANGE


def _shown(token: Token) -> int:
    """Say how much of a place's word is its name, and whether it is a country, a city or a mountain."""
    word = token.word
    loose = _LOOSE.sub("", word)
    if loose in known_places():
        return len(loose) * _MOST_VERDICTS + verdict(known_places()[loose], GOOD)
    label = "LOCATION" if _PLACE_END.search(word) and len(word) > 2 else "GPE"
    return len(word) * _MOST_VERDICTS + verdict(known_places().get(word, label), GOOD)


_SHOWN = Told(_shown)


def _short_ones(line: Line) -> Iterator[Mentions]:
    """Find places named by one character each, told by what stands around: 访华; 墨美 + 两国."""
    told, before, after, letters = _letters().take(codes_of(line.text), 1, mode="clip")
    around = np.append(after[1:], False)
    around[1:] |= before[:-1]
    yield mentions_of(Found(*hit.span(), "GPE", FAIR) for hit in _matches(_SHORT_AFTER, line.text, told & around))
    letters[:-1] &= letters[1:]
    for hit in _matches(_pair_pattern(), line.text, letters):
        starts = np.arange(*hit.span())
        yield alike(starts, starts + 1, "GPE", GOOD)


def _matches(expression: re.Pattern[str], text: str, opens: Flags) -> Iterator[re.Match[str]]:
    """Give what an expression finds, from left to right, if it begins only where it can."""
    free = 0
    for at in np.flatnonzero(opens).tolist():
        if free <= at and (hit := expression.match(text, at)):
            free = hit.end()
            yield hit


@cache
def _letters() -> Flags:
    """Tell of every character if it is among those that are told, stands before or after them, or in a pair."""
    pair = words("country-letter").union("中美日俄")
    told = np.zeros((4, 1 << 16), np.bool_)
    for row, some in zip(told, (_TOLD, _BEFORE, _AFTER, pair), strict=True):
        row[[*map(ord, some)]] = True
    return told


@cache
def _pair_pattern() -> re.Pattern[str]:
    letters = "".join(sorted(words("country-letter")))
    after = beginnings("pair-after").pattern
    return re.compile(
        f"[{letters}中美日俄](?:(?<=[{letters}])(?<![一-鿿].)[{letters}]{{1,3}}(?={after})|"
        f"(?:(?<=[中美日俄])[{letters}]|(?<=[{letters}])[中美日俄])(?={after}))"
    )
