"""Tagged Chinese words enter; organisations leave: names that grow to an ending, teams, party committees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.annotators.gazetteer import known_names, known_places
from builder.annotators.places import is_place
from builder.annotators.proposal import Found
from builder.annotators.words import FAIR, GOOD, PERSON_TAGS, Token, endings, words

_DIRECTIONS = ("北部", "南部", "东部", "西部", "中部", "内部", "全部", "干部", "局部", "腹部", "大部")
_INSIDE = frozenset("ns nt nz nrt nr nrfg n vn j b an l ng eng s f a i".split())
_INSIDE_LONG = _INSIDE | {"v", "t", "m", "nrfg", "k", "g", "zg"}  # where the ending is beyond doubt
_COMMITTEE = re.compile(
    "^(?:省|市|县|区|地|州|镇|乡|团|工)委(?=书记|副书记|常委|宣传|组织|统战|$)|^(?:省|市|县|区|镇)(?:人民)?政府$"
)
_PROPER = re.compile("^(?:国家|中央|全国|中共|中国|最高|人民|国际|世界|联合国|亚洲|欧洲)")
_MINISTER = re.compile("^[一-鿿]{1,4}部(?=长$)")
_ENDS = tuple("社会队院校团部局厅署处室所站馆台网报军办委盟党行")
_NOT_FIRST = frozenset("本报讯 本报 日电 日讯 新华社".split())


def organisations(tokens: Sequence[Token]) -> Iterator[Found]:
    """Find organisations."""
    for first, token in enumerate(tokens):
        if token.word in words("bare-organisation"):
            yield Found(token.start, token.end, "ORG", FAIR)
        if _is_whole(token):
            yield Found(token.start, token.end, "ORG", GOOD)
        if _may_begin(token):
            yield from _grown(tokens, first)


def _is_whole(token: Token) -> bool:
    """Whether one word is an organisation."""
    if len(token.word) < 2 or _is_generic(token.word):
        return False
    if (token.flag == "nt" and _ends_well(token.word)) or (
        token.word.endswith("队") and token.word[:-1] in known_places()
    ):
        return True
    return (
        token.flag in PERSON_TAGS | {"nz"}
        and len(token.word) > 3
        and endings("strong-end").search(token.word) is not None
    )


def _ends_well(word: str) -> bool:
    """Whether a word ends as organisations do, or is one that everyone knows; the tagger guesses many others."""
    return endings("organisation-end").search(word) is not None or word in known_names() or word.endswith(_ENDS)


def _may_begin(token: Token) -> bool:
    if token.word in _NOT_FIRST:
        return False
    return (
        token.flag in ("ns", "nt", "nz", "nrt")
        or is_place(token)
        or token.word in known_names()
        or _PROPER.match(token.word) is not None
    )


def _is_generic(word: str) -> bool:
    return (
        word in words("generic-organisation")
        or endings("no-organisation-end").search(word) is not None
        or word.endswith("政府")
    )


def _grown(tokens: Sequence[Token], first: int) -> Iterator[Found]:
    """Grow from a name over nouns to an organisation's ending: 中国 + 人民 + 银行."""
    start = tokens[first].start
    if last := _end(tokens, first, _INSIDE, "organisation-end", 8):
        yield Found(start, tokens[last].end, "ORG", GOOD)
    elif last := _end(tokens, first, _INSIDE_LONG, "strong-end", 8):
        yield Found(start, tokens[last].end, "ORG", FAIR)
    after = tokens[first + 1 : first + 2]
    if after and is_place(tokens[first]):
        if (hit := _COMMITTEE.match(after[0].word)) is not None:
            yield Found(start, after[0].start + hit.end(), "ORG", GOOD)
        if (hit := _MINISTER.match(after[0].word)) is not None:
            yield Found(start, after[0].start + hit.end(), "ORG", GOOD)
        if after[0].word in words("team-end"):
            yield Found(start, after[0].end, "ORG", GOOD)


def _end(tokens: Sequence[Token], first: int, inside: frozenset[str], kind: str, reach: int) -> int:
    """Find the last word of the organisation that starts at `first`; 0 when none does."""
    last = verbs = 0
    for at in range(first + 1, min(first + reach, len(tokens))):
        word = tokens[at].word
        verbs += tokens[at].flag == "v"
        if (tokens[at].flag not in inside and word not in words("organisation-end")) or word.startswith("副"):
            break
        if word in ("大", "最大", "首", "前") or 1 < verbs or (verbs and tokens[at].flag == "nt"):
            break
        if endings(kind).search(word) and _is_proper_end(word) and not _is_loose(tokens, first, at):
            last = at
    return last


def _is_proper_end(word: str) -> bool:
    """Whether a word that ends as an organisation does is no other word: 北部, 格局."""
    return not word.endswith(_DIRECTIONS) and endings("no-organisation-end").search(word) is None


def _is_loose(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether only a country and a common noun meet: 美国 + 公司."""
    return at == first + 1 and tokens[at].word in words("loose-end")
