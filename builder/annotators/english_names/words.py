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
    MAY_BE_CUT,
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
    HEADS_ORG,
    HEADS_PLACE,
    HEADS_OTHER,
) = (1 << rank for rank in range(21))

HEADS = HEADS_ORG | HEADS_PLACE | HEADS_OTHER
"""What says what a name names: Bank, Street, Act."""

_HEADED = {"ORG": HEADS_ORG, "GPE": HEADS_PLACE, "LOCATION": HEADS_PLACE}
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
        listed, longest = term(plain), _beginnings().get(plain, 1)
        bits = _bits(text, plain) | (MAY_BE_CUT if listed or longest > 1 else 0)
        word = self[text] = Word(text, plain, bits, knowledge.heads().get(text), longest, listed)
        return word


def term(written: str) -> Term | None:
    """Say what a term is to a run, if it is listed."""
    return _terms().get(written.rstrip(".")) or _terms().get(written)


def _bits(text: str, plain: str) -> int:
    """Say what a word is: by the lists of signs, as a person's or a place's name, by its letters."""
    bits, short, small = _signs().get(text, 0), text.rstrip("."), text.lower()
    if small in knowledge.common():
        bits |= COMMON
    if short in _function_words() or knowledge.signs("before").get(short.lower(), _NO_SIGN)[0] > 3:
        bits |= NO_NAME
    if short in knowledge.words("company-end"):
        bits |= COMPANY_END
    return bits | _bits_as_name(plain.rstrip(".")) | _bits_of_letters(text, short)


def _bits_as_name(bare: str) -> int:
    bits = 0
    given, surname = knowledge.given_names().get(bare), knowledge.surnames().get(bare)
    if given is not None:
        bits = GIVEN | SURELY_GIVEN if given else GIVEN
    if surname or (surname is None and knowledge.ends_like_surname(bare)):
        bits |= SURNAME | SURELY_SURNAME
    elif surname is not None:
        bits |= SURNAME
    if bare in ("Jr", "Sr") or ("-" in bare and bare.split("-")[-1].islower()):
        bits |= JUNIOR
    return bits | BIG_PLACE if knowledge.towns().get(bare, 0) > 3 or bare in knowledge.countries() else bits


def _bits_of_letters(text: str, short: str) -> int:
    bits = INITIALS if len(short) == 1 or text.count(".") > 1 else 0
    if len(text) == 2 and text[1] == ".":
        bits |= INITIAL
    if _IN_CAPITALS.fullmatch(text):
        bits |= IN_CAPITALS if "." in text else IN_CAPITALS | ABBREVIATION
    return bits


@cache
def _signs() -> dict[str, int]:
    """Give the bits of every word that is listed as a sign."""
    heads = knowledge.heads()
    clubs = {name for name, known in knowledge.names().items() if any(one.kind == "club" for one in known)}
    ends = knowledge.words("company-end") | knowledge.words("club-end") | clubs
    listed = {
        TITLE: knowledge.titles(),
        ENDS_NAME: ends | (heads.keys() - knowledge.words("state-body")),
        COMPANY_END: knowledge.words("company-end"),
        CLUB_END: knowledge.words("club-end"),
        CLUB_START: knowledge.words("club-start"),
    }
    bits = {head: _HEADED.get(label, HEADS_OTHER) for head, label in heads.items()}
    for bit, words in listed.items():
        bits |= {word: bits.get(word, 0) | bit for word in words}
    return bits


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
