"""A file of news is made; how fast it is ingested, and with how much memory, leaves.

    python -m bench.ingest [--megabytes 100] [--kind jsonl|txt] [--processes 1 2] [--profile]

The file holds pages set at random (`tests/pages.py`), Chinese and English by turns, each seed once: as JSON lines, a
page a record, or as one text. Ingest is the real one, into a new project: read, decode, clean, find articles, split,
map, store. Megabytes are those of the file (10^6 bytes). Peak memory is that of the process and its largest child.
`--profile` prints instead where one process spends its time, the hottest functions first, without what they call.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.pages import LAYOUTS, page

_INGEST = """
import json, resource, sys, time
from pathlib import Path
from builder import flow
from builder.plugins import readers
from builder.stages.ingest import Ingest
from builder.store.db import Store

folder, processes = Path(sys.argv[1]), int(sys.argv[2])
store, begin = Store(folder / f".builder {processes}"), time.perf_counter()
tally = flow.run(Ingest([folder / "sources"], readers(), folder), store, processes=processes)
seconds = time.perf_counter() - begin
peak = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
sentences = store.db.execute("SELECT count(*) FROM sentence").fetchone()[0]
print(json.dumps([seconds, tally.done, len(tally.rejected), sentences, *peak]))
"""


def main() -> None:
    """Make the file, ingest it, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--kind", choices=["jsonl", "txt"], default="jsonl")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = written(folder / "sources" / f"news.{asked.kind}", asked.megabytes * 10**6)
        print(f"{asked.kind}, {size / 1e6:.1f} MB")
        if asked.profile:
            profile(folder)
            return
        for processes in asked.processes:
            seconds, done, rejected, sentences, own, child = measured(folder, processes)
            print(
                f"{processes} process(es): {size / 1e6 / seconds:.2f} MB/s, {seconds:.0f} s, {done} readings, "
                f"{rejected} rejected, {sentences} sentences, peak {own} MiB and {child} MiB in a child"
            )


def written(path: Path, size: int) -> int:
    """Write so many bytes of pages, or a few more."""
    path.parent.mkdir()
    count = 0
    with path.open("wb") as file:
        for text in pages():
            line = json.dumps({"text": text}, ensure_ascii=False) if path.suffix == ".jsonl" else text
            count += file.write(f"{line}\n".encode())
            if size <= count:
                return count
    return count


def pages() -> Iterator[str]:
    """Set pages without end."""
    seed = 0
    while True:
        for layout in LAYOUTS:
            for language in ("zh", "en"):
                yield page(seed, language, layout).raw
        seed += 1


def measured(folder: Path, processes: int) -> list[float]:
    """Ingest in a process of its own."""
    command = [sys.executable, "-c", _INGEST, str(folder), str(processes)]
    told: list[float] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return told


def profile(folder: Path) -> None:
    """Ingest in this process under the profiler."""
    from builder import flow
    from builder.plugins import readers
    from builder.stages.ingest import Ingest
    from builder.store.db import Store

    stage = Ingest([folder / "sources"], readers(), folder)
    with Store(folder / ".builder") as store, cProfile.Profile() as seen:
        flow.run(stage, store)
    pstats.Stats(seen).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
