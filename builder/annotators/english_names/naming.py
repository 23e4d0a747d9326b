"""English text enters; its people, organisations, places and events leave, each with a score.

No sentence is judged by another; what a run of capitals says by itself is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from builder.annotators.english_names import inside, knowledge
from builder.annotators.english_names.around import weigh
from builder.annotators.english_names.inside import Names, Place, judged
from builder.annotators.english_names.knowledge import Weights
from builder.annotators.english_names.layout import (
    Layout,
    is_shouted,
    is_title_case,
    layout,
    lowered,
    words_of_sport,
)
from builder.annotators.english_names.runs import Piece, head_of, runs_of
from builder.annotators.english_names.words import COMMON
from builder.annotators.proposal import Found

_LABELS = ("PERSON", "ORG", "GPE")
_LEAST, _LEAST_ORDINARY, _NEVER = 1.0, 3.5, 99.0
_SHARED = 1.5
_NO_WEIGHTS: Weights = (0.0, 0.0, 0.0)
_LIST = frozenset(f"{space}{mark} " for space in ("", " ") for mark in (",", "and", "or", "&", ", and"))
_LONGEST_LINK = max(map(len, _LIST))
_NUMBER = re.compile(r"\b\d{1,3}(?:st|nd|rd|th) $")
_SHOUTED_PLACE = re.compile(r"[A-Z][A-Z ,.'-]{3,40}(?=,? (?:\d{4}-\d|[A-Z][a-z]{2,8}\.? \d| ?\( ?[A-Z][a-z]|--? ))")
_LABELLED_OTHERWISE = inside.SURE | inside.REGION | inside.SHORT
_DOUBTFUL = inside.NO_NAME | inside.LIKE_A_PHRASE
_QUOTES = ('"', "“", "”")
_YEAR_AFTER = re.compile(r" (?:19|20)\d\d\b(?!-)")
_LETTER = re.compile("[A-Za-z]")
_MARKS = '.:!?"“-'
_BEFORE_A_SENTENCE = frozenset(f"{mark} " for mark in _MARKS)
_BEFORE_A_LINE = frozenset(f"{mark} \n" for mark in _MARKS)
_WEIGHTS_REMEMBERED = 1 << 13
_OPENING, _WITHIN = Names(opens=True), Names(opens=False)


def find(texts: Sequence[str]) -> list[list[Found]]:
    """Find the names of each of these sentences."""
    written = [*map(_unshouted, texts)]
    return [*map(_names, written, words_of_sport(written))]


def _names(text: str, sporting: int) -> list[Found]:
    """Find the names of a sentence that holds so many words of sport."""
    places, bits = _places(text)
    if " and " in text:
        places = _joined(text, places)
    if bits & inside.NO_NAME or any(map(text.__contains__, _QUOTES)):
        places = [place for place in places if not place[2].bits & _DOUBTFUL or _may_be_name(text, place)]
    if not places:
        return []
    form = layout(text, sporting, names_club=bits & inside.CLUB != 0)
    least = [_least(text, place, form) if place[2].bits & inside.ORDINARY else _LEAST for place in places]
    lists = _lists(text, places)
    weights = _shared(_weights(text, places, form, least, lists), lists)
    return _labelled(text, places, weights, least)


def _unshouted(text: str) -> str:
    """Write what is in capitals all over as other sentences are written; no character moves."""
    if is_shouted(text) or is_title_case(text):
        return lowered(text)
    place = _SHOUTED_PLACE.match(text)
    return lowered(place.group()) + text[place.end() :] if place else text


def _places(text: str) -> tuple[list[Place], int]:
    """Find where the pieces of every run stand, known non-names among them, and all that they are to the sentence."""
    found, bits, within = [], 0, _WITHIN
    for run in runs_of(text):
        written, at = run.group(), run.start()
        names, opens_otherwise = within[written]
        if opens_otherwise and _begins_here(text, at):
            names, _ = _OPENING[written]
        for name in names:
            found.append((at + name[0], at + name[1], name))
            bits |= name[2]
    return found, bits


def _begins_here(text: str, at: int) -> bool:
    """Whether nothing stands before, or a mark that a sentence may begin after."""
    while at and text[at - 1].isspace():
        at -= 1
    return not at or text[at - 1] in _MARKS


def _joined(text: str, places: list[Place]) -> list[Place]:
    """Join what 'and' cuts in two: Food and Drug Administration, Ministry of Trade and Industry."""
    joined: list[Place] = []
    for start, end, name in places:
        if joined and text[joined[-1][1] : start] == " and " and _is_one_name(joined[-1][2].piece, name.piece):
            first, _, held = joined.pop()
            start, name = first, judged(_both(text[first:end], held.piece, name.piece))
        joined.append((start, end, name))
    return joined


def _both(text: str, one: Piece, other: Piece) -> Piece:
    words = (*one.words, *other.words)
    return Piece(words, text, one.before, other.after, (), head_of(words))


def _is_one_name(one: Piece, other: Piece) -> bool:
    """Whether ordinary words stand on both sides of 'and', and a head on one."""
    if one.known or other.known or not any(placed.word.head for placed in (*one.words, *other.words)):
        return False
    is_ordinary = one.words[-1].word.bits & COMMON != 0
    return is_ordinary and other.words[0].word.text not in knowledge.given_names()


def _may_be_name(text: str, place: Place) -> bool:
    """Leave out what is known to be no name, and unknown words that are a whole quotation: "Shanghai Spirit"."""
    start, end, name = place
    if name.bits & inside.NO_NAME:
        return False
    return not (text.endswith(_QUOTES, 0, start) and text[end:].lstrip(",.").startswith(_QUOTES))


def _is_meeting(text: str, start: int, end: int) -> bool:
    """Whether an unknown abbreviation has its year beside it: WAIC 2024, this year's WAIC."""
    return bool(_YEAR_AFTER.match(text, end)) or text.endswith(("this year's ", "last year's "), 0, start)


