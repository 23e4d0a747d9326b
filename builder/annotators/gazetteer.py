"""Known names become proposals: countries from CLDR, cities, organisations, regions, and the user's own terms.

One Aho–Corasick pass over all sentences; Latin terms only between word boundaries; of the hits that stand so, the
longest wins. Names of one thing share an id: 上海合作组织 and SCO. Never guesses a name that no list holds.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from builder.annotators import lexicon
from builder.annotators.automaton import Finder, finder
from builder.annotators.collector import collector_at_rest
from builder.annotators.parting import by_text, longest
from builder.annotators.proposal import Found, check_options, knows_any, predictions
from builder.annotators.tiling import borders, joined
from builder.errors import UsageError
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
_LISTS = ("countries", "cities", "organisations", "regions", "people")
_NOTHING = ""
_SHORT = 2
_HAN = "\u2e80"  # characters from here on are written without spaces between words
# Letters and digits of scripts whose words have spaces between them.
_RUNNING = frozenset(filter(str.isalnum, map(chr, range(ord(_HAN)))))
_KNOWN, _DOUBTFUL, _OWN = 0.9, 0.5, 0.95


class Meaning(NamedTuple):
    """What a known name is: its label, how sure a hit is, and the id it shares with other names of the same thing."""

    label: str
    score: float
    id: str = ""


Terms = Mapping[str, Meaning]


class Gazetteer:
    """Finds known terms."""

    name = "gazetteer"

    def __init__(self, terms: Terms, schema: LabelSchema) -> None:
        allowed = {*schema.entity_names, _NOTHING}
        self.texts = sorted([text for text, meaning in terms.items() if meaning.label in allowed])
        self.meanings = [*map(terms.__getitem__, self.texts)]
        self.schema = schema
        self.fingerprint = _named(self.texts, self.meanings)
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
        own = _read_terms(Path(options["terms"]), schema) if options.get("terms") else {}
        terms = {**_shipped(), **own}
        labels = sorted({meaning.label for meaning in terms.values()})
        return Gazetteer(terms if knows_any(schema, labels) else {}, schema)


@cache
def known_names() -> frozenset[str]:
    """List the names that ship, but for people and small towns, which are too near to other words."""
    far = {row[0] for name in _LISTS[:-1] for row in lexicon.rows(name)}
    return frozenset(far | {name for _, name in _territories()} | _doubts("trap"))


@cache
def known_places() -> Mapping[str, str]:
    """Give every place that ships, with its label."""
    listed = {text: meaning.label for text, meaning in _shipped().items() if meaning.label in ("GPE", "LOCATION")}
    return {**dict.fromkeys(_towns(), "GPE"), **listed}


@cache
def _towns() -> frozenset[str]:
    return frozenset(row[0] for row in lexicon.rows("places"))


def own_names(path: Path) -> frozenset[str]:
    """List the names of a file of the user's own terms, whatever their labels.

    Raises:
        UsageError: the file is not there, or is no UTF-8 text.
    """
    return frozenset(filter(None, (line.partition("\t")[0].strip() for line in _lines(path))))


@cache
def _shipped() -> Terms:
    # Short Chinese towns are also everyday words and parts of others: only who knows the words may use them.
    towns = [row for row in lexicon.rows("places") if not (len(row[0]) == _SHORT and _HAN < row[0])]
    listed = [(row[0], row[1], "".join(row[2:])) for row in (*towns, *(r for n in _LISTS for r in lexicon.rows(n)))]
    named = [*((name, "GPE", code) for code, name in _territories()), *listed]
    # Words that hold a country's name by accident; they take its place and are proposed as nothing.
    traps = {trap: Meaning(_NOTHING, 0.0) for trap in _doubts("trap")}
    return {text: Meaning(label, _sureness(text), id) for text, label, id in named} | traps


def _sureness(name: str) -> float:
    """Doubt everyday words, given names and surnames: only their context could tell."""
    return _DOUBTFUL if name in _doubts("doubtful") else _KNOWN


@cache
def _doubts(kind: str) -> frozenset[str]:
    return frozenset(lexicon.column("doubts", kind))


def _territories() -> Iterator[tuple[str, str]]:
    """Name the countries and territories of CLDR in both languages, each after its code; no groups, no test codes."""
    from babel import Locale

    skipped = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ"}
    for language in ("en", "zh"):
        names: Mapping[str, str] = Locale.parse(language).territories
        for code in sorted(code for code in names if len(code) == 2 and code not in skipped):
            yield from ((code, form) for form in _forms(names[code]))


def _forms(name: str) -> Iterator[str]:
    """Spell one CLDR name as texts spell it: 'Myanmar (Burma)' is also two names, '&' is also 'and'."""
    yield name
    if "&" in name:
        yield name.replace("&", "and")
    if "’" in name:
        yield name.replace("’", "'")
    if name.endswith(")") and " (" in name:
        yield from name[:-1].split(" (")


def _read_terms(path: Path, schema: LabelSchema) -> Terms:
    terms: dict[str, Meaning] = {}
    meanings: dict[str, Meaning] = {}  # a million terms have few meanings
    for number, line in enumerate(_lines(path), 1):
        text, _, rest = line.strip().partition("\t")
        if text:
            if rest not in meanings:
                meanings[rest] = _read_meaning(rest, f"{path}:{number}", schema)
            terms[text.strip()] = meanings[rest]
    return terms


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"gazetteer: terms = {str(path)!r} is no readable UTF-8 file ({error})") from error


def _read_meaning(rest: str, where: str, schema: LabelSchema) -> Meaning:
    label, _, id = (part.strip() for part in rest.partition("\t"))
    if not label:
        raise UsageError(f"{where}: expected a term, a tab and a label, found no label")
    if label not in schema.entity_names:
        near = get_close_matches(label, schema.entity_names, n=1) or schema.entity_names
        raise UsageError(f"{where}: label {label!r} is not in schema {schema.name!r}; did you mean {near[0]!r}?")
    return Meaning(label, _OWN, id)


def _named(texts: Sequence[str], meanings: Sequence[Meaning]) -> str:
    """Name the exact terms, quickly: there may be a million."""
    ranks = {meaning: str(rank) for rank, meaning in enumerate(sorted(set(meanings)))}
    body = hashlib.blake2b(stable_id(VERSION, lexicon.digest("doubts"), list(ranks)).encode(), digest_size=4)
    body.update("\0".join(texts).encode())
    body.update(" ".join(map(ranks.__getitem__, meanings)).encode())
    return body.hexdigest()


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
