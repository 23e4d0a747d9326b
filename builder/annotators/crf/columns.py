"""Sentences with what is known of them enter; columns of numbers leave, one number per unit and column.

Columns hold characters, shapes, jieba's words and tags, words of its dictionary, other annotators' spans, and spans
that training knew. Pure: the words and the dictionary come as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np

from builder.annotators import lexicon
from builder.annotators.crf.tables import Table, matches, terms_table
from builder.annotators.crf.units import DIGIT, EMPTY, MARK, UPPER, Hashes, Places, Units, mixed
from builder.annotators.words import Token
from builder.model import Entity

Columns = dict[str, Hashes]
ONE = np.uint64(1)
_ENDINGS = {4: "部委局院校署厂司社团队会行所处中心组", 8: "省市县区镇乡村州国岛山河江湖海洋港路街道桥"}
_LONGEST_WORD = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence as the features see it: its text, its jieba words (none if it is not Chinese), the others' spans."""

    text: str
    words: Sequence[Token]
    evidence: Sequence[Entity]


def columns_of(units: Units, seen: Sequence[Seen], dictionary: Table, annotators: Sequence[str]) -> Columns:
    """Give every column but what training knew."""
    made = _characters(units)
    made.update(_words(units, seen))
    made.update(_dictionary(units, dictionary))
    made.update(_evidence(units, seen, annotators))
    return made


def dictionary_table(tags: Mapping[str, str]) -> Table:
    """Store the tags of a dictionary's words of two to six characters."""
    words = [word for word in tags if 2 <= len(word) <= _LONGEST_WORD]
    return terms_table(words, [number_of(tags[word][:2]) for word in words])


@cache
def number_of(name: str) -> int:
    """Name a tag or label by a number that fits a table: the same on every machine."""
    return crc32(name.encode()) % 900_000_000 + 1


def at_units(units: Units, sentence: int, start: int, end: int) -> tuple[int, int]:
    """Find the first and the last unit that characters [start, end) of a sentence touch."""
    origin = int(units.origins[sentence])
    first = int(np.searchsorted(units.ends, origin + start, "right"))
    last = int(np.searchsorted(units.starts, origin + end, "left")) - 1
    return first, last


def _characters(units: Units) -> Columns:
    made = {
        "unit": units.hashes(units.starts, units.ends, folded=True),
        "exact": units.hashes(units.starts, units.ends),
        "shape": _shapes(units),
    }
    for size in (1, 2, 3):
        longer = size < units.ends - units.starts
        head = units.hashes(units.starts, np.minimum(units.starts + size, units.ends), folded=True)
        tail = units.hashes(np.maximum(units.ends - size, units.starts), units.ends, folded=True)
        made[f"head{size}"] = np.where(longer, head, 0).astype(np.uint64)
        made[f"tail{size}"] = np.where(longer, tail, 0).astype(np.uint64)
    made["class"] = _classes().find(made["unit"]).astype(np.uint64) + ONE
    return made


def _shapes(units: Units) -> Hashes:
    """Tell marks one by one, words by their capitals, numbers by their length."""
    kinds, size = units.kinds[units.starts].astype(np.int64), units.ends - units.starts
    capitals = np.concatenate([[0], np.cumsum(units.kinds == UPPER)])
    upper = capitals[units.ends] - capitals[units.starts]
    cased = 40 * (upper == size) + 20 * (upper > 1) + 10 * (upper == 1)
    coded = kinds * 100 + cased + np.minimum(size, np.where(kinds == DIGIT, 4, 2)) + 1
    mark = (kinds == MARK) | (kinds == EMPTY)
    return np.where(mark, units.codes[units.starts].astype(np.int64) + 10_000, coded).astype(np.uint64)


@cache
def _classes() -> Table:
    """Sort Han characters by what names hold them: surnames, sounds of foreign names, endings."""
    classes: dict[str, int] = {}
    surnames = [row[0] for row in lexicon.rows("surnames") if len(row[0]) == 1]
    foreign = "".join(lexicon.column("doubts", "foreign-character"))
    for bit, characters in {1: "".join(surnames), 2: foreign, **_ENDINGS}.items():
        for character in characters:
            classes[character] = classes.get(character, 0) | bit
    return terms_table(list(classes), list(classes.values()))


