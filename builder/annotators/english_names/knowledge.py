"""What is known of English names: word lists, read once, asked by the word. Nothing here looks at a text."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import repeat
from typing import NamedTuple

from builder.annotators import lexicon

LISTS = (
    "en_common",
    "en_given",
    "en_known",
    "en_places",
    "en_signs",
    "en_surnames",
    "english",
    "organisations",
    "regions",
    "titles",
)
_SIZES = {"big": 3.6, "middling": 2.4, "small": 1.2, "word": 0.8}
_SURNAME_ENDS = tuple(
    "ov ova ev eva ski sky ska vic vich enko chuk ian yan sson sen stein mann berg inen idis poulos akis escu wicz "
    "czyk elli ini etti ucci oglu nen dze shvili quist qvist strom huber meyer maier".split(" ")
)
_PLACE_ENDS = tuple("burg bourg ville grad abad stan pur shire borough land heim".split(" "))

Weights = tuple[float, float, float]
"""What speaks for a person, an organisation and a place."""


class Known(NamedTuple):
    """What a list says of a whole name."""

    label: str
    kind: str


@cache
def names() -> dict[str, tuple[Known, ...]]:
    """Give every listed organisation, place, adjective, event and non-name."""
    listed = [(term, Known(label, kind)) for term, label, kind in _triples()]
    listed += [(term, Known(label, "org")) for term, label, *_ in lexicon.rows("organisations") if term.isascii()]
    listed += [(term, Known("GPE", "country")) for term in countries()]
    listed += [(term, Known(label, "place")) for term, label, *_ in lexicon.rows("regions") if term.isascii()]
    gathered: dict[str, tuple[Known, ...]] = {}
    for term, known in listed:
        if all(known.label != other.label for other in gathered.get(term, ())):
            gathered[term] = (*gathered.get(term, ()), known)
    return gathered


def _triples() -> list[tuple[str, str, str]]:
    return [(row[0], row[1], row[2]) for row in lexicon.rows("en_known")]


@cache
def countries() -> frozenset[str]:
    """Name the countries and the states of America."""
    kinds = ("country", "state")
    return frozenset(name for name, kind in zip(*lexicon.columns("en_places"), strict=True) if kind in kinds)


@cache
def states() -> frozenset[str]:
    """Name the states of America."""
    return frozenset(name for name, kind in zip(*lexicon.columns("en_places"), strict=True) if kind == "state")


@cache
def possessive_names() -> frozenset[str]:
    """Name what is written with 's and belongs to nobody: Moody's, Lord's."""
    return frozenset(name[:-2] for name in names() if name.endswith("'s"))


@cache
def towns() -> dict[str, float]:
    """Give the weight of every town's name as a place."""
    names, sizes = lexicon.columns("en_places")
    return dict(zip(names, map(_SIZES.get, sizes, repeat(6.0)), strict=False))  # the last repeats without end


@cache
def given_names() -> dict[str, bool]:
    """Give every given name, and whether it is no ordinary word."""
    return _no_words("en_given")


@cache
def surnames() -> dict[str, bool]:
    """Give every surname, and whether it is no ordinary word."""
    return _no_words("en_surnames") | dict.fromkeys(words("short-surname") - _ordinary_surnames(), True)


def _no_words(listed: str) -> dict[str, bool]:
    """Give every name of a list, and whether it is no ordinary word."""
    names, kinds = lexicon.columns(listed)
    return dict(zip(names, map("name".__eq__, kinds), strict=True))


@cache
def _ordinary_surnames() -> frozenset[str]:
    """Name the short surnames of China, Korea and Vietnam that are words: Song, Sun, You."""
    return words("short-surname") & {
        "Song",
        "Sun",
        "You",
        "Du",
        "Fan",
        "Gong",
        "Hong",
        "Gang",
        "Le",
        "Ye",
        "Ma",
        "Park",
    }


@cache
def common() -> frozenset[str]:
    """Give the ordinary words."""
    surnames_of_asia = {name.lower() for name in words("short-surname") - _ordinary_surnames()}
    function = {word.lower() for word in lexicon.column("english", "no-name")}
    places = {row[0].lower() for row in lexicon.rows("en_known") if row[1] in ("GPE", "LOCATION")}
    return frozenset({*lexicon.columns("en_common")[0]} - places - surnames_of_asia | function | words("sport"))


@cache
def words(kind: str) -> frozenset[str]:
    """Give the words of one kind of sign."""
    return frozenset(lexicon.column("en_signs", kind))


@cache
def signs(where: str) -> dict[str, Weights]:
    """Give what each word says of the name it stands before or after."""
    rows = (row for row in lexicon.rows("en_signs") if row[1] == where)
    return {row[0]: (float(row[2]), float(row[3]), float(row[4])) for row in rows}


@cache
def heads() -> dict[str, str]:
    """Give the label of each word that a name ends in, or begins with before 'of'."""
    labels = ("DOCUMENT", "EVENT", "LOCATION", "GPE", "ORG")
    own = {word: label for label in labels for word in words(f"head-{label}")}
    return own | {w: label for label in labels for w in lexicon.column("english", f"head-{label}")}


@cache
def titles() -> frozenset[str]:
    """Give the capitalised titles, and what is written like one."""
    return frozenset(lexicon.column("titles", "en")) | {"Gov", "Sen", "Rep", "Gen", "Lt", "Col", "Capt", "Prof", "Sgt"}


def plain(word: str) -> str:
    """Leave accents out, as the lists do."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def ends_like_surname(word: str) -> bool:
    """Whether a word ends as surnames do."""
    return len(word) > 5 and word.endswith(_SURNAME_ENDS)


def ends_like_place(word: str) -> bool:
    """Whether a word ends as towns do."""
    return len(word) > 6 and word.endswith(_PLACE_ENDS)
