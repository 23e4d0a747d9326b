"""Terms and their meanings enter; the same leave in order, with the fingerprint of exactly these.

Ordering many takes long: they wait in the user's cache folder, named by all that they were made of. A kept file that
does not fit is made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from builder.annotators import built
from builder.annotators.own_terms import Meaning, Terms
from builder.model import stable_id

_LAYOUT = "1"
"""Of the kept file, and of how terms are read and ordered."""
_KEPT = 4  # files of other term lists that stay in the cache
_APART = "\0"


class Ordered(NamedTuple):
    """Terms, the meaning of each, and what names them all."""

    texts: list[str]
    meanings: list[Meaning]
    fingerprint: str


def ordered(terms: Terms, version: Sequence[str]) -> Ordered:
    """Order terms; they are named together with the version of what uses them."""
    texts = sorted(terms)
    meanings = [*map(terms.__getitem__, texts)]
    return Ordered(texts, meanings, _named(texts, meanings, version))


def kept(name: str, source: bytes, make: Callable[[], Ordered]) -> Ordered:
    """Read what was made of this source before, and of the rest that has this name, or make and keep it."""
    body = hashlib.blake2b(f"{_LAYOUT}\0{name}\0".encode(), digest_size=16)
    body.update(source)
    path = built.folder("gazetteer") / f"{body.hexdigest()}.terms"
    if (stored := built.read(path)) is not None:
        with suppress(ValueError, TypeError):
            return read(stored)
    made = make()
    if not any(_APART in text for text in made.texts):
        built.keep(path, written(made), _KEPT)
    return made


def written(terms: Ordered) -> bytes:
    """Write ordered terms, none of which holds a NUL, as bytes."""
    few = sorted(set(terms.meanings))
    rank = {meaning: n for n, meaning in enumerate(few)}
    ranks = np.array([*map(rank.__getitem__, terms.meanings)], "<u4")
    head = json.dumps([terms.fingerprint, few, len(ranks)])
    return b"\n".join((head.encode(), ranks.tobytes() + _APART.join(terms.texts).encode()))


def read(body: bytes) -> Ordered:
    """Read what `written` gave.

    Raises:
        ValueError: it is something else.
    """
    head, _, rest = body.partition(b"\n")
    fingerprint, few, count = json.loads(head)
    meanings = [Meaning(*one) for one in few]
    ranks = np.frombuffer(rest, "<u4", count).tolist()
    texts = rest[4 * count :].decode().split(_APART) if count else []
    if len(texts) != count or any(len(meanings) <= rank for rank in {*ranks}):
        raise ValueError("the counts do not fit")
    return Ordered(texts, [*map(meanings.__getitem__, ranks)], fingerprint)


def _named(texts: Sequence[str], meanings: Sequence[Meaning], version: Sequence[str]) -> str:
    """Name the exact terms, quickly: there may be a million."""
    ranks = {meaning: str(rank) for rank, meaning in enumerate(sorted(set(meanings)))}
    body = hashlib.blake2b(stable_id(*version, list(ranks)).encode(), digest_size=4)
    body.update("\0".join(texts).encode())
    body.update(" ".join(map(ranks.__getitem__, meanings)).encode())
    return body.hexdigest()
