"""News pages written and set again at random, with the truth of every character: what `text` must find again.

Nobody's text: sentences come from small grammars. A page is set in columns, torn, spaced and interrupted the way
newspapers read from print and saved web pages are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from builder.text.scripts import width
from tests.page_words import EN, ZH, Words

LAYOUTS = ("lines", "wrapped", "indented", "printed", "columns")
"""One line per paragraph; hard-wrapped with blank lines; with indents only; wraps that left spaces; torn columns."""


@dataclass(frozen=True)
class Truth:
    """A body sentence: its text, its article, and the raw offset of each of its characters that is no space."""

    text: str
    article: int
    places: tuple[int, ...]


@dataclass
class Page:
    """A raw page and the truth of it."""

    name: str
    raw: str
    sentences: list[Truth]
    headlines: list[str]
    stray: frozenset[int]

    @property
    def body(self) -> frozenset[int]:
        """Name the raw offsets that are body, spaces left out."""
        return frozenset(place for sentence in self.sentences for place in sentence.places)


@dataclass
class _Press:
    """Sets type: what is written so far, and where each sentence's characters went."""

    rng: random.Random
    words: Words
    layout: str
    column: int
    written: list[str] = field(default_factory=list)
    length: int = 0
    stray: set[int] = field(default_factory=set)
    places: dict[int, list[int]] = field(default_factory=dict)

    def write(self, text: str) -> None:
        self.written.append(text)
        self.length += len(text)

    def line(self, text: str, before: int = 1) -> None:
        """Write a line of its own after so many blank lines."""
        self.write("\n" * (before + 1 if self.written else 0) + text)

    def paragraph(self, sentences: list[tuple[int, str]], interrupt: Callable[[], None]) -> None:
        """Set a paragraph of numbered sentences; a column may end in it."""
        units = list(units_of(sentences, self.words.joint))
        indent = self.layout == "indented"
        self.write(("\n" if indent else "\n\n") if self.written else "")
        if indent:
            self.write("\u3000\u3000" if self.words is ZH else "    ")
        torn = self._tear(units)
        used = 0
        for at, (number, unit) in enumerate(units):
            wraps = at > 0 and self._wraps(used, units, at)
            if 0 < torn <= at and (wraps or self.layout == "lines"):
                interrupt()
                torn, used = -1, 0
            elif wraps:
                used = 0
                self._break()
            text = unit.lstrip() if used == 0 else unit
            self._set(number, text)
            used += width(text)

    def _wraps(self, used: int, units: list[tuple[int, str]], at: int) -> bool:
        if self.layout == "lines" or used == 0:
            return False
        room = self.column - used - width(units[at][1])
        if units[at][1][0] in "，。、；：！？”’》）,.;:!?":
            return False
        return room < 0

    def _break(self) -> None:
        if self.layout == "printed":
            self.stray.add(self.length)
            self.write(" ")
        else:
            self.write("\n")

    def _tear(self, units: list[tuple[int, str]]) -> int:
        """Choose where a column ends in this paragraph, if it does."""
        if self.layout not in ("printed", "columns") or len(units) < 12 or 0.5 < self.rng.random():
            return -1
        inside = [at for at in range(6, len(units) - 4) if units[at][1][0] not in "，。、；：！？”’》）,.;:!?"]
        return self.rng.choice(inside) if inside else -1

    def _set(self, number: int, text: str) -> None:
        for at, character in enumerate(text):
            if not character.isspace():
                self.places.setdefault(number, []).append(self.length + at)
        self.write(text)


def page(seed: int, language: str, layout: str) -> Page:
    """Write and set one page; the same seed gives the same page."""
    rng = random.Random(f"{seed} {language} {layout}")
    words = ZH if language == "zh" else EN
    column = rng.randrange(20, 60, 2) if words is ZH else rng.randrange(38, 96)
    press = _Press(rng, words, layout, column)
    sentences: list[tuple[int, str]] = []
    headlines: list[str] = []
    for text in words.some(rng, "menu", 0, 2):
        press.line(text)
    for article in range(rng.randint(1, 3)):
        headlines.append(_article(press, article, sentences, headlines))
    for text in words.some(rng, "foot", 0, 2):
        press.line(text, rng.randint(1, 3))
    truth = [Truth(text, article, tuple(press.places[n])) for n, (article, text) in enumerate(sentences)]
    raw = "".join(press.written) + "\n"
    return Page(f"{language} {layout} {seed}", raw, truth, headlines, frozenset(press.stray))


def _article(press: _Press, article: int, sentences: list[tuple[int, str]], headlines: list[str]) -> str:
    rng, words = press.rng, press.words
    headline = next(text for text in iter(lambda: words.headline(rng), None) if text not in headlines)
    press.line(headline, rng.randint(1, 3))
    for kind in ("deck", "time", "byline"):
        for text in words.some(rng, kind, 0, 1):
            press.line(text)
    captions = 0

    def interrupt() -> None:
        nonlocal captions
        before, after = rng.randint(1, 4), rng.randint(1, 3)
        if captions < 2 and rng.random() < 0.6:
            captions += 1
            press.line(words.caption(rng), before)
            for text in words.some(rng, "credit", 0, 1):
                press.line(text, 0)
            press.write("\n" * (after + 1))
        else:
            press.write("\n" * (rng.randint(1, 2) + 1))

    press.write("\n" if press.layout == "indented" else "")
    for _ in range(rng.randint(3, 6)):
        texts = [words.sentence(rng) for _ in range(rng.randint(1, 4))]
        numbered = [(len(sentences) + at, text) for at, text in enumerate(texts)]
        sentences += [(article, text) for text in texts]
        press.paragraph(numbered, interrupt)
    for text in words.some(rng, "source", 0, 1):
        press.line(text)
    if words.repeats and rng.random() < 0.3:
        for _ in range(rng.randint(1, 3)):
            press.line(headline)
    return headline


def units_of(sentences: list[tuple[int, str]], joint: str) -> Iterator[tuple[int, str]]:
    """Cut sentences into what a line break may stand between: ideographs, words with the space before them."""
    for rank, (number, text) in enumerate(sentences):
        if joint and rank:
            text = joint + text
        if not joint:
            for latin, group in groupby(text, lambda c: c.isascii() and (c.isalnum() or c in ".%")):
                run = "".join(group)
                yield from [(number, run)] if latin else ((number, character) for character in run)
        else:
            for at, word in enumerate(text.strip().split(" ")):
                yield number, (" " if at or rank else "") + word