def _words(units: Units, seen: Sequence[Seen]) -> Columns:
    """Give each unit its word, its tag, its place in it, and the words beside it."""
    starts, ends, tags = _laid_out(units, seen)
    hashes = units.hashes(starts, ends, folded=True)
    word = np.searchsorted(starts, units.starts, "right") - 1
    inside = (0 <= word) & (units.starts < ends[word])
    edges = (units.starts == starts[word]) + 2 * (units.ends == ends[word])
    before, after = np.maximum(word - 1, 0), np.minimum(word + 1, len(starts) - 1)
    tag = np.where(inside, tags[word], 0).astype(np.uint64)
    return {
        "place": edges.astype(np.uint64) + ONE,
        "tag": mixed(77, tag, edges.astype(np.uint64)),
        "tag before": np.where(inside, tags[before], 0).astype(np.uint64) + ONE,
        "tag after": np.where(inside, tags[after], 0).astype(np.uint64) + ONE,
        "word": np.where(inside, hashes[word], 0).astype(np.uint64),
        "word before": np.where(inside, hashes[before], 0).astype(np.uint64),
        "word after": np.where(inside, hashes[after], 0).astype(np.uint64),
    }


def _laid_out(units: Units, seen: Sequence[Seen]) -> tuple[Places, Places, Hashes]:
    """Lay all words out in one row, an empty one behind each sentence; at least one stands there."""
    starts, ends, tags = [0], [1], [0]
    for sentence, origin in zip(seen, units.origins.tolist(), strict=True):
        starts += [origin + word.start for word in sentence.words]
        ends += [origin + word.end for word in sentence.words]
        tags += [number_of(word.flag) for word in sentence.words]
        starts.append(origin + len(sentence.text))
        ends.append(origin + len(sentence.text) + 1)
        tags.append(0)
    return np.array(starts), np.array(ends), np.array(tags, np.uint64)


def _dictionary(units: Units, dictionary: Table) -> Columns:
    """Give each unit the longest dictionary words that begin, end and run across there."""
    begins, ends, across, longest, back = (np.ones(units.count, np.uint64) for _ in range(5))
    for size, at, tags in matches(units, dictionary, range(2, _LONGEST_WORD + 1)):
        coded = tags.astype(np.uint64) * np.uint64(8) + np.uint64(size)
        begins[at], ends[at + size - 1] = coded, coded
        longest[at], back[at + size - 1] = size, size
        for step in range(1, size - 1):
            across[at + step] = coded
    return {"begins": begins, "ends": ends, "across": across, "longest": longest, "back": back}


def _evidence(units: Units, seen: Sequence[Seen], annotators: Sequence[str]) -> Columns:
    """Give each unit the label under which each annotator has it, and whether it begins or ends there."""
    told: dict[str, list[tuple[int, int, int]]] = {name: [] for name in annotators}
    for sentence, origin in zip(seen, units.origins.tolist(), strict=True):
        for entity in sentence.evidence:
            found = (origin + entity.span.start, origin + entity.span.end, number_of(entity.span.label))
            for name in {author.partition("@")[0] for author in entity.by} & told.keys():
                told[name].append(found)
    made = {name: marked(units, found) for name, found in told.items()}
    held = {f"by {name}": made[name] for name in annotators}
    return {**held, "by": mixed(5, *made.values()) if made else np.ones(units.count, np.uint64)}


def marked(units: Units, found: Sequence[tuple[int, int, int]]) -> Hashes:
    """Write spans (start, end, number of the label) into a column, told apart where they begin and end.

    Later spans are written over earlier ones.
    """
    column = np.ones(units.count, np.uint64)
    if not found:
        return column
    start, end, label = np.array(found, np.int64).T
    first, last = np.searchsorted(units.ends, start, "right"), np.searchsorted(units.starts, end, "left") - 1
    sizes = np.maximum(last - first + 1, 0)
    span = np.repeat(np.arange(len(first)), sizes)
    at = np.arange(len(span)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + first[span]
    edges = (at == first[span]) + 2 * (at == last[span])
    column[at] = (label[span] * 4 + 1 + edges).astype(np.uint64)
    return column
