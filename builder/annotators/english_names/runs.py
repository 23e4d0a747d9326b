"""A run of capitals enters; its pieces leave, each of them one name or known to be none.

Titles, dates, adjectives and ordinary first words are cut off and remembered beside the piece they stood at.
All is said of the run alone: it is cut the same way wherever it stands, but for whether a sentence opens with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators.english_names import knowledge, words
from builder.annotators.english_names.knowledge import Known
from builder.annotators.english_names.words import Word, Words

_SHORT = "St|Jr|Sr|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Maj|Sgt|Capt|Prof|Inc|Corp|Co|Ltd|Bros|Cos|No"
_LETTERS = r"\w{0,30}(?:[&./-]\w{1,30}|['’](?![sS]\b)\w{1,30}){0,4}"
_WORD = (
    rf"(?:[A-Z]\.(?:[A-Z]\.){{0,4}}(?!\w)|(?=[BCDGIJLMNPRS][a-z]{{1,4}}\. ?[A-Z(])(?:{_SHORT})\."
    rf"|(?:[A-ZÀ-ÖØ-Þ]|(?:al-|el-|d['’])[A-ZÀ-ÖØ-Þ]){_LETTERS})"
)
_PARTICLE = "de|del|della|di|da|do|dos|du|van|von|der|den|ter|ten|bin|ibn|al|el|la|le|los|las|arap|zu|der"
_JOIN = (
    r" (?=[A-ZÀ-ÖØ-Þabdefilotvz&])"  # what goes on begins with one of these; the next word seldom does
    rf"(?:(?=[a-z&])(?:(?:of|for|on)(?: the)? |& |(?:{_PARTICLE}) (?:(?:la|las|los|der|den|le) )?))?"
)
_OWN = r" ?['’]s\b"
_REST = rf"(?:{_JOIN}{_WORD}){{0,12}}(?:{_OWN})?"
_ANY_RUN = re.compile(rf"\b(?=[A-ZÀ-ÖØ-Þaed]){_WORD}{_REST}")
_AFTER_CAPITAL = (
    r"(?:(?<=[A-Z])\.(?:[A-Z]\.){0,4}(?!\w)"
    rf"|(?=[a-z]{{1,4}}\. ?[A-Z(])(?:{'|'.join(f'(?<={short[0]}){short[1:]}' for short in _SHORT.split('|'))})\."
    rf"|{_LETTERS})"
)
_CAPITAL_RUN = re.compile(rf"[A-ZÀ-ÖØ-Þ](?<!\w.){_AFTER_CAPITAL}{_REST}")
_PREFIX = re.compile("(?:l-|d['’])(?=[A-ZÀ-ÖØ-Þ])")
_PART = re.compile(rf"(?P<join>{_JOIN})?(?P<word>{_WORD})")
_TAIL = re.compile(
    "-(?:based|born|controlled|led|backed|owned|bound|made|style|held|run|brokered|ruled|listed|trained|sponsored|area)$"
)
_OWNED = re.compile(_OWN)
_TOPIC = ("of", "for", "on", "of the", "for the", "on the")
_FUSED = ("&",)
_NOTHING = (0, "", ())
_WORDS = Words()


class Placed(NamedTuple):
    """A word of a run: where it stands, and what joins it to the one before."""

    start: int
    end: int
    join: str
    word: Word


class Piece(NamedTuple):
    """Words that may be one name, and what was cut off beside them."""

    words: tuple[Placed, ...]
    text: str
    before: str  # "title", "adjective", "cut" or nothing
    after: str
    known: tuple[Known, ...]
    head: str | None  # the label of the word that says what is named

    @property
    def start(self) -> int:
        """Where the name starts."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where the name ends."""
        return self.words[-1].end


def runs_of(text: str) -> Iterator[re.Match[str]]:
    """Find the runs of a text.

    Where no word begins with al- or d', each begins with a capital: the search then leaps from one to the next.
    """
    begins_small = ("l-" in text or "d'" in text or "d’" in text) and _PREFIX.search(text)
    return (_ANY_RUN if begins_small else _CAPITAL_RUN).finditer(text)


def pieces(run: str, opens: bool) -> list[Piece]:
    """Cut a run, if need be, at titles, dates, adjectives and known names; the rest stays together."""
    placed = _placed(run)
    return _cut(run, placed, opens) if _may_be_cut(placed, opens) else [_piece(run, placed, "", "")]


def opens_otherwise(run: str) -> bool:
    """Whether a run may be cut in another way where a sentence begins with it."""
    return " " in run and _placed(run)[0].word.bits & words.COMMON != 0


def _may_be_cut(placed: Sequence[Placed], opens: bool) -> bool:
    """Whether a run holds anything to cut at; most hold nothing."""
    if placed[0].word.bits & (words.NO_NAME | words.COMMON if opens else words.NO_NAME):
        return True
    bits = 0
    for one in placed:
        bits |= words.MAY_BE_CUT if one.join in _TOPIC else one.word.bits
    return bits & words.MAY_BE_CUT != 0


