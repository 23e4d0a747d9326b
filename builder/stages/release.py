"""Approved sentences become a release: rows, a split per document or cluster of duplicates, one atomic folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from builder import __version__
from builder.config import Project
from builder.errors import UsageError
from builder.exporters.folder import publish
from builder.model import Gold
from builder.ports import Exporter, ReleaseInfo, Row
from builder.store import queries
from builder.store.db import Store


def release(store: Store, project: Project, version: str, golds: Sequence[Gold], exporters: Sequence[Exporter]) -> Path:
    """Write a release of these approved answers.

    Raises:
        UsageError: nothing is approved, or the version exists with other content.
    """
    if not golds:
        raise UsageError("nothing is approved yet: review the tasks, then run: builder pull && builder review")
    table = project.config.release
    every = list(rows_of(store, golds, table.splits))
    rows = [row for row in every if not set(table.without_flags).intersection(row.sentence.flag_names)]
    if not rows:
        raise UsageError("every approved sentence has a flag that `[release] without_flags` leaves out")
    info = ReleaseInfo(
        name=project.config.project.name,
        version=version,
        pretty_name=table.pretty_name,
        license=table.license,
        schema=project.schema,
        builder_version=__version__,
        counts=_counts(store, rows, len(every) - len(rows)),
    )
    return publish(project.exports, info, rows, exporters)


def rows_of(store: Store, golds: Sequence[Gold], shares: Mapping[str, float]) -> Iterator[Row]:
    """Put beside each approved answer its sentence, document, source and split, in a stable order."""
    page = lru_cache(maxsize=2)(lambda id: queries.find_document(store, id))
    by_sentence = {gold.sentence: gold for gold in golds}
    for sentence in queries.sentences(store, by_sentence):
        document = page(sentence.document)
        source = queries.find_source(store, document.source)
        group = queries.cluster_of(store, document.id) or document.id
        yield Row(sentence, document, source, by_sentence[sentence.id], split_of(group, shares))


def split_of(group: str, shares: Mapping[str, float]) -> str:
    """Choose the split of a document or cluster by its name alone, so that a growing corpus moves none of the old."""
    point = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8]) / 2**64 * sum(shares.values())
    for split, share in shares.items():
        if point < share:
            return split
        point -= share
    return list(shares)[-1]


def _counts(store: Store, rows: Sequence[Row], flagged: int) -> dict[str, int]:
    splits = Counter(row.split for row in rows)
    return {
        "documents": len({row.document.id for row in rows}),
        "approved": len(rows),
        "refused": len(queries.refusals(store)),
        **({"left out for a flag": flagged} if flagged else {}),
        **{f"rows in {split}": count for split, count in sorted(splits.items())},
    }
