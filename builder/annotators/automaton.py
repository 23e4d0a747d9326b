"""Terms enter; what finds all of them in one pass leaves, from the user's cache folder when it was built before.

daachorse where it is installed, else ahocorasick-rs: the same hits, slower, and built anew each time. A cached file is
named by its terms and carries a digest of its bytes; what does not fit is never read, and is built again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

Hit = tuple[int, int, int]
"""Where a term begins, where it ends, and its rank."""
Finder = Callable[[str], list[Hit]]

_WORTH_KEEPING = 20_000  # fewer terms are built as fast as they are read
_KEPT = 4  # files of other term lists that stay in the cache
_DIGEST = 32


def finder(terms: Sequence[str], folder: Path | None = None) -> Finder:
    """Make what finds every occurrence of every term, overlapping ones too; the order of hits is not promised."""
    try:
        import daachorse
    except ImportError:
        return _plain_finder(terms)
    if len(terms) < _WORTH_KEEPING:
        return _safe(daachorse.CharwiseDoubleArrayAhoCorasick(list(terms)).find_overlapping)
    path = (folder or default_folder()) / f"{_name(terms)}.daac"
    if (body := _read(path)) is not None:
        with suppress(ValueError):
            return _safe(daachorse.CharwiseDoubleArrayAhoCorasick.deserialize(body).find_overlapping)
    built = daachorse.CharwiseDoubleArrayAhoCorasick(list(terms))
    with suppress(OSError):  # a cache that cannot be written costs time, nothing else
        _write(path, built.serialize())
    return _safe(built.find_overlapping)


def default_folder() -> Path:
    """Say where built automata live: BUILDER_CACHE if set, else the user's cache folder."""
    from platformdirs import user_cache_dir

    chosen = os.environ.get("BUILDER_CACHE")
    return (Path(chosen) if chosen else Path(user_cache_dir("annotation-dataset-builder"))) / "gazetteer"


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


def _read(path: Path) -> bytes | None:
    """Read a cached automaton; None when there is none, or its bytes are not those that were written."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    body = stored[_DIGEST:]
    return body if stored[:_DIGEST] == _seal(path, body) else None


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, aside = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(_seal(path, body) + body)
        os.replace(aside, path)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise
    _prune(path)


def _prune(newest: Path) -> None:
    """Delete the automata that were written longest ago."""
    others = [path for path in newest.parent.glob("*.daac") if path != newest]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)


def _seal(path: Path, body: bytes) -> bytes:
    """Digest the bytes together with the name, so that a file under another's name is foreign."""
    return hashlib.blake2b(body, digest_size=_DIGEST, key=path.stem.encode()).digest()
