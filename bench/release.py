"""Generated rows enter; the time and peak memory of writing all views of a release leave, beside what else writes them.

    python bench/release.py [--rows 200000] [--paths columns rows publish raw arrays from_generator from_list]

Each path is a process of its own, and none is charged for making what it is given:

* raw             `pq.write_table` of ready Arrow tables of every view, a row group at a time, with the same options
* columns         ours, from the flat columns of the records view: all views derived, named by content, written
* rows            ours, from Row objects: the exporter with its pseudonyms, figures and card
* publish         ours, from Row objects to a release in its place: named first, then written, summed and forced to disk
* arrays          `pa.array` per column, from ready records, then the same write
* from_generator  `Dataset.from_generator` of ready records with features, then `to_parquet`, view by view
* from_list       `Dataset.from_list` of a ready list of records with features, then `to_parquet`, view by view

`raw` and `columns` are given the rows of one row group again and again, so that nothing is made meanwhile. Elsewhere
rows are made as they are asked for; the wall time of `rows` and `publish` is whole, making included, since they write
meanwhile.

A row has about 200 Chinese characters and 5 spans, and takes 8.5 kilobytes of Arrow over all views; `from_list` keeps
every record in memory and is left out beyond 200,000 rows unless it is asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

import numpy as np

if not __package__:
    sys.path.insert(0, str(Path(__file__).parent.parent))

from builder.exporters.batches import record_groups
from builder.exporters.columns import Gatherer
from builder.exporters.features import View, views
from builder.exporters.folder import publish
from builder.exporters.huggingface import ViewWriting, build
from builder.exporters.order import PublishedRows
from builder.exporters.records import Recorder
from builder.model import Document, Entity, Sentence, Span, stable_id, text_digest
from builder.offset_map import OffsetMap
from builder.ports import ReleaseInfo, Row
from builder.reading import Kind, Source
from builder.reviewing import Action, Approval, Gold, GoldSpan
from builder.schema import read_schema

SCHEMA = read_schema("news", Path())
INFO = ReleaseInfo("bench", "1.0.0", "Bench", "cc-by-4.0", SCHEMA, "0", {})
PEOPLE = [f"person{number}@example.org" for number in range(4)]
NICKNAMES = {person: f"reviewer-{number}" for number, person in enumerate(PEOPLE, 1)}
SIGNS = np.array([*range(0x4E00, 0x9FA6), *map(ord, "，。、“”" * 400)], "<u4")
PER_DOCUMENT = 20
PATHS = ("raw", "columns", "rows", "publish", "arrays", "from_generator", "from_list")


class Clock:
    """Counts wall and CPU seconds, but for those of what it is told to leave out."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what happens in here."""
        wall, cpu = perf_counter(), process_time()
        yield
        self.wall, self.cpu = self.wall + perf_counter() - wall, self.cpu + process_time() - cpu

    def without(self, made: Iterator[Any], *, wall: bool = True) -> Iterator[Any]:
        """Give what an iterator gives, and leave out the CPU time it takes in this thread, and the wall time."""
        while True:
            begin, cpu = perf_counter(), thread_time()
            found = next(made, self)
            self.cpu -= thread_time() - cpu
            self.wall -= (perf_counter() - begin) * wall
            if found is self:
                return
            yield found


