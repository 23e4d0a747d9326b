"""Tagged Chinese words enter; people leave, by the characters of their names and by their neighbours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from builder.annotators import lexicon
from builder.annotators.foreign_names import STRANGE, people_from_abroad
from builder.annotators.gazetteer import known_places
from builder.annotators.kinds import ADDRESSED, AFTER_A_TITLE, LONG_NAME, SHORT_NAME, SURNAME, TAGGED_PERSON, Told
from builder.annotators.line import NOT_IN_A_NAME, PLACE_LIKE, Line
from builder.annotators.mentions import Mentions, alike, mentions_of
from builder.annotators.proposal import Found
from builder.annotators.words import (
    DOUBTFUL,
    FAIR,
    GOOD,
    PERSON_TAGS,
    Token,
    begins,
    endings,
    ends,
    foreignness,
    has_surname,
    is_foreign,
    is_han,
    may_end_a_name,
    surnames,
    words,
)

_NO_SHORT_NAME = NOT_IN_A_NAME | PERSON_TAGS
_NO_LONG_NAME = PERSON_TAGS | {"ns", "nt"}
_GIVEN_TAGS = PERSON_TAGS | {"nz", "ng", "n", "a", "x"}
"""Tags of words that can be a given name after a sure surname."""
_IS_GOOD, _IS_LIKE_A_PLACE, _WANTS_COMPANY, _MAY_GO_ON, _SIZE = (1 << rank for rank in range(5))
"""About a name: it is surer than others; it is one only where it is called one; it is surer beside a title or another
name; the next character may belong to it. What is left, by `_SIZE`, is how many characters it has."""


def kind_of(token: Token) -> int:
    """Say what a word can be to a Chinese name: tagged as one, a surname, one with a given name or an address."""
    word, flag = token.word, token.flag
    tagged = TAGGED_PERSON * (flag in PERSON_TAGS) | AFTER_A_TITLE * (word in surnames())
    if word[0] not in surnames() or not is_han(word):
        return tagged
    return (
        tagged
        | ADDRESSED * (word[1:] in words("honorific"))
        | (SHORT_NAME | AFTER_A_TITLE) * (len(word) == 2 and flag not in _NO_SHORT_NAME)
        | LONG_NAME * (len(word) == 3 and flag not in _NO_LONG_NAME)
        | SURNAME * (word in surnames())
    )


def people(line: Line) -> Iterator[Mentions]:
    """Find people."""
    ranks = line.ranks(ADDRESSED)
    yield alike(line.edges[ranks], line.edges[ranks] + 1, "PERSON", GOOD)
    yield from _tagged(line)
    rules = (_by_surnames, people_from_abroad, after_titles)
    yield mentions_of(found for rule in rules for found in rule(line))


def _by_surnames(line: Line) -> Iterator[Found]:
    for at, kind, token in line.which(LONG_NAME | SURNAME):
        yield from _by_surname(line, at, kind, token)


def _tagged(line: Line) -> Iterator[Mentions]:
    """Read the words that the tagger takes for names: most say by themselves what they are."""
    ranks = line.ranks(TAGGED_PERSON)
    told = _NAMES.of(line.vocabulary)[line.numbers[ranks]]
    ranks, told = ranks[told != 0], told[told != 0]
    starts, about = line.edges[ranks], told % _SIZE
    ends = starts + told // _SIZE
    for what, score in ((0, FAIR), (_IS_GOOD, GOOD)):
        yield alike(starts[about == what], ends[about == what], "PERSON", score)
    unsure = np.flatnonzero(about & ~_IS_GOOD)
    rows = zip(*(column[unsure].tolist() for column in (ranks, about, starts, ends)), strict=True)
    yield mentions_of(found for row in rows for found in _by_neighbours(line, *row))


def _by_neighbours(line: Line, at: int, about: int, start: int, end: int) -> Iterator[Found]:
    """Read a name that its neighbours tell more of."""
    if about & _IS_LIKE_A_PLACE and not line.is_called(start):
        return
    good = about & _IS_GOOD or (about & _WANTS_COMPANY and _has_company(line, start, end))
    yield Found(start, end, "PERSON", GOOD if good else FAIR)
    if about & _MAY_GO_ON and _goes_on(line, at):
        yield Found(start, end + 1, "PERSON", GOOD)


def _name_in(token: Token) -> int:
    """Say how much of a word is a name, and what is to be asked of its neighbours; 0 for the many that are none."""
    word = token.word
    if len(word) > 3:
        word = endings("thing-after-name").sub("", word)
    size = len(word)
    if size == 2 and word[1] in "家老总" and word[0] in surnames():
        return _SIZE
    score, wants_company = (0.0, False) if size < 2 or _is_no_name(word) else _scored(word, token.flag)
    if not score:
        return 0
    like_a_place = _IS_LIKE_A_PLACE * (size > 2 and PLACE_LIKE.search(word) is not None)
    may_go_on = _MAY_GO_ON * (size == 2 and word[0] in surnames())
    return size * _SIZE + (_IS_GOOD * (score == GOOD) | like_a_place | _WANTS_COMPANY * wants_company | may_go_on)


_NAMES = Told(_name_in)


def _is_no_name(word: str) -> bool:
    if word in words("not-a-name") or word.startswith(lexicon.column("words", "not-a-beginning")):
        return True
    if len(word) < 4 and ends("no-name-end", word[1:]) and (len(word) == 2 or word[1:] in words("no-name-end")):
        return True
    return word[1:] in words("honorific") or (len(word) < 4 and word.endswith("说"))


def _scored(word: str, flag: str) -> tuple[float, bool]:
    """Say how sure a name is, and whether its neighbours can make it surer."""
    if 2 < len(word) and is_foreign(word):
        return FAIR, False
    if flag == "nrt" and STRANGE <= foreignness(word) and word not in known_places():
        return FAIR, False
    if len(word) > 4 or not has_surname(word) or (len(word) == 4 and word[:2] not in surnames()):
        return FAIR if flag == "nrfg" else 0.0, False
    return (GOOD, False) if len(word) == 3 else (FAIR, True)


def _has_company(line: Line, start: int, end: int) -> bool:
    return line.is_called(start) or line.speaks(end) or line.is_listed(start)


def _goes_on(line: Line, at: int) -> bool:
    """Whether the one character after a short name belongs to it: 高云 + 江 + 说."""
    start, after = line.begins[at], line.token(at + 1)
    if len(after.word) == 1:
        return _is_given(line, start, after)
    # A word that took the name's last character: 赵致 + 真的.
    return (
        len(after.word) == 2
        and after.word[1] in "的说和在是"
        and may_end_a_name(after.word[0], 10)
        and (line.is_called(start) or line.speaks(after.start + 1))
    )


def _is_given(line: Line, start: int, last: Token) -> bool:
    if not is_han(last.word) or begins("speech", line.text, last.start):
        return False
    named = line.is_called(start) or line.is_listed(start)
    if last.flag in NOT_IN_A_NAME and not may_end_a_name(last.word, 20):
        told = (named and (line.speaks(last.end) or line.closes(last.end))) or line.is_addressed(last.end)
        return told and last.word not in "和与及同对向在为的了是已将也都又曾被把从等派"
    if line.speaks(last.end) or (named and line.closes(last.end)):
        return True
    return may_end_a_name(last.word, 20)


def _by_surname(line: Line, at: int, kind: int, token: Token) -> Iterator[Found]:
    """Find a surname and the given name or the form of address after it: 郑 + 全军, 李 + 大娘."""
    if token.word in words("not-a-name"):
        return
    held = line.is_called(token.start)
    if kind & LONG_NAME and (held or line.speaks(token.end)):
        yield Found(token.start, token.end, "PERSON", FAIR if held else DOUBTFUL)
    if not kind & SURNAME:
        return
    if kind & TAGGED_PERSON and begins("honorific", line.text, token.end):
        yield Found(token.start, token.end, "PERSON", GOOD)
    elif end := _given_name_end(line, at, held):
        yield Found(token.start, end, "PERSON", GOOD if held else FAIR)


def _given_name_end(line: Line, at: int, held: bool) -> int:
    """Find where the given name after a surname ends; 0 when none begins there."""
    surname, after = line.token(at), line.token(at + 1)
    if not is_han(after.word) or begins("speech", after.word, 0):
        return 0
    sure = surname.flag in PERSON_TAGS or (after.flag in PERSON_TAGS and surname.flag not in NOT_IN_A_NAME)
    if len(after.word) == 2:
        if not sure and {surname.flag, after.flag} & NOT_IN_A_NAME and not held:
            return 0
        told = held or line.speaks(after.end) or (line.is_listed(surname.start) and line.closes(after.end))
        return after.end if told or (sure and after.flag in _GIVEN_TAGS) else 0
    if len(after.word) != 1 or not (sure or held):
        return 0
    if after.flag in ("p", "c", "uj", "ul", "m", "d", "r", "x") and not held:
        return 0
    last = line.token(at + 2)
    return last.end if len(last.word) == 1 and _is_given(line, surname.start, last) else after.end


def after_titles(line: Line) -> Iterator[Found]:
    """Find names that only the title before them gives away: 总统 + 米尔济约耶夫, 部长 + 阴和俊."""
    foreign, starts = words("foreign-character"), [end for _, end in line.titles]
    for start in starts:
        end = start
        while line.text[end] in foreign and end - start < 8:
            end += 1
        if start + 2 <= end:
            yield Found(start, _word_edge(line, start, end), "PERSON", FAIR)
    ranks = np.searchsorted(line.edges, starts)  # a title ends where a word begins
    for at in ranks[line.kinds[ranks] & AFTER_A_TITLE != 0].tolist():
        yield from _titled(line, at)


def _titled(line: Line, at: int) -> Iterator[Found]:
    """Find the Chinese name after a title: one short word before a mark or a verb of speech, or by its surname."""
    token, kind = line.token(at), int(line.kinds[at])
    if kind & SHORT_NAME and (line.closes(token.end) or line.speaks(token.end)):
        yield Found(token.start, token.end, "PERSON", FAIR)
    if token.word in surnames() and (last := _given_name_end(line, at, held=True)):
        yield Found(token.start, last, "PERSON", GOOD)


def _word_edge(line: Line, start: int, end: int) -> int:
    """Pull the end back out of a word that is cut in two, unless the name would vanish."""
    edge = line.begins[bisect_right(line.begins, end) - 1]
    return edge if start + 2 <= edge else end
