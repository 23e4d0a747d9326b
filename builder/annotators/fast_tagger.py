"""The one door to rjieba: many Chinese texts enter together, tagged words leave, each as jieba's own tagger gives it.

rjieba splits by the dictionary (its own guesses differ from jieba's and are never asked for). What it leaves as single
characters goes through our decoder of jieba's hidden Markov model. Where the two libraries see text differently, the
text is changed before rjieba sees it, one character for one, and put back afterwards. Where numba is installed, much
text is split by machine code of ours instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.machinery import PathFinder
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from builder.annotators import reference_tagger
from builder.annotators.arrays import Codes, Ints, codes_of
from builder.annotators.guessing import Guesser
from builder.annotators.reference_tagger import ReferenceTagger, UserWord
from builder.annotators.runs import Runs, runs
from builder.annotators.tiling import Tiling, joined, tiled, tiled_by
from builder.annotators.vocabulary import Vocabulary
from builder.annotators.words import Token
from builder.collector import collector_at_rest

if TYPE_CHECKING:
    from builder.annotators.compiled_cutter import CompiledCutter

# The release of rjieba whose dictionary was compared with the one of jieba that has this digest: word for word, equal.
_COMPARED = ("0.2.2", "c82123eeb1f0a8b52bcf4af5555d607647a1d97d489aa0d99559c718941c09e7")
# Words that are never found in a text, for what jieba counts twice and rjieba once.
_DOUBLED, _ADDED_TWICE = "\ue000", "\ue001"
_FOREIGN = re.compile(r"[-%\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0010ffff\ud800-\udfff]")
"""What rjieba takes into its blocks and jieba's tagger does not; and lone surrogates, which are no text to it."""
_FOREIGN_TO_WORDS = re.compile(_FOREIGN.pattern.replace("-%", ""))
_INSIDE_BLOCKS = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")
_SEVERAL_LATIN = re.compile("[a-zA-Z0-9]{2}")
_LONE_LATIN = re.compile("[a-zA-Z0-9]")
_REMEMBERED = 1 << 17  # words
_BATCH = 1 << 18  # characters that are held at once
_WORTH_COMPILING = 1 << 20  # characters after which a second's wait for the decoder in machine code pays


