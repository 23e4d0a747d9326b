"""The labels of two tag sets are told to be equal: by name, by pairs that a person gives, or by a shipped crosswalk.

Nothing is guessed silently: where a crosswalk is chosen by the labels of a file, the map says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import chain
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from builder.errors import UsageError
from builder.schema import LabelSchema, first_problem, shipped_folder

EXAMPLE = "--map PERSON=PER,GPE=LOC,LOCATION=LOC,ORG=ORG"
Pair = tuple[str, str]
"""A label of ours, and one of theirs."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CrosswalkLabel(_Frozen):
    """One label of another tag set, and what it is among ours."""

    theirs: str = Field(min_length=1, description="The label as their files write it.")
    also: tuple[str, ...] = Field((), description="Other ways to write it.")
    ours: tuple[str, ...] = Field((), description="The labels of ours that together stand for it.")
    fit: Literal["exact", "broader", "narrower", "none"] = Field(
        description="What theirs covers, beside ours together: the same, more, less, or nothing of it."
    )
    note: str = Field("", description="How boundaries and cases differ.")

    @property
    def names(self) -> tuple[str, ...]:
        """List every way to write it."""
        return (self.theirs, *self.also)


class Crosswalk(_Frozen):
    """A tag set beside one of our label schemas."""

    name: str
    title: str
    schema_: str = Field(alias="schema", description="Our label schema.")
    about: str = Field(description="What the tag set is, and how its spans differ on the whole.")
    label: tuple[CrosswalkLabel, ...] = Field(min_length=1)

    @field_validator("label")
    @classmethod
    def _each_label_once(cls, labels: tuple[CrosswalkLabel, ...]) -> tuple[CrosswalkLabel, ...]:
        names = [name for label in labels for name in label.names]
        if twice := sorted({name for name in names if 1 < names.count(name)}):
            raise ValueError(f"named twice: {', '.join(twice)}")
        if wrong := [label.theirs for label in labels if (label.fit == "none") is bool(label.ours)]:
            raise ValueError(f"{wrong[0]}: fit is none where, and only where, ours is empty")
        return labels

    @property
    def names(self) -> frozenset[str]:
        """List every label of theirs, however it is written."""
        return frozenset(name for label in self.label for name in label.names)

    def to_ours(self, theirs: str) -> tuple[str, ...]:
        """Name what a label of theirs is among ours."""
        return next((label.ours for label in self.label if theirs in label.names), ())

    def to_theirs(self, ours: str) -> tuple[str, ...]:
        """Name what a label of ours is among theirs."""
        return tuple(label.theirs for label in self.label if ours in label.ours)

    def pairs(self, written: Collection[str]) -> list[Pair]:
        """Pair our labels with theirs, as `written` writes them."""
        return [
            (ours, next((name for name in label.names if name in written), label.theirs))
            for label in self.label
            for ours in label.ours
        ]


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Under which name each label of ours and of theirs is scored; labels that it does not hold are left out."""

    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    source: Literal["names", "map", "crosswalk", "guess"] = "names"
    crosswalks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """List the names under which anything is scored."""
        return tuple(dict.fromkeys(self.ours.values()))


def same_names(labels: Iterable[str]) -> LabelMap:
    """Map each label to itself."""
    same = {label: label for label in labels}
    return LabelMap(same, same)


def joined(
    pairs: Sequence[Pair],
    source: Literal["names", "map", "crosswalk", "guess"] = "map",
    crosswalks: tuple[str, ...] = (),
) -> LabelMap:
    """Score together what the pairs connect: under their label where it is one, else under ours where that is one."""
    clusters: list[list[Pair]] = []
    for pair in pairs:
        met = [cluster for cluster in clusters if any(pair[0] == o or pair[1] == t for o, t in cluster)]
        clusters = [cluster for cluster in clusters if cluster not in met] + [[*chain(*met), pair]]
    every = {theirs for _, theirs in pairs}
    named = {pair: name for cluster in clusters for name in [_name(cluster, every)] for pair in cluster}
    return LabelMap({p[0]: named[p] for p in pairs}, {p[1]: named[p] for p in pairs}, source, crosswalks)


def parsed(text: str, known: Collection[str]) -> list[Pair]:
    """Read OURS=THEIRS pairs, comma-separated.

    Raises:
        UsageError: it is no such list, or what stands left is not a label of ours.
    """
    pairs = []
    for part in text.split(","):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not (ours and equals and theirs):
            raise UsageError(f"--map: {part!r} is not OURS=THEIRS; for example: {EXAMPLE}")
        if ours not in known:
            near = get_close_matches(ours, known, n=1)
            swapped = theirs in known and f"ours stands left: {theirs}={ours}?"
            hint = swapped or (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")
            raise UsageError(f"--map: {ours!r} is not a label of the schema; {hint}")
        pairs.append((ours, theirs))
    return pairs


def by_crosswalk(name: str, schema: LabelSchema, written: Collection[str]) -> LabelMap:
    """Map by a shipped crosswalk.

    Raises:
        UsageError: there is none of that name, or it is for another schema.
    """
    shipped = shipped_crosswalks()
    if name not in shipped:
        near = get_close_matches(name, shipped, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"shipped: {', '.join(shipped)}"
        raise UsageError(f"no crosswalk {name!r}; {hint}")
    found = shipped[name]
    if not {ours for ours, _ in found.pairs(())} <= set(schema.entity_names):
        raise UsageError(f"crosswalk {name!r} is for the schema {found.schema_!r}, not for {schema.name!r}; use --map")
    return joined(found.pairs(written), "crosswalk", (name,))


def guessed(schema: LabelSchema, written: Collection[str]) -> LabelMap:
    """Map by name where the schema has every label; else by the only shipped crosswalk that has them.

    Several crosswalks that say the same of these labels count as one.

    Raises:
        UsageError: none has them, or several that differ.
    """
    if set(written) <= set(schema.entity_names):
        return same_names(schema.entity_names)
    fitting = [c for c in shipped_crosswalks().values() if set(written) <= c.names and c.schema_ == schema.name]
    maps = {tuple(sorted(pair for pair in c.pairs(written) if pair[1] in written)) for c in fitting}
    if len(maps) == 1:
        return joined(sorted(maps.pop()), "guess", tuple(c.name for c in fitting))
    theirs = ", ".join(sorted(written))
    why = (
        f"several crosswalks do ({', '.join(c.name for c in fitting)})" if fitting else "no shipped crosswalk has them"
    )
    raise UsageError(
        f"the labels of the gold ({theirs}) are not those of schema {schema.name!r}, and {why}; "
        f"say which label of ours is which of the file's, for example: {EXAMPLE}"
    )


@cache
def shipped_crosswalks() -> Mapping[str, Crosswalk]:
    """Read the crosswalks that come with this package, by name.

    Raises:
        UsageError: one is not sound.
    """
    found = {}
    for path in sorted((shipped_folder() / "crosswalks").glob("*.toml")):
        try:
            found[path.stem] = Crosswalk.model_validate(tomllib.loads(path.read_text("utf-8")))
        except (ValidationError, ValueError) as error:
            raise UsageError(f"{path}: {first_problem(error)}") from error
    return found


def _name(cluster: Sequence[Pair], every: Collection[str]) -> str:
    ours, theirs = (list(dict.fromkeys(pair[side] for pair in cluster)) for side in (0, 1))
    if len(theirs) == 1:
        return theirs[0]
    return ours[0] if len(ours) == 1 and ours[0] not in set(every) - set(theirs) else "+".join(theirs)
