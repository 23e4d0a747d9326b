"""Where a new release stands among those before it: what it follows, whether its version says enough, its changelog.

Nothing here changes a release that is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from builder.errors import UsageError
from builder.exporters.changelog import changelog, first_section, section
from builder.exporters.differences import compare
from builder.exporters.facts import facts_of, inventory_of
from builder.exporters.folder import MANIFEST, verify
from builder.exporters.inventory import Stocktaking
from builder.exporters.quotes import Texts, quoted
from builder.exporters.released import read_released
from builder.exporters.versions import check_rule, parsed, previous
from builder.ports import ReleaseInfo

DIFF, CHANGELOG = "diff.json", "CHANGELOG.md"
_UNRULED = "is not a version like v1 or 1.2.0: no rule holds for it, and it is compared with no other release"


@dataclass(frozen=True, slots=True)
class Past:
    """The releases of a dataset that are there, and the one that a new version follows, if there is one."""

    home: Path
    version: str
    versions: tuple[str, ...]
    last: str | None

    def since(self, info: ReleaseInfo, identity: Mapping[str, Any], stock: Stocktaking, texts: Texts) -> ReleaseInfo:
        """Compare with the last release; the changes go with what the new one says of itself.

        Raises:
            UsageError: the version says too little, or the last release is damaged.
        """
        if self.last is None:
            return info
        folder = self.home / self.last
        if problems := verify(folder):
            raise UsageError(
                f"{folder}, which {self.version} would follow, is damaged ({problems[0]}); move it away and try again"
            )
        try:
            old = inventory_of(released := read_released(folder))
        except UsageError:  # Others made it, or an older builder: nothing can be said, and nothing is asked.
            return info
        diff = compare(old, stock.inventory(facts_of(identity, info)))
        check_rule(self.version, self.last, self.versions, diff)
        return replace(info, changes=quoted(diff, released.texts, texts))

    def write(self, aside: Path, info: ReleaseInfo) -> None:
        """Write what changed, and the whole history, beside the files of a release."""
        if info.changes is not None:
            (aside / DIFF).write_bytes(packed(info.changes))
        (aside / CHANGELOG).write_text(self._changelog(info), "utf-8", newline="\n")

    def _changelog(self, info: ReleaseInfo) -> str:
        if self.last is None:
            why = "" if parsed(self.version) else f"`{self.version}` {_UNRULED}."
            return changelog(first_section(self.version, why), "")
        path = self.home / self.last / CHANGELOG
        unknown = first_section(self.last, "What it changed was not recorded.")
        older = path.read_text("utf-8") if path.is_file() else unknown
        why = f"Not compared with {self.last}, whose records cannot be read."
        newest = section(info.changes) if info.changes is not None else first_section(self.version, why)
        return changelog(newest, older)


def past_of(home: Path, version: str) -> Past:
    """Look at the releases of a dataset.

    Raises:
        UsageError: one of them is this version under another name.
    """
    there = tuple(sorted(path.parent.name for path in home.glob(f"[!.]*/{MANIFEST}")))
    return Past(home, version, there, previous(version, there))


def packed(diff: Mapping[str, Any]) -> bytes:
    """Write a comparison as one line of JSON."""
    return f"{json.dumps(diff, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")


def told_of(folder: Path) -> str:
    """Say in one line how a release differs from the one before it."""
    if (folder / DIFF).is_file():
        diff = json.loads((folder / DIFF).read_bytes())
        return f"since {diff['old']['version']}: {', '.join(diff['reasons'][:4]) or 'nothing is different'}"
    if not parsed(folder.name):
        return f"{folder.name} {_UNRULED}"
    return f"{folder.name} follows no release that it could be compared with"
