"""Known names become proposals: countries from CLDR, cities, organisations, regions, and the user's own terms.

One Aho–Corasick pass over all sentences; Latin terms only between word boundaries; of the hits that stand so, the
longest wins. Names of one thing share an id: 上海合作组织 and SCO. Never guesses a name that no list holds.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from builder.annotators import lexicon
from builder.annotators.automaton import Finder, finder
from builder.annotators.ordered_terms import Ordered, kept, ordered
from builder.annotators.own_terms import Meaning, Terms, bytes_of, read_terms
from builder.annotators.parting import by_text, longest
from builder.annotators.proposal import Found, check_options, knows_any, predictions
from builder.annotators.territories import territories
from builder.annotators.tiling import borders, joined
from builder.collector import collector_at_rest
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

__all__ = ["Gazetteer", "Meaning", "build", "known_names", "known_places"]

VERSION = "3"
_LISTS = ("countries", "cities", "organisations", "regions", "people")
_NOTHING = ""
_SHORT = 2
_HAN = "\u2e80"  # characters from here on are written without spaces between words
# Letters and digits of scripts whose words have spaces between them, and what joins them in the names of accounts.
_RUNNING = frozenset(filter(str.isalnum, map(chr, range(ord(_HAN))))) | {"_"}
_GRADES = (" crude", " blend")  # After a town's name these tell that an oil is meant: Dubai crude; not Iraqi crude.
_KNOWN, _DOUBTFUL = 0.9, 0.5
_WORTH_KEEPING = 1 << 17  # bytes of the user's terms; fewer are read and ordered at once


class Gazetteer:
    """Finds known terms."""

    name = "gazetteer"

    def __init__(self, terms: Terms | Ordered, schema: LabelSchema) -> None:
        in_order = terms if isinstance(terms, Ordered) else _ordered(terms, schema)
        self.texts, self.meanings, self.fingerprint = in_order
        self.schema = schema
        self._finder: Finder | None = None

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose every known name of every sentence."""
        by = f"{self.name}@{self.fingerprint}"
        if not self.texts:
            return [Prediction(sentence.id, by) for sentence in sentences]
        return predictions(sentences, by, self.find([one.text for one in sentences]), self.schema)

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Find the longest known names of each text, in text order."""
        text, ends = joined(texts), borders(texts)
        found = [one for one in longest(self._hits(text, ends)) if one.label != _NOTHING]
        return by_text(found, ends)

    def _hits(self, text: str, ends: Sequence[int]) -> Iterator[Found]:
        """Find the known names that are no part of another word, and do not reach from one text into the next."""
        if self._finder is None:
            self._finder = finder(self.texts)
        meanings = self.meanings
        for start, end, rank in self._finder(text):
            if not _is_part(text, start, end) and end < ends[bisect_right(ends, start)]:
                label, score, _ = meanings[rank]
                if not (text.startswith(_GRADES, end) and text[start:end] in _towns()):
                    yield Found(start, end, label, score)

    def identity(self, name: str) -> str:
        """Tell the id a known name shares with others of the same thing; empty where there is none."""
        return self._ids.get(name, "")

    def __getstate__(self) -> dict[str, Any]:
        """Leave the automaton out: it is read or built again where it is needed."""
        return {name: value for name, value in self.__dict__.items() if name != "_ids"} | {"_finder": None}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {text: meaning.id for text, meaning in zip(self.texts, self.meanings, strict=True) if meaning.id}


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the gazetteer; `terms` names a file of the user's own lines, by its full path.

    A line is `term<TAB>label` or `term<TAB>label<TAB>id`; terms with one id are names of one thing.

    Raises:
        UsageError: the file is not there, or a line of it is not sound.
    """
    check_options("gazetteer", options, ("terms",))
    with collector_at_rest():
        if not options.get("terms"):
            return Gazetteer(_known_to(schema, _shipped()), schema)
        path = Path(options["terms"])
        body = bytes_of(path)

        def in_order() -> Ordered:
            return _ordered(_known_to(schema, {**_shipped(), **read_terms(body, path, schema)}), schema)

        return Gazetteer(in_order() if len(body) < _WORTH_KEEPING else kept(_made_of(schema), body, in_order), schema)


