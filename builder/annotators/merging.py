"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`builder evaluate`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon
from builder.annotators.proposal import Found, longest_first

LABELS = ("PERSON", "GPE", "LOCATION", "ORG", "TITLE")

_DIRECTIONS = ("北部", "南部", "东部", "西部", "中部", "内部", "全部", "干部", "局部", "腹部")
# One character stands for a country or province in 中美, 访华, 在沪.
_SHORT_PLACES = frozenset("中美俄英法日韩印巴朝越德京沪津渝粤闽琼滇黔蜀鲁豫皖赣藏港澳台华以")
_SHORT_AFTER = re.compile(
    "(?<=[访来驻对在赴抵离])([华京沪津渝穗汉])(?=[，。、举召开考访期投工参出的进与同和]|$)|(?<=访)([美俄英法日韩印])"
)
_PLACE_END = re.compile(
    r"(?:山|山脉|河|江|湖|海|洋|岛|群岛|半岛|洲|宫|广场|大桥|机场|港|路|街|大街|大道|寺|公园|峡|海峡|湾|高原|"
    r"平原|盆地|沙漠|故居|陵|纪念堂|体育场|体育馆|会堂|大厦|火车站|水库|地区)$"
)
_INSIDE_ORG = frozenset("ns nt nz nrt nr nrfg n vn j b an l ng eng s f a i".split())
_PERSON_TAGS = frozenset(("nr", "nrfg", "nrt"))
# A title followed by one of these is part of another word: 主席国, 总统府, 部长级.
_TITLE_RUNS_ON = "国团府令制级台会们处室号职"
_FAIR, _GOOD, _SURE = 0.6, 0.75, 0.9


class Token(NamedTuple):
    """A word of a sentence and the tagger's part of speech."""

    start: int
    end: int
    word: str
    flag: str


def merge(text: str, tokens: Sequence[Token]) -> list[Found]:
    """Find full mentions; where they overlap, the longest stays."""
    titles = list(_titles(text))
    short = (Found(hit.start(), hit.end(), "GPE", _FAIR) for hit in _SHORT_AFTER.finditer(text))
    named = [*_organisations(tokens), *_places(tokens), *short, *_people(tokens), *_dotted(text, tokens)]
    mentions = longest_first([*named, *_after_titles(text, tokens, titles)])
    held = [title for title in titles if _is_held(title, mentions)]
    return longest_first([*(m for m in mentions if not any(m.overlaps(title) for title in held)), *held])


def _organisations(tokens: Sequence[Token]) -> Iterator[Found]:
    """Grow from a name over nouns to an organisation's ending: 中国 + 人民 + 银行."""
    for first, token in enumerate(tokens):
        if token.flag == "nt" and len(token.word) > 1 and not _is_generic(token.word):
            yield Found(token.start, token.end, "ORG", _GOOD)
        if token.flag in ("ns", "nt", "nz", "nrt") and (last := _organisation_end(tokens, first)):
            yield Found(token.start, tokens[last].end, "ORG", _GOOD)


def _is_generic(word: str) -> bool:
    return word in _words("generic-organisation") or word.endswith(("政府", "当局", "关系"))


def _organisation_end(tokens: Sequence[Token], first: int) -> int:
    """Find the last word of the organisation that starts at `first`; 0 when none does."""
    last = 0
    for at in range(first + 1, min(first + 8, len(tokens))):
        word = tokens[at].word
        if (tokens[at].flag not in _INSIDE_ORG and word not in _words("organisation-end")) or word.startswith("副"):
            break
        if _org_end().search(word) and not word.endswith(_DIRECTIONS):
            last = at
    return last


def _places(tokens: Sequence[Token]) -> Iterator[Found]:
    """Find places; each character of 中美 is one of its own."""
    for at, token in enumerate(tokens):
        if token.flag in ("ns", "j", "nz") and set(token.word) <= _SHORT_PLACES:
            yield from (Found(n, n + 1, "GPE", _FAIR) for n in range(token.start, token.end))
        elif token.flag == "ns" and len(token.word) > 1 and token.word not in _words("generic-place"):
            label = "LOCATION" if _PLACE_END.search(token.word) and len(token.word) > 2 else "GPE"
            yield Found(token.start, token.end, label, _GOOD)
            yield from _larger_places(tokens, at)


