"""Known names become proposals: countries from CLDR, cities, organisations, regions, and the user's own terms.

One Aho–Corasick pass per sentence; Latin terms only between word boundaries; of overlapping hits the longest wins.
Never guesses: a name that no list holds is not proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from builder.annotators import lexicon
from builder.annotators.proposal import Found, check_options, knows_any, longest_first, prediction
from builder.errors import UsageError
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

VERSION = "1"
_LISTS = ("countries", "cities", "organisations", "regions")
_LONE = re.compile("[\ud800-\udfff]")  # half a surrogate pair is no text to the automaton
_NOTHING = ""
_KNOWN, _DOUBTFUL, _OWN = 0.9, 0.5, 0.95


class Term(NamedTuple):
    """One known name, its label, and how sure a hit is."""

    text: str
    label: str
    score: float


class Gazetteer:
    """Finds known terms."""

    name = "gazetteer"

    def __init__(self, terms: Sequence[Term], schema: LabelSchema) -> None:
        self.terms = tuple(sorted(term for term in terms if term.label in (*schema.entity_names, _NOTHING)))
        self.schema = schema
        self.fingerprint = stable_id(VERSION, lexicon.digest("doubts"), self.terms)[:8]
        self._automaton: AhoCorasick | None = None

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose every known name of every sentence."""
        return [self._predict(sentence) for sentence in sentences]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the automaton out: it is built again where it is needed."""
        return {**self.__dict__, "_automaton": None}

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        if not self.terms:
            return Prediction(sentence.id, by)
        return prediction(sentence, by, longest_first(self._hits(sentence.text)), self.schema)

    def _hits(self, text: str) -> Iterator[Found]:
        for rank, start, end in self.automaton.find_matches_as_indexes(_LONE.sub("\ufffd", text), overlapping=True):
            term = self.terms[rank]
            if _stands_alone(text, start, end) and not _continues(text, end, term.text):
                yield Found(start, end, term.label, term.score)

    @property
    def automaton(self) -> AhoCorasick:
        """Build the automaton at the first use."""
        if self._automaton is None:
            from ahocorasick_rs import AhoCorasick

            self._automaton = AhoCorasick([term.text for term in self.terms])
        return self._automaton


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the gazetteer; `terms` names a file of the user's own `term<TAB>label` lines, by its full path.

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
    listed = [(text, label) for name in _LISTS for text, label in lexicon.rows(name)]
    pairs = [*((name, "GPE") for name in _territories()), *listed]
    # Words that hold a country's name by accident; they take its place and are proposed as nothing.
    traps = [Term(trap, _NOTHING, 0.0) for trap in _doubts("trap")]
    return (*(Term(text, label, _sureness(text)) for text, label in pairs), *traps)


def _sureness(name: str) -> float:
    """Doubt everyday words, given names and surnames: only their context could tell."""
    return _DOUBTFUL if name in _doubts("doubtful") else _KNOWN


@cache
def _doubts(kind: str) -> frozenset[str]:
    return frozenset(lexicon.column("doubts", kind))


def _territories() -> Iterator[str]:
    """Name the countries and territories of CLDR in both languages; its groups and test codes are left out."""
    from babel import Locale

    skipped = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ"}
    for language in ("en", "zh"):
        names: Mapping[str, str] = Locale.parse(language).territories
        for code in sorted(code for code in names if len(code) == 2 and code not in skipped):
            yield from _forms(names[code])


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
    return [_read_term(line, f"{path}:{number}", schema) for number, line in enumerate(_lines(path), 1) if line.strip()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"gazetteer: terms = {str(path)!r} is no readable UTF-8 file ({error})") from error


def _read_term(line: str, where: str, schema: LabelSchema) -> Term:
    text, _, label = (part.strip() for part in line.partition("\t"))
    if not (text and label):
        raise UsageError(f"{where}: expected a term, a tab and a label, found {line!r}")
    if label not in schema.entity_names:
        near = get_close_matches(label, schema.entity_names, n=1) or schema.entity_names
        raise UsageError(f"{where}: label {label!r} is not in schema {schema.name!r}; did you mean {near[0]!r}?")
    return Term(text, label, _OWN)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number runs on across an edge of the hit."""
    return not (_runs_on(text[start - 1 : start] + text[start]) or _runs_on(text[end - 1] + text[end : end + 1]))


def _runs_on(pair: str) -> bool:
    return len(pair) == 2 and all(character.isalnum() and ord(character) < 0x2E80 for character in pair)


def _continues(text: str, end: int, term: str) -> bool:
    """Whether a country's short Chinese name only begins a longer foreign name: 马里奥, 多哥贝."""
    return term in _doubts("short-country") and text[end : end + 1] in _doubts("foreign-character")