def _least(text: str, place: Place, form: Layout) -> float:
    """Give the weight an ordinary word needs: its place must show that it is a name."""
    start, _, name = place
    if name.bits & inside.TOWN and _is_placed(text, start, form):
        return _LEAST
    return _NEVER if _opens(text, start) and start not in form.players else _LEAST_ORDINARY


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    if text[start - 2 : start] in _BEFORE_A_SENTENCE or text[start - 3 : start] in _BEFORE_A_LINE:
        return True
    return _LETTER.search(text, 0, start) is None


def _is_placed(text: str, start: int, form: Layout) -> bool:
    """Whether an ordinary word stands where a town would: in Nice, a dateline, a table."""
    if start in form.teams or form.dateline[0] <= start < form.dateline[1]:
        return True
    return text.endswith((" in ", " at ", " near ", " from ", " for ", "In ", "At "), 0, start)


def _lists(text: str, places: Sequence[Place]) -> list[int]:
    """Give the ranks of the names that continue a list: all that stands between them and the one before is a link."""
    lists, last = [], -_LONGEST_LINK - 1
    for rank, (start, end, _) in enumerate(places):
        if start - last <= _LONGEST_LINK and text[last:start] in _LIST:
            lists.append(rank)
        last = end
    return lists


def _weights(
    text: str, places: Sequence[Place], form: Layout, least: Sequence[float], lists: Sequence[int]
) -> list[Weights]:
    """Weigh what may be a name, and what a name may take after; an ordinary first word is neither."""
    if _NEVER not in least:
        return [weigh(text, place, form) for place in places]
    listed = {*lists, *(n - 1 for n in lists)}
    return [
        _NO_WEIGHTS if needed == _NEVER and n not in listed else weigh(text, place, form)
        for n, (place, needed) in enumerate(zip(places, least, strict=True))
    ]


def _shared(weights: list[Weights], lists: Sequence[int]) -> list[Weights]:
    """Let names of one list take after the surest beside them; given are the ranks of those with one before."""
    shared = list(weights) if lists else weights
    for n in lists:
        surer = n - 1 if margin(weights[n - 1]) >= margin(weights[n]) else n
        weaker = 2 * n - 1 - surer
        shared[weaker] = _raised(shared[weaker], heaviest(weights[surer]))
    return shared


def _raised(weights: Weights, rank: int) -> Weights:
    person, org, place = (weight + _SHARED * (n == rank) for n, weight in enumerate(weights))
    return person, org, place


def heaviest(weights: Weights) -> int:
    """Give the rank of the heaviest, the first of equals."""
    return weights.index(max(weights))


def margin(weights: Weights) -> float:
    """Give the distance from the heaviest to the next, or to nothing."""
    _, second, best = sorted(weights)
    return best - max(second, 0.0)


def _labelled(text: str, places: Sequence[Place], weights: Sequence[Weights], least: Sequence[float]) -> list[Found]:
    """Label what weighs enough to be a name."""
    found: list[Found] = []
    for place, weight, needed in zip(places, weights, least, strict=True):
        (label, sure, heaviest), (start, end, name) = _weighed(weight), place
        bits = name[2]
        if heaviest < needed and not bits & inside.TYPED:
            continue
        if bits & _LABELLED_OTHERWISE or text[start - 1 : start] == "(":
            found.append(_labelled_otherwise(text, place, (label, sure), found))
        else:
            found.append(Found(start, end, label, sure))
    return found


def _labelled_otherwise(text: str, place: Place, by_weight: tuple[str, float], found: Sequence[Found]) -> Found:
    """Label a name by its weights, unless its own words, the name before it or its year say what it is."""
    start, end, name = place
    label, sure = name.sure or by_weight
    if label == "GPE" and name.bits & inside.REGION and not name.sure:
        label = "LOCATION"
    if found and not name.bits & inside.KNOWN and _is_short_for(text, found[-1], start, end):
        label = found[-1].label
    if name.bits & inside.SHORT and _is_meeting(text, start, end):
        label, sure = "EVENT", 0.7
    if label == "EVENT" and (number := _NUMBER.search(text, max(0, start - 6), start)):
        start = number.start()
    return Found(start, end, label, sure)


@lru_cache(_WEIGHTS_REMEMBERED)
def _weighed(weights: Weights) -> tuple[str, float, float]:
    """Give the label of the heaviest, its score, and how heavy it is."""
    return _LABELS[heaviest(weights)], score(margin(weights)), max(weights)


def _is_short_for(text: str, last: Found, start: int, end: int) -> bool:
    """Whether a name in brackets is short for the one before: World AI Conference (WAIC)."""
    if text[last.end : start] != " (" or last.label == "PERSON":
        return False
    short = text[start:end]
    return short.isupper() and "." not in short


def score(distance: float) -> float:
    """Turn a distance of weights into how often such a label is right.

    Fitted to tests/annotators/newswire_en.jsonl with 60 % of every list of names taken away.
    """
    return round(0.65 + 0.3 * min(distance, 5.0) / 5.0, 2)
