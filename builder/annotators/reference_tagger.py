"""The one door to jieba: Chinese text enters, tagged words that tile it leave, as jieba itself tags them.

Slow, and what the fast tagger is measured against. The dictionary is this module's own: words added elsewhere in the
process never reach it. Nothing is written: jieba's cache, a marshal file where others may put theirs, is neither read
nor made (reading the dictionary is as fast).
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from builder.annotators.words import Token
from builder.errors import Rejected

# jieba ships each probability table twice; the pickle loads many times faster than the module compiles.
_TABLES = {
    "finalseg": ("prob_start", "prob_trans", "prob_emit"),
    "posseg": ("prob_start", "prob_trans", "prob_emit", "char_state_tab"),
}
_MOST = 10**12  # more would be lost in a float


@dataclass(frozen=True, slots=True)
class UserWord:
    """A word the dictionary shall have; without a count it gets the one that makes it be cut out."""

    text: str
    count: int | None = None
    tag: str = ""

    def __post_init__(self) -> None:
        if not self.text or (self.count is not None and not 1 <= self.count <= _MOST):
            raise Rejected(f"word {self.text!r} with count {self.count}: it needs a character, and 1 to {_MOST}")


class ReferenceTagger:
    """jieba's own tagger, with words of the caller's."""

    def __init__(self, words: Sequence[UserWord] = ()) -> None:
        self._tagger = _plain_tagger()
        for word in words:
            self._tagger.tokenizer.add_word(word.text, word.count, word.tag)

    def tag(self, text: str) -> list[Token]:
        """Split a text into tagged words that tile it."""
        tokens, at = [], 0
        for word, flag in self._tagger.cut(text):
            tokens.append(Token(at, at + len(word), word, flag))
            at += len(word)
        return tokens

    def words_of(self, text: str) -> list[str]:
        """Split a text by the dictionary alone, without guessing new words."""
        return list(self._tagger.tokenizer.cut(text, HMM=False))

    def counts(self) -> tuple[Mapping[str, int], int]:
        """Give the words' counts (0 for what only begins a word), and the sum of all that were ever given."""
        return self._tagger.tokenizer.FREQ, self._tagger.tokenizer.total


@cache
def shared() -> ReferenceTagger:
    """Give the tagger without words of a caller's, made once."""
    return ReferenceTagger()


def read_dictionary(path: Path) -> tuple[dict[str, int], int, dict[str, str]]:
    """Read `word count tag` lines: counts (0 for what only begins a word), their sum, and the words' tags."""
    counts, total, tags = _read_lines(path)
    beginnings = [word[:-1] for word in counts if len(word) > 1]
    while beginnings:
        new = [beginning for beginning in beginnings if beginning not in counts]
        counts.update(dict.fromkeys(new, 0))
        beginnings = [beginning[:-1] for beginning in new if len(beginning) > 1]
    return counts, total, tags


def read_words() -> tuple[dict[str, int], int, dict[str, str]]:
    """Read jieba's own dictionary: the words' counts, the sum of all lines, the words' tags."""
    return _read_lines(home() / "dict.txt")


def _read_lines(path: Path) -> tuple[dict[str, int], int, dict[str, str]]:
    fields = path.read_text("utf-8").split()
    words, numbers = fields[::3], [int(number) for number in fields[1::3]]
    return dict(zip(words, numbers, strict=True)), sum(numbers), dict(zip(words, fields[2::3], strict=True))


def dictionary_digest() -> str:
    """Name the bytes of jieba's dictionary."""
    return hashlib.blake2b((home() / "dict.txt").read_bytes(), digest_size=32).hexdigest()


def hidden_markov_tables() -> list[Any]:
    """Give the tagger's tables: start, transition and emission probabilities, and the states of characters."""
    if paths := _pickles():
        return [pickle.loads(path.read_bytes()) for path in paths]
    shared()
    return [sys.modules[f"jieba.posseg.{name}"].__dict__["P"] for name in _TABLES["posseg"]]


def tables_digest() -> str | None:
    """Name the bytes of those tables; None where they are not files of their own."""
    paths = _pickles()
    return hashlib.blake2b(b"".join(path.read_bytes() for path in paths), digest_size=32).hexdigest() if paths else None


def _pickles() -> list[Path]:
    paths = [home() / "posseg" / f"{name}.p" for name in _TABLES["posseg"]]
    return paths if all(path.is_file() for path in paths) else []


def _plain_tagger() -> Any:
    counts, total, tags = read_dictionary(home() / "dict.txt")
    jieba = _imported(tags)
    words = jieba.Tokenizer()
    words.FREQ, words.total, words.initialized = counts, total, True
    words.get_dict_file = io.BytesIO  # the tagger would read the whole dictionary again, for the tags alone
    tagger = jieba.posseg.POSTokenizer(words)
    tagger.word_tag_tab = tags
    return tagger


def _imported(tags: Mapping[str, str]) -> Any:
    """Import jieba; its own module-wide tagger is handed the tags it would read the dictionary for."""
    ours = "jieba" not in sys.modules  # else somebody may have given it another dictionary
    _load_tables()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old escapes in jieba, and the pkg_resources it asks for
        import jieba

        if ours:
            jieba.dt.get_dict_file = io.BytesIO
        import jieba.posseg
    if ours:
        del jieba.dt.get_dict_file
        jieba.posseg.dt.word_tag_tab = dict(tags)
    return jieba


def _load_tables() -> None:
    """Put jieba's tables where its imports look for them first; what is missing, jieba compiles itself."""
    for package, names in _TABLES.items():
        for name in names:
            module, pickled = f"jieba.{package}.{name}", home() / package / f"{name}.p"
            if module not in sys.modules and pickled.is_file():
                table = ModuleType(module)
                table.__dict__["P"] = pickle.loads(pickled.read_bytes())
                sys.modules[module] = table


def home() -> Path:
    """Find jieba's files without importing it."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ImportError("jieba is not installed")
    return Path(spec.origin).parent
