"""Exported files become a release: an immutable folder `exports/<name>/<version>/` that is there whole or not at all.

Everything is written aside and forced to disk, the sums of it come last, and one rename makes it true. One publisher
at a time holds the folder of a name, so whatever lies aside when it comes in was left by one that died.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.disk import files_in, force, sha256_of
from builder.errors import Unavailable, UsageError
from builder.exporters.batches import content_of
from builder.exporters.features import OFFSETS
from builder.exporters.inventory import Stocktaking
from builder.exporters.ledger import ledger_lines, left_out_told
from builder.exporters.order import PublishedRows, published
from builder.exporters.questions import unsaid
from builder.exporters.records import losses_of
from builder.ports import Exporter, Losses, LostSpan, ReleaseInfo, Row

if TYPE_CHECKING:
    from builder.exporters.history import Past

MANIFEST, SUMS, LOSSES, LEDGER = "manifest.json", "SHA256SUMS", "losses.json", "splits.jsonl"
CARD_WRITER = "huggingface"
_ASIDE = ".tmp-"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
_VERSION = re.compile(r"(?=.{1,64}$)v?[0-9]+(\.[0-9]+){0,2}([.-][A-Za-z0-9.]+)?")


def publish(
    exports: Path,
    info: ReleaseInfo,
    rows: Collection[Row],
    exporters: Sequence[Exporter],
    intend: Callable[[], None] = lambda: None,
) -> Path:
    """Write a release, or find that it is already there; give its folder. `intend` is called before it is written.

    A bad name or version, nothing to release, a version that exists with other content, or one that says too little of
    what changed since the release before, is a UsageError; while another run publishes under this name, it is
    Unavailable.
    """
    from builder.exporters.history import past_of  # It reads releases, and what reads them rests on this file.

    _check_names(info)
    if not rows:
        raise UsageError("nothing to release: no row is approved; review some, pull, and try again")
    ordered = published(rows)
    home, final = exports / info.name, exports / info.name / info.version
    home.mkdir(parents=True, exist_ok=True)
    with _held(home):
        _remove_stale(home)
        if final.exists():
            return _unchanged(final, _identity(info, ordered, exporters))
        past = past_of(home, info.version)
        stock = Stocktaking() if past.last else None
        identity = _identity(info, ordered, exporters, stock)
        if stock:
            info = past.since(info, identity, stock, ordered.texts)
        intend()
        aside = home / f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            _write_aside(aside, info, ordered, exporters, identity, past)
            aside.rename(final)
        except Exception:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        for folder in (home, exports):
            force(folder)
    return final


def verify(folder: Path) -> list[str]:
    """Hash a release again and list what differs from its sums; one changed byte anywhere is enough."""
    path = folder / SUMS
    if not path.is_file():
        return [f"{SUMS}: missing"]
    written, found = path.read_bytes(), _sums(folder)
    if written == _listed(found):
        return []
    lines = (line.partition("  ") for line in written.decode("utf-8", "replace").split("\n"))
    claimed = {name: digest for digest, _, name in lines if name}
    missing = [f"{name}: missing" for name in sorted(claimed.keys() - found)]
    strange = [f"{name}: not in {SUMS}" for name in sorted(found.keys() - claimed)]
    changed = [f"{name}: changed" for name in sorted(found.keys() & claimed) if found[name] != claimed[name]]
    return [*missing, *strange, *changed] or [f"{SUMS}: changed"]


def _check_names(info: ReleaseInfo) -> None:
    if not _NAME.fullmatch(info.name):
        raise UsageError(f"{info.name!r} cannot name a release: use letters, digits, '-', '_' and '.', no leading dot")
    if not _VERSION.fullmatch(info.version):
        raise UsageError(f"{info.version!r} is not a version; write it like v1, 1.2 or 1.2.0-rc1")


def _identity(
    info: ReleaseInfo, rows: PublishedRows, exporters: Sequence[Exporter], stock: Stocktaking | None = None
) -> dict[str, Any]:
    """Say what makes a release this one: publishing the same again changes nothing. Take stock of it meanwhile."""
    schema = {"name": info.schema.name, "version": info.schema.version, "digest": info.schema.digest}
    return {
        "name": info.name,
        "version": info.version,
        "pretty_name": info.pretty_name,
        "license": info.license,
        "license_name": info.license_name,
        "license_link": info.license_link,
        "content_sha256": content_of(rows, info, stock),
        "schema": schema,
        "card_sha256": _sha256_of_card(info),
        "exporters": {name: dict(info.options.get(name, {})) for name in sorted(one.name for one in exporters)},
    }


def _sha256_of_card(info: ReleaseInfo) -> str:
    """Name what a person said of the dataset."""
    told = [dict(info.said), list(info.authors)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


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
    aside: Path,
    info: ReleaseInfo,
    rows: PublishedRows,
    exporters: Sequence[Exporter],
    identity: dict[str, Any],
    past: Past,
) -> None:
    aside.mkdir()
    past.write(aside, info)
    if info.splits.ledger:
        (aside / LEDGER).write_bytes(ledger_lines(info.splits.ledger))
    lost = _export(aside, info, rows, exporters)
    _write_json(aside / LOSSES, losses_of(lost, left_out_told(info.splits.left_out)))
    manifest = _manifest(aside, info, identity)
    for path in files_in(aside):
        force(path)
    _write_json(aside / MANIFEST, manifest)
    force(aside / MANIFEST)
    (aside / SUMS).write_bytes(_listed(_sums(aside)))
    force(aside / SUMS)
    for folder in (*(path for path in aside.rglob("*") if path.is_dir()), aside):
        force(folder)


def _export(aside: Path, info: ReleaseInfo, rows: Collection[Row], exporters: Sequence[Exporter]) -> Losses:
    """Let every exporter write, the one of the card last: the card tells what all of them lost."""
    lost: dict[str, Sequence[LostSpan]] = {}
    for exporter in sorted(exporters, key=lambda exporter: exporter.name == CARD_WRITER):
        lost |= exporter.export(rows, replace(info, lost=lost), aside)
    return lost


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", "utf-8", newline="\n")


def _manifest(aside: Path, info: ReleaseInfo, identity: dict[str, Any]) -> dict[str, Any]:
    from builder.exporters import leakage, parquet

    return {
        "manifest": 1,
        **identity,
        "unsaid": unsaid(info),
        "offsets": OFFSETS,
        "counts": dict(info.counts),
        "leakage": leakage.measured(aside, info.splits),
        "builder_version": info.builder_version,
        "pyarrow_version": parquet.VERSION,
        "files": {path.relative_to(aside).as_posix(): _entry(path) for path in files_in(aside)},
    }


def _sums(folder: Path) -> dict[str, str]:
    """Hash every file of a release but the list of these hashes."""
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files_in(folder) if path != folder / SUMS}


def _listed(sums: Mapping[str, str]) -> bytes:
    """Write hashes as `sha256sum --check` reads them."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


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
