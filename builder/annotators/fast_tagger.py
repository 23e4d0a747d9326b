"""The one door to rjieba: many Chinese texts enter together, tagged words leave, each as jieba's own tagger gives it.

rjieba splits by the dictionary (its own guesses differ from jieba's and are never asked for). What it leaves as single
characters goes through our decoder of jieba's hidden Markov model. Where the two libraries see text differently, the
text is changed before rjieba sees it, one character for one, and put back afterwards.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.machinery import PathFinder
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from itertools import accumulate, chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators import hidden_tables, reference_tagger
from builder.annotators.collector import collector_at_rest
from builder.annotators.merging import Token
from builder.annotators.reference_tagger import ReferenceTagger, UserWord
from builder.annotators.viterbi import Decoder, Ints, Tagged

# The release of rjieba whose dictionary was compared with the one of jieba that has this digest: word for word, equal.
_COMPARED = ("0.2.2", "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8")
# Words that are never found in a text, for what jieba counts twice and rjieba once.
_DOUBLED, _ADDED_TWICE = "\ue000", "\ue001"
_FOREIGN = re.compile(r"[-%\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0010ffff\ud800-\udfff]")
"""What rjieba takes into its blocks and jieba's tagger does not; and lone surrogates, which are no text to it."""
_FOREIGN_TO_WORDS = re.compile(_FOREIGN.pattern.replace("-%", ""))
_INSIDE_BLOCKS = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")
_PIECES = re.compile(r"([\u4e00-\u9fd5]+)|([.0-9]+)|([a-zA-Z0-9]+)|([+#&_]+)")
_FLAGS = (None, None, "m", "eng", "x")
_SEVERAL_LATIN = re.compile("[a-zA-Z0-9]{2}")
_LONE_LATIN = re.compile("[a-zA-Z0-9]")
_BATCH = 1 << 18  # characters that are held at once
_REMEMBERED = 1 << 16

_OUTSIDE, _HAN, _LATIN, _SIGN = range(4)


class FastTagger:
    """Tags as jieba does, with words of the caller's."""

    def __init__(self, words: Sequence[UserWord], reference: Callable[[], ReferenceTagger]) -> None:
        self._reference = reference
        self._words, unsure = _dictionary()
        self._tags = _Tags(self._words)
        # Two single letters may then beat the word that joins them, and rjieba shows both as one: jieba must tell.
        self._unsure = bool(words) and _add(self._words, self._tags, words, reference) or unsure
        self._guesses: dict[str, Tagged] = {}

    def tag(self, texts: Sequence[str]) -> list[list[Token]]:
        """Split texts into tagged words that tile them."""
        doubtful = [self._unsure and bool(_SEVERAL_LATIN.search(text)) for text in texts]
        sure = [text for text, doubt in zip(texts, doubtful, strict=True) if not doubt]
        tagged = chain.from_iterable(map(self._tag, _batches(sure)))
        return [
            self._reference().tag(text) if doubt else next(tagged) for text, doubt in zip(texts, doubtful, strict=True)
        ]

    def words_of(self, text: str) -> list[str]:
        """Split a text by the dictionary alone."""
        safe = _FOREIGN_TO_WORDS.sub("\0", text)
        words = self._words.cut(safe, hmm=False)
        return words if safe == text else _put_back(words, _begins(words), _FOREIGN_TO_WORDS, text)

    def _tag(self, texts: Sequence[str]) -> list[list[Token]]:
        with collector_at_rest():
            words, flags = self._split("\0".join(texts))
            begins = _begins(words)
            starts = np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.intp)
            first = np.searchsorted(begins, starts[:-1])
            last = np.searchsorted(begins, starts[1:] - 1)
            places = begins - np.append(np.repeat(starts[:-1], np.diff(first, append=len(words))), 0)
            ends = begins[1:] - begins[:-1] + places[:-1]
            rows = zip(places[:-1].tolist(), ends.tolist(), words, flags, strict=True)
            tokens = list(map(tuple.__new__, repeat(Token), rows))
            return [tokens[here:there] for here, there in zip(first.tolist(), last.tolist(), strict=True)]

    def _split(self, text: str) -> tuple[list[str], list[str]]:
        """Give the words of a text and their tags."""
        safe = _FOREIGN.sub("\0", text)
        words = self._words.cut(safe, hmm=False)
        begins = _begins(words)
        route = _route(words, begins, safe, self._words.has_word)
        guessed = self._guess([safe[run.begin : run.end] for run in route])
        flags = _spliced([*map(self._tags.__getitem__, words)], route, [tags for _, tags in guessed])
        words = words if safe == text else _put_back(words, begins, _FOREIGN, text)
        return _spliced(words, route, [names for names, _ in guessed]), flags

    def _guess(self, runs: Sequence[str]) -> list[Tagged]:
        """Cut and tag runs of single characters."""
        if _REMEMBERED < len(self._guesses):
            self._guesses.clear()
        new = [run for run in dict.fromkeys(runs) if run not in self._guesses]
        pieces = {run: _pieces(run) for run in new if not self._words.has_word(run)}
        han = list(dict.fromkeys(text for cut in pieces.values() for text, flag in cut if flag is None))
        decoded = dict(zip(han, self._decoder.cut(han), strict=True))
        for run in new:
            self._guesses[run] = _joined(pieces[run], decoded) if run in pieces else self._singles(run)
        return [self._guesses[run] for run in runs]

    def _singles(self, run: str) -> Tagged:
        return tuple(run), tuple(map(self._tags.__getitem__, run))

    @cached_property
    def _decoder(self) -> Decoder:
        return Decoder(hidden_tables.shipped())


