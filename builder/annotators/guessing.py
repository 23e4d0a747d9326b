"""Runs of single characters enter; the words that jieba's hidden Markov model joins them to leave, as numbers.

Letters and digits are joined by their kind. A short word is known again by its characters, and never spelt twice.
"""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from builder.annotators import hidden_tables
from builder.annotators.arrays import Codes, Ints
from builder.annotators.hidden_states import Model
from builder.annotators.runs import HAN, Runs, kinds_of, pieces
from builder.annotators.viterbi import Decoder, Find
from builder.annotators.vocabulary import Vocabulary

_FLAGS = (None, "eng", "m", "x")
"""By kind of piece; what is Chinese has no tag yet."""
_SHORT = 3  # characters of a word that fit into one number, with its tag
_UNNAMED = -1


class Guesser:
    """Cuts and tags what the dictionary leaves as single characters."""

    def __init__(self) -> None:
        self._numbered: tuple[Vocabulary | None, dict[int, int]] = None, {}

    def guess(self, route: Runs, codes: Codes, text: str, vocabulary: Vocabulary, *, much: bool) -> tuple[Ints, Ints]:
        """Number the words of all runs, one after the other; count those up to the end of each run."""
        decoder, inside = self.decoder(much), route.inside
        bounds = (route.end - route.begin).cumsum()
        opens = np.zeros(len(inside) + 1, np.bool_)
        opens[0] = opens[bounds] = True
        kinds, begins = pieces(kinds_of(codes[inside]), opens[:-1])
        han = kinds == HAN
        tags = kinds.astype(np.intp) + len(decoder.tags)
        lengths = np.diff(np.flatnonzero(begins[han]), append=np.count_nonzero(han))
        begins[han], tags[han] = decoder.words(codes[inside[han]], lengths)
        at = np.flatnonzero(begins)
        numbers = self._numbers(vocabulary, inside[at], np.diff(at, append=len(inside)), tags[at], codes, text)
        return numbers, np.searchsorted(at, bounds)

    def _numbers(
        self, vocabulary: Vocabulary, starts: Ints, lengths: Ints, tags: Ints, codes: Codes, text: str
    ) -> Ints:
        """Number words; only those never met are spelt, and long ones."""
        if vocabulary is not self._numbered[0]:
            self._numbered = vocabulary, {}
        known, names = self._numbered[1], _named(starts, lengths, tags, codes)
        numbers = np.fromiter(map(known.get, names, repeat(-1)), np.intp, len(names))
        new = np.flatnonzero(numbers < 0)
        places = zip(starts[new].tolist(), (starts + lengths)[new].tolist(), strict=True)
        spelt = [text[start:end] for start, end in places]
        numbers[new] = vocabulary.numbers(spelt, self._flags[tags[new]].tolist())
        known.update(zip([names[rank] for rank in new.tolist()], numbers[new].tolist(), strict=True))
        known.pop(_UNNAMED, None)
        return numbers

    def decoder(self, much: bool) -> Decoder:
        """Give the decoder that pays for much text, or for little."""
        return self._compiled if much else self._plain

    @cached_property
    def _flags(self) -> NDArray[np.object_]:
        return np.array([*self._plain.tags, *_FLAGS], object)

    @cached_property
    def _plain(self) -> Decoder:
        return Decoder(self._model)

    @cached_property
    def _compiled(self) -> Decoder:
        find = _compiled(self._model)
        return Decoder(self._model, find) if find else self._plain

    @cached_property
    def _model(self) -> Model:
        return hidden_tables.shipped()


def _named(starts: Ints, lengths: Ints, tags: Ints, codes: Codes) -> list[int]:
    """Name each short word by its tag and characters, all of which are below 0x10000."""
    names = tags.astype(np.int64)
    for rank in range(_SHORT):
        names = names << 16 | np.where(rank < lengths, codes[np.minimum(starts + rank, len(codes) - 1)], 0)
    named: list[int] = np.where(lengths <= _SHORT, names, _UNNAMED).tolist()
    return named


def _compiled(states: Model) -> Find | None:
    """Give a decoder in machine code where numba is installed, and can work."""
    if not find_spec("numba"):
        return None
    try:
        from builder.annotators.compiled_decoder import CompiledFinder
    except ImportError:  # it refuses a numpy that is newer than itself
        return None
    return CompiledFinder(states).find
