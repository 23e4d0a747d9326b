"""Signs that a sentence is damaged at its source. A flag never changes text. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from builder.model import Flag
from builder.text.damage.misread import broken_words, confusions, single_runs, variants
from builder.text.damage.names import NearNames
from builder.text.damage.quotes import unmatched
from builder.text.damage.repeats import doubled, loops, repeats, said_again
from builder.text.damage.splitting import Splitter, Words
from builder.text.scripts import is_ended

Place = tuple[int, int]

NAMES = {
    "unterminated": "no mark ends the sentence",
    "unbalanced": "a quote or bracket has no partner in its paragraph",
    "replacement": "bytes of the source were no characters; U+FFFD stands for each",
    "control": "control characters were taken out here",
    "capped": "no sentence end for so long that the text was cut",
    "doubtful-join": "lines were joined here without evidence",
    "repeat": "words stand twice",
    "enumeration-loop": "an enumeration runs in a circle",
    "near-miss": "one character away from a known name",
    "variant": "one character away from a term that the document has elsewhere",
    "single-run": "single characters in a row that make no words",
    "confusion": "a character that is easily misread stands where it makes no word",
    "personal:email": "an e-mail address",
    "personal:phone": "a telephone number",
    "personal:id": "a Chinese identity number with a right check digit",
    "personal:card": "a bank card number with a right check digit",
}
"""Every flag, and what it says."""

_REPLACEMENT = re.compile("\ufffd+")


def damage_of(
    paragraphs: Sequence[Sequence[str]], names: NearNames | None = None, words: Splitter | None = None
) -> list[list[tuple[Flag, ...]]]:
    """Mark what looks wrong with the body sentences of a document, given paragraph by paragraph.

    `names` finds what is nearly a known name. `words` splits Chinese by a dictionary alone (it may not guess); without
    it neither variants nor runs of single characters are looked for. Flags of a sentence are in order of place.
    """
    texts = [text for paragraph in paragraphs for text in paragraph]
    flags: list[list[Flag]] = [[] for _ in texts]
    for name, found in _found(paragraphs, texts, names, words):
        for mine, places in zip(flags, found, strict=True):
            mine += [Flag(start, end, name) for start, end in places]
    ordered = iter(tuple(sorted(mine, key=lambda flag: (flag.start, flag.end))) for mine in flags)
    return [[next(ordered) for _ in paragraph] for paragraph in paragraphs]


def _found(
    paragraphs: Sequence[Sequence[str]], texts: Sequence[str], names: NearNames | None, splitter: Splitter | None
) -> Iterable[tuple[str, Iterable[Sequence[Place]]]]:
    """Yield each kind of damage with its places in every sentence."""
    yield "unterminated", [() if is_ended(text) or not text else ((0, len(text)),) for text in texts]
    yield "unbalanced", _unbalanced(paragraphs)
    yield "replacement", ([match.span() for match in _REPLACEMENT.finditer(text)] for text in texts)
    again = zip(texts, repeats(texts), said_again(texts), strict=True)
    yield "repeat", [sorted({*found, *doubled(text), *same}) for text, found, same in again]
    yield "enumeration-loop", map(loops, texts)
    if names:
        yield "near-miss", map(names.near, texts)
    if not splitter:
        yield "confusion", map(confusions, texts)
    else:
        words = Words(splitter)
        yield "confusion", (sorted({*confusions(text), *broken_words(text, words)}) for text in texts)
        yield "variant", variants(texts, words)
        yield "single-run", (single_runs(text, words) for text in texts)


def _unbalanced(paragraphs: Sequence[Sequence[str]]) -> list[list[Place]]:
    """Find the marks without a partner in their paragraph, and the sentence each stands in."""
    found: list[list[Place]] = []
    marks = unmatched([" ".join(paragraph) for paragraph in paragraphs])
    for paragraph, alone in zip(paragraphs, marks, strict=True):
        starts = list(accumulate((len(text) + 1 for text in paragraph), initial=0))[: len(paragraph)]
        found += ([] for _ in paragraph)
        for at in alone:
            number = bisect_right(starts, at) - 1
            start = at - starts[number]
            found[number - len(paragraph)].append((start, start + 1))
    return found
