"""Tagged Chinese words enter; organisations leave: names that grow to an ending, teams, party committees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from builder.annotators.arrays import Ints
from builder.annotators.gazetteer import known_names, known_places
from builder.annotators.kinds import (
    BARE_ORGANISATION,
    ENDS_AFTER_A_PLACE,
    ENDS_ORGANISATION,
    ENDS_SURELY,
    IS_INSTITUTION,
    IS_LOOSE_END,
    IS_VERB,
    OPENS_ORGANISATION,
    PLACE,
    STOPS,
    STOPS_SURELY,
    WHOLE_ORGANISATION,
    Bits,
)
from builder.annotators.line import Line
from builder.annotators.mentions import Mentions, alike, mentions_of
from builder.annotators.places import is_place
from builder.annotators.proposal import Found
from builder.annotators.words import FAIR, GOOD, PERSON_TAGS, Token, bits_of, ends, words

_DIRECTIONS = ("北部", "南部", "东部", "西部", "中部", "内部", "全部", "干部", "局部", "腹部", "大部")
_INSIDE = "ns nt nz nrt nr nrfg n vn j b an l ng eng s f a i".split()
_INSIDE_LONG = "v t m k g zg".split()  # where the ending is beyond doubt
_BY_TAG = {**dict.fromkeys(_INSIDE, 0), **dict.fromkeys(_INSIDE_LONG, STOPS)}
_BY_TAG["nt"], _BY_TAG["v"] = IS_INSTITUTION, STOPS | IS_VERB
"""What a tag alone tells; the tags that are missing stop every name."""
_COMMITTEE = re.compile(
    "^(?:省|市|县|区|地|州|镇|乡|团|工)委(?=书记|副书记|常委|宣传|组织|统战|$)|^(?:省|市|县|区|镇)(?:人民)?政府$"
)
_PROPER = ("国家", "中央", "全国", "中共", "中国", "最高", "人民", "国际", "世界", "联合国", "亚洲", "欧洲")
_OPENING_TAGS = frozenset(("ns", "nt", "nz", "nrt"))
_PERSON_OR_OTHER = PERSON_TAGS | {"nz"}
_MINISTER = re.compile("^[一-鿿]{1,4}部(?=长$)")
_BREAKS = frozenset(("大", "最大", "首", "前"))
_ENDS = tuple("社会队院校团部局厅署处室所站馆台网报军办委盟党行")
_REACH = 8  # words
_NOT_FIRST = frozenset("本报讯 本报 日电 日讯 新华社".split())


def kind_of(token: Token) -> int:
    """Say what a word can be to an organisation's name: all of it, its beginning, its end, what it cannot hold."""
    word, flag = token.word, token.flag
    kind = _listed().get(word, 0) | _ending(word)
    if _is_whole(token):
        kind |= WHOLE_ORGANISATION
    if _may_begin(token):
        kind |= OPENS_ORGANISATION
    if _committees(word):
        kind |= ENDS_AFTER_A_PLACE
    if word[0] == "副" or word in _BREAKS:
        return kind | _BY_TAG.get(flag, 0) | STOPS | STOPS_SURELY
    if word in words("organisation-end"):
        return kind | _BY_TAG.get(flag, 0) & ~(STOPS | STOPS_SURELY)
    return kind | _BY_TAG.get(flag, STOPS | STOPS_SURELY)


@cache
def _listed() -> Mapping[str, int]:
    return bits_of({"bare-organisation": BARE_ORGANISATION, "loose-end": IS_LOOSE_END, "team-end": ENDS_AFTER_A_PLACE})


def _ending(word: str) -> int:
    """Say whether organisations' names end as this word does, and whether nothing else does."""
    if word[-1] not in _last_letters():
        return 0
    ending = ENDS_ORGANISATION * ends("organisation-end", word) | ENDS_SURELY * ends("strong-end", word)
    return 0 if ending and (word.endswith(_DIRECTIONS) or ends("no-organisation-end", word)) else ending


@cache
def _last_letters() -> frozenset[str]:
    return frozenset(word[-1] for word in words("organisation-end") | words("strong-end"))


