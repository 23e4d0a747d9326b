"""What is different between two label schemas, one line for each thing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from builder.schema import LabelSchema, LabelSpec
from builder.schema_change import LAYERS, SchemaChange, names


class Kind(StrEnum):
    """What happened to a label, or to the schema."""

    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    REMOVED = "removed"
    ADDED = "added"
    REWORDED = "reworded"
    RENUMBERED = "renumbered"
    OVERLAP = "overlap"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is different: labels before, labels after; `layer` is entity, sentence, or schema."""

    kind: Kind
    layer: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def differences(change: SchemaChange) -> list[Difference]:
    """List what is different, the weightiest first."""
    found = [*_moved(change), *_added(change), *_whole(change)]
    return sorted(found, key=lambda one: list(Kind).index(one.kind))


def _moved(change: SchemaChange) -> Iterator[Difference]:
    for layer in LAYERS:
        sources: dict[str, list[str]] = {}
        for name in names(change.old, layer):
            targets = change.targets(name)
            if len(targets) != 1:
                yield Difference(Kind.SPLIT if targets else Kind.REMOVED, layer, (name,), targets)
            else:
                sources.setdefault(targets[0], []).append(name)
        kinds = {target: _kind(change, merged, target) for target, merged in sources.items()}
        yield from (Difference(kind, layer, (*sources[t],), (t,)) for t, kind in kinds.items() if kind)


def _kind(change: SchemaChange, merged: list[str], target: str) -> Kind | None:
    """Say what happened to labels that became one; nothing if it is the very same label."""
    if 1 < len(merged):
        return Kind.MERGED
    if merged[0] != target:
        return Kind.RENAMED
    return Kind.REWORDED if _spec(change.old, target) != _spec(change.new, target) else None


def _added(change: SchemaChange) -> Iterator[Difference]:
    for layer in LAYERS:
        for name in names(change.new, layer):
            if name in change.added:
                yield Difference(Kind.ADDED, layer, (), (name,))


def _whole(change: SchemaChange) -> Iterator[Difference]:
    """What is different of the schema as a whole; a label's number in releases is its place."""
    old, new = change.old, change.new
    if old.overlap != new.overlap:
        yield Difference(Kind.OVERLAP, "schema", (old.overlap,), (new.overlap,))
    for layer in LAYERS:
        before, after = names(old, layer), names(new, layer)
        kept = [(name, change.targets(name)) for name in before if len(change.targets(name)) == 1]
        moved = [(name, target) for name, (target,) in kept if before.index(name) != after.index(target)]
        if moved:
            yield Difference(Kind.RENUMBERED, layer, tuple(a for a, _ in moved), tuple(b for _, b in moved))
    texts = [(s.name, s.version, s.title, s.instruction) for s in (old, new)]
    if texts[0] != texts[1]:
        yield Difference(Kind.TEXTS, "schema", (f"{old.name} {old.version}",), (f"{new.name} {new.version}",))


def _spec(schema: LabelSchema, name: str) -> LabelSpec:
    return next(label for label in (*schema.entity, *schema.sentence) if label.name == name)
