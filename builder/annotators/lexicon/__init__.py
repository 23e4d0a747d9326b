"""The word lists that ship with this package: tab-separated rows, read once, named by their bytes.

The first column is the term, the second its kind or label. General knowledge only; what a user or a review adds
never lands here.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from builder.collector import collector_at_rest

Row = tuple[str, ...]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Read the rows of one list, in file order."""
    lines = _path(name).read_text("utf-8").split("\n")
    with collector_at_rest():
        return tuple([tuple(line.split("\t")) for line in lines if line])


@cache
def columns(name: str) -> tuple[tuple[str, ...], ...]:
    """Read the columns of one list whose rows all have as many: in one go, which is quicker than row by row."""
    text = _path(name).read_text("utf-8").removesuffix("\n")
    width = text.partition("\n")[0].count("\t") + 1
    fields = text.replace("\n", "\t").split("\t")
    return tuple(tuple(fields[first::width]) for first in range(width))


@cache
def column(name: str, kind: str) -> tuple[str, ...]:
    """Read the terms of one kind (the second column), in file order."""
    return tuple(row[0] for row in rows(name) if row[1] == kind)


@cache
def digest(*names: str) -> str:
    """Name the exact bytes of these lists."""
    body = hashlib.blake2b(digest_size=12)
    for name in names:
        body.update(_path(name).read_bytes() + b"\0")
    return body.hexdigest()


def _path(name: str) -> Path:
    return Path(__file__).parent / f"{name}.tsv"
