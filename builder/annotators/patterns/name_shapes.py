"""English text enters; capitalised names leave, told apart by their head word, their title or the verb beside them.

A run of capitals without any such sign is left alone: a guess costs a reviewer more than an empty place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon
from builder.annotators.proposal import Found

_HEADED = ("ORG", "EVENT", "DOCUMENT", "LOCATION")
_TOKEN = re.compile(
    r"\d{1,4}(?:st|nd|rd|th)\b"
    r"|[^\W\d_]{1,40}(?:[.&-][^\W\d_]{1,40}|['’](?!s\b)[^\W\d_]{1,40}){0,4}"  # U.S., R&D, O’Brien; no possessive
    r"|\d{1,40}|[^\s\w]|_"
)
_JOINS = frozenset(["of", "for", "on", "the", "de", "la", "du", "von", "van", "and"])
_AFTER_HEAD = frozenset(("of", "for", "on"))

_PARTICLE = "al|ben|bin|da|de|del|den|der|di|dos|du|el|ibn|la|le|van|von"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,24}"
_FULL_NAME = rf"{_CAPITAL}(?: [A-Z]\.)?(?: (?:{_PARTICLE}|{_CAPITAL})){{1,3}}"
_SAID = re.compile(rf"\bsaid ({_CAPITAL}(?: {_CAPITAL}){{0,3}})(?=[,.;\"”]|$)")
_HONORIFIC = re.compile(rf"\b(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady)\.? ({_CAPITAL}(?: {_CAPITAL}){{0,3}})")
_NEXT_NAME = re.compile(rf" ({_FULL_NAME}|{_CAPITAL})")
_EDITION = re.compile(r"\b[A-Z]{3,8}(?= 20[0-9]{2}\b)")
_ACRONYM = re.compile(r" ?\(([A-Z][A-Za-z&-]{1,11})\)")


class Word(NamedTuple):
    """A word or mark of a sentence."""

    start: int
    end: int
    text: str

    @property
    def is_capital(self) -> bool:
        """Whether it may be part of a name."""
        return self.text[0].isupper() or self.text[0].isdigit() and self.text[-1].isalpha()


def find(text: str) -> Iterator[Found]:
    """Find headed names, people beside their titles, and speakers."""
    headed = list(_headed(text))
    yield from headed
    yield from (Found(*hit.span(), "EVENT", 0.6) for hit in _EDITION.finditer(text))
    yield from _with_title(text)
    yield from _roles(text)
    for pattern, score in ((_HONORIFIC, 0.8), (_SAID, 0.7), (_speaker_pattern(), 0.6)):
        for hit in pattern.finditer(text):
            person = Found(*_name_in(text, *hit.span(1)), "PERSON", score)
            if person.start < person.end and not any(person.overlaps(name) for name in headed):
                yield person


def _name_in(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out a leading 'The', a leading title, and names of one kind of capitals only (SCO)."""
    for title in _title_pattern().finditer(text, start, end):
        start = title.end() + 1 if title.start() == start else start
    name = text[start:end]
    first = name.split(" ")[0] if name else ""
    if first in _words("no-name") or name.isupper() or any(word in _heads() for word in name.split(" ")):
        return end, end
    return start, end - 2 if name.endswith(("'s", "’s")) else end


def _headed(text: str) -> Iterator[Found]:
    """Find runs of capitals that a head word labels: Ministry of Finance, World AI Conference."""
    words = [Word(*hit.span(), hit.group()) for hit in _TOKEN.finditer(text)]
    at = 0
    while at < len(words):
        last = _run_end(text, words, at)
        if words[at].is_capital and (found := _classified(text, words[at : last + 1])):
            yield from found
        at = max(last, at) + 1


