"""What sentences belong together enters (their documents, and equal texts); one number per sentence leaves.

Folds keep numbers whole: a copy in another fold would tell what is to be held out.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.text.forest import Forest

_FEWEST = 10
"""Fewer documents than this are no folds to choose by: then only equal texts belong together."""


def groups_of(documents: Sequence[str], texts: Sequence[str], fewest: int) -> list[int]:
    """Number the groups in the order they appear; where even texts are fewer than this, each sentence is one."""
    together = _numbered(documents, texts)
    if _FEWEST <= len(set(together)):
        return together
    alike = _numbered(texts, texts)
    return alike if fewest <= len(set(alike)) else list(range(len(texts)))


def _numbered(documents: Sequence[str], texts: Sequence[str]) -> list[int]:
    forest = Forest(len(texts))
    seen: dict[tuple[str, str], int] = {}
    for place, pair in enumerate(zip(documents, texts, strict=True)):
        for key in zip(("document", "text"), pair, strict=True):
            forest.join(seen.setdefault(key, place), place)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(forest.root(place), len(numbers)) for place in range(len(texts))]