def organisations(line: Line) -> Iterator[Mentions]:
    """Find organisations."""
    for kind, score in ((WHOLE_ORGANISATION, GOOD), (BARE_ORGANISATION, FAIR)):
        ranks = line.ranks(kind)
        yield alike(line.edges[ranks], line.edges[ranks + 1], "ORG", score)
    yield from _grown(line)
    yield mentions_of(_after_places(line))


def _is_whole(token: Token) -> bool:
    """Whether one word is an organisation."""
    word, flag = token.word, token.flag
    return (
        (flag == "nt" and len(word) > 1 and _ends_well(word))
        or (word[-1] == "队" and word[:-1] in known_places())
        or (flag in _PERSON_OR_OTHER and len(word) > 3 and ends("strong-end", word))
    ) and not _is_generic(word)


def _ends_well(word: str) -> bool:
    """Whether a word ends as organisations do, or is one that everyone knows; the tagger guesses many others."""
    return ends("organisation-end", word) or word in known_names() or word.endswith(_ENDS)


def _may_begin(token: Token) -> bool:
    word, flag = token.word, token.flag
    if word in _NOT_FIRST:
        return False
    return flag in _OPENING_TAGS or is_place(token) or word in known_names() or word.startswith(_PROPER)


def _is_generic(word: str) -> bool:
    return word in words("generic-organisation") or ends("no-organisation-end", word) or word.endswith("政府")


def _grown(line: Line) -> Iterator[Mentions]:
    """Grow from a name over nouns to an organisation's ending: 中国 + 人民 + 银行."""
    first = _with_an_end_in_reach(line, line.ranks(OPENS_ORGANISATION))
    after = np.minimum(first[:, None] + np.arange(1, _REACH), len(line.kinds) - 1)
    kinds = line.kinds[after]
    last, surely = _ends(kinds, STOPS, ENDS_ORGANISATION), _ends(kinds, STOPS_SURELY, ENDS_SURELY)
    for size, score in ((last, GOOD), (np.where(last, 0, surely), FAIR)):
        grown = np.flatnonzero(size)
        yield alike(line.edges[first[grown]], line.edges[(first + size)[grown] + 1], "ORG", score)


def _with_an_end_in_reach(line: Line, ranks: Ints) -> Ints:
    """Keep the words after which one ends as organisations do: few of all."""
    ends = line.ranks(ENDS_ORGANISATION | ENDS_SURELY)
    following = np.append(ends, len(line.kinds) + _REACH)[np.searchsorted(ends, ranks, "right")]
    return ranks[following < ranks + _REACH]


def _ends(kinds: Bits, stops: int, closes: int) -> Ints:
    """Of rows of words say how many belong to the organisation that begins before each row; 0 if none does."""
    verbs = (kinds & IS_VERB != 0).cumsum(1)
    beyond = (kinds & stops != 0) | (1 < verbs) | ((0 < verbs) & (kinds & IS_INSTITUTION != 0))
    inside = ~np.logical_or.accumulate(beyond, 1)
    closing = inside & (kinds & closes != 0)
    closing[:, 0] &= kinds[:, 0] & IS_LOOSE_END == 0  # only a country and a common noun: 美国 + 公司
    last: Ints = (closing * np.arange(1, _REACH)).max(1)
    return last


def _after_places(line: Line) -> Iterator[Found]:
    """Find what a place and the word after it name: 浙江 + 省委, 浙江 + 队."""
    for at, kind, (start, end, _, _) in line.which(PLACE, then=ENDS_AFTER_A_PLACE):
        if not kind & OPENS_ORGANISATION:
            continue
        word, _ = line.tagged(at + 1)
        for hit in _committees(word):
            yield Found(start, end + hit.end(), "ORG", GOOD)
        if word in words("team-end"):
            yield Found(start, end + len(word), "ORG", GOOD)


def _committees(word: str) -> list[re.Match[str]]:
    """Find the committee or ministry that a word begins with if a place stands before it."""
    if word[1:2] != "委" and not word.endswith(("部长", "政府")):
        return []
    return [hit for hit in (_COMMITTEE.match(word), _MINISTER.match(word)) if hit]
