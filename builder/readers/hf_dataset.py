"""A Hugging Face dataset on disk: its Arrow files become one reading per row, and what else lies there is known.

`save_to_disk` writes a folder with `data-*.arrow`, `state.json` that lists them, and `dataset_info.json`; a folder
of such folders has `dataset_dict.json`. Caches that `datasets` leaves beside them are no part of the dataset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from builder.ports import Reader
from builder.readers.arrow_rows import arrow_rows
from builder.readers.parquet import Table
from builder.readers.records import Columns

_STATE = "state.json"
_ARROW = "application/vnd.apache.arrow"
_LARGEST = 2**20


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader of Arrow files; the options name the columns, see `Columns.of`."""
    return ArrowFile(Columns.of(options))


class ArrowFile(Table):
    """Read `.arrow` files: streams as `datasets` writes them, and Arrow files with a directory."""

    def __init__(self, columns: Columns) -> None:
        """Take the names of the columns."""
        super().__init__("arrow", {".arrow": f"{_ARROW}.stream", ".feather": f"{_ARROW}.file"}, arrow_rows, columns)


def is_left_out(path: Path) -> bool:
    """Whether a file lies in a saved dataset and is no part of its rows: a description, or a cache of `datasets`."""
    if path.name == "dataset_dict.json":
        return any(path.parent.glob(f"*/{_STATE}"))
    if path.name in (_STATE, "dataset_info.json"):
        return any(path.parent.glob("*.arrow"))
    return path.suffix == ".arrow" and _is_no_part(path)


def _is_no_part(path: Path) -> bool:
    """Whether the state of a saved dataset lists its files, and not this one."""
    try:
        state = path.parent / _STATE
        listed = json.loads(state.read_bytes())["_data_files"] if state.stat().st_size <= _LARGEST else None
        return path.name not in {file["filename"] for file in listed} if listed else False
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False
