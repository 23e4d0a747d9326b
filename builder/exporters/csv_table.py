"""Rows become tables for spreadsheets: `csv/sentences.csv`, and `csv/spans.csv` with a row per span.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that begins with an
apostrophe: to read the text back, take one leading apostrophe away. Offsets count in the text without it. The files
begin with a byte order mark, without which Excel reads Chinese as something else; the option `bom = no` leaves it out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.exporters.derived import check_options, line, told
from builder.exporters.features import Many, Struct, Type, views
from builder.exporters.order import published
from builder.exporters.records import Record
from builder.ports import Losses, ReleaseInfo, Row

_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")
"""What a spreadsheet takes for the start of a formula, full-width signs included, and our own mark."""


@dataclass(frozen=True, slots=True)
class CsvExporter:
    """Writes two tables; encodings are `utf-8-sig`, with a mark, and `utf-8`, without."""

    encoding: str = "utf-8-sig"
    name: str = "csv"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the tables; no span is lost."""
        (folder / self.name).mkdir()
        ordered = published(rows)
        tell = told(ordered.people, info)
        types = {column.name: column.type for column in views(info.schema, pieces=info.pieces)[0].columns}
        rest = [name for name in types if name not in ("id", "spans")]
        sentences = (_sentence(row, tell(row)) for row in ordered)
        self._write(folder / self.name / "sentences.csv", ["id", "split", *rest], sentences)
        spans = _spans(tell(row) for row in ordered)
        self._write(folder / self.name / "spans.csv", ["id", *_names_in(types["spans"])], spans)
        return {self.name: []}

    def _write(self, path: Path, names: Sequence[str], records: Iterator[Record]) -> None:
        with path.open("w", encoding=self.encoding, newline="") as file:
            table = csv.writer(file)
            table.writerow(names)
            for record in records:
                table.writerow([_cell(record[name]) for name in names])


def build(options: Mapping[str, str]) -> CsvExporter:
    """Build the exporter; `bom` is `yes` or `no`."""
    check_options("csv", options, {"bom": ("yes", "no")})
    return CsvExporter("utf-8" if options.get("bom") == "no" else "utf-8-sig")


def escaped(text: str) -> str:
    """Keep a spreadsheet from running a text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _names_in(type_: Type) -> list[str]:
    """Name the columns of a list of records."""
    of = type_.of if isinstance(type_, Many) else type_
    return [column.name for column in of.columns] if isinstance(of, Struct) else []


def _sentence(row: Row, record: Record) -> Record:
    rest = {name: value for name, value in record.items() if name not in ("id", "spans")}
    return {"id": record["id"], "split": row.split, **rest}


def _spans(records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        for span in record["spans"]:
            yield {"id": record["id"], **span}


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return escaped(value)
    return "" if value is None else line(value) if isinstance(value, Sequence) else str(value)