class FastTagger:
    """Tags as jieba does, with words of the caller's."""

    def __init__(self, words: Sequence[UserWord], reference: Callable[[], ReferenceTagger]) -> None:
        self._reference = reference
        self._words, unsure = _dictionary()
        self._tags = _Tags(self._words)
        # Two single letters may then beat the word that joins them, and rjieba shows both as one: jieba must tell.
        self._unsure = bool(words) and _add(self._words, self._tags, words, reference) or unsure
        self._added, self._guesser, self._seen = bool(words), Guesser(), 0

    def tag(self, texts: Sequence[str]) -> list[list[Token]]:
        """Split texts into tagged words that tile them."""
        with collector_at_rest():
            return [*chain.from_iterable(tiling.tokens() for tiling in self.tilings(texts))]

    def tilings(self, texts: Sequence[str]) -> Iterator[Tiling]:
        """Split texts as `tag` does; they come by many, each many as one."""
        return map(self._tiling, _batches(texts))

    def _tiling(self, texts: Sequence[str]) -> Tiling:
        sure = [text for text in texts if not self._unsure or not _SEVERAL_LATIN.search(text)]
        with collector_at_rest():
            tiling = tiled(sure, *self._split(joined(sure)))
            if len(sure) == len(texts):
                return tiling
            tagged = dict(zip(sure, tiling.tokens(), strict=True))
            return tiled_by(texts, [tagged[text] if text in tagged else self._reference().tag(text) for text in texts])

    def words_of(self, text: str) -> list[str]:
        """Split a text by the dictionary alone."""
        safe = _FOREIGN_TO_WORDS.sub("\0", text)
        words = self._words.cut(safe, hmm=False)
        return words if safe == text else _put_back(words, _begins(words), safe, text)

    def _split(self, text: str) -> tuple[Vocabulary, Ints]:
        """Give the words of a text and their tags, as numbers of a vocabulary."""
        self._seen += len(text)
        much = _WORTH_COMPILING < self._seen
        codes = codes_of(text)
        cut = self._compiled.cut if much and self._compiled else self._cut
        vocabulary, numbers, route = cut(text, codes)
        return vocabulary, _spliced(numbers, route, *self._guesser.guess(route, codes, text, vocabulary, much=much))

    def _cut(self, text: str, codes: Codes) -> tuple[Vocabulary, Ints, Runs]:
        """Number the words of the dictionary, and find the runs of single characters that jieba's model joins."""
        safe = _FOREIGN.sub("\0", text)
        words = self._words.cut(safe, hmm=False)
        vocabulary, numbers = self._tags.of(words)
        begins = np.concatenate([[0], vocabulary.columns.lengths[numbers].cumsum()])
        seen = codes if safe == text else codes_of(safe)
        route = self._doubtful(runs(words, begins, seen, self._words.has_word), safe)
        if safe != text:
            _show(vocabulary, numbers, begins, safe, text)
        return vocabulary, numbers, route

    def _doubtful(self, route: Runs, text: str) -> Runs:
        """Leave out the runs that are words of the dictionary: these jieba keeps as single characters."""
        texts = [text[begin:end] for begin, end in zip(route.begin.tolist(), route.end.tolist(), strict=True)]
        return route.only(~np.fromiter(map(self._words.has_word, texts), np.bool_, len(texts)))

    @cached_property
    def _compiled(self) -> CompiledCutter | None:
        """Give what splits in machine code, where numba is installed and can work; words of a caller's it never has."""
        if self._added or not find_spec("numba"):
            return None
        try:
            from builder.annotators.compiled_cutter import CompiledCutter
        except ImportError:  # it refuses a numpy that is newer than itself
            return None
        return CompiledCutter(_REMEMBERED)


