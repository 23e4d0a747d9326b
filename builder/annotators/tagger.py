"""Chinese texts enter, tagged words that tile them leave: quickly where rjieba is installed, the same without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from builder.annotators import reference_tagger
from builder.annotators.reference_tagger import ReferenceTagger, UserWord, read_words
from builder.annotators.words import Token

if TYPE_CHECKING:
    from builder.annotators.fast_tagger import FastTagger
    from builder.annotators.tiling import Tiling

__all__ = ["Tagger", "Token", "UserWord", "crosses", "shared", "tokens_of", "word_tags", "words_of"]


class Tagger:
    """Splits and tags texts as jieba's tagger does, with words of the caller's.

    It is loaded at the first use, and again in another process.
    """

    def __init__(self, words: Sequence[UserWord] = ()) -> None:
        self.words = tuple(words)

    def __reduce__(self) -> tuple[type[Tagger], tuple[tuple[UserWord, ...]]]:
        """Travel without what was loaded."""
        return Tagger, (self.words,)

    def tag(self, texts: Sequence[str]) -> list[list[Token]]:
        """Split every text into tagged words that tile it."""
        if self._fast is None:
            return [self._reference.tag(text) for text in texts]
        return self._fast.tag(texts)

    def tilings(self, texts: Sequence[str]) -> Iterator[Tiling]:
        """Split texts as `tag` does; they come by many, each many as one."""
        if self._fast is None:
            from builder.annotators.tiling import tiled_by

            return iter([tiled_by(texts, map(self._reference.tag, texts))])
        return self._fast.tilings(texts)

    def words_of(self, text: str) -> list[str]:
        """Split a text by the dictionary alone, without guessing new words."""
        return (self._fast or self._reference).words_of(text)

    @cached_property
    def _reference(self) -> ReferenceTagger:
        return ReferenceTagger(self.words) if self.words else reference_tagger.shared()

    @cached_property
    def _fast(self) -> FastTagger | None:
        if not find_spec("rjieba"):
            return None
        from builder.annotators.fast_tagger import FastTagger

        return FastTagger(self.words, lambda: self._reference)


@cache
def shared() -> Tagger:
    """Give the tagger without words of a caller's, made once."""
    return Tagger()


def tokens_of(text: str) -> list[Token]:
    """Split a text into tagged words that tile it."""
    return shared().tag([text])[0]


def crosses(left: str, right: str) -> bool:
    """Whether a word of the dictionary lies across the border of two Chinese texts."""
    at = 0
    for word in words_of(left + right):
        at += len(word)
        if len(left) <= at:
            return len(left) < at
    return False


def words_of(text: str) -> list[str]:
    """Split a Chinese text by the dictionary alone, without guessing new words."""
    return shared().words_of(text)


def word_tags() -> Mapping[str, str]:
    """Give the dictionary's words, each with its tag."""
    return read_words()[2]