class _Run(NamedTuple):
    """Single characters side by side: which words of the route, which characters of the text."""

    first: int
    last: int
    begin: int
    end: int


class _Tags(dict[str, str]):
    """The words' tags, asked of rjieba once each."""

    def __init__(self, words: Any) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, word: str) -> str:
        if not self._words.has_word(word) or not _INSIDE_BLOCKS.fullmatch(word):
            if len(word) == 1:  # all others could be without end
                self[word] = "x"
            return "x"
        alone = self._words.tag(word, hmm=False)
        # A word that is no word where it stands alone is none elsewhere, but for rounding.
        tag = alone[0][1] if len(alone) == 1 else reference_tagger.read_words()[2].get(word, "x")
        self[word] = tag or "x"
        return self[word]


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


def _kinds() -> NDArray[np.uint8]:
    """Sort the characters as jieba's patterns do."""
    kinds = np.full(1 << 16, _OUTSIDE, np.uint8)
    kinds[0x4E00:0x9FD6] = _HAN
    kinds[[ord(sign) for sign in "+#&._"]] = _SIGN
    for first, last in ("az", "AZ", "09"):
        kinds[ord(first) : ord(last) + 1] = _LATIN
    return kinds


_KINDS = _kinds()


def _begins(words: Sequence[str]) -> Ints:
    """Say where each word begins, and where the last one ends."""
    return np.fromiter(accumulate(map(len, words), initial=0), np.intp, len(words) + 1)


def _route(words: Sequence[str], begins: Ints, text: str, is_word: Callable[[str], bool]) -> list[_Run]:
    """Find where two or more single characters stand side by side; rjieba joins letters and digits among them."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    lengths = np.diff(begins)
    kinds = _KINDS[np.minimum(codes[begins[:-1]], 0xFFFF)]
    loose = (lengths == 1) & (kinds != _OUTSIDE)
    for at in np.flatnonzero((lengths > 1) & (kinds == _LATIN)).tolist():
        loose[at] = not is_word(words[at])
    turns = np.flatnonzero(np.diff(loose, prepend=False, append=False))
    first, last = turns[::2], turns[1::2]
    begin, end = begins[first], begins[last]
    long = end - begin > 1
    return [*map(_Run, *(each[long].tolist() for each in (first, last, begin, end)))]


def _spliced(words: list[str], route: Sequence[_Run], guessed: Sequence[tuple[str, ...]]) -> list[str]:
    """Put what was guessed in the place of the single characters."""
    whole: list[str] = []
    at = 0
    for run, new in zip(route, guessed, strict=True):
        whole += words[at : run.first]
        whole += new
        at = run.last
    return whole + words[at:]


def _put_back(words: list[str], begins: Ints, foreign: re.Pattern[str], text: str) -> list[str]:
    """Give back the characters that rjieba was not shown."""
    changed = np.fromiter((hit.start() for hit in foreign.finditer(text)), np.intp)
    words = words.copy()
    for rank, at in zip(np.searchsorted(begins, changed).tolist(), changed.tolist(), strict=True):
        words[rank] = text[at]
    return words


def _pieces(run: str) -> list[tuple[str, str | None]]:
    """Cut a run where its script changes; Chinese pieces have no tag yet."""
    return [(hit[0], _FLAGS[hit.lastindex or 0]) for hit in _PIECES.finditer(run)]


def _joined(pieces: Sequence[tuple[str, str | None]], decoded: dict[str, Tagged]) -> Tagged:
    if len(pieces) == 1 and pieces[0][1] is None:
        return decoded[pieces[0][0]]
    cut = [decoded[text] if flag is None else ((text,), (flag,)) for text, flag in pieces]
    words, flags = zip(*cut, strict=True)
    return tuple(chain.from_iterable(words)), tuple(chain.from_iterable(flags))


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
