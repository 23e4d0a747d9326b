"""What was learnt from approvals: one folder per version, `models/0001-<digest>/`, there whole or not at all.

A folder's manifest names every file with its sha256, so a file that is not what was written is refused. The digest
names the content: learning the same again makes no new version. Versions are never edited; the last is the newest.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from builder.disk import files_in, force, sha256_of
from builder.errors import UsageError

MANIFEST = "manifest.json"
_FORM = "model/1"
_VERSION = re.compile(r"(\d{4,})-[0-9a-f]{12}")


def newest(models: Path) -> Path | None:
    """Find the last version; none when nothing was learnt yet."""
    return max(versions(models), key=_number, default=None)


def keep(models: Path, write: Callable[[Path], None], about: Mapping[str, Any]) -> Path:
    """Write a version, or find that the newest has the same content; give its folder."""
    aside = models / ".tmp"
    shutil.rmtree(aside, ignore_errors=True)  # left by a process that died
    aside.mkdir(parents=True)
    write(aside)
    files = {path.relative_to(aside).as_posix(): sha256_of(path) for path in files_in(aside)}
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
    last = newest(models)
    if last is not None and last.name.endswith(digest):
        shutil.rmtree(aside)
        return last
    manifest = {"form": _FORM, "files": files, **about}
    (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True), "utf-8")
    for path in (*files_in(aside), aside):
        force(path)
    final = models / f"{_number(last) + 1 if last else 1:04}-{digest}"
    aside.rename(final)
    force(models)
    return final


def checked(version: Path) -> dict[str, Any]:
    """Read the manifest of a version whose files are what was written.

    Raises:
        UsageError: a file is missing, strange or changed, or the manifest cannot be read.
    """
    try:
        manifest: dict[str, Any] = json.loads((version / MANIFEST).read_bytes())
        files, form = dict(manifest["files"]), manifest["form"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{version / MANIFEST} is no model's manifest ({error}); {_ADVICE}") from error
    if form != _FORM:
        raise UsageError(f"{version} has the form {form!r}, and this builder reads {_FORM}; {_ADVICE}")
    found = {path.relative_to(version).as_posix(): sha256_of(path) for path in files_in(version)}
    found.pop(MANIFEST)
    differing = sorted(name for name in files.keys() | found.keys() if files.get(name) != found.get(name))
    if differing:
        raise UsageError(f"{version / differing[0]} is not the file that was learnt; {_ADVICE}")
    return manifest


_ADVICE = "remove that folder and run: builder train"


def versions(models: Path) -> list[Path]:
    """List the versions, in no order."""
    return [path for path in models.glob("*-*") if _VERSION.fullmatch(path.name)]


def _number(version: Path) -> int:
    return int(version.name.partition("-")[0])
