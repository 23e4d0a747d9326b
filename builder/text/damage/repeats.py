"""What stands twice in a sentence: a passage that loops, an enumeration that runs over itself. Pure, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import add, eq
from typing import NamedTuple

from builder.text.damage.words import patterns
from builder.text.scripts import HAN

# So many ideographs or words are a passage, not a phrase; a passage has so many different ones. A phrase without a mark
# inside may be a term (中国文化扶贫委员会): it must stand twice on end or be longer.
_PASSAGE_HAN, _PASSAGE_WORDS, _PASSAGE_LATIN, _VARIED, _TERM, _GAP = 8, 5, 25, 4, 12, 2

_HAN, _HAN_RUN = re.compile(f"[{HAN}]"), re.compile(f"[{HAN}]+")
_DOUBLED = re.compile(rf"([{HAN}])\1(?:[{HAN}]?([{HAN}])\2){{2,}}")
# Two characters or words and more, three times on end.
_LOOPED_HAN = re.compile(rf"([{HAN}]{{2,20}}?)(?:[，,、]?\1){{2,}}")
_LOOPED_LATIN = re.compile(r"\b(\w+(?: \w+){1,7}?)(?:,? \1\b){2,}", re.IGNORECASE | re.ASCII)
_LATIN = re.compile(r"\w+", re.ASCII)
_WORD = re.compile(rf"[^\W_{HAN}]+(?:['’-][^\W_{HAN}]+)*")
_CLAUSE = re.compile(r"[^，,。；;：:！？!?（）()“”\"《》「」\s]+")
_COMMA = re.compile(r"\s?,\s{1,3}(?:and\s)?|\sand\s")

# A longer part of an English enumeration is a clause.
_LONG = 80
_LETTERS = re.compile(r"[^\W\d_]{3,}")

Place = tuple[int, int]


class _Units(NamedTuple):
    """What one sentence is counted in: its ideographs or its words, and what finds them."""

    texts: str | tuple[str, ...]
    unit: re.Pattern[str]
    least: int


class _Run(NamedTuple):
    """Units [start, end) of a sentence, which stood before; `gap` units lie between."""

    units: _Units
    gap: int
    start: int
    end: int


def repeats(sentences: Sequence[str]) -> list[list[Place]]:
    """Find in each sentence the passages that stood in it before; a phrase that other sentences have too is none."""
    found = [[run for units in _units(text) for run in _runs(units) if not _is_term(text, run)] for text in sentences]
    common = _common(sentences, {gram for runs in found for run in runs for gram in _grams(run)})
    return [
        [_place(text, run) for run in runs if not common.issuperset(_grams(run))]
        for text, runs in zip(sentences, found, strict=True)
    ]


def doubled(text: str) -> list[Place]:
    """Find stretches in which ideograph after ideograph stands twice, or some words three times.

    商商调度度方案案, 他说他说他说; one ideograph alone is a word (常常).
    """
    looped = [*(_LOOPED_HAN.finditer(text) if _may_loop(text) else ()), *_looped_latin(text)]
    doubles = _DOUBLED.finditer(text) if not text.isascii() and 3 <= sum(map(eq, text, text[1:])) else ()
    found = [match.span() for match in doubles if _VARIED <= len({*match.group()})]
    return found + [match.span() for match in looped if 1 < len({*match[1]})]


def _may_loop(text: str) -> bool:
    """Whether two neighbouring ideographs may stand three times: their pair adds at the least two to the others."""
    return not text.isascii() and len({*map(add, text, text[1:])}) <= len(text) - 3


def _looped_latin(text: str) -> Iterator[re.Match[str]]:
    """Find some words three times on end: at the least six, of which four were there before."""
    if text.count(" ") < 5:
        return iter(())
    words = _LATIN.findall(text)
    return _LOOPED_LATIN.finditer(text) if len({*map(str.lower, words)}) <= len(words) - 4 else iter(())


def said_again(sentences: Sequence[str]) -> list[list[Place]]:
    """Find the sentences that stand three times and more on end, the first aside."""
    found: list[list[Place]] = []
    for text, same in groupby(sentences):
        count = len(list(same))
        found += [[(0, len(text))] if at and text and 2 < count else [] for at in range(count)]
    return found


def loops(text: str) -> list[Place]:
    """Find the parts of enumerations that repeat: the same part again, or the same person under another country."""
    return sorted({place for parts in _enumerations(text) for place in (*_again(text, parts), *_persons(text, parts))})


def _units(text: str) -> Iterator[_Units]:
    """Count a sentence in ideographs and in words, case and all between them aside."""
    if not text.isascii():
        yield _Units("".join(_HAN_RUN.findall(text)), _HAN, _PASSAGE_HAN)
    yield _Units(tuple(map(str.casefold, _WORD.findall(text))), _WORD, _PASSAGE_WORDS)


def _runs(units: _Units) -> Iterator[_Run]:
    """Find what stood before, each as long as it can be, left to right and apart."""
    texts, least = units.texts, units.least
    count = len(texts) - least + 1
    if len(texts) < 2 * least or len({texts[at : at + least] for at in range(count)}) == count:
        return  # nearly every sentence
    first: dict[str | tuple[str, ...], int] = {}
    at = 0
    while at + least <= len(texts):
        before = first.setdefault(texts[at : at + least], at)
        if at < before + least:
            at += 1
            continue
        end = at + least
        while end < len(texts) and before + end - at < at and texts[before + end - at] == texts[end]:
            end += 1
        if _is_passage(run := _Run(units, at - before - (end - at), at, end)):
            yield run
        at = end


def _is_passage(run: _Run) -> bool:
    texts = run.units.texts[run.start : run.end]
    return _VARIED <= len(set(texts)) and (isinstance(texts, str) or _PASSAGE_LATIN <= len(" ".join(texts)))


def _is_term(text: str, run: _Run) -> bool:
    """Whether a Chinese passage may be a term that the sentence simply needs twice."""
    size = run.end - run.start
    if not isinstance(run.units.texts, str) or _TERM <= size or run.gap <= _GAP:
        return False
    return _CLAUSE.fullmatch(text[slice(*_place(text, run))].replace("、", "，")) is not None


def _grams(run: _Run) -> Iterator[str | tuple[str, ...]]:
    texts, least = run.units.texts, run.units.least
    return (texts[at : at + least] for at in range(run.start, run.end - least + 1))


def _common(sentences: Sequence[str], wanted: set[str | tuple[str, ...]]) -> set[str | tuple[str, ...]]:
    """Keep the grams that two sentences have."""
    once, twice = set[str | tuple[str, ...]](), set[str | tuple[str, ...]]()
    for units in (units for text in sentences if wanted for units in _units(text)):
        texts, least = units.texts, units.least
        here = wanted.intersection(texts[at : at + least] for at in range(len(texts) - least + 1))
        twice |= once & here
        once |= here
    return twice


def _place(text: str, run: _Run) -> Place:
    places = [match.span() for match in run.units.unit.finditer(text)]
    return places[run.start][0], places[run.end - 1][1]


def _enumerations(text: str) -> Iterator[list[Place]]:
    """Find enumerations of three parts or more: by 、 inside a clause, or by commas and a last `and`."""
    for clause in _CLAUSE.finditer(text) if "、" in text else ():
        yield _split(text, *clause.span(), re.compile("、"))
    if ", " in text:
        yield _split(text, 0, len(text), _COMMA)


def _split(text: str, start: int, end: int, mark: re.Pattern[str]) -> list[Place]:
    parts = []
    for match in mark.finditer(text, start, end):
        parts.append((start, match.start()))
        start = match.end()
    parts.append((start, end))
    return parts if 2 < len(parts) else []


def _again(text: str, parts: Sequence[Place]) -> Iterator[Place]:
    """Find the inner parts that stood before; where the first starts and the last ends is not known."""
    seen, first = set[str](), text[slice(*parts[0])].casefold() if parts else ""
    for start, end in parts[1:-1]:
        part = text[start:end].casefold()
        if (part in seen or first.endswith(part)) and _is_weighty(part):
            yield start, end
        seen.add(part)


def _is_weighty(part: str) -> bool:
    """Whether a part says enough not to stand twice: three ideographs, or two words."""
    return 3 <= len(_HAN.findall(part)) or 2 <= len(_LETTERS.findall(part)) and len(part) < _LONG


def _persons(text: str, parts: Sequence[Place]) -> Iterator[Place]:
    """Find the persons who stand in an enumeration under the same title of two countries."""
    seen: dict[str, str] = {}
    for start, end in parts:
        match = patterns("person").search(text, max(start, end - 120), end)
        if not match:
            continue
        held, country = match["held"], match["country"]
        if seen.setdefault(held, country) != country:
            yield match.span()
