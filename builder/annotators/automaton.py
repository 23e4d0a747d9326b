"""Terms enter; what finds all of them in one pass leaves, from the user's cache folder when it was built before.

daachorse where it is installed, else ahocorasick-rs: the same hits, slower, and built anew each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from builder.annotators import built

Hit = tuple[int, int, int]
"""Where a term begins, where it ends, and its rank."""
Finder = Callable[[str], list[Hit]]

_WORTH_KEEPING = 20_000  # fewer terms are built as fast as they are read
_KEPT = 4  # files of other term lists that stay in the cache


def finder(terms: Sequence[str], folder: Path | None = None) -> Finder:
    """Make what finds every occurrence of every term, overlapping ones too; the order of hits is not promised."""
    try:
        import daachorse
    except ImportError:
        return _plain_finder(terms)
    if len(terms) < _WORTH_KEEPING:
        return _safe(daachorse.CharwiseDoubleArrayAhoCorasick(list(terms)).find_overlapping)
    path = (folder or built.folder("gazetteer")) / f"{_name(terms)}.daac"
    if (body := built.read(path)) is not None:
        with suppress(ValueError):
            return _safe(daachorse.CharwiseDoubleArrayAhoCorasick.deserialize(body).find_overlapping)
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(terms))
    built.keep(path, automaton.serialize(), _KEPT)
    return _safe(automaton.find_overlapping)


def _plain_finder(terms: Sequence[str]) -> Finder:
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(list(terms))

    def find(text: str) -> list[Hit]:
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
        return [(start, end, rank) for rank, start, end in hits]

    return _safe(find)


def _safe(find: Finder) -> Finder:
    """Let half a surrogate pair, which is no text to an automaton, be no reason to stop."""

    def find_in(text: str) -> list[Hit]:
        try:
            return find(text)
        except UnicodeEncodeError:
            return find("".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text))

    return find_in


def _name(terms: Sequence[str]) -> str:
    body = hashlib.blake2b(f"daachorse {version('daachorse')}\0".encode(), digest_size=16)
    body.update("\0".join(terms).encode())
    return body.hexdigest()
