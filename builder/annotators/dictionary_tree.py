"""jieba's dictionary enters; a tree of characters leaves, as arrays in which machine code finds words.

What is kept of it in the user's cache folder is named by the dictionary's bytes; what does not fit is made again.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators import built, reference_tagger

Slots = NDArray[np.int64]
_INSIDE_BLOCKS = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._]+")
"""Matches what jieba's tagger looks up; other words of the dictionary it never finds."""
_LAYOUT = "1"
"""Of the kept file; another one is another file."""
_KEPT = 1
BITS = 16
"""How many bits a character takes, and the rank of a weight."""
STIR, STIRRED = -7046029254386353131, 32
"""2 ** 64 by the golden ratio, as a signed number, spreads neighbours far apart; its lower bits are left out."""


class Tree(NamedTuple):
    """Nodes are the beginnings of words; the number of one is its slot in a table of hashes, 0 is the empty one."""

    slots: Slots
    """By node: the node above, the character that leads here, the rank of the word's weight; 0 if the slot is free."""
    weights: NDArray[np.float64]
    """The logarithm of a word's share of all words, by rank; the first is that of a character that is no word."""
    tags: NDArray[np.uint16]
    """The rank of a word's tag, by node."""
    names: NDArray[np.str_]
    """The tags, by rank; the first is that of what is no word."""


def shipped() -> Tree:
    """Give the tree of the dictionary that comes with jieba."""
    path = built.folder("tagger") / f"{reference_tagger.dictionary_digest()[:32]}-{_LAYOUT}.tree"
    if (body := built.read(path)) is not None:
        with suppress(ValueError, EOFError):
            stream = io.BytesIO(body)
            return Tree(*(np.load(stream, allow_pickle=False) for _ in Tree._fields))
    made = tree(*reference_tagger.read_words())
    built.keep(path, _written(made), _KEPT)
    return made


def _written(made: Tree) -> bytes:
    body = io.BytesIO()
    for array in made:
        np.save(body, array, allow_pickle=False)
    return body.getvalue()


def tree(counts: Mapping[str, int], total: int, tags: Mapping[str, str]) -> Tree:
    """Build the tree of words with their counts, all words' count, and their tags."""
    words = [word for word, count in counts.items() if count and _INSIDE_BLOCKS.fullmatch(word)]
    slots, ends = _placed(words)
    different = sorted({counts[word] for word in words})
    slots[ends] |= _ranks(different, [counts[word] for word in words]) + 1
    names = sorted({tags[word] for word in words})
    its = np.zeros(len(slots), np.uint16)
    its[ends] = _ranks(names, [tags[word] for word in words]) + 1
    weights = [0.0 - math.log(total), *(math.log(count) - math.log(total) for count in different)]
    return Tree(slots, np.array(weights), its, np.array(["x", *names]))


def _ranks(known: Sequence[Any], some: Sequence[Any]) -> Slots:
    ranks = {one: rank for rank, one in enumerate(known)}
    return np.array([ranks[one] for one in some], np.int64)


def _placed(words: Sequence[str]) -> tuple[Slots, Slots]:
    """Lay the beginnings of words into a table, the shortest first; say where each word ends."""
    letters = np.array(words).view(np.uint32).reshape(len(words), -1)
    nodes = len({word[:size] for word in words for size in range(1, len(word) + 1)})
    slots = np.zeros(1 << (2 * nodes).bit_length(), np.int64)
    slots[0] = -1
    ends, going = np.zeros(len(words), np.int64), np.arange(len(words))
    for column in letters.T:
        going = going[column[going] != 0]
        new, ranks = np.unique(ends[going] << BITS | column[going], return_inverse=True)
        ends[going] = _laid(slots, new)[ranks]
    return slots, ends


def _laid(slots: Slots, keys: Slots) -> Slots:
    """Lay what is new into a table, each into the first free slot from its own on."""
    last = len(slots) - 1
    waiting, at = np.arange(len(keys)), (keys * STIR >> STIRRED) & last
    while len(waiting):
        free = waiting[slots[at[waiting]] == 0]
        slots[at[free]] = keys[free] << BITS
        waiting = waiting[slots[at[waiting]] != keys[waiting] << BITS]
        at[waiting] = (at[waiting] + 1) & last
    return at
