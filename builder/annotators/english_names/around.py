"""A name and its place in the text enter; what its neighbours and the form of the line make of it leaves.

Weights are added to those of the name itself; the label is the heaviest, its score grows with the distance to the next.
"""

from __future__ import annotations

import re
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from builder.annotators.english_names import inside, knowledge
from builder.annotators.english_names.inside import Place
from builder.annotators.english_names.knowledge import Weights
from builder.annotators.english_names.layout import Layout

_RIGHT = re.compile(
    r"-(?P<based>based|born|controlled|held|ruled|bound|area)\b"
    r"| ?(?:'s|’s|'|’) (?P<owned>[a-z]+)"
    r"| ?\( ?(?:(?P<country>[A-Z][\w. ]{2,24}?) ?\)|(?P<minute>\d))"
    r"|(?P<minutes>,? \d{1,3}(?:st|nd|rd|th)? ?(?:minutes?\b|pen)|-\d)"
    r"|[\"”]?(?P<comma>,?) ?(?:has |have |had |also |would |will |was |is )?(?P<next>[a-z][\w-]*)"
)
_NEXT = re.compile(r" (?:(?:has|have|had|also|would|will|was|is) (?=[a-z]))?([a-z][\w-]*)")
_AGE = re.compile(r" ?, (?:aged )?[1-9]\d ?(?:,|\.|$)")
_ROLE = re.compile(r" ?, (?:(?:the|a|an|who|whose|his|her|its|former|then|now) )(?:[a-z-]+ ){0,3}?([a-z-]+)")
_OFFICE = re.compile(r" ?, (?:[a-z-]+ ){0,2}([a-z-]+)\b")
_COMMA_PLACE = re.compile(r" ?, ([A-Z][\w.]*(?: [A-Z][\w.]*)?)")
_A_WORD = frozenset(f" {letter}" for letter in ascii_lowercase)
_SILENT_BEFORE = frozenset(
    [*(f"{mark} " for mark in ".,;:!?)-–0123456789"), *(f"{letter}." for letter in ascii_lowercase)]
)
"""What often stands before a name and says nothing of it, as no word ends there."""
_SILENT_AFTER = frozenset(
    ["", *(f" {sign}" for sign in f"{ascii_uppercase}-"), *(mark + then for mark in ".;:!?)" for then in ("", " "))]
)
"""What often stands after a name and says nothing of it: neither a comma nor what _RIGHT begins with."""

_REMEMBERED = 1 << 13

Signs = tuple[Weights | None, Weights | None]
"""What a word beside a name says of it, and what it says where two teams meet."""


class _Before(dict[str, Signs]):
    """The words met before names so far, each looked up when it is first asked for."""

    def __missing__(self, word: str) -> Signs:
        if _REMEMBERED < len(self):
            self.clear()
        before, versus = knowledge.signs("before"), knowledge.signs("versus")
        signs = before.get(word.lower()), versus.get("v" if word == "to" else word)
        self[word] = signs if word[-1].isalpha() else (None, None)
        return self[word]


class _After(dict[str, Signs]):
    """The words met after names so far, each looked up when it is first asked for."""

    def __missing__(self, word: str) -> Signs:
        if _REMEMBERED < len(self):
            self.clear()
        self[word] = knowledge.signs("after").get(word), knowledge.signs("versus").get(word)
        return self[word]


_BEFORE, _AFTER = _Before(), _After()
_AS_PERSON: Weights = (5.0, 0.0, 0.0)
_AS_PLACE: Weights = (0.0, 0.0, 5.0)
_FROM_COUNTRY: Weights = (3.5, 1.0, -2.0)
_AT_MINUTE: Weights = (1.5, 0.0, -1.0)


def weigh(text: str, place: Place, form: Layout) -> Weights:
    """Add up all that speaks for each of the three."""
    start, end, (_, _, bits, weights, in_sport, _, _) = place
    said: list[Weights] = []
    if bits & inside.LOOKS_LEFT and start and text[start - 2 : start] not in _SILENT_BEFORE:
        _look_left(text, start, form.sport, said)
    if (after := text[end : end + 2]) not in _SILENT_AFTER:
        _look_right(text, end, after, form.sport and bits & inside.TOWN != 0, said)
    if form.marks_places:
        _look_at_marked(start, end, bits, form, said)
    if form.sport:
        weights = in_sport
        if bits & inside.TOWN and start not in form.teams:
            said.append((0.0, 3.4, -0.3))
    if form.alone and bits & inside.SEVERAL:
        said.append((1.0, 0.0, 0.0))
    if not said:
        return weights
    person, org, town = weights
    for p, o, g in said:
        person, org, town = person + p, org + o, town + g
    return person, org, town


