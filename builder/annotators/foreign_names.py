"""Tagged Chinese words enter; the names of people from abroad leave: dotted, transliterated, Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from builder.annotators.gazetteer import known_names, known_places
from builder.annotators.kinds import IS_DOT, JAPANESE, LONE_PIECE, PIECE
from builder.annotators.line import NOT_IN_A_NAME, PLACE_LIKE, Line
from builder.annotators.proposal import Found
from builder.annotators.words import FAIR, GOOD, PERSON_TAGS, SURE, Token, foreignness, is_foreign, is_han, words

_FOREIGN_TAGS = PERSON_TAGS | {"ns", "nz"}
STRANGE = 38  # mean weight of characters that only foreign names have
_FAMILIAR = 18
_PIECE = 12
_SOUNDING = 5
_OFFICE = re.compile("(?:副|代|代理|临时|前)?(?:总统|总理|首相|国王|外长|外交部长|国防部长|议长)")
_LONGEST, _LONGEST_PIECE = 8, 3
_DOTS = frozenset("·•‧")
_JAPANESE_END = "郎子夫介助彦之治"


def kind_of(token: Token) -> int:
    """Say what a word can be to a foreign name: one with a Japanese surname, a piece of one, one by itself."""
    word, listed = token.word, words("japanese-surname")
    if word in _DOTS:
        return IS_DOT
    kind = JAPANESE if len(word) > 1 and (word[:2] in listed or word[:3] in listed) else 0
    if not _is_piece(token):
        return kind
    alone = token.flag in _FOREIGN_TAGS and 2 <= len(word) <= _LONGEST and _FAMILIAR <= foreignness(word)
    return kind | PIECE | LONE_PIECE * alone


def people_from_abroad(line: Line) -> Iterator[Found]:
    """Find people whose names were put into Chinese."""
    for at, _, token in line.which(JAPANESE):
        yield from _japanese(line, at, token)
    yield from _dotted(line)
    yield from _transliterated(line)


def _japanese(line: Line, at: int, token: Token) -> Iterator[Found]:
    """Find Japanese names: a surname of two or three characters, alone or with what stands after it."""
    size = 3 if len(token.word) > 2 and token.word[:3] in words("japanese-surname") else 2
    if size < len(token.word) <= size + 3:
        yield Found(token.start, token.end, "PERSON", GOOD)
    elif len(token.word) == size:
        yield from _japanese_given(line, at)


def _japanese_given(line: Line, at: int) -> Iterator[Found]:
    token, after = line.token(at), line.token(at + 1)
    fits = (
        is_han(after.word)
        and (len(after.word) == 2 or (len(after.word) == 3 and after.word[2] in _JAPANESE_END))
        and after.flag not in NOT_IN_A_NAME
    )
    if fits and not line.speaks(token.end) and (after.flag in PERSON_TAGS or _is_held(line, token, after)):
        yield Found(token.start, after.end, "PERSON", GOOD)
    elif line.speaks(token.end) or line.is_called(token.start):
        yield Found(token.start, token.end, "PERSON", FAIR)


def _is_held(line: Line, first: Token, last: Token) -> bool:
    return line.is_called(first.start) or line.speaks(last.end) or line.is_listed(first.start) or line.closes(last.end)


def _dotted(line: Line) -> Iterator[Found]:
    """Find foreign names written with a middle dot: 卡瑟姆-若马尔特·托卡耶夫."""
    for at, _, _ in line.which(IS_DOT):
        first, last = _reach_back(line, at), _reach_on(line, at + 1)
        if first == at and _sounds_foreign(line, at + 1):
            first = _odd_before(line, at)
        elif last == at + 1 and _sounds_foreign(line, at - 1):
            last = _odd_after(line, last)
        if first < at and at + 1 < last:
            yield Found(line.begins[first], line.begins[last], "PERSON", SURE)


def _reach_back(line: Line, dot: int) -> int:
    """Find the first word of the foreign name before a dot; only of the word beside it the tag is believed."""
    first = dot
    while 0 < first and _may_be_foreign(*line.tagged(first - 1), beside=first == dot):
        first -= 1
    return first


def _reach_on(line: Line, last: int) -> int:
    while _may_be_foreign(*line.tagged(last)) and not line.speaks(line.begins[last]):
        last += 1
    return last


def _sounds_foreign(line: Line, at: int) -> bool:
    """Whether a word beside a dot shows that the dot joins a foreign name: it stands in 文·王刚 too."""
    word = line.tagged(at)[0]
    return is_han(word) and _SOUNDING <= foreignness(word)


def _odd_before(line: Line, dot: int) -> int:
    """Take in the word before a dot though it does not look foreign, as the rest does: 拉·甘地, 差猜·春哈旺."""
    odd = 0 < dot and _is_odd_piece(*line.tagged(dot - 1)) and not line.is_called(line.begins[dot])
    return dot - odd


def _odd_after(line: Line, first: int) -> int:
    """Take in what stands after a dot though it does not look foreign, then letter by letter: 巴颂·差亚翁."""
    last, size = first, _LONGEST_PIECE
    while _is_odd_piece(*line.tagged(last), size) and not line.speaks(line.begins[last]):
        last, size = last + 1, 1
    return last if line.begins[first] + 1 < line.begins[last] else first


def _is_odd_piece(word: str, flag: str, size: int = _LONGEST_PIECE) -> bool:
    """Whether a word that does not look foreign can be a piece of a foreign name; names that are known are none."""
    if size < len(word) or flag in NOT_IN_A_NAME or not is_han(word):
        return False
    return word not in known_names() or _FAMILIAR <= foreignness(word)


def _may_be_foreign(word: str, flag: str, *, beside: bool = True) -> bool:
    if word in known_places() and flag == "ns" and foreignness(word) < STRANGE:
        return False
    return (beside and flag in PERSON_TAGS) or word in "·-—" or is_foreign(word)


def _transliterated(line: Line) -> Iterator[Found]:
    """Find foreign names that the tagger has cut to pieces: 赫里斯 + 坚 + 科."""
    turns = np.flatnonzero(np.diff(line.kinds & PIECE, prepend=0, append=0))
    first, after = turns[::2], turns[1::2]
    long = (first + 1 < after) | (line.kinds[first] & LONE_PIECE != 0)
    for one, other in zip(first[long].tolist(), after[long].tolist(), strict=True):
        yield from _joined(line, one, other)


def _is_piece(token: Token) -> bool:
    word, flag = token.word, token.flag
    if foreignness(word) < (_PIECE if flag in PERSON_TAGS else _FAMILIAR):
        return False
    return not (flag == "ns" and word in known_places()) and is_han(word)


def _joined(line: Line, first: int, after: int) -> Iterator[Found]:
    start, end = line.begins[first], line.begins[after]
    word = line.text[start:end]
    if not 2 <= len(word) <= _LONGEST or all(line.tagged(at)[1] not in _FOREIGN_TAGS for at in range(first, after)):
        return
    held = line.is_called(start) or line.speaks(end)
    if not held and (len(word) < 3 or after == first + 1):
        return
    if foreignness(word) < (_FAMILIAR if held else STRANGE):
        return
    if _names_a_country(line.text, end):
        yield Found(start, end, "GPE", GOOD)
    elif not PLACE_LIKE.match(line.text[end : end + 1]):
        yield Found(start, end, "PERSON", GOOD if held else FAIR)


def _names_a_country(text: str, end: int) -> bool:
    """Whether an office and then its holder follow: 哈萨克斯坦 + 总统 + 托卡耶夫."""
    office = _OFFICE.match(text, end)
    holder = text[office.end() : office.end() + 2] if office else ""
    return len(holder) == 2 and is_foreign(holder)
