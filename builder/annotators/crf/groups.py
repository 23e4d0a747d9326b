"""What sentences belong together enters (their documents, and equal texts); one number per sentence leaves.

Folds keep numbers whole: a copy in another fold would tell what is to be held out.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

Group = tuple[str, Hashable]
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
    parent: dict[Group, Group] = {}
    for document, text in zip(documents, texts, strict=True):
        parent[_root(parent, ("text", text))] = _root(parent, ("document", document))
    numbers: dict[Group, int] = {}
    return [numbers.setdefault(_root(parent, ("text", text)), len(numbers)) for text in texts]


def _root(parent: dict[Group, Group], one: Group) -> Group:
    while (above := parent.setdefault(one, one)) != one:
        one = above
    return one