def _cut(run: str, placed: Sequence[Placed], opens: bool) -> list[Piece]:
    cut: list[Piece] = []
    at, open_from, before = 0, 0, ""
    while at < len(placed):
        size, kind, known = _match(run, placed, at, opens)
        if open_from < at and kind != "title" and placed[at].join in _TOPIC and not _has_head(placed[open_from:at]):
            cut.append(_piece(run, placed[open_from:at], before, ""))
            open_from, before = at, ""
        if not size or not _stands_apart(kind, placed, open_from, at, size):
            at += size or 1
            continue
        if open_from < at:
            cut.append(_piece(run, placed[open_from:at], before, kind))
            before = ""
        if kind in ("name", "adjective"):
            cut.append(_piece(run, placed[at : at + size], before, "", known))
        at += size
        open_from, before = at, {"name": "cut", "nothing": "cut"}.get(kind, kind)
    if open_from < len(placed):
        cut.append(_piece(run, placed[open_from:], before, ""))
    return cut


def _placed(run: str) -> list[Placed]:
    if run.isalpha():
        return [Placed(0, len(run), "", _WORDS[run])]
    if run.replace(" ", "").isalpha():
        return _parted(run)
    found, is_owner = [], run.endswith(("'s", "’s"))
    for part in _PART.finditer(run):
        join, text = part.groups("")
        end = part.end()
        start = end - len(text)
        if "-" in text and (tail := _TAIL.search(text)):
            text = text[: tail.start()]
        elif is_owner and (owned := _OWNED.match(run, end)):
            whole = knowledge.possessive_names()
            text = run[start : owned.end()] if text in whole or run[:end] in whole else text
        found.append(Placed(start, start + len(text), join.strip(), _WORDS[text]))
    return found


def _parted(run: str) -> list[Placed]:
    """Part a run of letters and spaces alone, as most are."""
    found, at, join = [], 0, ""
    for text in run.split(" "):
        end = at + len(text)
        if text.islower():
            join = f"{join} {text}" if join else text
        else:
            found.append(Placed(at, end, join, _WORDS[text]))
            join = ""
        at = end + 1
    return found


def _match(run: str, placed: Sequence[Placed], at: int, opens: bool) -> tuple[int, str, tuple[Known, ...]]:
    """Find the longest known term at a word: its number of words, its kind, and what is known of it."""
    word = placed[at].word
    for size in range(min(word.longest, len(placed) - at), 1, -1):
        if term := words.term(_written(run[placed[at].start : placed[at + size - 1].end])):
            return size, *term
    if word.term:
        return 1, *word.term
    if at or len(placed) < 2 or placed[1].join or word.bits & words.INITIAL:
        return _NOTHING
    return (1, "common", ()) if word.bits & words.NO_NAME or (opens and _only_opens(placed)) else _NOTHING


def _only_opens(placed: Sequence[Placed]) -> bool:
    """Whether the first word of a sentence is an ordinary one before a known name: Booing Roger, Poor Jimmy."""
    if not placed[0].word.bits & words.COMMON:
        return False
    second = placed[1].word.plain
    if len(placed) > 2 and placed[-1].word.head or second in knowledge.heads():
        return False
    return knowledge.given_names().get(second, False) or second in knowledge.countries()


def _stands_apart(kind: str, placed: Sequence[Placed], open_from: int, at: int, size: int) -> bool:
    """Whether what was matched is cut out of its run, and not a part of a longer name."""
    rest = placed[at + size :]
    if placed[at].join and at > open_from and kind not in ("title", "date"):
        return False
    if kind in ("title", "date", "common") or (not rest and open_from == at):
        return True
    if kind == "adjective":
        return open_from == at and not _is_headed(rest)
    if kind == "nothing":
        at_an_end = not rest or (open_from == at and placed[at].word.text not in knowledge.given_names())
        return at_an_end and not _is_headed(rest) and (not rest or rest[0].join not in _FUSED)
    if rest and (rest[0].join in _FUSED or _is_headed(rest)):
        return False
    return size > 1 or (open_from == at and placed[at].word.text in _separable())


def _has_head(placed: Sequence[Placed]) -> bool:
    """Whether a name goes on after 'of': Bank of …, Department for …, but not Nokia of …."""
    return any(one.word.head for one in placed)


def _is_headed(rest: Sequence[Placed]) -> bool:
    """Whether the words after an adjective or a place make one name with it: British Steel, Bulgarian National Bank."""
    last = 0
    for one in rest:
        if one.word.bits & words.TITLE or one.join in _TOPIC:
            break
        last = one.word.bits
    return last & words.ENDS_NAME != 0


@cache
def _separable() -> frozenset[str]:
    """Name what is said before other names without being part of them: U.S. Treasury, Reuters London."""
    short = {"U.S.", "US", "UK", "U.K.", "EU", "U.N.", "UN", "NATO", "Reuters", "Reuter"}
    return knowledge.countries() | short


def _written(text: str) -> str:
    """Write a term as the lists do."""
    return knowledge.plain(text).replace(" 's", "'s").replace("’", "'")


def _piece(run: str, placed: Sequence[Placed], before: str, after: str, known: tuple[Known, ...] = ()) -> Piece:
    one = placed[0].word
    plain = one.plain if len(placed) == 1 and one.plain.isalpha() else _written(run[placed[0].start : placed[-1].end])
    return Piece(tuple(placed), plain, before, after, known or knowledge.names().get(plain, ()), head_of(placed))


def head_of(placed: Sequence[Placed]) -> str | None:
    """Give the label of the word that says what several words name: the last one before 'of', or the very last."""
    if len(placed) < 2:
        return None
    topic = next((n for n, one in enumerate(placed) if n and one.join in _TOPIC), len(placed))
    return placed[topic - 1].word.head or placed[-1].word.head
