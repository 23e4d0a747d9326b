"""Two releases that are named or pointed at are compared: both hashed first, then read. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.config import FILE, read_project
from builder.errors import UsageError
from builder.exporters.differences import compare
from builder.exporters.facts import inventory_of
from builder.exporters.folder import MANIFEST, verify
from builder.exporters.quotes import quoted
from builder.exporters.released import Released, read_released


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sound releases."""

    old: Released
    new: Released

    def diff(self, limit: int) -> dict[str, Any]:
        """Say all that differs (diff/1), and name so many changes of each kind."""
        diff = compare(inventory_of(self.old), inventory_of(self.new), limit)
        return quoted(diff, self.old.texts, self.new.texts)

    def texts(self, diff: Mapping[str, Any]) -> dict[str, str]:
        """Read the text of each sentence that a comparison names."""
        listed = [one for layer in ("sentences", "spans") for kind in diff[layer]["listed"].values() for one in kind]
        ids = {id for one in listed for id in (one["id"], one["old_id"]) if id}
        return self.old.texts(ids) | self.new.texts(ids)


def pair_of(base: Path, old: str, new: str) -> Pair:
    """Find two releases by version, in the project's exports, or by path; hash them.

    Raises:
        UsageError: there is no such release, or it is damaged.
    """
    return Pair(*(_sound(_folder(base, named)) for named in (old, new)))


def _folder(base: Path, named: str) -> Path:
    versions = {path.parent.name: path.parent for path in _manifests(base)}
    found = versions.get(named, base / named)
    if not (found / MANIFEST).is_file():
        hint = f"there is: {', '.join(sorted(versions))}" if versions else "name two folders of releases"
        raise UsageError(f"there is no release {named!r}; {hint}")
    return found


def _manifests(base: Path) -> Iterator[Path]:
    """Find the releases of the project; two folders can be compared without one."""
    if any((folder / FILE).is_file() for folder in (base, *base.parents)):
        project = read_project(base)
        yield from (project.exports / project.config.project.name).glob(f"[!.]*/{MANIFEST}")


def _sound(folder: Path) -> Released:
    if problems := verify(folder):
        raise UsageError(f"{folder} is damaged ({'; '.join(problems[:5])}), so it says nothing")
    return read_released(folder)
