"""Rows become brat standoff: `brat/SPLIT/DOCUMENT.txt` with `.ann` beside it, and `brat/annotation.conf`.

A text has one approved sentence per line. White space within a sentence that a line or a column of these files could
be cut at is written as a blank, one for one, so that every offset holds whoever reads the file. `brat/SPLIT.jsonl`
says which sentence each line is, and its label, which brat has no place for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from builder.exporters.derived import check_options, line, opened, spans_of, write
from builder.exporters.order import published
from builder.ports import Losses, ReleaseInfo, Row

_CUTTING = {ord(space): " " for space in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
_CONFIGURATION = "[entities]\n{}\n[relations]\n\n[events]\n\n[attributes]\n"


@dataclass(frozen=True, slots=True)
class BratExporter:
    """Writes a text and its annotations per document."""

    name: str = "brat"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; no span is lost."""
        home = folder / self.name
        entities = "".join(f"{name}\n" for name in info.schema.entity_names)
        write(home / "annotation.conf", [_CONFIGURATION.format(entities)])
        for split, its_rows in published(rows).in_splits():
            with opened(home / f"{split}.jsonl") as listing:
                for document, group in groupby(its_rows, key=lambda row: row.document.id):
                    sentences = list(group)
                    write(home / split / f"{document}.txt", (f"{_plain(row)}\n" for row in sentences))
                    write(home / split / f"{document}.ann", _annotations(sentences))
                    listing.writelines(_listed(f"{split}/{document}.txt", sentences))
        return {self.name: []}


def build(options: Mapping[str, str]) -> BratExporter:
    """Build the exporter; it has no options."""
    check_options("brat", options, {})
    return BratExporter()


def _plain(row: Row) -> str:
    return row.sentence.text.translate(_CUTTING)


def _annotations(rows: Sequence[Row]) -> Iterator[str]:
    number = 0
    for at, row in _placed(rows):
        text = _plain(row)
        for span in spans_of(row):
            number += 1
            place = f"{span.label} {at + span.start} {at + span.end}"
            yield f"T{number}\t{place}\t{text[span.start : span.end]}\n"


def _listed(file: str, rows: Sequence[Row]) -> Iterator[str]:
    for at, row in _placed(rows):
        place = {"file": file, "start": at, "end": at + len(row.sentence.text)}
        yield f"{line({'id': row.sentence.id, **place, 'label': row.gold.label})}\n"


def _placed(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Give each sentence and where it begins in the text."""
    at = 0
    for row in rows:
        yield at, row
        at += len(row.sentence.text) + 1
