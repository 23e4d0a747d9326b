"""Approved sentences become a release: rows, a split per group of documents, one atomic folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from builder import __version__
from builder.config import Project
from builder.errors import UsageError
from builder.exporters.folder import MANIFEST, publish
from builder.exporters.order import PublishedRows, split_place
from builder.ports import Exporter, ReleaseInfo, Row
from builder.reviewing import Gold
from builder.splitting import LeftOut, Splits
from builder.stages.carrying import Carrying
from builder.stages.founded import check_founded
from builder.stages.review import rule_of
from builder.stages.splits import Approved, Division, divide, protected
from builder.stages.telling import told
from builder.store import queries
from builder.store.db import Store

_FLAGGED, _LEFT_OUT, _ROWS_IN = "left out for a flag", "left out for their ", "rows in "
"""Names of counts in a manifest."""
_REASONS = 3


class Place(NamedTuple):
    """Where a sentence stands in a release."""

    split: str
    document: str
    number: int
    sentence: str


def release(store: Store, project: Project, version: str, golds: Sequence[Gold], exporters: Sequence[Exporter]) -> Path:
    """Write a release of these approved answers.

    Raises:
        UsageError: nothing is approved, released documents stand in a split that is not configured any more, or the
            version exists with other content.
        BrokenError: one is not approved as it stands.
    """
    if not golds:
        raise UsageError(f"nothing is approved yet: {_why_none(store)}")
    check_founded(store, golds, Carrying(store, project.schema), rule_of(project.config.review))
    table = project.config.release
    approved = approved_of(store, golds, table.without_flags)
    if not approved:
        raise UsageError("every approved sentence has a flag that `[release] without_flags` leaves out")
    division = divide(store, approved, table.splits, version)
    places, left_out = places_of(approved, division, table.splits)
    rows = rows_of(store, golds, places)
    info = ReleaseInfo(
        name=project.config.project.name,
        version=version,
        pretty_name=table.pretty_name,
        license=table.license,
        schema=project.schema,
        builder_version=__version__,
        counts=_counts(store, places, left_out, len(golds) - len(approved)),
        personal=project.config.ingest.personal,
        pieces=table.pieces,
        options=table.options,
        license_name=table.license_name,
        license_link=table.license_link,
        splits=Splits((*division.known, *division.new), division.groups, division.clusters, left_out),
        **told(store, project, rows.people),
    )
    # Splits are kept before anything is written, so that whoever comes after a killed run finds the same.
    return publish(project.exports, info, rows, exporters, intend=lambda: store.add(division.new))


def summary(store: Store, project: Project, folder: Path) -> dict[str, Any]:
    """Say what a release holds, what it leaves out, which configured splits are empty, and what was never answered."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    counts = manifest["counts"]
    rows = {split: counts.get(f"{_ROWS_IN}{split}", 0) for split in project.config.release.splits}
    kinds = project.config.ingest.review_kinds
    where = f"kind IN ({', '.join('?' * len(kinds))}) AND id NOT IN (SELECT sentence FROM answer)"
    return {
        "release": str(folder),
        "rows": rows,
        "documents": counts["documents"],
        "refused": counts["refused"],
        "flagged": counts.get(_FLAGGED, 0),
        "left_out": {reason: counts.get(f"{_LEFT_OUT}{reason}", 0) for reason in ("group", "text")},
        "leakage": manifest.get("leakage"),
        "unreviewed": queries.count(store, f"{project.config.ingest.among} WHERE {where}", *kinds),
    }


def approved_of(store: Store, golds: Sequence[Gold], unwanted: Sequence[str] = ()) -> list[Approved]:
    """Say of each approved sentence without an unwanted flag where it stands in its document, and its labels."""
    by_sentence = {gold.sentence: gold for gold in golds}
    return [
        Approved(sentence.document, sentence.number, sentence.id, *_said(by_sentence[sentence.id]))
        for sentence in queries.sentences(store, by_sentence)
        if not set(unwanted).intersection(sentence.flag_names)
    ]


def places_of(
    approved: Iterable[Approved], division: Division, shares: Mapping[str, float]
) -> tuple[list[Place], list[LeftOut]]:
    """Say in published order which sentences are released, and where; and which not, another split holding the same."""
    kept, left_out = protected(approved, division, shares)
    places = [Place(split, one.document, one.number, one.sentence) for split, one in kept]
    return sorted(places, key=lambda place: (split_place(place.split), *place[1:])), left_out


def rows_of(store: Store, golds: Sequence[Gold], places: Sequence[Place]) -> PublishedRows:
    """Put beside each approved answer its sentence, document, source and split; read from the store each time."""
    by_sentence = {gold.sentence: gold for gold in golds}

    def again() -> Iterator[Row]:
        document_of = lru_cache(maxsize=2)(lambda id: queries.find_document(store, id))
        source_of = lru_cache(maxsize=2)(lambda id: queries.find_source(store, id))
        sentences = queries.sentences(store, (place.sentence for place in places))
        for place, sentence in zip(places, sentences, strict=True):
            document = document_of(sentence.document)
            yield Row(sentence, document, source_of(document.source), by_sentence[sentence.id], place.split)

    return PublishedRows(again, len(places))


def _why_none(store: Store) -> str:
    """Say what keeps every answered sentence back, or that none is answered."""
    reasons = Counter(queries.refusals(store).values()).most_common(_REASONS)
    told = "; ".join(f"{count} sentences: {reason}" for reason, count in reasons)
    return told or "review the tasks, then run: builder pull && builder review"


def _said(gold: Gold) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give the digest of the text that was approved, and every label in the answer."""
    spans = (("entity", one.span.label) for one in gold.entities)
    return gold.approval.text_sha256, (("sentence", gold.label), *spans)


def _counts(store: Store, places: Sequence[Place], left_out: Sequence[LeftOut], flagged: int) -> dict[str, int]:
    splits, reasons = Counter(place.split for place in places), Counter(one.reason for one in left_out)
    return {
        "documents": len({place.document for place in places}),
        "approved": len(places),
        "refused": len(queries.refusals(store)),
        **({_FLAGGED: flagged} if flagged else {}),
        **{f"{_LEFT_OUT}{reason}": count for reason, count in sorted(reasons.items())},
        **{f"{_ROWS_IN}{split}": count for split, count in sorted(splits.items())},
    }
