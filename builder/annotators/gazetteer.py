"""Known names become proposals: countries from CLDR, cities, organisations, regions, and the user's own terms.

One Aho–Corasick pass per sentence; Latin terms only between word boundaries; of the hits that stand so, the longest
wins. Names of one thing share an id: 上海合作组织 and SCO. Never guesses: a name that no list holds is not proposed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from builder.annotators import lexicon
from builder.annotators.automaton import Finder, finder
from builder.annotators.proposal import Found, check_options, knows_any, longest_first, prediction
from builder.errors import UsageError
from builder.model import Prediction, Sentence
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
_LISTS = ("countries", "cities", "organisations", "regions")
_NOTHING = ""
_HAN = 0x2E80  # characters from here on are written without spaces between words
_KNOWN, _DOUBTFUL, _OWN = 0.9, 0.5, 0.95


class Term(NamedTuple):
    """One known name, its label, how sure a hit is, and the id it shares with other names of the same thing."""

    text: str
    label: str
    score: float
    id: str = ""


class Gazetteer:
    """Finds known terms."""

    name = "gazetteer"

    def __init__(self, terms: Sequence[Term], schema: LabelSchema) -> None:
        allowed = {*schema.entity_names, _NOTHING}
        self.terms = tuple(sorted(term for term in terms if term.label in allowed))
        self.schema = schema
        self.fingerprint = _named(self.terms)
        self._finder: Finder | None = None
        self._delicate: frozenset[int] = frozenset()

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose every known name of every sentence."""
        by = f"{self.name}@{self.fingerprint}"
        if not self.terms:
            return [Prediction(sentence.id, by) for sentence in sentences]
        return [prediction(one, by, self.find(one.text), self.schema) for one in sentences]

    def find(self, text: str) -> list[Found]:
        """Find the longest known names of a text, in text order."""
        if self._finder is None:
            self._prepare()
        assert self._finder is not None
        found = []
        for start, end, rank in self._finder(text):
            if rank not in self._delicate or _stands(text, start, end, self.terms[rank].text):
                _, label, score, _ = self.terms[rank]
                found.append(Found(start, end, label, score))
        return [one for one in (found if len(found) < 2 else longest_first(found)) if one.label != _NOTHING]

    def identity(self, name: str) -> str:
        """Tell the id a known name shares with others of the same thing; empty where there is none."""
        return self._ids.get(name, "")

    def __getstate__(self) -> dict[str, Any]:
        """Leave the automaton out: it is read or built again where it is needed."""
        hidden: dict[str, Any] = {"_finder": None, "_delicate": frozenset()}
        return {name: hidden.get(name, value) for name, value in self.__dict__.items() if name != "_ids"}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {term.text: term.id for term in self.terms if term.id}

    def _prepare(self) -> None:
        texts = [term.text for term in self.terms]
        short = _doubts("short-country")
        self._delicate = frozenset(n for n, text in enumerate(texts) if _is_delicate(text) or text in short)
        self._finder = finder(texts)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the gazetteer; `terms` names a file of the user's own lines, by its full path.

    A line is `term<TAB>label` or `term<TAB>label<TAB>id`; terms with one id are names of one thing.


    Raises:
        UsageError: the file is not there, or a line of it is not sound.
    """
    check_options("gazetteer", options, ("terms",))
    own = _read_terms(Path(options["terms"]), schema) if options.get("terms") else []
    terms = {term.text: term for term in (*_shipped(), *own)}
    labels = [term.label for term in terms.values()]
    return Gazetteer(tuple(terms.values()) if knows_any(schema, labels) else (), schema)


@cache
def known_names() -> frozenset[str]:
    """List every name that ships."""
    return frozenset(term.text for term in _shipped())


def own_names(path: Path) -> frozenset[str]:
    """List the names of a file of the user's own terms, whatever their labels.

    Raises:
        UsageError: the file is not there, or is no UTF-8 text.
    """
    return frozenset(filter(None, (line.partition("\t")[0].strip() for line in _lines(path))))


@cache
def _shipped() -> tuple[Term, ...]:
    listed = [(row[0], row[1], row[2] if len(row) > 2 else "") for name in _LISTS for row in lexicon.rows(name)]
    named = [*((name, "GPE", code) for code, name in _territories()), *listed]
    # Words that hold a country's name by accident; they take its place and are proposed as nothing.
    traps = [Term(trap, _NOTHING, 0.0) for trap in _doubts("trap")]
    return (*(Term(text, label, _sureness(text), id) for text, label, id in named), *traps)


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


def _read_terms(path: Path, schema: LabelSchema) -> list[Term]:
    labels = frozenset(schema.entity_names)
    lines = enumerate(_lines(path), 1)
    return [
        _read_term(line, labels) or _refuse(line, f"{path}:{number}", schema) for number, line in lines if line.strip()
    ]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"gazetteer: terms = {str(path)!r} is no readable UTF-8 file ({error})") from error


def _read_term(line: str, labels: frozenset[str]) -> Term | None:
    text, label, id, *_ = (*(part.strip() for part in line.split("\t", 2)), "", "")
    return Term(text, intern(label), _OWN, id) if text and label in labels else None


def _refuse(line: str, where: str, schema: LabelSchema) -> Term:
    text, label, *_ = (*(part.strip() for part in line.split("\t", 2)), "", "")
    if not (text and label):
        raise UsageError(f"{where}: expected a term, a tab and a label, found {line!r}")
    near = get_close_matches(label, schema.entity_names, n=1) or schema.entity_names
    raise UsageError(f"{where}: label {label!r} is not in schema {schema.name!r}; did you mean {near[0]!r}?")


def _named(terms: Sequence[Term]) -> str:
    """Name the exact terms, quickly: there may be a million."""
    body = hashlib.blake2b(f"{VERSION} {lexicon.digest('doubts')}".encode(), digest_size=4)
    body.update("\n".join(f"{text}\t{label}\t{score}\t{id}" for text, label, score, id in terms).encode())
    return body.hexdigest()


def _is_delicate(term: str) -> bool:
    """Whether a hit may be part of a longer Latin word or number."""
    return any(character.isalnum() and ord(character) < _HAN for character in (term[0], term[-1]))


def _stands(text: str, start: int, end: int, term: str) -> bool:
    """Whether no Latin word or number runs on across an edge of the hit, and no foreign name goes on after it."""
    runs_on = _runs_on(text[start - 1 : start] + text[start]) or _runs_on(text[end - 1] + text[end : end + 1])
    return not (runs_on or _continues(text, end, term))


def _runs_on(pair: str) -> bool:
    return len(pair) == 2 and all(character.isalnum() and ord(character) < _HAN for character in pair)


def _continues(text: str, end: int, term: str) -> bool:
    """Whether a country's short Chinese name only begins a longer foreign name: 马里奥, 多哥贝."""
    return term in _doubts("short-country") and text[end : end + 1] in _doubts("foreign-character")
