"""Texts written as one enter; dictionary words that tile them leave, as jieba's tagger cuts them, from machine code.

It adds in jieba's order and settles ties as jieba does. What stands side by side as single characters is told too.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Codes, Ints
from builder.annotators.dictionary_tree import BITS, STIR, STIRRED, Slots, shipped
from builder.annotators.machine_code import inlined, made_for
from builder.annotators.runs import OUTSIDE, Kinds, Runs, kinds_of
from builder.annotators.vocabulary import Vocabulary

_RETURN, _FEED = ord("\r"), ord("\n")
_CHARACTERS = 0x110000
_RANK = (1 << BITS) - 1
_PAIR = _CHARACTERS  # of a return and a line feed, which are one word


class _Tables(NamedTuple):
    """What the compiled code takes of the tree."""

    slots: Slots
    weights: NDArray[np.float64]


class CompiledCutter:
    """Cuts texts by the dictionary, and numbers the words."""

    def __init__(self, most: int, folder: Path | None = None) -> None:
        self._tree, self._most = shipped(), most
        self._tables = _Tables(self._tree.slots, self._tree.weights)
        self._forget()
        self._cut = made_for(_cut, folder, np.frombuffer(bytes(4), np.uint32), np.zeros(1, np.uint8), self._tables)

    def cut(self, text: str, codes: Codes) -> tuple[Vocabulary, Ints, Runs]:
        """Give the words as numbers of a vocabulary, and the runs of single characters that jieba's model joins."""
        words, begins, first, last = self._cut(codes, kinds_of(codes), self._tables)
        if self._most < len(self._vocabulary):
            self._forget()
        numbers: Ints = self._numbers[words]
        new, at = np.unique(words[numbers < 0], return_index=True)
        if len(new):
            at = np.flatnonzero(numbers < 0)[at]
            spelt = [text[begin:end] for begin, end in zip(begins[at].tolist(), begins[at + 1].tolist(), strict=True)]
            self._numbers[new] = self._vocabulary.numbers(spelt, self._flags(new))
            numbers = self._numbers[words]
        return self._vocabulary, numbers, Runs(first, last, begins[first], begins[last])

    def _forget(self) -> None:
        self._vocabulary = Vocabulary()
        self._numbers = np.full(len(self._tree.tags) + _CHARACTERS + 1, -1, np.intp)

    def _flags(self, words: Ints) -> list[str]:
        nodes = np.where(words < len(self._tree.tags), words, 0)
        flags: list[str] = self._tree.names[self._tree.tags[nodes]].tolist()
        return flags


def _cut(codes: Codes, kinds: Kinds, tables: _Tables) -> tuple[Ints, Ints, Ints, Ints]:
    """Give the words, where they begin, and the first and the last of each run; a mark ends the last one."""
    sizes, found = _routed(codes, kinds, tables)
    words, begins = np.empty(len(codes), np.intp), np.empty(len(codes) + 1, np.intp)
    first, last = np.empty(len(codes), np.intp), np.empty(len(codes), np.intp)
    at = count = runs = loose = 0
    while at < len(codes):
        words[count], begins[count] = found[at], at
        if sizes[at] == 1 and kinds[at] != OUTSIDE:
            loose += 1
        else:
            if 1 < loose and not _is_word(codes[at - loose : at], tables.slots):
                first[runs], last[runs] = count - loose, count
                runs += 1
            loose = 0
        at += sizes[at]
        count += 1
    begins[count] = at
    return words[:count], begins[: count + 1], first[:runs], last[:runs]


@inlined
def _routed(codes: Codes, kinds: Kinds, tables: _Tables) -> tuple[Ints, Ints]:
    """From the last character to the first find the word that begins there on the likeliest way to the end."""
    sizes, words = np.ones(len(codes), np.intp), np.empty(len(codes), np.intp)
    scores = np.zeros(len(codes) + 1)
    for at in range(len(codes) - 1, -1, -1):
        words[at] = len(tables.slots) + codes[at]
        if kinds[at] == OUTSIDE:  # a way ends where this begins
            if codes[at] == _RETURN and at + 1 < len(codes) and codes[at + 1] == _FEED:
                sizes[at], words[at] = 2, len(tables.slots) + _PAIR
            continue
        best, node, after = -np.inf, np.int64(0), at
        while after < len(codes) and kinds[after] != OUTSIDE:
            node = _below(node, codes[after], tables.slots)
            if node == 0:
                break
            after += 1
            rank = tables.slots[node] & _RANK
            score = tables.weights[rank] + scores[after]
            if rank and best <= score:
                best, words[at], sizes[at] = score, node, after - at
        scores[at] = best if best > -np.inf else tables.weights[0] + scores[at + 1]
    return sizes, words


@inlined
def _below(node: int, code: int, slots: Slots) -> int:
    """Give the node that a character leads to from another; 0 if none."""
    key = np.int64(node) << BITS | np.int64(code)
    slot = (key * STIR >> STIRRED) & (len(slots) - 1)
    while slots[slot] >> BITS != key:
        if slots[slot] == 0:
            return 0
        slot = (slot + 1) & (len(slots) - 1)
    return int(slot)


@inlined
def _is_word(codes: Codes, slots: Slots) -> bool:
    node = np.int64(0)
    for code in codes:
        node = _below(node, code, slots)
        if node == 0:
            return False
    return bool(slots[node] & _RANK)