def rows(count: int) -> Iterator[Row]:
    """Make so many rows in published order, the same each time."""
    rng = np.random.default_rng(0)
    for number in range(0, count, PER_DOCUMENT):
        yield from islice(document_rows(number // PER_DOCUMENT, rng), count - number)


def document_rows(number: int, rng: np.random.Generator) -> Iterator[Row]:
    """Make the rows of one document."""
    sizes = rng.integers(150, 250, PER_DOCUMENT).tolist()
    text = SIGNS[rng.integers(0, len(SIGNS), sum(sizes))].tobytes().decode("utf-32-le")
    source = Source(text_digest(text), f"news/{number:07}.txt", 3 * len(text), "utf-8", "text/plain")
    document = Document(f"{number:024x}", source.sha256, 0, "zh", "", text, OffsetMap.identity(len(text)))
    start = 0
    for at, size in enumerate(sizes):
        sentence = Sentence(
            stable_id(number, at), document.id, at, start, start + size, Kind.BODY, "zh", text[start : start + size]
        )
        yield Row(sentence, document, source, gold_of(sentence, rng), "train")
        start += size


def gold_of(sentence: Sentence, rng: np.random.Generator) -> Gold:
    """Make an answer: five spans, of which a person moved or added some, and one refused."""
    starts, labels = (np.arange(5) * 28 + rng.integers(0, 20, 5)).tolist(), rng.integers(0, 10, 5).tolist()
    names, person = SCHEMA.entity_names, PEOPLE[labels[0] % len(PEOPLE)]
    by = ("jieba@4f2a9c81", "gazetteer@77ab0e12")
    kinds = (Action.ACCEPTED, Action.ACCEPTED, Action.MOVED, Action.RELABELLED, Action.ADDED)
    spans = tuple(
        GoldSpan(Span(start, start + 4, names[label]), action, *((), None) if action is Action.ADDED else (by, 0.875))
        for start, label, action in zip(starts, labels, kinds, strict=True)
    )
    refused = (Entity(Span(1, 3, names[0]), 0.5, by[:1]),)
    content, digest = (stable_id(sentence.id, person),), text_digest(sentence.text)
    approval = Approval(sentence.id, content, digest, SCHEMA.digest, (person,), "single", "2026-01-02T10:00:00Z")
    label = SCHEMA.sentence_names[labels[0] % 5]
    return Gold(sentence.id, spans, label, Action.ACCEPTED, ("cues@1a",), 0.75, refused, approval)


def columns(count: int, folder: Path, clock: Clock) -> None:
    """Write from flat columns."""
    from builder.exporters import parquet, tables

    writing, gatherer = ViewWriting(INFO, folder), Gatherer(SCHEMA, NICKNAMES)
    ready = [gatherer.gather(some) for some in listed(rows(parquet.ROW_GROUP), parquet.BATCH)]
    groups = ([tables.batch_of(writing.views[0], flat) for flat in ready] for _ in range(count // parquet.ROW_GROUP))
    with clock.running():
        writing.write("train", groups)
        writing.written()


def from_rows(count: int, folder: Path, clock: Clock) -> None:
    """Export Row objects."""
    with clock.running():
        build({}).export(PublishedRows(lambda: clock.without(rows(count), wall=False), count), INFO, folder)


def published(count: int, folder: Path, clock: Clock) -> None:
    """Publish Row objects."""
    with clock.running():
        publish(folder, INFO, PublishedRows(lambda: clock.without(rows(count), wall=False), count), [build({})])


def raw(count: int, folder: Path, clock: Clock) -> None:
    """Write ready Arrow tables."""
    from builder.exporters import parquet, tables

    deriver = tables.Deriver(SCHEMA)
    (group,) = record_groups(rows(parquet.ROW_GROUP), Gatherer(SCHEMA, NICKNAMES), views(SCHEMA)[0])
    for view in views(SCHEMA):
        ready = [deriver.derive(view.name, batch).batch for batch in group]
        with clock.running(), parquet.opened(folder / view.name, view) as file:
            for _ in range(count // parquet.ROW_GROUP):
                file.write(ready)


def arrays(count: int, folder: Path, clock: Clock) -> None:
    """Write records through `pa.array` of each column."""
    import pyarrow as pa

    from builder.exporters import parquet, tables

    for view in views(SCHEMA):
        schema, ready = tables.arrow_schema(view), clock.without(listed(records(count, view), parquet.ROW_GROUP))
        with clock.running(), parquet.opened(folder / view.name, view) as file:
            for group in ready:
                made = [pa.array([record[field.name] for record in group], field.type) for field in schema]
                file.write([pa.RecordBatch.from_arrays(made, schema=schema)])


def from_generator(count: int, folder: Path, clock: Clock) -> None:
    """Write what a generator yields, through `datasets`."""
    import datasets

    datasets.disable_progress_bars()
    for view in views(SCHEMA):
        with clock.running():
            made = datasets.Dataset.from_generator(
                lambda view=view: clock.without(records(count, view)),
                features=features(view),
                cache_dir=str(folder / "cache"),
            )
            made.to_parquet(folder / view.name)


def from_list(count: int, folder: Path, clock: Clock) -> None:
    """Write a list of records, through `datasets`."""
    import datasets

    datasets.disable_progress_bars()
    for view in views(SCHEMA):
        ready = list(records(count, view))
        with clock.running():
            datasets.Dataset.from_list(ready, features=features(view)).to_parquet(folder / view.name)


def features(view: View) -> Any:
    """Say the columns of a view as `datasets` does."""
    import datasets

    from builder.exporters import tables

    return datasets.Features.from_arrow_schema(tables.arrow_schema(view))


def records(count: int, view: View) -> Iterator[dict[str, Any]]:
    """Make the records of a view."""
    recorder = Recorder(SCHEMA, NICKNAMES)
    return (recorder.record(view.name, row) for row in rows(count))


def listed(made: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Give what an iterator gives in lists of one size."""
    return iter(lambda: list(islice(made, size)), [])


WRITERS: dict[str, Callable[[int, Path, Clock], None]] = dict(
    zip(PATHS, (raw, columns, from_rows, published, arrays, from_generator, from_list), strict=True)
)


def once(path: str, count: int) -> None:
    """Write here, and print what it took."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        WRITERS[path](count, Path(folder), clock)
        written = sum(file.stat().st_size for file in Path(folder).rglob("*") if "cache" not in file.parts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": clock.wall, "cpu": clock.cpu, "peak": peak, "size": written / 1e6}))


def measured(path: str, count: int) -> dict[str, float]:
    """Write in a fresh process."""
    command = [sys.executable, __file__, "--rows", str(count), "--once", path]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


def main() -> None:
    """Measure, and print a line per path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--paths", nargs="+", choices=PATHS)
    parser.add_argument("--once", choices=PATHS, help="write here, and print what it took")
    asked = parser.parse_args()
    if asked.rows % 25_000:
        parser.error("--rows must be a multiple of 25000, the size of a row group")
    if asked.once:
        return once(asked.once, asked.rows)
    found: dict[str, dict[str, float]] = {}
    heads = ("wall s", 9), ("CPU s", 9), ("µs/row", 9), ("CPU µs/row", 13), ("peak MiB", 11), ("MB", 8)
    print(
        f"{f'{asked.rows} rows':<15}{''.join(f'{head:>{size}}' for head, size in heads)}   × raw   × raw CPU",
        flush=True,
    )
    for path in asked.paths or [path for path in PATHS if path != "from_list" or asked.rows <= 200_000]:
        one = found[path] = measured(path, asked.rows)
        first = found.get("raw", one)
        told = "".join(f"{one[kind] / asked.rows * 1e6:{size}.1f}" for kind, size in (("wall", 9), ("cpu", 13)))
        against = "".join(f"{one[kind] / first[kind]:{size}.2f}" for kind, size in (("wall", 8), ("cpu", 12)))
        print(
            f"{path:<15}{one['wall']:9.1f}{one['cpu']:9.1f}{told}{one['peak']:11.0f}{one['size']:8.0f}"
            f"{against if 'raw' in found else ''}",
            flush=True,
        )
    return None


if __name__ == "__main__":
    main()
