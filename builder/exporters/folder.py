"""Exported files become a release: an immutable folder `exports/<name>/<version>/` that is there whole or not at all.

Everything is written aside and forced to disk, the manifest comes last, and one rename makes it true. One publisher
at a time holds the folder of a name, so whatever lies aside when it comes in was left by one that died.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.disk import files_in, force, sha256_of
from builder.errors import Unavailable, UsageError
from builder.exporters.records import content_of
from builder.ports import Exporter, ReleaseInfo, Row

MANIFEST = "manifest.json"
_ASIDE = ".tmp-"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
_VERSION = re.compile(r"v?\d+(\.\d+){0,2}([.-][A-Za-z0-9.]+)?")


def publish(exports: Path, info: ReleaseInfo, rows: Collection[Row], exporters: Sequence[Exporter]) -> Path:
    """Write a release, or find that it is already there; give its folder.

    A bad name or version, nothing to release, or a version that exists with other content is a UsageError; while
    another run publishes under this name, it is Unavailable.
    """
    _check_names(info)
    if not rows:
        raise UsageError("nothing to release: no row is approved; review some, pull, and try again")
    identity = _identity(info, rows)
    home, final = exports / info.name, exports / info.name / info.version
    home.mkdir(parents=True, exist_ok=True)
    with _held(home):
        _remove_stale(home)
        if final.exists():
            return _unchanged(final, identity)
        aside = home / f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            _write_aside(aside, info, rows, exporters, identity)
            aside.rename(final)
        except Exception:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        for folder in (home, exports):
            force(folder)
    return final


def verify(folder: Path) -> list[str]:
    """Hash a release again and list what differs from its manifest."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{MANIFEST}: {error}"]
    found = {path.relative_to(folder).as_posix() for path in files_in(folder)} - {MANIFEST}
    missing = [f"{name}: missing" for name in sorted(files.keys() - found)]
    strange = [f"{name}: not in the manifest" for name in sorted(found - files.keys())]
    changed = [f"{n}: changed" for n in sorted(files.keys() & found) if files[n]["sha256"] != sha256_of(folder / n)]
    return [*missing, *strange, *changed]


def _check_names(info: ReleaseInfo) -> None:
    if not _NAME.fullmatch(info.name):
        raise UsageError(f"{info.name!r} cannot name a release: use letters, digits, '-', '_' and '.', no leading dot")
    if not _VERSION.fullmatch(info.version):
        raise UsageError(f"{info.version!r} is not a version; write it like v1, 1.2 or 1.2.0-rc1")


def _identity(info: ReleaseInfo, rows: Collection[Row]) -> dict[str, Any]:
    """Say what makes a release this one: publishing the same again changes nothing."""
    schema = {"name": info.schema.name, "version": info.schema.version, "digest": info.schema.digest}
    return {
        "name": info.name,
        "version": info.version,
        "pretty_name": info.pretty_name,
        "license": info.license,
        "content_sha256": content_of(rows, info.schema),
        "schema": schema,
    }


def _unchanged(final: Path, identity: dict[str, Any]) -> Path:
    problems = verify(final)
    if problems:
        raise UsageError(f"{final} is there but is no sound release ({problems[0]}); move it away and release again")
    manifest = json.loads((final / MANIFEST).read_bytes())
    other = [key for key, value in identity.items() if manifest.get(key) != value]
    if other:
        raise UsageError(f"{final} exists with another {' and '.join(other)}; choose a new version")
    return final


def _write_aside(
    aside: Path, info: ReleaseInfo, rows: Collection[Row], exporters: Sequence[Exporter], identity: dict[str, Any]
) -> None:
    aside.mkdir()
    for exporter in exporters:
        exporter.export(rows, info, aside)
    manifest = _manifest(aside, info, identity)
    for path in files_in(aside):
        force(path)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (aside / MANIFEST).write_text(f"{text}\n", "utf-8", newline="\n")
    force(aside / MANIFEST)
    for folder in (*(path for path in aside.rglob("*") if path.is_dir()), aside):
        force(folder)


def _manifest(aside: Path, info: ReleaseInfo, identity: dict[str, Any]) -> dict[str, Any]:
    from builder.exporters import parquet

    return {
        "manifest": 1,
        **identity,
        "counts": dict(info.counts),
        "builder_version": info.builder_version,
        "pyarrow_version": parquet.VERSION,
        "files": {path.relative_to(aside).as_posix(): _entry(path) for path in files_in(aside)},
    }


def _entry(path: Path) -> dict[str, Any]:
    from builder.exporters import parquet

    rows = {"rows": parquet.rows_in(path)} if path.suffix == ".parquet" else {}
    return {"sha256": sha256_of(path), "bytes": path.stat().st_size, **rows}


@contextmanager
def _held(home: Path) -> Iterator[None]:
    """Hold the folder for this process; the hold ends with the process, however it ends."""
    handle = os.open(home, os.O_RDONLY)
    try:
        _lock(handle, home)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, home: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unavailable(f"another run is publishing to {home}; try again when it is done") from error


def _remove_stale(home: Path) -> None:
    for path in home.glob(f"{_ASIDE}*"):
        shutil.rmtree(path)
