"""Rows become record batches of the records view, so many at a time; and the name of their content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from builder.exporters.columns import Gatherer
from builder.exporters.content import ContentDigest
from builder.exporters.features import View, views
from builder.exporters.inventory import Stocktaking
from builder.exporters.order import published
from builder.ports import ReleaseInfo, Row


def record_groups(rows: Iterable[Row], gatherer: Gatherer, view: View) -> Iterator[list[Any]]:
    """Yield row groups of the records view, each as a few batches."""
    from builder.exporters import parquet

    batches = _batches(iter(rows), gatherer, view, parquet.BATCH)
    while group := list(islice(batches, parquet.ROW_GROUP // parquet.BATCH)):
        yield group


def content_of(rows: Iterable[Row], info: ReleaseInfo, stock: Stocktaking | None = None) -> str:
    """Name the content of a release: the digest of its `records` view, on which all others rest; take stock of it."""
    ordered, view = published(rows), views(info.schema, pieces=info.pieces)[0]
    gatherer, digest = Gatherer(info.schema, ordered.people), ContentDigest(view)
    for split, its_rows in ordered.in_splits():
        for group in record_groups(its_rows, gatherer, view):
            for batch in group:
                digest.update(split, batch)
                if stock:
                    stock.add(split, batch)
    return digest.value()


def _batches(rows: Iterator[Row], gatherer: Gatherer, view: View, size: int) -> Iterator[Any]:
    from builder.exporters import tables

    while batch := list(islice(rows, size)):
        yield tables.batch_of(view, gatherer.gather(batch))
