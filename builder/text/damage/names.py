"""Words one edit away from a known name: 吉尔吉斯坦 beside 吉尔吉斯斯坦. Pure.

Only names that one edit does not turn into another good word: foreign names as Chinese writes them, of four
characters or more, and long capitalised words; only edits inside, since at their ends words are inflected (`Serbian`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from builder.text.damage.words import characters
from builder.text.scripts import HAN

_SHORTEST_HAN, _LONGEST_HAN, _SHORTEST_LATIN = 4, 12, 7
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][a-zà-ÿ]{5,30}\b")
_HAN_RUN = re.compile(f"[{HAN}]+")
_REMEMBERED = 2**14
"""Capitalised words of which it is remembered whether they are nearly a name."""

Place = tuple[int, int]


class NearNames:
    """Names, indexed by what is left of them when one character is dropped: a look-up costs the same however many."""

    def __init__(self, names: Collection[str]) -> None:
        known = set(names)
        foreign = characters("foreign")
        self._known, self._foreign = known, foreign | {"·"}
        self._heads: dict[str, set[int]] = defaultdict(set)
        self._tails: dict[str, set[int]] = defaultdict(set)
        self._han: dict[str, set[str]] = defaultdict(set)
        self._latin: dict[str, set[str]] = defaultdict(set)
        self._words = {word for name in known for word in _CAPITALISED.findall(name)}
        for name in known:
            if _SHORTEST_HAN <= len(name) <= _LONGEST_HAN and foreign.issuperset(name):
                self._add(name)
        for word in self._words:
            if _SHORTEST_LATIN <= len(word):
                _index(self._latin, word)
        self._halves = {len(half) for half in (*self._heads, *self._tails)}
        self._starts = {half[:2] for half in (*self._heads, *self._tails)}
        self._may_start = re.compile(f"[{''.join(foreign)}]{{2,}}")
        self._is_near_latin = lru_cache(_REMEMBERED)(self._is_inside_name)

    def near(self, text: str) -> list[Place]:
        """Find the words of a text that are one edit away from a name and are no name themselves."""
        return sorted((*self._near_han(text), *self._near_latin(text)))

    def _add(self, name: str) -> None:
        half = len(name) // 2
        self._heads[name[:half]].add(len(name))
        self._tails[name[half:]].add(len(name))
        _index(self._han, name)

    def _near_latin(self, text: str) -> Iterator[Place]:
        words = [match for match in _CAPITALISED.finditer(text) if match.group() not in self._words]
        counts = Counter(match.group() for match in words)
        for match in words:
            word = match.group()
            if counts[word] < 3 and self._is_near_latin(word):
                yield match.span()

    def _is_inside_name(self, word: str) -> bool:
        return any(_is_inner(word, name) for name in _found(self._latin, word))

    def _near_han(self, text: str) -> Iterator[Place]:
        """Find windows one edit away from a name, none of which lies over a name that is right."""
        for run in _HAN_RUN.finditer(text) if self._halves and not text.isascii() else ():
            places = [at for at in self._starting(text, *run.span()) if text[at : at + 2] in self._starts]
            if not places:
                continue
            windows = {window for at in places for window in self._windows(text, at, *run.span())}
            near = {window: name for window in windows if (name := self._name_of(text, *window))}
            yield from _apart(text, near, self._right(text, *run.span()) if near else [])

    def _starting(self, text: str, start: int, end: int) -> Iterator[int]:
        """Yield where two characters of foreign names follow each other."""
        for run in self._may_start.finditer(text, start, end):
            yield from range(run.start(), run.end() - 1)

    def _right(self, text: str, start: int, end: int) -> list[Place]:
        """Find the names in a run that are right."""
        sizes = range(2, _LONGEST_HAN + 1)
        windows = ((at, at + size) for at in range(start, end) for size in sizes if at + size <= end)
        return [window for window in windows if text[slice(*window)] in self._known]

    def _windows(self, text: str, at: int, start: int, end: int) -> Iterator[Place]:
        """Yield where a name with half of it at this place may start and end, one character more or less."""
        for half in self._halves:
            part = text[at : at + half]
            for size in self._heads.get(part, ()):
                yield from ((at, at + near) for near in (size - 1, size, size + 1) if at + near <= end)
            last = at + half
            for size in self._tails.get(part, ()):
                yield from ((last - near, last) for near in (size - 1, size, size + 1) if start <= last - near)

    def _name_of(self, text: str, start: int, end: int) -> str:
        """Find the name that a window nearly is, none if it is part of a longer foreign one."""
        word = text[start:end]
        if end - start < _SHORTEST_HAN or word in self._known:
            return ""
        if not self._foreign.isdisjoint((text[start - 1 : start], text[end : end + 1])):
            return ""
        return next((name for name in sorted(_found(self._han, word)) if _has_same_ends(word, name)), "")


def _index(index: dict[str, set[str]], name: str) -> None:
    for left in (name, *_dropped(name)):
        index[left].add(name)


def _dropped(name: str) -> Iterator[str]:
    return (name[:at] + name[at + 1 :] for at in range(len(name)))


def _found(index: dict[str, set[str]], word: str) -> set[str]:
    """Find the names one edit away from a word."""
    near = set[str]().union(*(index.get(left, ()) for left in (word, *_dropped(word))))
    return {name for name in near if _is_one_edit(word, name)}


def _is_one_edit(one: str, other: str) -> bool:
    """Whether one replaced, added or dropped character leads from one word to another; they differ."""
    same = _shared(one, other)
    return one[same + (len(one) >= len(other)) :] == other[same + (len(one) <= len(other)) :]


def _shared(one: str, other: str) -> int:
    """Count the characters at the start that two words share."""
    size = min(len(one), len(other))
    return next((at for at in range(size) if one[at] != other[at]), size)


def _is_inner(word: str, name: str) -> bool:
    """Whether two words differ inside, not at an end, where words are inflected."""
    return word[0] == name[0] and word[-2:] == name[-2:]


def _has_same_ends(word: str, name: str) -> bool:
    return word[0] == name[0] and word[-1] == name[-1]


def _apart(text: str, near: Mapping[Place, str], right: Collection[Place]) -> list[Place]:
    """Keep the longest windows, apart from each other and from right names, those that the meant name has too aside."""
    over: dict[int, list[Place]] = defaultdict(list)
    for low, high in right:
        for at in range(low, high):
            over[at].append((low, high))
    kept, taken = list[Place](), set[int]()
    for start, end in sorted(near, key=lambda place: (place[0] - place[1], place)):
        meant, around = near[start, end], {place for at in range(start, end) for place in over.get(at, ())}
        inside = all(start <= low and high <= end and text[low:high] in meant for low, high in around)
        if inside and taken.isdisjoint(range(start, end)):
            kept.append((start, end))
            taken.update(range(start, end))
    return sorted(kept)
