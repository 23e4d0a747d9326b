"""The files of a release are read again, to find what stands in two splits; nothing is believed of how they were made.

Names are looked at by their hashes, eight bytes each; where two hashes are equal, the names themselves are read and
compared. Import this module where it is used: pyarrow is slow to import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from builder.errors import BrokenError
from builder.exporters.features import DEFAULT_VIEW
from builder.splitting import Splits

_BATCH = 25_000
Named = Callable[[Sequence[str]], list[str]]
"""Values of a column become the names that may stand in one split only."""


def measured(folder: Path, splits: Splits) -> dict[str, int] | None:
    """Count the groups, clusters and sentence texts that stand in two splits; nothing if no records were written.

    A document that `splits` knows no group of is one by itself.

    Raises:
        BrokenError: a sentence stands there twice.
    """
    files = sorted((folder / DEFAULT_VIEW).glob("*.parquet"))
    if twice := _twice(files):
        raise BrokenError(f"sentence {twice} is released twice")
    groups, clusters = splits.groups, splits.clusters
    looked: dict[str, tuple[str, Named]] = {
        "groups": ("doc_id", lambda ids: [groups.get(id, id) for id in ids]),
        "clusters": ("doc_id", lambda ids: [clusters[id] for id in ids if id in clusters]),
        "texts": ("text_sha256", list),
    }
    return {what: _divided(files, column, named) for what, (column, named) in looked.items()} if files else None


def _twice(files: Sequence[Path]) -> str | None:
    """Find a sentence that stands twice."""
    hashes = [_hashes(ids) for _, ids in _values(files, "id")]
    if suspects := _repeated(hashes):
        seen = set[str]()
        for _, ids in _values(files, "id"):
            for id in (id for id in ids if hash(id) in suspects):
                if id in seen:
                    return id
                seen.add(id)
    return None


def _divided(files: Sequence[Path], column: str, named: Named) -> int:
    """Count the names that come up in more than one split."""
    hashes: dict[str, Any] = {}
    for split, values in _values(files, column):
        hashes[split] = np.union1d(hashes.get(split, np.empty(0, np.int64)), _hashes(named(values)))
    suspects, standing = _repeated([*hashes.values()]), defaultdict[str, set[str]](set)
    for split, values in _values(files, column) if suspects else ():
        for name in named(values):
            if hash(name) in suspects:
                standing[name].add(split)
    return sum(1 < len(found) for found in standing.values())


def _values(files: Sequence[Path], column: str) -> Iterator[tuple[str, list[str]]]:
    """Read a column of all files, part by part, each with its split."""
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH, columns=[column], use_threads=False):
                yield path.name.partition("-")[0], batch.column(column).to_pylist()


def _hashes(names: Sequence[str]) -> Any:
    return np.fromiter(map(hash, names), np.int64, len(names))


def _repeated(hashes: Sequence[Any]) -> set[int]:
    """Find the hashes that come up more than once."""
    ordered = np.sort(np.concatenate([np.empty(0, np.int64), *hashes]))
    return set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
