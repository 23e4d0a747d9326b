"""Rows become a folder that `datasets.load_dataset` reads with typed features.

One parquet file per view and split, and a README that says the same types. Nothing is written for a split without
rows, no file knows when or where it was made, and no more than two row groups of records are held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.disk import sha256_of
from builder.errors import UsageError
from builder.exporters.batches import record_groups
from builder.exporters.card import card
from builder.exporters.citation import CITATION, citation_cff
from builder.exporters.columns import Gatherer
from builder.exporters.content import ContentDigest
from builder.exporters.croissant import CROISSANT, croissant
from builder.exporters.features import DEFAULT_VIEW, views
from builder.exporters.front_matter import SplitFile, ViewFiles
from builder.exporters.order import published
from builder.exporters.plots import FOLDER
from builder.exporters.summary import Summary, add
from builder.ports import Losses, LostSpan, ReleaseInfo, Row

if TYPE_CHECKING:
    from builder.exporters.parquet import ViewFile

_LONGEST = "tokens"
"""The view that takes longer to make and write than all others together."""
_SPLIT = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True, slots=True)
class HuggingFaceExporter:
    """Writes the views `records`, `tokens`, `sentences` and `sft`, and the dataset card."""

    name: str = "huggingface"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the dataset; `folder` exists and is private to this run."""
        ordered = published(rows)
        summary = Summary(ordered.people)
        gatherer, writing = Gatherer(info.schema, ordered.people), ViewWriting(info, folder)
        for split, its_rows in ordered.in_splits():
            _check_split(split)
            writing.write(split, record_groups(_counted(its_rows, summary), gatherer, writing.views[0]))
        lost = {"tokens": writing.lost}
        _describe(info, summary, writing.written(), {**lost, **info.lost}, folder)
        return lost


def build(options: Mapping[str, str]) -> HuggingFaceExporter:
    """Build the exporter; it has no options."""
    if options:
        raise UsageError(f"the huggingface exporter has no option {min(options)!r}; remove it")
    return HuggingFaceExporter()


class ViewWriting:
    """The parquet files of all views while they are written, and what no view but `records` could hold."""

    def __init__(self, info: ReleaseInfo, folder: Path) -> None:
        from builder.exporters.tables import Deriver

        self.views = views(info.schema, pieces=info.pieces)
        self.lost: list[LostSpan] = []
        self._folder = folder
        self._deriver = Deriver(info.schema)
        self._digests = {view.name: ContentDigest(view) for view in self.views}
        self._files: dict[str, list[SplitFile]] = {view.name: [] for view in self.views}
        for view in self.views:
            (folder / view.name).mkdir()

    def write(self, split: str, groups: Iterable[Sequence[Any]]) -> None:
        """Write all rows of a split: row groups of the records view, each as some batches.

        The longest view has a thread, and the others share one; they work while the next group is made. A view that
        changed threads would fill the memory each thread keeps: 130 MiB more.
        """
        from builder.exporters import parquet

        paths = {view.name: f"{view.name}/{split}-00000-of-00001.parquet" for view in self.views}
        with ExitStack() as stack:
            files = {
                view.name: stack.enter_context(parquet.opened(self._folder / paths[view.name], view))
                for view in self.views
            }
            shares = ({_LONGEST: files[_LONGEST]}, {name: files[name] for name in files if name != _LONGEST})
            threads = [(share, stack.enter_context(ThreadPoolExecutor(1))) for share in shares]
            busy: list[Future[None]] = []
            for group in groups:
                _wait_for(busy)
                busy = [thread.submit(self._write, split, group, share) for share, thread in threads]
            _wait_for(busy)
        for name, file in files.items():
            size = (self._folder / paths[name]).stat().st_size
            self._files[name].append(SplitFile(split, paths[name], file.rows, file.bytes, size))

    def written(self) -> list[ViewFiles]:
        """Name the content of every view, and its files."""
        records = self._digests[DEFAULT_VIEW].value()
        contents = {
            view.name: records if view.name == DEFAULT_VIEW else self._digests[view.name].value(records)
            for view in self.views
        }
        return [ViewFiles(view, contents[view.name], tuple(self._files[view.name])) for view in self.views]

    def _write(self, split: str, group: Sequence[Any], files: Mapping[str, ViewFile]) -> None:
        for view, file in files.items():
            file.write(self._derived(split, view, group))

    def _derived(self, split: str, view: str, group: Sequence[Any]) -> list[Any]:
        derived = [self._deriver.derive(view, batch) for batch in group]
        for made in derived:
            self.lost += made.lost
            self._digests[view].update(split, made.batch)
        return [made.batch for made in derived]


def _describe(info: ReleaseInfo, summary: Summary, written: Sequence[ViewFiles], lost: Losses, folder: Path) -> None:
    """Write what tells of the rows: the card with its pictures, and how to cite it."""
    from builder.exporters.leakage import measured

    told = card(info, summary, written, lost, measured(folder, info.splits))
    (folder / FOLDER).mkdir()
    texts = {"README.md": told.text, **{picture.path: picture.svg for picture in told.pictures}}
    sums = {file.path: sha256_of(folder / file.path) for view in written for file in view.files}
    texts[CROISSANT] = croissant(info, summary, written, sums)
    if citation := citation_cff(info):
        texts[CITATION] = citation
    for path, text in texts.items():
        (folder / path).write_text(text, "utf-8", newline="\n")


def _counted(rows: Iterable[Row], summary: Summary) -> Iterator[Row]:
    for row in rows:
        add(summary, row)
        yield row


def _wait_for(busy: Iterable[Future[None]]) -> None:
    for written in busy:
        written.result()


def _check_split(name: str) -> None:
    if name == "all" or not _SPLIT.fullmatch(name):
        raise UsageError(f"split {name!r} cannot be loaded: use letters, digits, _ and ., and not 'all'")
