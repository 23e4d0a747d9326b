"""A piece and its place in the text enter; what speaks for a person, an organisation and a place leaves.

Weights are added up; the label is the heaviest, its score grows with the distance to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.annotators.english_names import knowledge
from builder.annotators.english_names.knowledge import Weights
from builder.annotators.english_names.layout import Layout
from builder.annotators.english_names.runs import Piece

_NEXT_WORD = re.compile(r"[\"”]?,? ?(?:has |have |had |also |would |will |was |is )?([a-z][\w-]*)")
_OWNED = re.compile(r" ?(?:'s|’s|'|’) ([a-z]+)")
_AGE = re.compile(r" ?, (?:aged )?[1-9]\d ?(?:,|\.|$)")
_COUNTRY = re.compile(r" ?\( ?([A-Z][\w. ]{2,24}?) ?\)")
_MINUTE = re.compile(r" ?\( ?\d|,? \d{1,3}(?:st|nd|rd|th)? ?(?:minutes?\b|pen)|-\d")
_ROLE = re.compile(r" ?, (?:(?:the|a|an|who|whose|his|her|its|former|then|now) )(?:[a-z-]+ ){0,3}?([a-z-]+)")
_OFFICE = re.compile(r" ?, (?:[a-z-]+ ){0,2}([a-z-]+)\b")
_COMMA_PLACE = re.compile(r" ?, ([A-Z][\w.]*(?: [A-Z][\w.]*)?)")
_BASED = re.compile(r"-(?:based|born|controlled|held|ruled|bound|area)\b")
_SUFFIX = re.compile(r"^[A-Z][A-Z&.\d/-]{1,7}$")

_AS_PERSON: Weights = (5.0, 0.0, 0.0)
_AS_PLACE: Weights = (0.0, 0.0, 5.0)


def weigh(text: str, piece: Piece, form: Layout) -> Weights:
    """Add up all that speaks for each of the three."""
    person, org, place = 0.0, 0.0, 0.0
    for p, o, g in (*_inside(piece, form), *_around(text, piece, form), *_by_form(piece, form)):
        person, org, place = person + p, org + o, place + g
    return person, org, place


def _inside(piece: Piece, form: Layout) -> Iterator[Weights]:
    """Weigh the words of the name."""
    town = knowledge.towns().get(piece.text, 0.0)
    for known in piece.known:
        if known.kind == "club" and len(piece.words) == 1 and not form.sport:
            yield (0.0, 2.0, town + 0.5 if town else 0.0)
        else:
            yield _of_known(known)
    if not piece.known:
        yield from _several(piece) if len(piece.words) > 1 else _single(piece.words[0].text, piece.text)


def _of_known(known: knowledge.Known) -> Weights:
    if known.label == "ORG":
        return (-1.0, 3.8 if known.kind == "club" else 5.0, -1.0)
    if known.kind == "town":
        return (-1.0, 0.0, 4.0)
    return (-1.0, -1.0, 6.5) if known.label in ("GPE", "LOCATION") else (0.0, 0.0, 0.0)


def _single(word: str, plain: str) -> Iterator[Weights]:
    if _SUFFIX.match(word):
        yield (-1.5, 2.6, -0.5)
        return
    given, surname = knowledge.given_names().get(plain), knowledge.surnames().get(plain)
    town = knowledge.towns().get(plain, 0.0)
    town *= 0.6 if (given or surname) and town < 3 else 1.0
    yield (0.9 if given else 0.0) + (1.3 if surname else 0.0) - town / 3, 0.0, town
    yield (1.0 if knowledge.ends_like_surname(plain) else 0.0), 0.0, (1.0 if knowledge.ends_like_place(plain) else 0.0)
    yield (0.6, 0.5, 0.1) if not town else (0.0, 0.0, 0.0)
    if knowledge.heads().get(word) == "ORG":
        yield (-2.0, 0.0, -1.0)


def _several(piece: Piece) -> Iterator[Weights]:
    words = [word.text for word in piece.words]
    plain = [knowledge.plain(word).rstrip(".") for word in words]
    joins = {word.join for word in piece.words} - {""}
    yield from _by_head(words, joins)
    if joins & {"of", "for", "on", "of the", "for the", "on the", "&"}:
        yield (-4.0, 1.5, 0.0)
    elif joins:
        yield (2.0, 0.0, 1.0)
    first, last = plain[0], plain[-1]
    if first in knowledge.given_names():
        yield (3.0 if knowledge.given_names()[first] else 1.2), 0.0, -0.5
    if last in knowledge.surnames() or knowledge.ends_like_surname(last):
        yield (1.5 if knowledge.surnames().get(last, True) else 0.5), 0.0, -0.3
    if any(len(word.rstrip(".")) == 1 or word.count(".") > 1 for word in words[:-1]) and len(words) < 4:
        yield 2.5, 0.0, -1.0
    if last in ("Jr", "Sr") or "-" in last and last.split("-")[-1].islower():
        yield 2.5, 0.0, 0.0
    yield from _by_parts(piece, words, plain)


def _by_head(words: list[str], joins: set[str]) -> Iterator[Weights]:
    heads = knowledge.heads()
    if words[-1].rstrip(".") in knowledge.words("company-end") or words[-1] in knowledge.words("company-end"):
        yield (-4.0, 7.0, -1.0)
    elif words[-1] in knowledge.words("club-end"):
        yield (-1.0, 4.5, -0.5)
    elif words[0] in knowledge.words("club-start"):
        yield (-0.5, 3.0, 0.0)
    label = heads.get(words[0]) if joins & {"of", "for", "on", "of the", "for the"} else None
    label = label or heads.get(words[-1]) or next((heads[w] for w in words[1:] if w in heads and joins), None)
    if label == "ORG":
        yield (-4.0, 5.0, -1.0)
    elif label in ("LOCATION", "GPE"):
        yield (-3.0, 0.0, 4.5)


def _by_parts(piece: Piece, words: list[str], plain: list[str]) -> Iterator[Weights]:
    small = [word.lower() for word in words]
    ordinary = sum(word in knowledge.common() for word in small)
    if ordinary == len(words):
        yield (-1.5, 0.5, -2.5)
    elif not ordinary:
        yield (1.6, 0.4, 0.0)
    else:
        yield (0.0, 1.0, 0.0)
    if any(_SUFFIX.match(word) and "." not in word for word in words):
        yield (-2.0, 2.0, 0.0)
    town = knowledge.towns().get(piece.text, 0.0)
    if town:
        yield (-1.0, 0.0, town + 1.0)
    elif plain[0] in knowledge.countries() or knowledge.towns().get(plain[0], 0) > 3:
        yield (-1.0, 1.5, 0.3)
    if len(words) > 3:
        yield (-1.5, 1.0, 0.0)


def _around(text: str, piece: Piece, form: Layout) -> Iterator[Weights]:
    """Weigh the words beside the name."""
    yield {"title": (5.0, -2.0, -4.0), "adjective": (0.6, 0.8, -1.0)}.get(piece.before, (0.0, 0.0, 0.0))
    yield (-2.5, 1.2, 1.2) if piece.after == "title" else (0.0, 0.0, 0.0)
    if not piece.before or piece.before in ("cut", "common", "date"):
        yield from _left(text, piece.start, form.sport)
    yield from _right(text, piece)
    if form.sport and _is_town(piece) and (hit := _NEXT_WORD.match(text, piece.end)):
        yield knowledge.signs("versus").get(hit[1], (0.0, 0.0, 0.0))


def _left(text: str, start: int, sport: bool) -> Iterator[Weights]:
    last_two = text[max(0, start - 40) : start].rstrip(' "“(').rsplit(None, 2)[-2:]
    if not last_two or not last_two[-1][-1].isalpha():
        return
    last, previous = last_two[-1], last_two[0]
    if sport and (sign := knowledge.signs("versus").get(last) or (last == "to" and knowledge.signs("versus").get("v"))):
        yield sign if last != "to" or previous == "lost" else (0.0, 0.0, 0.8)
    elif sign := knowledge.signs("before").get(last.lower()):
        yield sign
    elif last == "of" and (sign := knowledge.signs("before").get(previous)):
        yield (-1.0, 0.0, 3.0) if sign[2] > 2 else (0.0, 1.0, 1.0)


def _right(text: str, piece: Piece) -> Iterator[Weights]:
    end = piece.end
    if _BASED.match(text, end):
        yield _AS_PLACE
    elif hit := _OWNED.match(text, end):
        yield knowledge.signs("possessive").get(hit[1], (0.0, 0.0, 0.0))
    elif hit := _COUNTRY.match(text, end):
        yield (3.5, 1.0, -2.0) if knowledge.plain(hit[1]) in knowledge.countries() | {"U.S.", "Britain"} else (0, 0, 0)
    elif hit := _NEXT_WORD.match(text, end):
        yield from _next(hit)
    if _MINUTE.match(text, end):
        yield (1.5, 0.0, -1.0)
    if "," in text[end : end + 2]:
        yield from _apposition(text, end)


def _next(hit: re.Match[str]) -> Iterator[Weights]:
    sign = knowledge.signs("after").get(hit[1])
    if sign and ("," not in hit.group() or hit[1] in ("who", "said", "which")):
        yield sign


def _apposition(text: str, end: int) -> Iterator[Weights]:
    if _AGE.match(text, end):
        yield _AS_PERSON
    roles = knowledge.signs("before")
    for pattern in (_ROLE, _OFFICE):
        if (hit := pattern.match(text, end)) and hit[1] in roles:
            sign = roles[hit[1]]
            yield (0.6 * max(sign[0], 0.0), 0.6 * max(sign[1], 0.0), 0.0)
            return
    if (hit := _COMMA_PLACE.match(text, end)) and knowledge.plain(hit[1]) in knowledge.countries():
        yield (-1.5, -1.0, 2.0)


def _by_form(piece: Piece, form: Layout) -> Iterator[Weights]:
    """Weigh what the form of the line says."""
    if piece.start in form.teams and (_is_town(piece) or not any(one.kind == "country" for one in piece.known)):
        yield (-0.5, 8.0, 0.0)
    if piece.start in form.players:
        yield _AS_PERSON
    if form.dateline[0] <= piece.start and piece.end <= form.dateline[1]:
        yield (-2.0, 0.0, 6.0)
    if piece.start in form.clubs and not any(one.kind == "country" for one in piece.known):
        yield (0.0, 3.5, -0.5)
    if form.sport and _is_town(piece) and piece.start not in form.teams:
        yield (0.0, 3.4, -0.3)
    if form.alone and len(piece.words) > 1:
        yield (1.0, 0.0, 0.0)


def _is_town(piece: Piece) -> bool:
    if any(known.kind in ("country", "adjective") for known in piece.known):
        return piece.text in knowledge.states()
    return any(known.kind == "town" for known in piece.known) or knowledge.towns().get(piece.text, 0.0) > 0
