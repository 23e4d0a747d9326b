"""Tagged Chinese words enter; the names of people from abroad leave: dotted, transliterated, Japanese."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from builder.annotators.gazetteer import known_places
from builder.annotators.kinds import JAPANESE, LONE_PIECE, PIECE
from builder.annotators.line import NOT_IN_A_NAME, PLACE_LIKE, Line
from builder.annotators.proposal import Found
from builder.annotators.words import FAIR, GOOD, PERSON_TAGS, SURE, Token, foreignness, is_foreign, is_han, words

_FOREIGN_TAGS = PERSON_TAGS | {"ns", "nz"}
STRANGE = 38  # mean weight of characters that only foreign names have
_FAMILIAR = 18
_PIECE = 12
_OFFICE = re.compile("(?:副|代|代理|临时|前)?(?:总统|总理|首相|国王|外长|外交部长|国防部长|议长)")
_LONGEST = 8
_JAPANESE_END = "郎子夫介助彦之治"


def kind_of(token: Token) -> int:
    """Say what a word can be to a foreign name: one with a Japanese surname, a piece of one, one by itself."""
    word = token.word
    japanese = any(len(word) >= size and word[:size] in words("japanese-surname") for size in (2, 3))
    if not _is_piece(token):
        return JAPANESE * japanese
    alone = token.flag in _FOREIGN_TAGS and 2 <= len(word) <= _LONGEST and _FAMILIAR <= foreignness(word)
    return JAPANESE * japanese | PIECE | LONE_PIECE * alone


def people_from_abroad(line: Line) -> Iterator[Found]:
    """Find people whose names were put into Chinese."""
    for at, _, _ in line.which(JAPANESE):
        yield from _japanese(line, at)
    yield from _dotted(line)
    yield from _transliterated(line)


def _japanese(line: Line, at: int) -> Iterator[Found]:
    """Find Japanese names: a surname of two or three characters, alone or with what stands after it."""
    token = line.tokens[at]
    size = 3 if len(token.word) > 2 and token.word[:3] in words("japanese-surname") else 2
    if size < len(token.word) <= size + 3:
        yield Found(token.start, token.end, "PERSON", GOOD)
    elif len(token.word) == size:
        yield from _japanese_given(line, at)


def _japanese_given(line: Line, at: int) -> Iterator[Found]:
    token, after = line.tokens[at], line.tokens[at + 1 : at + 2]
    fits = (
        after
        and is_han(after[0].word)
        and (len(after[0].word) == 2 or (len(after[0].word) == 3 and after[0].word[2] in _JAPANESE_END))
        and after[0].flag not in NOT_IN_A_NAME
    )
    if fits and not line.speaks(token.end) and (after[0].flag in PERSON_TAGS or _is_held(line, token, after[0])):
        yield Found(token.start, after[0].end, "PERSON", GOOD)
    elif line.speaks(token.end) or line.is_called(token.start):
        yield Found(token.start, token.end, "PERSON", FAIR)


def _is_held(line: Line, first: Token, last: Token) -> bool:
    return line.is_called(first.start) or line.speaks(last.end) or line.is_listed(first.start) or line.closes(last.end)


def _dotted(line: Line) -> Iterator[Found]:
    """Find foreign names written with a middle dot: 卡瑟姆-若马尔特·托卡耶夫."""
    for dot in re.finditer("[·•‧]", line.text):
        start, end = _reach_back(line.tokens, dot.start()), _reach_on(line.tokens, dot.end())
        if start < dot.start() and dot.end() < end:
            yield Found(start, end, "PERSON", SURE)


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
    if token.word in known_places() and token.flag == "ns" and foreignness(token.word) < STRANGE:
        return False
    return token.flag in PERSON_TAGS or token.word in "·-—" or is_foreign(token.word)


def _transliterated(line: Line) -> Iterator[Found]:
    """Find foreign names that the tagger has cut to pieces: 赫里斯 + 坚 + 科."""
    after = 0  # the first word that no name holds yet
    for first, kind, _ in line.which(PIECE):
        if first < after:
            continue
        after = first + 1
        while after < len(line.kinds) and line.kinds[after] & PIECE:
            after += 1
        if first + 1 < after or kind & LONE_PIECE:
            yield from _joined(line, line.tokens[first:after])


def _is_piece(token: Token) -> bool:
    if token.word in known_places() and token.flag == "ns":
        return False
    return is_han(token.word) and (_PIECE if token.flag in PERSON_TAGS else _FAMILIAR) <= foreignness(token.word)


def _joined(line: Line, pieces: Sequence[Token]) -> Iterator[Found]:
    start, end = pieces[0].start, pieces[-1].end
    word = line.text[start:end]
    if not 2 <= len(word) <= _LONGEST or not any(piece.flag in _FOREIGN_TAGS for piece in pieces):
        return
    held = line.is_called(start) or line.speaks(end)
    if not held and (len(word) < 3 or len(pieces) == 1):
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
