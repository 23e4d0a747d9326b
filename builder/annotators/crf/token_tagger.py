"""Tokens and their tags enter, a CRF leaves that tags other tokens by how they and their neighbours are written.

Nothing but the tokens is looked at: no dictionary, no other annotator, no raw text. The same rows give the same tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from builder.annotators.arrays import Ints
from builder.annotators.crf.columns import Columns, number_of
from builder.annotators.crf.decoding import Chain, best_tags
from builder.annotators.crf.features import Template, features
from builder.annotators.crf.training import Settings, fit
from builder.annotators.crf.units import Hashes
from builder.annotators.crf.weights import Weights

Tokens = Sequence[Sequence[str]]
_REACH = 2
_EDGE = "\n"  # no token is a line end
_WINDOWS = ((-2,), (-1,), (0,), (1,), (2,), (-1, 0), (0, 1), (-2, -1), (1, 2), (-1, 0, 1))
_ONCE = ("exact", "head1", "head2", "head3", "tail1", "tail2", "tail3")
_TEMPLATES: tuple[Template, ...] = (
    *(tuple(("unit", away) for away in window) for window in _WINDOWS),
    *(tuple(("shape", away) for away in window) for window in _WINDOWS[1:4] + _WINDOWS[5:7]),
    *((("shape", 0), ("unit", away)) for away in (-1, 1)),
    *(((name, 0),) for name in _ONCE),
)
_SETTINGS = Settings(iterations=40)


@dataclass(frozen=True)
class TokenTagger:
    """A CRF over tokens."""

    weights: Weights

    def tag(self, sentences: Tokens) -> list[list[str]]:
        """Give the likeliest tags of every sentence."""
        seen, lengths = _seen(sentences)
        found = best_tags(Chain(self.weights.scores(seen), self.weights.steps, lengths)).tolist()
        names, ends = self.weights.tags, np.cumsum(lengths).tolist()
        return [[names[tag] for tag in found[end - len(of) : end]] for of, end in zip(sentences, ends, strict=True)]


def taught(sentences: Tokens, tags: Tokens) -> TokenTagger:
    """Learn the tags of these sentences."""
    names = tuple(sorted(set(chain.from_iterable(tags))))
    place = {name: number for number, name in enumerate(names)}
    seen, lengths = _seen(sentences)
    numbers = np.fromiter((place[tag] for tag in chain.from_iterable(tags)), np.int64, len(seen))
    return TokenTagger(fit(seen, numbers, names, lengths, _SETTINGS))


def shape(token: str) -> str:
    """Write what kind of characters a token has, each run of a kind once: `Xx`, `0`, `字`, `-`."""
    kinds = [_kind(character) for character in token]
    return "".join(kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before)


def _kind(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isupper():
        return "X"
    if character.islower():
        return "x"
    return "字" if character.isalpha() else character


def _seen(sentences: Tokens) -> tuple[Hashes, Ints]:
    """Give what every template sees at every token, and how long the sentences are."""
    lengths = np.fromiter(map(len, sentences), np.intp, len(sentences))
    known = {token: number for number, token in enumerate(dict.fromkeys((_EDGE, *chain.from_iterable(sentences))))}
    starts = _REACH + np.cumsum(lengths + _REACH) - lengths - _REACH
    rows = np.arange(lengths.sum()) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    places = np.zeros(_REACH + int((lengths + _REACH).sum()), np.intp)
    places[rows] = np.fromiter((known[token] for token in chain.from_iterable(sentences)), np.intp, len(rows))
    looks = [dict(_looks(token)) for token in known]
    columns: Columns = {
        name: np.array([look.get(name, 0) for look in looks], np.uint64)[places] for name in ("unit", "shape", *_ONCE)
    }
    return features(columns, _TEMPLATES, rows), lengths


def _looks(token: str) -> Iterator[tuple[str, int]]:
    """Number what a token looks like; 0 stands for what it has not."""
    folded = token.lower()
    yield from (("unit", number_of(folded)), ("exact", number_of(token)), ("shape", number_of(shape(token))))
    for size in range(1, min(len(folded), 4)):
        yield f"head{size}", number_of(folded[:size])
        yield f"tail{size}", number_of(folded[-size:])
