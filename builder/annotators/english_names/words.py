"""A capitalised word enters; what the lists say of it leaves, most of it as bits of one number.

A word is asked about once and remembered: the rules test its bits, and look into no list.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon
from builder.annotators.english_names import knowledge
from builder.annotators.english_names.knowledge import Known

(
    COMMON,
    NO_NAME,
    INITIAL,
    INITIALS,
    TITLE,
    ENDS_NAME,
    COMPANY_END,
    CLUB_END,
    CLUB_START,
    GIVEN,
    SURELY_GIVEN,
    SURNAME,
    SURELY_SURNAME,
    JUNIOR,
    IN_CAPITALS,
    ABBREVIATION,
    BIG_PLACE,
) = (1 << rank for rank in range(17))

_IN_CAPITALS = re.compile(r"[A-Z][A-Z&.\d/-]{1,7}")
_NO_SIGN = (0.0, 0.0, 0.0)
_REMEMBERED = 1 << 15

Term = tuple[str, tuple[Known, ...]]
"""What a listed term is to a run that holds it (name, adjective, nothing, date, title), and what is known of it."""


class Word(NamedTuple):
    """A word, and all that the lists say of it."""

    text: str
    plain: str
    bits: int
    head: str | None  # the label of a name that it heads: Bank, Act
    longest: int  # words of the longest term that it begins
    term: Term | None


class Words(dict[str, Word]):
    """The words met so far, each looked up when it is first asked for."""

    def __missing__(self, text: str) -> Word:
        if _REMEMBERED < len(self):
            self.clear()
        plain = knowledge.plain(text)
        head, longest = knowledge.heads().get(text), _beginnings().get(plain, 1)
        word = Word(text, plain, _bits(text, plain.rstrip(".")), head, longest, term(plain))
        self[text] = word
        return word


def term(written: str) -> Term | None:
    """Say what a term is to a run, if it is listed."""
    return _terms().get(written.rstrip(".")) or _terms().get(written)


def _bits(text: str, bare: str) -> int:
    """Say what a word is; lists of people and places are asked for it bare, without its accents and last stop."""
    short = text.rstrip(".")
    company_end, club_end = knowledge.words("company-end"), knowledge.words("club-end")
    is_end = text in company_end or text in club_end or _is_club(text)
    is_head, is_in_capitals = text in knowledge.heads(), _IN_CAPITALS.fullmatch(text)
    given, surname = knowledge.given_names().get(bare), knowledge.surnames().get(bare)
    ends_like_surname = knowledge.ends_like_surname(bare)
    said = (
        (COMMON, text.lower() in knowledge.common()),
        (NO_NAME, _is_no_name(short)),
        (INITIAL, len(text) == 2 and text[1] == "."),
        (INITIALS, len(short) == 1 or text.count(".") > 1),
        (TITLE, text in knowledge.titles()),
        (ENDS_NAME, is_end or (is_head and text not in knowledge.words("state-body"))),
        (COMPANY_END, short in company_end or text in company_end),
        (CLUB_END, text in club_end),
        (CLUB_START, text in knowledge.words("club-start")),
        (GIVEN, given is not None),
        (SURELY_GIVEN, given),
        (SURNAME, surname is not None or ends_like_surname),
        (SURELY_SURNAME, surname or (surname is None and ends_like_surname)),
        (JUNIOR, bare in ("Jr", "Sr") or ("-" in bare and bare.split("-")[-1].islower())),
        (IN_CAPITALS, is_in_capitals),
        (ABBREVIATION, is_in_capitals and "." not in text),
        (BIG_PLACE, bare in knowledge.countries() or knowledge.towns().get(bare, 0) > 3),
    )
    return sum([bit for bit, holds in said if holds])


def _is_no_name(word: str) -> bool:
    return word in _function_words() or knowledge.signs("before").get(word.lower(), _NO_SIGN)[0] > 3


def _is_club(word: str) -> bool:
    return any(known.kind == "club" for known in knowledge.names().get(word, ()))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(lexicon.column("english", "no-name")) - {"New", "First", "One", "Last"}


@cache
def _terms() -> dict[str, Term]:
    """Give the kind of every term that may be cut out of a run, and what is known of it."""
    named = {term: (_kind(known), known) for term, known in knowledge.names().items()}
    towns = {town: ("name", (Known("GPE", "town"),)) for town, size in knowledge.towns().items()
             if " " in town and size > 2}  # fmt: skip
    dated: dict[str, Term] = dict.fromkeys(_dates(), ("date", ()))
    return towns | named | dated | dict.fromkeys(knowledge.titles(), ("title", ()))


def _kind(known: tuple[Known, ...]) -> str:
    return known[0].kind if known[0].kind in ("adjective", "nothing") else "name"


@cache
def _beginnings() -> dict[str, int]:
    """Give the number of words of the longest term that begins with a word."""
    longest: dict[str, int] = {}
    for listed in _terms():
        first, size = listed.split(" ", 1)[0], listed.count(" ") + 1
        longest[first] = max(longest.get(first, 1), size)
    return longest


@cache
def _dates() -> frozenset[str]:
    weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    months = "January February March April June July August September October November December"
    short = "Jan Feb Aug Sept Oct Nov Dec Mr Mr. Mrs Mrs. Ms Ms. Miss Sir Dr Dr."
    return frozenset(f"{weekdays} {months} {short}".split(" "))
