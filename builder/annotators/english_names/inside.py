"""A run of capitals enters; its names leave, each weighed by its own words as a person, an organisation and a place.

What a run says of itself is the same in every sentence, so it is remembered by the run's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import and_, or_
from typing import NamedTuple

from builder.annotators.english_names import knowledge, words
from builder.annotators.english_names.knowledge import Known, Weights
from builder.annotators.english_names.runs import Piece, opens_otherwise, pieces
from builder.annotators.english_names.words import Word

(NO_NAME, KNOWN, ORDINARY, SEVERAL, LIKE_A_PHRASE, SHORT, LOOKS_LEFT, TOWN, COUNTRY, CLUB, TYPED, REGION, SURE) = (
    1 << rank for rank in range(13)
)
"""What a name is to the sentence around it."""

_NOTHING: Weights = (0.0, 0.0, 0.0)
_BEFORE: dict[str, Weights] = {"title": (5.0, -2.0, -4.0), "adjective": (0.6, 0.8, -1.0)}
_TOPIC_JOINS = {"of", "for", "on", "of the", "for the"}
_FUSING_JOINS = {*_TOPIC_JOINS, "on the", "&"}
_REMEMBERED, _KINDS_REMEMBERED = 1 << 14, 1 << 13


class Name(NamedTuple):
    """A piece that may be a name, judged by itself; its places are those in its run."""

    start: int
    end: int
    bits: int
    weights: Weights
    in_sport: Weights  # the weights where the sentence speaks of sport
    sure: tuple[str, float] | None  # label and score, where no weight could change them
    piece: Piece


Place = tuple[int, int, Name]
"""Where a name starts and ends in its text."""


class Names(dict[str, tuple[tuple[Name, ...], bool]]):
    """The names of each run met so far, judged when it is first asked for: as one that opens a sentence, or does not.

    Beside them stands whether the other of the two may have other names.
    """

    def __init__(self, opens: bool) -> None:
        super().__init__()
        self._opens = opens

    def __missing__(self, run: str) -> tuple[tuple[Name, ...], bool]:
        if _REMEMBERED < len(self):
            self.clear()
        names = tuple(judged(piece) for piece in pieces(run, self._opens))
        self[run] = names, opens_otherwise(run)
        return self[run]


def judged(piece: Piece) -> Name:
    """Judge a piece by itself."""
    weights = in_sport = _weights(piece, sport=False)
    if len(piece.words) == 1 and any(one.kind == "club" for one in piece.known):
        in_sport = _weights(piece, sport=True)
    bits = _bits(piece) | (_bits_of_known(piece) if piece.known else _bits_of_unknown(piece))
    sure = _sure(piece)
    return Name(piece.start, piece.end, bits | SURE if sure else bits, weights, in_sport, sure, piece)


def _bits(piece: Piece) -> int:
    bits = SEVERAL if len(piece.words) > 1 else 0
    if piece.before in ("", "cut", "common", "date"):
        bits |= LOOKS_LEFT
    if piece.head:
        bits |= {"EVENT": TYPED, "DOCUMENT": TYPED, "LOCATION": REGION}.get(piece.head, 0)
    return bits


def _bits_of_unknown(piece: Piece) -> int:
    bits = TOWN if piece.text in knowledge.towns() else 0
    if len(piece.words) > 1:
        return bits if piece.head else bits | LIKE_A_PHRASE
    word = piece.words[0].word
    if len(word.text) < 2 or word.text.rstrip(".").lower() in ("mr", "mrs", "ms", "dr", "st", "i"):
        bits |= NO_NAME
    if word.bits & words.COMMON:
        bits |= ORDINARY
    return bits | SHORT if piece.text.isupper() else bits


def _bits_of_known(piece: Piece) -> int:
    labels, kinds = {one.label for one in piece.known}, {one.kind for one in piece.known}
    is_state = piece.text in knowledge.states()
    is_town = "town" in kinds or piece.text in knowledge.towns()
    said = (
        (KNOWN, True),
        (NO_NAME, piece.known[0].kind == "nothing"),
        (TOWN, is_state if kinds & {"country", "adjective"} else is_town),
        (COUNTRY, "country" in kinds),
        (CLUB, piece.known[0].kind == "club"),
        (TYPED, "EVENT" in labels or "adjective" in kinds),
        (REGION, "LOCATION" in labels),
    )
    return sum([bit for bit, holds in said if holds])


def _sure(piece: Piece) -> tuple[str, float] | None:
    """Give the label and score of what is an adjective, an event or a document by its own words."""
    if not piece.known:
        return (piece.head, 0.7) if piece.head in ("EVENT", "DOCUMENT") else None
    labels = [one.label for one in piece.known]
    if any(one.kind == "adjective" for one in piece.known):
        return labels[0], 0.9
    if labels == ["EVENT"]:
        return "EVENT", 0.85
    return (piece.head, 0.7) if piece.head in ("EVENT", "DOCUMENT") and "ORG" not in labels else None


def _weights(piece: Piece, sport: bool) -> Weights:
    """Add up what the words of a name say, and what was cut off beside it."""
    if piece.known:
        return _sum([_of_known(known, piece, sport) for known in piece.known], piece.before, piece.after)
    if len(piece.words) == 1:
        return _sum(_single(piece.words[0].word, piece.text), piece.before, piece.after)
    bits, joins = zip(*[(one.word.bits, one.join) for one in piece.words], strict=True)
    return _of_several(bits, joins, knowledge.towns().get(piece.text, 0.0), piece.before, piece.after)


def _sum(said: list[Weights], before: str, after: str) -> Weights:
    person = org = place = 0.0
    said.append(_BEFORE.get(before, _NOTHING))
    if after == "title":
        said.append((-2.5, 1.2, 1.2))
    for p, o, g in said:
        person, org, place = person + p, org + o, place + g
    return person, org, place


def _of_known(known: Known, piece: Piece, sport: bool) -> Weights:
    if known.kind == "club" and len(piece.words) == 1 and not sport:
        town = knowledge.towns().get(piece.text, 0.0)
        return (0.0, 2.0, town + 0.5 if town else 0.0)
    if known.label == "ORG":
        return (-1.0, 3.8 if known.kind == "club" else 5.0, -1.0)
    if known.kind == "town":
        return (-1.0, 0.0, 4.0)
    return (-1.0, -1.0, 6.5) if known.label in ("GPE", "LOCATION") else _NOTHING


def _single(word: Word, plain: str) -> list[Weights]:
    if word.bits & words.IN_CAPITALS:
        return [(-1.5, 2.6, -0.5)]
    given, surname = knowledge.given_names().get(plain), knowledge.surnames().get(plain)
    town = knowledge.towns().get(plain, 0.0)
    town *= 0.6 if (given or surname) and town < 3 else 1.0
    return [
        ((0.9 if given else 0.0) + (1.3 if surname else 0.0) - town / 3, 0.0, town),
        (1.0 if knowledge.ends_like_surname(plain) else 0.0, 0.0, 1.0 if knowledge.ends_like_place(plain) else 0.0),
        _NOTHING if town else (0.6, 0.5, 0.1),
        (-2.0, 0.0, -1.0) if word.head == "ORG" else _NOTHING,
    ]


@lru_cache(_KINDS_REMEMBERED)
def _of_several(bits: tuple[int, ...], joins: tuple[str, ...], town: float, before: str, after: str) -> Weights:
    """Weigh several words by what they are, not which: thousands of names have a known first name and surname."""
    joined = set(joins) - {""}
    first, last = bits[0], bits[-1]
    said = _by_head(bits, joined)
    if joined & _FUSING_JOINS:
        said.append((-4.0, 1.5, 0.0))
    elif joined:
        said.append((2.0, 0.0, 1.0))
    if first & words.GIVEN:
        said.append((3.0 if first & words.SURELY_GIVEN else 1.2, 0.0, -0.5))
    if last & words.SURNAME:
        said.append((1.5 if last & words.SURELY_SURNAME else 0.5, 0.0, -0.3))
    if len(bits) < 4 and reduce(or_, bits[:-1]) & words.INITIALS:
        said.append((2.5, 0.0, -1.0))
    if last & words.JUNIOR:
        said.append((2.5, 0.0, 0.0))
    return _sum(said + _by_parts(bits, town), before, after)


def _by_head(bits: Sequence[int], joins: set[str]) -> list[Weights]:
    said: list[Weights] = []
    if bits[-1] & words.COMPANY_END:
        said.append((-4.0, 7.0, -1.0))
    elif bits[-1] & words.CLUB_END:
        said.append((-1.0, 4.5, -0.5))
    elif bits[0] & words.CLUB_START:
        said.append((-0.5, 3.0, 0.0))
    heads = [one & words.HEADS for one in bits]
    head = (heads[0] if joins & _TOPIC_JOINS else 0) or heads[-1]
    head = head or next((one for one in heads[1:] if one and joins), 0)
    if head == words.HEADS_ORG:
        said.append((-4.0, 5.0, -1.0))
    elif head == words.HEADS_PLACE:
        said.append((-3.0, 0.0, 4.5))
    return said


def _by_parts(bits: Sequence[int], town: float) -> list[Weights]:
    every, some = reduce(and_, bits), reduce(or_, bits)
    said = [(-1.5, 0.5, -2.5) if every & words.COMMON else (0.0, 1.0, 0.0) if some & words.COMMON else (1.6, 0.4, 0.0)]
    if some & words.ABBREVIATION:
        said.append((-2.0, 2.0, 0.0))
    if town:
        said.append((-1.0, 0.0, town + 1.0))
    elif bits[0] & words.BIG_PLACE:
        said.append((-1.0, 1.5, 0.3))
    if len(bits) > 3:
        said.append((-1.5, 1.0, 0.0))
    return said
