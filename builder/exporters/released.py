"""A release folder is read as what somebody answers for: its manifest, its sums, and the rows as they will be seen.

Batches of few columns enter memory, never a whole file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.disk import sha256_of
from builder.errors import UsageError
from builder.exporters.features import DEFAULT_VIEW
from builder.exporters.folder import MANIFEST, SUMS
from builder.exporters.order import split_place

_BATCH = 5_000
_FILE = re.compile(r"([^/]+)/(.+)-[0-9]{5}-of-[0-9]{5}\.parquet")
_LISTED = re.compile(r"\.list\.(element|item)\b")


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it lies on this disk; `files` has the sha256 of each file, that of SHA256SUMS included."""

    folder: Path
    manifest: dict[str, Any]
    files: dict[str, str]

    @property
    def paths(self) -> dict[str, Path]:
        """Say where each file lies."""
        return {name: self.folder / name for name in self.files}

    @property
    def sums(self) -> str:
        """Name all its bytes."""
        return self.files[SUMS]

    def rows(self, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Read these columns of every record."""
        import pyarrow.parquet as pq

        for name in sorted(self.files):
            if name.startswith(f"{DEFAULT_VIEW}/") and name.endswith(".parquet"):
                with pq.ParquetFile(self.folder / name) as file:
                    for batch in file.iter_batches(_BATCH, columns=list(columns), use_threads=False):
                        yield from batch.to_pylist()

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Read these columns of every record in published order, as record batches, each with its split.

        Of a list of records `spans.start` reads one field alone. A column that is not there is a UsageError.
        """
        import pyarrow.parquet as pq

        found = [match for name in self.files if (match := _FILE.fullmatch(name)) and match[1] == DEFAULT_VIEW]
        for match in sorted(found, key=lambda match: (split_place(match[2]), match[0])):
            with pq.ParquetFile(self.folder / match[0]) as file:
                leaves = [file.schema.column(at).path for at in range(len(file.schema))]
                plain = {_LISTED.sub("", leaf): leaf for leaf in leaves}
                if missing := sorted(set(columns) - plain.keys()):
                    raise UsageError(f"{self.folder} has no column {missing[0]}: an older builder made it")
                for batch in file.iter_batches(_BATCH, columns=[plain[name] for name in columns], use_threads=False):
                    yield match[2], batch

    def texts(self, ids: Set[str]) -> dict[str, str]:
        """Read the texts of these sentences."""
        found: dict[str, str] = {}
        for _, batch in self.batches(("id", "text")) if ids else ():
            texts = batch.column("text")
            found |= {id: texts[at].as_py() for at, id in enumerate(batch.column("id").to_pylist()) if id in ids}
        return found

    def features(self) -> dict[str, dict[str, Any]]:
        """Read how `datasets` types the columns of each view."""
        import pyarrow.parquet as pq

        files = {match[1]: name for name in sorted(self.files) if (match := _FILE.fullmatch(name))}
        told = {view: (pq.read_schema(self.folder / name).metadata or {}) for view, name in files.items()}
        packed = {view: found[b"huggingface"] for view, found in told.items() if b"huggingface" in found}
        return {view: json.loads(text)["info"]["features"] for view, text in packed.items()}


def read_released(folder: Path) -> Released:
    """Read a release that `verify` finds sound."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    return Released(folder, manifest, {**sums_in((folder / SUMS).read_text("utf-8")), SUMS: sha256_of(folder / SUMS)})


def sums_in(text: str) -> dict[str, str]:
    """Read the text of a SHA256SUMS: the digest of each file."""
    lines = (line.partition("  ") for line in text.split("\n"))
    return {name: digest for digest, _, name in lines if name}
