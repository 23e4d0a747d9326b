"""What a release says of itself and of its columns, whether it is to be written or there; and what differs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from builder.errors import UsageError
from builder.exporters.features import DEFAULT_VIEW, OFFSETS, metadata, views
from builder.exporters.inventory import COLUMNS, Facts, Inventory, Stocktaking
from builder.exporters.released import Released
from builder.ports import ReleaseInfo

_TOLD = ("name", "version", "content_sha256", "pretty_name", "license", "schema")
_FACTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "schema name": lambda told: told["schema"]["name"],
    "offsets": lambda told: told["offsets"],
    "guidelines": lambda told: told["schema"]["digest"],
    "guideline version": lambda told: told["schema"]["version"],
    "name": lambda told: told["name"],
    "pretty name": lambda told: told["pretty_name"],
    "licence": lambda told: told["license"],
}


def facts_of(identity: Mapping[str, Any], info: ReleaseInfo) -> Facts:
    """Say it of a release that is about to be written."""
    features = {view.name: metadata(view)["info"]["features"] for view in views(info.schema, pieces=info.pieces)}
    return _facts(identity, features)


def inventory_of(released: Released) -> Inventory:
    """Take stock of a release on the disk.

    Raises:
        UsageError: it has no records, or lacks a column, since an older builder made it.
    """
    features, stock = released.features(), Stocktaking()
    if DEFAULT_VIEW not in features:
        raise UsageError(f"{released.folder} has no view `{DEFAULT_VIEW}`, so it cannot be compared")
    for split, batch in released.batches(COLUMNS):
        stock.add(split, batch)
    return stock.inventory(_facts(released.manifest, features))


def frame(old: Facts, new: Facts) -> dict[str, list[dict[str, Any]]]:
    """Say what differs of all but the rows."""
    layers = (("entity", old.entity, new.entity), ("sentence", old.sentence, new.sentence))
    facts = ((fact, read(old.told), read(new.told)) for fact, read in _FACTS.items())
    return {
        "labels": [one for layer in layers for one in _labels(*layer)],
        "columns": [{"column": name, "change": change} for name, change in _changed(old.columns, new.columns)],
        "formats": [{"format": name, "change": change} for name, change in _changed(old.formats, new.formats)],
        "facts": [{"fact": fact, "old": one, "new": other} for fact, one, other in facts if one != other],
    }


def _facts(manifest: Mapping[str, Any], features: Mapping[str, Mapping[str, Any]]) -> Facts:
    records = features[DEFAULT_VIEW]
    told = {name: manifest[name] for name in _TOLD} | {"offsets": manifest.get("offsets", OFFSETS)}
    columns = {path: kind for view in features for path, kind in _columns(features[view], view)}
    entity, sentence = records["spans"][0]["label"]["names"], records["label"]["names"]
    return Facts(told, manifest.get("exporters", {}), columns, tuple(entity), tuple(sentence))


def _columns(features: Mapping[str, Any], within: str) -> Iterator[tuple[str, str]]:
    """Yield each column at any depth with its type: `records.spans[].start`, `int32`."""
    for name, type_ in features.items():
        path = f"{within}.{name}"
        while isinstance(type_, list) or type_.get("_type") in ("Sequence", "List"):
            path, type_ = f"{path}[]", type_[0] if isinstance(type_, list) else type_["feature"]
        if "_type" in type_:
            yield path, type_.get("dtype", "label")
        else:
            yield from _columns(type_, path)


def _labels(layer: str, old: Sequence[str], new: Sequence[str]) -> Iterator[dict[str, str]]:
    """Say what became of labels; one is appended if it stands behind all that were there."""
    last = max((new.index(name) for name in old if name in new), default=-1)
    for name in old:
        if name not in new:
            yield {"layer": layer, "label": name, "change": "removed"}
        elif new.index(name) != old.index(name):
            yield {"layer": layer, "label": name, "change": "renumbered"}
    for at, name in enumerate(new):
        if name not in old:
            yield {"layer": layer, "label": name, "change": "appended" if last < at else "inserted"}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield name, "removed"
        elif name not in old:
            yield name, "added"
        elif old[name] != new[name]:
            yield name, "changed"
