"""Rows become a folder that `datasets.load_dataset` reads with typed features.

One parquet file per view and split, `losses.json`, and a README that says the same types. Nothing is written for a
split without rows, and no file knows when or where it was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import UsageError
from builder.exporters.card import card
from builder.exporters.features import View, views
from builder.exporters.front_matter import SplitFile, ViewFiles
from builder.exporters.records import ContentDigest, Recorder, by_id, in_splits, losses_of, pseudonyms
from builder.exporters.summary import summarise
from builder.ports import ReleaseInfo, Row

_SPLIT = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True, slots=True)
class HuggingFaceExporter:
    """Writes the views `records`, `tokens` and `sentences`, and the dataset card."""

    name: str = "huggingface"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> None:
        """Write the dataset; `folder` exists and is private to this run."""
        ordered = by_id(rows)
        _check_splits({row.split for row in ordered})
        recorder = Recorder(info.schema, pseudonyms(ordered))
        lost = [loss for row in ordered for loss in recorder.lost(row)]
        written = [_write_view(view, recorder, ordered, folder) for view in views(info.schema)]
        report = json.dumps(losses_of(lost), ensure_ascii=False, indent=1)
        (folder / "losses.json").write_text(f"{report}\n", "utf-8", newline="\n")
        text = card(info, summarise(ordered), written, lost)
        (folder / "README.md").write_text(text, "utf-8", newline="\n")


def build(options: Mapping[str, str]) -> HuggingFaceExporter:
    """Build the exporter; it has no options."""
    if options:
        raise UsageError(f"the huggingface exporter has no option {min(options)!r}; remove it")
    return HuggingFaceExporter()


def _write_view(view: View, recorder: Recorder, rows: Sequence[Row], folder: Path) -> ViewFiles:
    from builder.exporters import parquet

    (folder / view.name).mkdir()
    digest, files = ContentDigest(view), []
    for split, its_rows in in_splits(rows):
        path = f"{view.name}/{split}-00000-of-00001.parquet"
        records = (recorder.record(view.name, row) for row in its_rows)
        written = parquet.write(folder / path, view, digest.through(split, records))
        files.append(SplitFile(split, path, written.rows, written.bytes, (folder / path).stat().st_size))
    return ViewFiles(view, digest.value, tuple(files))


def _check_splits(names: Iterable[str]) -> None:
    for name in sorted(names):
        if name == "all" or not _SPLIT.fullmatch(name):
            raise UsageError(f"split {name!r} cannot be loaded: use letters, digits, _ and ., and not 'all'")
