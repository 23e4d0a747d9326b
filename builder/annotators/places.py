"""Tagged Chinese words enter; places leave: countries, cities, regions, and what is built or lies there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from builder.annotators.gazetteer import known_places
from builder.annotators.proposal import Found
from builder.annotators.words import (
    FAIR,
    GOOD,
    PERSON_TAGS,
    Token,
    beginnings,
    foreignness,
    is_han,
    words,
)

# One character stands for a country or province in 中美, 访华, 在沪.
_SHORT_PLACES = frozenset("中美俄英法日韩印巴朝越德京沪津渝粤闽琼滇黔蜀鲁豫皖赣藏港澳台华以欧")
_SHORT_AFTER = re.compile(
    "(?<=[访来驻对在赴抵离侵援])([华京沪津渝穗汉])|(?<=[访驻])([美俄英法日韩印德朝越])|"
    "(?<![一-鿿])([中美俄英法日韩印朝越德以巴])(?=方(?!便|法|面|向|案|式|针|位|略|才|圆|言))"
)
_PLACE_END = re.compile(
    r"(?:山|山脉|河|江|湖|海|洋|岛|群岛|半岛|洲|宫|广场|大桥|机场|港|路|街|大街|大道|寺|公园|峡|海峡|湾|高原|"
    r"平原|盆地|沙漠|故居|陵|纪念堂|体育场|体育馆|会堂|大厦|火车站|水库|地区|峡谷|流域|博物院|宾馆|中心)$"
)
_AREA = re.compile("(?:省|市|县|区|镇|乡|村|州|旗|自治区|自治县|自治州|特区|开发区)$")
_LOOSE = re.compile("(?:地区|各国|各地|全境|境内|沿岸|沿海|一带)$")
_OF_A_PROVINCE = re.compile("[京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川黔滇陕甘青藏桂蒙宁疆][东南西北中]$")
_STRANGE = 30


def places(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    """Find places; each character of 中美 is one of its own."""
    for hit in _SHORT_AFTER.finditer(text):
        yield Found(hit.start(), hit.end(), "GPE", FAIR)
    yield from _pairs(text)
    for at, token in enumerate(tokens):
        if token.flag in ("ns", "j", "nz") and set(token.word) <= _SHORT_PLACES:
            yield from (Found(n, n + 1, "GPE", FAIR) for n in range(token.start, token.end))
        else:
            yield from _longer(tokens, at)


def _longer(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """Find what names a place by more than one character; of 中 only what stands before another such."""
    token = tokens[at]
    if token.word == "中" and at + 1 < len(tokens) and tokens[at + 1].word in _SHORT_PLACES:
        yield Found(token.start, token.end, "GPE", FAIR)
    elif is_place(token):
        yield _place(token)
        yield from _larger_places(tokens, at)
    elif token.flag in PERSON_TAGS | {"n", "nz", "zg", "nt"}:
        yield from _area(tokens, at)


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


def _place(token: Token) -> Found:
    loose = _LOOSE.sub("", token.word)
    if loose in known_places():
        return Found(token.start, token.start + len(loose), known_places()[loose], GOOD)
    known = known_places().get(token.word)
    label = "LOCATION" if _PLACE_END.search(token.word) and len(token.word) > 2 else "GPE"
    return Found(token.start, token.end, known or label, GOOD)


def _pairs(text: str) -> Iterator[Found]:
    """Find countries named by one character each, told by what they share: 墨美 + 两国."""
    for hit in _pair_pattern().finditer(text):
        yield from (Found(n, n + 1, "GPE", GOOD) for n in range(*hit.span()))


@cache
def _pair_pattern() -> re.Pattern[str]:
    letters = "".join(sorted(words("country-letter")))
    return re.compile(
        f"(?<![一-鿿])([{letters}]{{2,4}})(?={beginnings('pair-after').pattern})|"
        f"([中美日俄][{letters}]|[{letters}][中美日俄])(?={beginnings('pair-after').pattern})"
    )


def _larger_places(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """Grow a place by the words after it: 江苏 + 省, 阿里 + 山; 上海 + 金茂 + 大厦 holds a second one."""
    place, after = tokens[at], tokens[at + 1 : at + 3]
    if after and after[0].word in words("area-word"):
        yield Found(place.start, after[0].end, "GPE", GOOD)
    if after and after[0].word in words("place-word"):
        yield Found(place.start, after[0].end, "LOCATION", GOOD)
    elif len(after) == 2 and after[1].word in words("building") and is_han(after[0].word) and len(after[0].word) == 2:
        yield Found(after[0].start, after[1].end, "LOCATION", FAIR)


def _area(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """Find what only its last character shows to be a place: 薛埠镇, 甘棠 + 镇."""
    token, after = tokens[at], tokens[at + 1 : at + 2]
    if token.flag == "nt":
        if re.search("(?:大厦|会堂|宾馆|体育馆|体育场|广场)$", token.word):
            yield Found(token.start, token.end, "LOCATION", GOOD)
    elif _AREA.search(token.word) and len(token.word) > 2 and token.flag != "n":
        yield Found(token.start, token.end, "GPE", GOOD)
    elif token.flag in PERSON_TAGS | {"nz"} and after and after[0].word in words("area-word") and len(token.word) > 1:
        yield Found(token.start, after[0].end, "GPE", GOOD)