def _known_to(schema: LabelSchema, terms: Terms) -> Terms:
    """Give the terms, or none if the schema has no label of theirs."""
    return terms if knows_any(schema, sorted({meaning.label for meaning in terms.values()})) else {}


def _ordered(terms: Terms, schema: LabelSchema) -> Ordered:
    """Order the terms whose labels the schema has; they are named together with what doubts them."""
    allowed = {*schema.entity_names, _NOTHING}
    chosen = {text: meaning for text, meaning in terms.items() if meaning.label in allowed}
    return ordered(chosen, (VERSION, lexicon.digest("doubts")))


def _made_of(schema: LabelSchema) -> str:
    """Give all that the terms are made of, but for the user's own."""
    lists = lexicon.digest("places", "doubts", *_LISTS)
    return stable_id(VERSION, sys.hexversion, sorted(schema.entity_names), lists, [*territories()])


@cache
def known_names() -> frozenset[str]:
    """List the names that ship, but for people and small towns, which are too near to other words."""
    far = {row[0] for name in _LISTS[:-1] for row in lexicon.rows(name)}
    return frozenset(far | {name for _, name in territories()} | _doubts("trap"))


@cache
def _towns() -> frozenset[str]:
    """List the towns that ship, in Latin script."""
    listed = {row[0] for name in ("places", "cities") for row in lexicon.rows(name) if row[0].isascii()}
    return frozenset(listed - {name for _, name in territories()})


@cache
def known_places() -> Mapping[str, str]:
    """Give every place that ships, with its label."""
    labels = {text: label for text, label, _ in _rows()} | dict.fromkeys(_doubts("trap"), _NOTHING)
    places = {text: label for text, label in labels.items() if label in ("GPE", "LOCATION")}
    return {**dict.fromkeys((row[0] for row in lexicon.rows("places")), "GPE"), **places}


@cache
def _shipped() -> Terms:
    # Words that hold a country's name by accident; they take its place and are proposed as nothing.
    traps = {trap: Meaning(_NOTHING, 0.0) for trap in _doubts("trap")}
    return {text: Meaning(label, _sureness(text), id) for text, label, id in _rows()} | traps


def _rows() -> list[tuple[str, str, str]]:
    """List the names that ship, with their labels and ids; of several rows of one name the last one counts."""
    # Short Chinese towns are also everyday words and parts of others: only who knows the words may use them.
    towns = [row for row in lexicon.rows("places") if not (len(row[0]) == _SHORT and _HAN < row[0])]
    listed = [(row[0], row[1], "".join(row[2:])) for row in (*towns, *(r for n in _LISTS for r in lexicon.rows(n)))]
    return [*((name, "GPE", code) for code, name in territories()), *listed]


def _sureness(name: str) -> float:
    """Doubt everyday words, given names and surnames: only their context could tell."""
    return _DOUBTFUL if name in _doubts("doubtful") else _KNOWN


@cache
def _doubts(kind: str) -> frozenset[str]:
    return frozenset(lexicon.column("doubts", kind))


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether the hit is part of a longer Latin word or number, or the beginning of a longer foreign name."""
    return (
        (text[start] in _RUNNING and text[start - 1 : start] in _RUNNING)
        or (text[end - 1] in _RUNNING and text[end : end + 1] in _RUNNING)
        or (end - start == _SHORT and _continues(text, start, end))
    )


def _continues(text: str, start: int, end: int) -> bool:
    """Whether a country's short Chinese name only begins a longer foreign name: 马里奥, 多哥贝."""
    return text[end : end + 1] in _doubts("foreign-character") and text[start:end] in _doubts("short-country")
