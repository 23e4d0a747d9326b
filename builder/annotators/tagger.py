"""The one door to jieba: a Chinese text enters, tagged words that tile it leave.

The dictionary is this module's own: words added elsewhere in the process never reach it. Nothing is written: jieba's
cache, a marshal file where others may put theirs, is neither read nor made (reading the dictionary is as fast).
"""

from __future__ import annotations

import io
import pickle
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from builder.annotators.merging import Token

# jieba ships each probability table twice; the pickle loads many times faster than the module compiles.
_TABLES = {
    "finalseg": ("prob_start", "prob_trans", "prob_emit"),
    "posseg": ("prob_start", "prob_trans", "prob_emit", "char_state_tab"),
}


def tokens_of(text: str) -> list[Token]:
    """Split a text into tagged words that tile it."""
    tokens, at = [], 0
    for word, flag in _tagger().cut(text):
        tokens.append(Token(at, at + len(word), word, flag))
        at += len(word)
    return tokens


def crosses(left: str, right: str) -> bool:
    """Whether a word of the dictionary lies across the border of two Chinese texts."""
    at = 0
    for word in _tagger().tokenizer.cut(left + right, HMM=False):
        at += len(word)
        if len(left) <= at:
            return len(left) < at
    return False


def words_of(text: str) -> list[str]:
    """Split a Chinese text by the dictionary alone, without guessing new words."""
    return list(_tagger().tokenizer.cut(text, HMM=False))


def word_tags() -> Mapping[str, str]:
    """Give the dictionary's words, each with its tag."""
    tags: Mapping[str, str] = _tagger().word_tag_tab
    return tags


def read_dictionary(path: Path) -> tuple[dict[str, int], int, dict[str, str]]:
    """Read `word count tag` lines: counts (0 for what only begins a word), their sum, and the words' tags."""
    fields = path.read_text("utf-8").split()
    words, numbers = fields[::3], [int(number) for number in fields[1::3]]
    counts = dict(zip(words, numbers, strict=True))
    beginnings = [word[:-1] for word in counts if len(word) > 1]
    while beginnings:
        new = [beginning for beginning in beginnings if beginning not in counts]
        counts.update(dict.fromkeys(new, 0))
        beginnings = [beginning[:-1] for beginning in new if len(beginning) > 1]
    return counts, sum(numbers), dict(zip(words, fields[2::3], strict=True))


@cache
def _tagger() -> Any:
    counts, total, tags = read_dictionary(_home() / "dict.txt")
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
            module, pickled = f"jieba.{package}.{name}", _home() / package / f"{name}.p"
            if module not in sys.modules and pickled.is_file():
                table = ModuleType(module)
                table.__dict__["P"] = pickle.loads(pickled.read_bytes())
                sys.modules[module] = table


def _home() -> Path:
    """Find jieba's files without importing it."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ImportError("jieba is not installed")
    return Path(spec.origin).parent
