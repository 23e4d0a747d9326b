"""Two generated releases enter; the time and peak memory of comparing them leave.

    python bench/diff.py [--rows 200000] [--changed 0.05]

The new release lacks every so-manieth row of the old, and another share has one span fewer, one moved and one
relabelled. Comparing is a process of its own: `builder diff` does the same after hashing both folders.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

if not __package__:
    sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.release import INFO, SCHEMA, rows
from builder.exporters.differences import compare
from builder.exporters.facts import inventory_of
from builder.exporters.folder import publish, verify
from builder.exporters.huggingface import build
from builder.exporters.order import PublishedRows
from builder.exporters.quotes import quoted
from builder.exporters.released import read_released
from builder.model import Span
from builder.ports import Row


def edited(count: int, every: int) -> Iterator[Row]:
    """Make the rows of the new release."""
    for number, row in enumerate(rows(count)):
        if number % every == 0:
            continue
        if number % every == 1:
            first, second, third, *others = row.gold.entities
            other = next(name for name in SCHEMA.entity_names if name != third.span.label)
            moved = replace(second, span=Span(second.span.start, second.span.end + 1, second.span.label))
            named = replace(third, span=Span(third.span.start, third.span.end, other))
            row = replace(row, gold=replace(row.gold, entities=(moved, named, *others)))
        yield row


def made(name: str, folder: Path, count: int, every: int) -> None:
    """Publish one of the two, and print what it took."""
    begin = perf_counter()
    if name == "old":
        publish(folder, INFO, PublishedRows(lambda: rows(count), count), [build({})])
    else:
        kept = count - (count + every - 1) // every
        told = PublishedRows(lambda: edited(count, every), kept)
        publish(folder, replace(INFO, version="1.1.0"), told, [build({})])
    print(f"{name} release: {perf_counter() - begin:.1f} s, {peak():.0f} MiB", flush=True)


def compared(folder: Path) -> None:
    """Compare the two, and print what it took."""
    begin, folders = perf_counter(), [folder / INFO.name / version for version in (INFO.version, "1.1.0")]
    problems = [problem for one in folders for problem in verify(one)]
    verified = perf_counter()
    sides = [inventory_of(read_released(one)) for one in folders]
    read = perf_counter()
    diff = quoted(compare(sides[0], sides[1]), *(read_released(one).texts for one in folders))
    done = perf_counter()
    print(f"verify {verified - begin:.1f} s, read {read - verified:.1f} s, compare {done - read:.1f} s", end=", ")
    print(f"{peak():.0f} MiB")
    print(json.dumps({"problems": problems} | {layer: diff[layer]["counts"] for layer in ("sentences", "spans")}))


def peak() -> float:
    """Say how many mebibytes this process has held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Do each step in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--changed", type=float, default=0.05)
    parser.add_argument("--step", choices=("old", "new", "diff"), help="do this one here")
    parser.add_argument("--folder", type=Path, help="where the releases of the steps are")
    asked = parser.parse_args()
    if asked.step == "diff":
        return compared(asked.folder)
    if asked.step:
        return made(asked.step, asked.folder, asked.rows, round(1 / asked.changed))
    with tempfile.TemporaryDirectory() as folder:
        for step in ("old", "new", "diff"):
            command = [sys.executable, __file__, "--step", step, "--folder", folder]
            subprocess.run([*command, "--rows", str(asked.rows), "--changed", str(asked.changed)], check=True)
    return None


if __name__ == "__main__":
    main()
