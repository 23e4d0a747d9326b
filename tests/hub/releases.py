"""Releases to publish, and how they are: two versions that differ in rows, labels and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from builder.exporters.batches import record_groups
from builder.exporters.columns import Gatherer
from builder.exporters.features import views
from builder.exporters.folder import publish as write_release
from builder.exporters.huggingface import build
from builder.exporters.order import published
from builder.exporters.released import Released, read_released
from builder.ports import Losses, ReleaseInfo, Row
from builder.publishing import Published
from builder.stages.publish import hub_at, publish
from builder.store.db import Store
from tests.exporters.approved_rows import INFO, relabelled, sample_rows
from tests.hub.server import TOKEN, Hub

NAME = "someone/news"


def release(exports: Path, version: str = "v1", rows: Sequence[Row] | None = None, name: str = "") -> Released:
    """Write a release, without a project."""
    info = replace(INFO, version=version, name=name or INFO.name)
    return read_released(write_release(exports, info, sample_rows() if rows is None else rows, [build({})]))


def first(exports: Path) -> Released:
    """Write v1, of three rows in two splits."""
    return release(exports)


def second(exports: Path) -> Released:
    """Write v2: other labels, and no row in `test`, hence fewer files."""
    return release(exports, "v2", [row for row in relabelled(sample_rows()) if row.split == "train"])


class Small:
    """Writes no more than a card and one view: every request of publishing comes up, few of them often."""

    name = "small"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        from builder.exporters import parquet, tables

        ordered, deriver = published(rows), tables.Deriver(info.schema)
        records, view, *_ = views(info.schema)
        gatherer = Gatherer(info.schema, ordered.people)
        (folder / view.name).mkdir()
        for split, its_rows in ordered.in_splits():
            with parquet.opened(folder / view.name / f"{split}.parquet", view) as file:
                for group in record_groups(its_rows, gatherer, records):
                    file.write([deriver.derive(view.name, batch).batch for batch in group])
        (folder / "README.md").write_text(f"---\nlicense: mit\n---\n# {info.version}\n", "utf-8")
        return {}


def small(exports: Path) -> tuple[Released, Released]:
    """Write two small releases; the second lacks a file of the first."""
    rows = sample_rows(), [row for row in relabelled(sample_rows()) if row.split == "train"]
    folders = (
        write_release(exports, replace(INFO, version=f"v{number}"), its, [Small()])
        for number, its in enumerate(rows, 1)
    )
    one, other = map(read_released, folders)
    return one, other


def contents(released: Released) -> dict[str, bytes]:
    """Read every file of a release."""
    return {name: path.read_bytes() for name, path in released.paths.items()}


class Sender:
    """Publishes as the verb does, into one store."""

    def __init__(self, hub: Hub, folder: Path, token: str = TOKEN) -> None:
        self.hub, self.folder, self.token, self.said = hub, folder, token, list[str]()

    def send(self, released: Released, name: str = NAME, **how: bool) -> Published:
        with Store(self.folder / ".builder") as store:
            return publish(store, released, hub_at(self.hub.url, self.token), name, self.said.append, **how)

    def entries(self) -> list[str]:
        """Say what the journal holds of publishing."""
        with Store(self.folder / ".builder") as store:
            return [f"{e.body['version']} {e.body['tag']}" for e in store.journal.entries() if e.kind == "published"]