def _look_left(text: str, start: int, sport: bool, said: list[Weights]) -> None:
    """Weigh the word before the name."""
    before = text[start - 40 if start > 40 else 0 : start].rstrip(' "“(').rsplit(None, 1)
    if not before:
        return
    last = before[-1]
    sign, versus = _BEFORE[last]
    if sport and versus:
        said.append(versus if last != "to" or _word_before(before) == "lost" else (0.0, 0.0, 0.8))
    elif sign:
        said.append(sign)
    elif last == "of" and (sign := knowledge.signs("before").get(_word_before(before))):
        said.append((-1.0, 0.0, 3.0) if sign[2] > 2 else (0.0, 1.0, 1.0))


def _word_before(before: list[str]) -> str:
    """Give the last word but one, or the only one."""
    return before[0].rsplit(None, 1)[-1]


def _look_right(text: str, end: int, after: str, is_team: bool, said: list[Weights]) -> None:
    """Weigh what follows the name; after are its first two characters."""
    if after in _A_WORD and (next_word := _NEXT.match(text, end)):
        _look_at_next(next_word[1], is_team, said)
        return
    hit = _RIGHT.match(text, end)
    if hit and (sign := _follows(hit)):
        said.append(sign)
    if "," in after:
        _look_at_apposition(text, end, said)
    if is_team and hit and (sign := knowledge.signs("versus").get(hit["next"])):
        said.append(sign)


def _look_at_next(word: str, is_team: bool, said: list[Weights]) -> None:
    """Weigh the word after the name, as most have one."""
    sign, versus = _AFTER[word]
    if sign:
        said.append(sign)
    if is_team and versus:
        said.append(versus)


def _follows(hit: re.Match[str]) -> Weights | None:
    kind = hit.lastgroup or ""
    word = hit[kind]
    if kind == "next":
        return knowledge.signs("after").get(word) if not hit["comma"] or word in ("who", "said", "which") else None
    if kind == "owned":
        return knowledge.signs("possessive").get(word)
    if kind == "country":
        return _FROM_COUNTRY if knowledge.plain(word) in _in_brackets() else None
    return _AS_PLACE if kind == "based" else _AT_MINUTE


@cache
def _in_brackets() -> frozenset[str]:
    return knowledge.countries() | {"U.S.", "Britain"}


def _look_at_apposition(text: str, end: int, said: list[Weights]) -> None:
    """Weigh an age, an office or a country between commas."""
    if text[end : end + 3].lstrip(" ,").istitle():
        if (hit := _COMMA_PLACE.match(text, end)) and knowledge.plain(hit[1]) in knowledge.countries():
            said.append((-1.5, -1.0, 2.0))
        return
    if _AGE.match(text, end):
        said.append(_AS_PERSON)
    roles = knowledge.signs("before")
    for pattern in (_ROLE, _OFFICE):
        if (hit := pattern.match(text, end)) and (sign := roles.get(hit[1])):
            said.append((0.6 * max(sign[0], 0.0), 0.6 * max(sign[1], 0.0), 0.0))
            return


def _look_at_marked(start: int, end: int, bits: int, form: Layout, said: list[Weights]) -> None:
    """Weigh what stands where the form marks a place: in a table, a dateline, behind a player."""
    is_town, is_country = bits & inside.TOWN, bits & inside.COUNTRY
    if start in form.teams and (is_town or not is_country):
        said.append((-0.5, 8.0, 0.0))
    if start in form.players:
        said.append(_AS_PERSON)
    if form.dateline[0] <= start and end <= form.dateline[1]:
        said.append((-2.0, 0.0, 6.0))
    if start in form.clubs and not is_country:
        said.append((0.0, 3.5, -0.5))