class _Tags(dict[str, str]):
    """The words' tags, asked of rjieba once each, and the number of each word with its tag."""

    def __init__(self, words: Any) -> None:
        super().__init__()
        self._words = words
        self._vocabulary, self._numbers = Vocabulary(), dict[str, int]()

    def of(self, words: Sequence[str]) -> tuple[Vocabulary, Ints]:
        """Give the words with their tags, as numbers of a vocabulary; it is another one when it has grown too large."""
        if _REMEMBERED < len(self._vocabulary):
            self._vocabulary, self._numbers = Vocabulary(), {}
        numbers = np.fromiter(map(self._numbers.get, words, repeat(-1)), np.intp, len(words))
        at = np.flatnonzero(numbers < 0)
        new = [words[rank] for rank in at.tolist()]
        self._ask({*new}.difference(self))
        numbers[at] = self._vocabulary.numbers(new, [*map(self.get, new, repeat("x"))])
        self._numbers.update(zip(new, numbers[at].tolist(), strict=True))
        return self._vocabulary, numbers

    def _ask(self, new: set[str]) -> None:
        known = [word for word in new if self._words.has_word(word) and _INSIDE_BLOCKS.fullmatch(word)]
        self.update((word, "x") for word in new.difference(known) if len(word) == 1)  # others could be without end
        told = self._words.tag("\0".join(known), hmm=False)
        if [word for word, _ in told[::2]] != known:  # a word that is no word where it stands alone
            told = [*chain.from_iterable((self._alone(word), ("\0", "x")) for word in known)]
        self.update((word, tag or "x") for word, tag in told[::2])

    def _alone(self, word: str) -> tuple[str, str]:
        """Tag a word that, by rounding, may be none elsewhere either."""
        alone = self._words.tag(word, hmm=False)
        return alone[0] if len(alone) == 1 else (word, reference_tagger.read_words()[2].get(word, "x"))


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Gather texts until they are enough to be worth a round."""
    first, size = 0, 0
    for at, text in enumerate(texts):
        size += len(text) + 1
        if _BATCH <= size:
            yield texts[first : at + 1]
            first, size = at + 1, 0
    if first < len(texts):
        yield texts[first:]


def _begins(words: Sequence[str]) -> Ints:
    """Say where each word begins, and where the last one ends."""
    return np.concatenate([[0], np.fromiter(map(len, words), np.intp, len(words)).cumsum()])


def _spliced(words: Ints, route: Runs, new: Ints, borders: Ints) -> Ints:
    """Put what was guessed in the place of the single characters."""
    gone = np.zeros(len(words) + 1, np.intp)
    gone[route.first], gone[route.last] = 1, -1  # no run begins where another one ends
    lengths = route.last - route.first
    places = route.first - lengths.cumsum() + lengths
    return np.insert(words[gone.cumsum()[:-1] == 0], np.repeat(places, np.diff(borders, prepend=0)), new)


def _put_back(words: list[str], begins: Ints, safe: str, text: str) -> list[str]:
    """Give back the characters that rjieba was not shown."""
    hidden = [hit.start() for hit in re.finditer("\0", safe)]
    words = words.copy()
    for rank, at in zip(np.searchsorted(begins, hidden).tolist(), hidden, strict=True):
        words[rank] = text[at]
    return words


def _show(vocabulary: Vocabulary, numbers: Ints, begins: Ints, safe: str, text: str) -> None:
    """Number the characters that rjieba was not shown."""
    hidden = [hit.start() for hit in re.finditer("\0", safe)]
    numbers[np.searchsorted(begins, hidden)] = vocabulary.numbers([text[at] for at in hidden], ["x"] * len(hidden))


def _dictionary() -> tuple[Any, bool]:
    """Load jieba's dictionary into rjieba; say whether single letters or digits are words of it."""
    if (version("rjieba"), reference_tagger.dictionary_digest()) == _COMPARED:
        words: Any = _core().Jieba()
        words.add_word(_DOUBLED, 3, "x")  # B超 stands there twice; jieba counts both lines, rjieba one
        return words, False
    counts, total, tags = reference_tagger.read_words()
    words = _core().Jieba.empty()
    for word, count in counts.items():
        words.add_word(word, count, tags[word])
    words.add_word(_DOUBLED, total - sum(counts.values()), "x")
    return words, any(map(_LONE_LATIN.fullmatch, counts))


def _core() -> Any:
    """Load rjieba's own module alone: its package makes one more dictionary at import, which takes as long as ours."""
    package = find_spec("rjieba")
    core = package and PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations)
    if "rjieba" in sys.modules or not (core and core.loader):
        import rjieba

        return rjieba
    if core.name not in sys.modules:
        sys.modules[core.name] = module_from_spec(core)
        core.loader.exec_module(sys.modules[core.name])
    return sys.modules[core.name]


def _add(words: Any, tags: dict[str, str], new: Sequence[UserWord], reference: Callable[[], ReferenceTagger]) -> bool:
    """Add words as jieba would count them; say whether a single letter or digit is among them."""
    old, before, _ = reference_tagger.read_words()
    counts, total = _counted(new, before, reference)
    possible = {word: count for word, count in counts.items() if _INSIDE_BLOCKS.fullmatch(word)}
    for word, count in possible.items():
        words.add_word(word, count, "x")
        before += count - old.get(word, 0)  # rjieba forgets the old count, jieba does not
    words.add_word(_ADDED_TWICE, total - before, "x")
    tags.update((word, "x") for word in possible if word not in old)
    tags.update((word.text, word.tag) for word in new if word.tag and word.text in possible)
    return any(map(_LONE_LATIN.fullmatch, counts))


def _counted(
    new: Sequence[UserWord], total: int, reference: Callable[[], ReferenceTagger]
) -> tuple[dict[str, int], int]:
    """Count the words and all words together; where a count is missing, jieba suggests it."""
    given = [(word.text, word.count) for word in new if word.count is not None]
    if len(given) == len(new):
        return dict(given), total + sum(count for _, count in given)
    counts, total = reference().counts()
    return {word.text: counts[word.text] for word in new}, total
