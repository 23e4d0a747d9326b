"""Measure the whole annotate stage, from the store to the store: sentences a second, one process and several.

Run it with: python bench/annotate_stage.py [--sentences 20000] [--processes 1 2]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.annotate_killed import predictions, project
from builder.annotators.isolation import isolated
from builder.flow import run
from builder.stages.annotate import Annotate
from builder.workbench import opened


def seconds_of_cpu() -> float:
    """Give the processor time of this process and of its children that ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measured(folder: Path, processes: int) -> tuple[int, float, float]:
    """Annotate a project; give how many sentences, and the seconds on the clock and of processors."""
    with opened(folder, lambda message: None) as bench:
        stage = Annotate(isolated(bench.combiner), bench.project.config.ingest.review_kinds, "offered")
        clock, cpu = time.monotonic(), seconds_of_cpu()
        done = run(stage, bench.store, processes=processes).done
        return done, time.monotonic() - clock, seconds_of_cpu() - cpu


def main() -> None:
    """Measure each number of processes on a copy of the same project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        start = project(Path(name, "start"), given.sentences)
        stores = []
        for processes in given.processes:
            at = shutil.copytree(start, Path(name, str(processes)))
            done, wall, cpu = measured(at, processes)
            stores.append(predictions(at))
            print(
                f"{processes} processes: {done} sentences, {wall:.1f} s on the clock ({done / wall:,.0f}/s), "
                f"{cpu:.1f} s of processors"
            )
        print("stores equal" if all(one == stores[0] for one in stores) else "STORES DIFFER")
        peak = (
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        )
        print(f"peak memory: {peak[0] // 1024} MiB here, {peak[1] // 1024} MiB in a child")


if __name__ == "__main__":
    main()
