"""News pages printed as PDF at random, in one to four columns, with the truth of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.page_words import EN, ZH, Words
from tests.pages import units_of
from tests.readers.pdfs import HEIGHT, Word, drawn, image, measure

_CLOSING = "，。、；：！？”’》）,.;:!?"
LEFT, TOP, BOTTOM, ACROSS = 40.0, 150.0, 790.0, 515.0


@dataclass
class Printed:
    """A page and the truth of it; `words` are drawn article by article, or row by row across the columns."""

    words: list[Word] = field(default_factory=list)
    images: list[bytes] = field(default_factory=list)
    headline: str = ""
    caption: str = ""
    paragraphs: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def content(self, *, by_rows: bool) -> bytes:
        """Write what draws it."""
        words = sorted(self.words, key=lambda word: (word.y, word.x)) if by_rows else self.words
        return drawn(words) + b"".join(self.images)


@dataclass
class _Press:
    """Where the next line goes: columns of one width, filled one after the other down to a common height."""

    columns: int
    size: float
    gutter: float
    bottom: float
    column: int = 0
    y: float = TOP

    @property
    def width(self) -> float:
        return (ACROSS - self.gutter * (self.columns - 1)) / self.columns

    @property
    def left(self) -> float:
        return LEFT + self.column * (self.width + self.gutter)

    def feed(self, height: float) -> None:
        """Go down, or to the next column."""
        self.y += height
        if self.bottom < self.y:
            self.column, self.y = self.column + 1, TOP


def printed(seed: int, language: str, columns: int, *, indents: bool = True) -> Printed:
    """Write and print one article; the same seed gives the same page."""
    rng = random.Random(f"{seed} {language} {columns}")
    words = ZH if language == "zh" else EN
    made = Printed()
    made.headline, made.caption = words.headline(rng), words.caption(rng)
    big = min(rng.choice([18, 22, 26]), 10 * ACROSS / measure(made.headline))
    made.words.append(Word(LEFT, 110, made.headline, big))
    size = rng.choice([8.5, 9, 10])
    bottom = rng.uniform(300, 460) if 1 < columns else BOTTOM
    press = _Press(columns, size, rng.uniform(1.3, 2.4) * size, bottom)
    leading = size * rng.uniform(1.15, 1.4)
    has_image = rng.random() < 0.5
    while press.column < columns and (press.columns > 1 or len(made.paragraphs) < 8):
        if has_image and press.column == columns - 1 and press.y == TOP:
            _illustrate(made, press, words)
            press.feed(2 * leading)
        if not _paragraph(made, press, words, rng, leading, indents=indents):
            break
    return made


def _paragraph(
    made: Printed, press: _Press, words: Words, rng: random.Random, leading: float, *, indents: bool
) -> bool:
    """Set a paragraph if there is room for it; tell whether there was."""
    sentences = [words.sentence(rng) for _ in range(rng.randint(1, 4))]
    indent = (2 if words is ZH else 1.5) * press.size if indents else 0
    lines = list(_wrapped(sentences, words, press.width, press.size, indent))
    left = (press.columns - press.column) * (press.bottom - TOP) - (press.y - TOP)
    if left < (len(lines) + 3) * leading + (0 if press.column == press.columns - 1 else 120):
        return False
    for at, line in enumerate(lines):
        made.words.append(Word(press.left + (0 if at else indent), press.y, line, press.size))
        press.feed(leading)
    if not indents and press.y != TOP:
        press.feed(0.7 * leading)
    made.sentences += sentences
    made.paragraphs.append(words.joint.join(sentences))
    return True


def _illustrate(made: Printed, press: _Press, words: Words) -> None:
    """Put an image and its caption here."""
    height, small = 60.0, press.size * 0.8
    made.images.append(image(press.left, HEIGHT - press.y - height, press.width, height))
    press.y += height + 1.5 * small
    for line in _wrapped([made.caption], words, press.width, small, 0):
        made.words.append(Word(press.left, press.y, line, small))
        press.y += 1.2 * small


def _wrapped(sentences: list[str], words: Words, room: float, size: float, indent: float) -> Iterator[str]:
    """Wrap text; no line begins with a mark that belongs to what stands before it."""
    line: list[str] = []
    taken = indent
    for _, unit in units_of([(0, text) for text in sentences], words.joint):
        if line and room < taken + measure("".join([*line, unit]), size):
            kept = len(line)
            while 1 < kept and (line[kept][0] if kept < len(line) else unit[0]) in _CLOSING:
                kept -= 1
            yield "".join(line[:kept])
            line, taken = [*line[kept:], unit], 0.0
            line[0] = line[0].lstrip()
        else:
            line.append(unit)
    yield "".join(line)
