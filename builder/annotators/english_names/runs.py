"""English text enters; its runs of capitals leave, cut into pieces that are one name each.

Titles, dates, adjectives and ordinary first words are cut off and remembered beside the piece they stood at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon
from builder.annotators.english_names import knowledge

_SHORT = "St|Jr|Sr|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Maj|Sgt|Capt|Prof|Inc|Corp|Co|Ltd|Bros|Cos|No"
_WORD = (
    rf"(?:[A-Z]\.(?:[A-Z]\.){{0,4}}(?!\w)|(?:{_SHORT})\.(?= ?[A-Z(])"
    r"|(?:al-|el-|d['’])?[A-ZÀ-ÖØ-Þ]\w{0,30}(?:[&./-]\w{1,30}|['’](?![sS]\b)\w{1,30}){0,4})"
)
_PARTICLE = "de|del|della|di|da|do|dos|du|van|von|der|den|ter|ten|bin|ibn|al|el|la|le|los|las|arap|zu|der"
_JOIN = rf" (?:(?:of|for|on)(?: the)? |& |(?:{_PARTICLE}) (?:(?:la|las|los|der|den|le) )?)?"
_RUN = re.compile(rf"(?<![\w]){_WORD}(?:{_JOIN}{_WORD}){{0,12}}")
_PART = re.compile(rf"(?P<join>{_JOIN})?(?P<word>{_WORD})")
_TAIL = re.compile(
    "-(?:based|born|controlled|led|backed|owned|bound|made|style|held|run|brokered|ruled|listed|trained|sponsored|area)$"
)
_OWNED = re.compile(r" ?['’]s\b")
_TOPIC = ("of", "for", "on", "of the", "for the", "on the")
_FUSED = ("&",)
_NO_SIGN = (0.0, 0.0, 0.0)


class Word(NamedTuple):
    """A capitalised word, and what joins it to the one before."""

    start: int
    end: int
    text: str
    join: str


class Piece(NamedTuple):
    """Words that may be one name, and what was cut off beside them."""

    words: tuple[Word, ...]
    text: str
    before: str  # "title", "adjective", "cut" or nothing
    after: str
    known: tuple[knowledge.Known, ...]

    @property
    def start(self) -> int:
        """Where the name starts."""
        return self.words[0].start

    @property
    def head(self) -> str | None:
        """Give the label of the word that says what is named: the last one before 'of', or the very last."""
        if len(self.words) < 2:
            return None
        topic = next((n for n, word in enumerate(self.words) if n and word.join in _TOPIC), len(self.words))
        return knowledge.heads().get(self.words[topic - 1].text) or knowledge.heads().get(self.words[-1].text)

    @property
    def end(self) -> int:
        """Where the name ends."""
        return self.words[-1].end


def pieces(text: str) -> Iterator[Piece]:
    """Find the pieces of every run of capitals, adjectives and known non-names among them."""
    for run in _RUN.finditer(text):
        yield from _cut(text, _words(text, run))


def _words(text: str, run: re.Match[str]) -> list[Word]:
    found = []
    for part in _PART.finditer(text, run.start(), run.end()):
        start, end = part.span("word")
        if tail := _TAIL.search(text, start, end):
            end = tail.start()
        elif owned := _OWNED.match(text, end):
            whole = knowledge.possessive_names()
            end = owned.end() if text[start:end] in whole or text[run.start() : end] in whole else end
        found.append(Word(start, end, text[start:end], (part["join"] or "").strip()))
    return found


def _cut(text: str, run: Sequence[Word]) -> Iterator[Piece]:
    """Cut a run at titles, dates, adjectives and known names; the rest stays together."""
    at, open_from, before = 0, 0, ""
    while at < len(run):
        size, kind, known = _match(text, run, at)
        if open_from < at and kind != "title" and run[at].join in _TOPIC and not _has_head(run[open_from:at]):
            yield _piece(text, run[open_from:at], before, "")
            open_from, before = at, ""
        if not size or not _stands_apart(kind, run, open_from, at, size):
            at += size or 1
            continue
        if open_from < at:
            yield _piece(text, run[open_from:at], before, kind)
            before = ""
        if kind in ("name", "adjective"):
            yield _piece(text, run[at : at + size], before, "", known)
        at += size
        open_from, before = at, {"name": "cut", "nothing": "cut"}.get(kind, kind)
    if open_from < len(run):
        yield _piece(text, run[open_from:], before, "")


def _stands_apart(kind: str, run: Sequence[Word], open_from: int, at: int, size: int) -> bool:
    """Whether what was matched is cut out of its run, and not a part of a longer name."""
    rest = run[at + size :]
    if run[at].join and at > open_from and kind not in ("title", "date"):
        return False
    if kind in ("title", "date", "common"):
        return True
    if not rest and open_from == at:
        return True
    last = _last_before_title(rest)
    if kind == "adjective":
        return open_from == at and not _is_headed(last, rest)
    if kind == "nothing":
        at_an_end = not rest or (open_from == at and run[at].text not in knowledge.given_names())
        return at_an_end and not _is_headed(last, rest) and (not rest or rest[0].join not in _FUSED)
    if rest and (rest[0].join in _FUSED or _is_headed(last, rest)):
        return False
    return size > 1 or (open_from == at and run[at].text in _separable())


def _has_head(words: Sequence[Word]) -> bool:
    """Whether a name goes on after 'of': Bank of …, Department for …, but not Nokia of …."""
    return any(word.text in knowledge.heads() for word in words)


def _is_headed(last: str, rest: Sequence[Word]) -> bool:
    """Whether the words after an adjective or a place make one name with it: British Steel, Bulgarian National Bank."""
    if not rest or rest[0].text in knowledge.titles():
        return False
    if last in knowledge.words("company-end") or last in knowledge.words("club-end") or _is_club(last):
        return True
    return last in knowledge.heads() and last not in knowledge.words("state-body")


def _is_club(word: str) -> bool:
    return any(known.kind == "club" for known in knowledge.names().get(word, ()))


def _last_before_title(rest: Sequence[Word]) -> str:
    last = ""
    for word in rest:
        if word.text in knowledge.titles() or word.join in _TOPIC:
            break
        last = word.text
    return last


@cache
def _separable() -> frozenset[str]:
    """Name what is said before other names without being part of them: U.S. Treasury, Reuters London."""
    short = {"U.S.", "US", "UK", "U.K.", "EU", "U.N.", "UN", "NATO", "Reuters", "Reuter"}
    return knowledge.countries() | short


def _match(text: str, run: Sequence[Word], at: int) -> tuple[int, str, tuple[knowledge.Known, ...]]:
    """Find the longest known term at a word: its number of words, its kind, and what is known of it."""
    first = knowledge.plain(run[at].text)
    for size in range(min(_beginnings().get(first, 1), len(run) - at), 0, -1):
        term = first if size == 1 else _written(text[run[at].start : run[at + size - 1].end])
        if match := _terms().get(term.rstrip(".")) or _terms().get(term):
            return size, *match
    if len(run[at].text) == 2 and run[at].text.endswith("."):
        return 0, "", ()
    first = run[at].text.rstrip(".")
    if at == 0 and len(run) > 1 and not run[1].join and (_is_no_name(first) or _only_opens(text, run)):
        return 1, "common", ()
    return 0, "", ()


def _written(text: str) -> str:
    """Write a term as the lists do."""
    return knowledge.plain(text).replace(" 's", "'s").replace("’", "'")


def _country(term: str) -> tuple[knowledge.Known, ...]:
    return (knowledge.Known("GPE", "country"),) if term in knowledge.countries() else ()


@cache
def _terms() -> dict[str, tuple[str, tuple[knowledge.Known, ...]]]:
    """Give the kind of every term that may be cut out of a run, and what is known of it."""
    named = {term: (_kind(known), known) for term, known in knowledge.names().items()}
    towns = {town: ("name", (knowledge.Known("GPE", "town"),)) for town, size in knowledge.towns().items()
             if " " in town and size > 2}  # fmt: skip
    dated: dict[str, tuple[str, tuple[knowledge.Known, ...]]] = dict.fromkeys(_dates(), ("date", ()))
    return towns | named | dated | dict.fromkeys(knowledge.titles(), ("title", ()))


def _kind(known: tuple[knowledge.Known, ...]) -> str:
    return known[0].kind if known[0].kind in ("adjective", "nothing") else "name"


@cache
def _beginnings() -> dict[str, int]:
    """Give the number of words of the longest term that begins with a word."""
    longest: dict[str, int] = {}
    for term in _terms():
        first, size = term.split(" ", 1)[0], term.count(" ") + 1
        longest[first] = max(longest.get(first, 1), size)
    return longest


@cache
def _dates() -> frozenset[str]:
    weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    months = "January February March April June July August September October November December"
    short = "Jan Feb Aug Sept Oct Nov Dec Mr Mr. Mrs Mrs. Ms Ms. Miss Sir Dr Dr."
    return frozenset(f"{weekdays} {months} {short}".split(" "))


def _is_no_name(word: str) -> bool:
    return word in _function_words() or knowledge.signs("before").get(word.lower(), _NO_SIGN)[0] > 3


def _only_opens(text: str, run: Sequence[Word]) -> bool:
    """Whether the first word of a sentence is an ordinary one before a known name: Booing Roger, Poor Jimmy."""
    before = text[: run[0].start].rstrip()
    if before and before[-1] not in '.:!?"“-' or run[0].text.lower() not in knowledge.common():
        return False
    second = knowledge.plain(run[1].text)
    if len(run) > 2 and run[-1].text in knowledge.heads() or second in knowledge.heads():
        return False
    return knowledge.given_names().get(second, False) or second in knowledge.countries()


@cache
def _function_words() -> frozenset[str]:
    return frozenset(lexicon.column("english", "no-name")) - {"New", "First", "One", "Last"}


def _piece(text: str, words: Sequence[Word], before: str, after: str, known: tuple[knowledge.Known, ...] = ()) -> Piece:
    plain = _written(text[words[0].start : words[-1].end])
    return Piece(tuple(words), plain, before, after, known or knowledge.names().get(plain) or _country(plain))
