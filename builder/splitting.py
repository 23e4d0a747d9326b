"""The nouns of splits: where a document stands since its first release, and what is left out for that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Placed:
    """A document stands in a split, with its group, since this version was made; it never moves.

    `text` names what it says and `place` where it was read, so that a later reading of it is known as the same.
    """

    document: str
    group: str
    split: str
    version: str
    text: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An approved sentence that a release does not hold, since a split that needs more protection holds the same.

    `reason` says what is the same: the `group` of its document, or its `text`.
    """

    sentence: str
    document: str
    split: str
    kept_in: str
    reason: str


@dataclass(frozen=True, slots=True)
class Splits:
    """How a release is divided.

    `ledger` tells of every document ever released, oldest first; `groups` and `clusters` name those of the documents
    as they are known now: a group may have grown together since.
    """

    ledger: Sequence[Placed] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    clusters: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()