def _run_end(text: str, words: Sequence[Word], first: int) -> int:
    """Find the last word of the run of capitals at `first`; once a head was seen, joining words may stand inside."""
    last, headed, joined = first, False, False
    for at in range(first, len(words)):
        word = words[at]
        joined = joined or (headed and word.text in _AFTER_HEAD)
        goes_on = at == first or text[words[at - 1].end : word.start] == " "
        if not (goes_on and (word.is_capital or (joined and word.text in _JOINS))):
            break
        headed = headed or word.text in _heads()
        last = at if word.is_capital else last
    return last


def _classified(text: str, run: Sequence[Word]) -> list[Found]:
    """Label a run by its head word: the last one before 'of', 'for' or 'on'."""
    while run and run[0].text in _words("no-name"):
        run = run[1:]
    small = next((n for n, word in enumerate(run) if word.text in _AFTER_HEAD), len(run))
    heads = [n for n, word in enumerate(run[:small]) if word.text in _heads()]
    if not heads or len(run) < 2:
        return []
    head = heads[-1]
    run = run if head + 1 == small else run[: head + 1]
    # A weak head (Office, Week) needs something more specific than one ordinary word before it.
    if len(run) < 2 or (run[head].text in _words("weak-head") and len(run) < 3):
        return []
    found = [Found(run[0].start, run[-1].end, _heads()[run[head].text], 0.7)]
    if acronym := _ACRONYM.match(text, run[-1].end):
        found.append(Found(*acronym.span(1), found[0].label, 0.75))
    return found


def _with_title(text: str) -> Iterator[Found]:
    """Find a capitalised title; with a name after it, the name as well."""
    for title in _title_pattern().finditer(text):
        name = _NEXT_NAME.match(text, title.end())
        if name and _is_personal(name.group(1).split(" ")):
            yield Found(*title.span(), "TITLE", 0.85)
            yield Found(*_name_in(text, *name.span(1)), "PERSON", 0.85)
        elif "-" in title.group() or " " in title.group():
            yield Found(*title.span(), "TITLE", 0.6)


def _is_personal(words: Sequence[str]) -> bool:
    """Whether capitals after a title may be a person: they begin with no plain word and end in no head."""
    return words[0] not in _words("no-name") and words[-1] not in _heads()


def _roles(text: str) -> Iterator[Found]:
    """Find 'Name, role and role of …'."""
    for role in _role_pattern().finditer(text):
        yield Found(*role.span(1), "PERSON", 0.85)
        yield Found(*role.span(2), "TITLE", 0.8)


@cache
def _heads() -> dict[str, str]:
    """Give the label of each word that heads a name."""
    return {head: label for label in _HEADED for head in lexicon.column("english", f"head-{label}")}


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(lexicon.column("english", kind))


@cache
def _speaker_pattern() -> re.Pattern[str]:
    begins = r"(?:^|(?<=[,;.\"“”] )|(?<=But )|(?<=that ))"
    name = rf"({_CAPITAL}(?: {_CAPITAL}){{0,2}})"
    speech = "|".join(lexicon.column("english", "speech"))
    return re.compile(rf"{begins}{name},? (?:also |has |have |further |later )?(?:{speech})\b")


@cache
def _title_pattern() -> re.Pattern[str]:
    rank = "(?:(?:Former|Acting|Interim|Deputy) )?"
    return re.compile(rf"\b{rank}(?:{_longest(lexicon.column('titles', 'en'))})(?![\w’'-])")


@cache
def _role_pattern() -> re.Pattern[str]:
    one = rf"(?:{_longest(lexicon.column('titles', 'en-role'))})"
    topic = r"(?: of (?!the\b|its\b|his\b|her\b|their\b|our\b|this\b|that\b)[a-z]{3,20}(?= |,|\.))?"
    return re.compile(rf"\b({_FULL_NAME}), (?:(?:the|a|an) )?({one}{topic}(?: and {one}{topic})?)(?![\w-])")


def _longest(terms: Sequence[str]) -> str:
    """Join the terms so that a longer one is tried before those it begins with."""
    return "|".join(re.escape(term) for term in sorted(terms, key=lambda term: (-len(term), term)))