def _larger_places(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """Grow a place by the words after it: 江苏 + 省, 阿里 + 山; 上海 + 金茂 + 大厦 holds a second one."""
    place, after = tokens[at], tokens[at + 1 : at + 3]
    if after and after[0].word in _words("area-word"):
        yield Found(place.start, after[0].end, "GPE", _GOOD)
    if after and after[0].word in _words("place-word"):
        yield Found(place.start, after[0].end, "LOCATION", _GOOD)
    elif len(after) == 2 and after[1].word in _words("building") and _is_han(after[0].word) and len(after[0].word) == 2:
        yield Found(after[0].start, after[1].end, "LOCATION", _FAIR)


def _people(tokens: Sequence[Token]) -> Iterator[Found]:
    """Find people: a word tagged as one, or a surname and the given name after it."""
    for at, token in enumerate(tokens):
        if token.flag not in _PERSON_TAGS:
            continue
        if len(token.word) > 1 and (score := _person_score(token)):
            yield Found(token.start, token.end, "PERSON", score)
        elif len(token.word) == 1 and token.word in surnames() and (end := _given_name_end(tokens, at + 1)):
            yield Found(token.start, end, "PERSON", _FAIR)


def _person_score(token: Token) -> float:
    """Tell names from the many words the tagger takes for names: 0 is no name at all."""
    if token.word in _words("not-a-name") or token.word.startswith(lexicon.column("words", "not-a-beginning")):
        return 0.0
    if 2 < len(token.word) and _is_foreign(token.word):
        return _FAIR
    if not _has_surname(token.word) or len(token.word) > 4:
        return _FAIR if token.flag == "nrfg" else 0.0
    return _GOOD if len(token.word) == 3 else _FAIR


def _given_name_end(tokens: Sequence[Token], at: int) -> int:
    """Find where a given name of one or two characters ends; 0 when none begins here."""
    if at == len(tokens) or not _is_han(tokens[at].word):
        return 0
    if len(tokens[at].word) == 2 and tokens[at].flag in ("nr", "nz", "ng", "n", "a", "x"):
        return tokens[at].end
    if len(tokens[at].word) != 1 or tokens[at].flag in ("p", "c", "uj", "ul", "m", "d", "r"):
        return 0
    more = at + 1 < len(tokens) and tokens[at + 1].flag in ("nr", "ng", "zg", "g") and len(tokens[at + 1].word) == 1
    return tokens[at + more].end


def _dotted(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    """Find foreign names written with a middle dot: 卡瑟姆-若马尔特·托卡耶夫."""
    for dot in re.finditer("[·•‧]", text):
        start, end = _reach_back(tokens, dot.start()), _reach_on(tokens, dot.end())
        if start < dot.start() and dot.end() < end:
            yield Found(start, end, "PERSON", _SURE)


def _reach_back(tokens: Sequence[Token], end: int) -> int:
    start = end
    for token in reversed(tokens[: bisect_right(tokens, end, key=lambda token: token.end)]):
        if token.end != start or not _may_be_foreign(token):
            break
        start = token.start
    return start


def _reach_on(tokens: Sequence[Token], start: int) -> int:
    end = start
    for token in tokens[bisect_left(tokens, start, key=lambda token: token.start) :]:
        if token.start != end or not _may_be_foreign(token):
            break
        end = token.end
    return end


def _may_be_foreign(token: Token) -> bool:
    return token.flag in _PERSON_TAGS or token.word in "·-—" or _is_foreign(token.word)


def _titles(text: str) -> Iterator[Found]:
    """Find titles that are no part of a longer word."""
    for hit in _title_pattern().finditer(text):
        if text[hit.end() : hit.end() + 1] not in tuple(_TITLE_RUNS_ON):
            yield Found(hit.start(), hit.end(), "TITLE", _GOOD)


def _after_titles(text: str, tokens: Sequence[Token], titles: Sequence[Found]) -> Iterator[Found]:
    """Find names that only the title before them gives away: 总统 + 米尔济约耶夫, 部长 + 阴和俊."""
    starts = {token.start: at for at, token in enumerate(tokens)}
    for title in titles:
        end = title.end
        while end < len(text) and text[end] in _words("foreign-character") and end - title.end < 8:
            end += 1
        if title.end + 2 <= end:
            yield Found(title.end, _word_edge(tokens, title.end, end), "PERSON", _FAIR)
        at = starts.get(title.end)
        if at is not None and tokens[at].word in surnames() and (last := _given_name_end(tokens, at + 1)):
            yield Found(title.end, last, "PERSON", _GOOD)


def _word_edge(tokens: Sequence[Token], start: int, end: int) -> int:
    """Pull the end back out of a word that is cut in two, unless the name would vanish."""
    return next((t.start for t in tokens if start + 2 <= t.start < end < t.end), end)


def _is_held(title: Found, mentions: Sequence[Found]) -> bool:
    """Whether a person, place or organisation stands right beside the title."""
    if any(m.covers(title) for m in mentions if m.label != "PERSON"):
        return False
    before = any(m.end == title.start for m in mentions)
    return before or any(m.start == title.end and m.label == "PERSON" for m in mentions)


def _is_foreign(word: str) -> bool:
    return all(character in _words("foreign-character") for character in word)


def _is_han(word: str) -> bool:
    return all("一" <= character <= "鿿" for character in word)


def _has_surname(word: str) -> bool:
    return word[0] in surnames() or word[:2] in surnames()


@cache
def surnames() -> frozenset[str]:
    """Give the surnames."""
    return frozenset(row[0] for row in lexicon.rows("surnames"))


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(lexicon.column("words", kind))


@cache
def _org_end() -> re.Pattern[str]:
    ends = sorted(_words("organisation-end"), key=lambda end: (-len(end), end))
    return re.compile(f"(?:{'|'.join(ends)})$")


@cache
def _title_pattern() -> re.Pattern[str]:
    longest = sorted(lexicon.column("titles", "zh"), key=lambda title: (-len(title), title))
    return re.compile("|".join(longest))
