"""Words that a line break split with a hyphen become whole again, on evidence from their own page. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from builder.text.lines import Paragraph

_SPLIT = re.compile(r"([A-Za-zÀ-ÿ]{2,})-$")
_LAST = re.compile(r"[A-Za-zÀ-ÿ]+")
_REST = re.compile(r"[a-zß-ÿ]+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:-[A-Za-zÀ-ÿ]+)*")
_TORN = re.compile(r"[A-Za-zÀ-ÿ]{2,}-[^\S\n]*\n\s*[a-zß-ÿ]+")
# First parts of compounds, which keep their hyphen.
_PREFIXES = frozenset(
    (
        "well self non long short high low good ill co anti pro ex two three four five six seven eight nine "
        "ten half full part so all cross counter semi multi mid post pre quasi re sub ultra vice world state "
        "government people market first second third last north south east west old new hard soft open close "
        "far near large small early late much one day year time"
    ).split()
)
# A page that splits words does so on at least this share of its wrapped lines.
_HABIT = 0.04


def mend_hyphens(paragraphs: Sequence[Paragraph], page: str) -> None:
    """Take the hyphen out between two lines where it only marks the break; a compound keeps its own."""
    splits = [
        (paragraph, at) for paragraph in paragraphs for at in range(len(paragraph.joints)) if _is_split(paragraph, at)
    ]
    if not splits:
        return
    words = Counter(word.lower() for word in _WORD.findall(_TORN.sub(" ", page)))
    wraps = sum(len(paragraph.joints) for paragraph in paragraphs)
    for paragraph, at in splits:
        paragraph.joints[at] = ""
        if _only_marks(paragraph, at, words, habit=_HABIT * wraps <= len(splits)):
            line = paragraph.lines[at]
            paragraph.lines[at] = line._replace(end=line.end - 1, text=line.text[:-1])


def _is_split(paragraph: Paragraph, at: int) -> bool:
    return bool(_SPLIT.search(paragraph.lines[at].text) and _REST.match(paragraph.lines[at + 1].text))


def _only_marks(paragraph: Paragraph, at: int, words: Counter[str], *, habit: bool) -> bool:
    """Whether the page writes the word as one, or never as two and splits words as a habit."""
    left, rest = _parts(paragraph, at)
    if words[left + rest] or words[f"{left}-{rest}"]:
        return bool(words[left + rest])
    return habit and left not in _PREFIXES and not (words[left] and words[rest])


def _parts(paragraph: Paragraph, at: int) -> tuple[str, str]:
    """Give the two parts of a split word, in small letters."""
    line = paragraph.lines[at].text[:-1]
    return _LAST.findall(line)[-1].lower(), _LAST.findall(paragraph.lines[at + 1].text)[0]
