"""Measure `builder annotate` as people start it, from the store to the store: one process and several.

Run it with: python bench/annotate_stage.py [--sentences 20000] [--processes 1 2] [--rounds 1]

Told are seconds on the clock, and seconds of processors, which tell more where others use the machine too: of the
process that was started, without what it proposed itself (its serial part: starting, reading, storing), of its own
proposing, and of the processes that help it. From these follows the speed-up of a machine with a processor for each
process: one process's seconds by the greatest of the serial part and an even share of all seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
if not __package__:
    sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Told:
    """What one run took, in seconds, and the most memory a process of it held, in MiB."""

    wall: float
    serial: float
    own: float
    others: float
    memory: int

    @property
    def processors(self) -> float:
        """Add up what all processes took."""
        return self.serial + self.own + self.others


def inside(folder: str) -> None:
    """Annotate a project here, and print what this process and its children took."""
    from builder import cli
    from builder.stages.annotate import Annotate

    at_work, work = 0.0, Annotate.work

    def timed(stage: Annotate, batch: Sequence[Any]) -> Any:
        nonlocal at_work
        begin = time.thread_time()
        outcome = work(stage, batch)
        at_work += time.thread_time() - begin
        return outcome

    Annotate.work = timed  # type: ignore[method-assign]
    try:
        cli.main(["-C", folder, "annotate"], standalone_mode=False)
    finally:
        here, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        spent = [here.ru_utime + here.ru_stime - at_work, at_work, others.ru_utime + others.ru_stime]
        print(json.dumps([*spent, max(here.ru_maxrss, others.ru_maxrss) // 1024]))


def measured(folder: Path) -> Told:
    """Annotate a project in a fresh process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begin = time.monotonic()
    ended = subprocess.run(
        [sys.executable, __file__, "--inside", str(folder)],
        env=environment,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    wall = time.monotonic() - begin
    serial, own, others, memory = json.loads(ended.stdout.splitlines()[-1])
    return Told(wall, serial, own, others, memory)


def main() -> None:
    """Measure each number of processes on copies of the same project, by turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--inside", metavar="FOLDER", help="annotate it here, and print what that took")
    given = parser.parse_args()
    if given.inside:
        return inside(given.inside)
    from bench.annotate_killed import predictions, project

    told: dict[int, list[Told]] = {processes: [] for processes in given.processes}
    stores = set()
    with tempfile.TemporaryDirectory() as name:
        # Compiled modules are kept, as where the package is installed, whatever the caller's environment says.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(name, "modules"))
        measured(project(Path(name, "warm"), 50))
        starts = {count: project(Path(name, f"start{count}"), given.sentences, count) for count in told}
        for _ in range(given.rounds):
            for processes, start in starts.items():
                at = shutil.copytree(start, Path(name, "at"))
                told[processes].append(measured(at))
                stores.add("\n".join(predictions(at)))
                shutil.rmtree(at)
                show(processes, given.sentences, told[processes][-1])
    for processes in given.processes[1:]:
        compare(told[given.processes[0]], told[processes], processes)
    print("stores equal" if len(stores) == 1 else "STORES DIFFER")
    return None


def show(processes: int, sentences: int, told: Told) -> None:
    """Say what one run took."""
    print(
        f"{processes} processes: {sentences} sentences, {told.wall:.1f} s on the clock,"
        f"\n    of processors: serial {told.serial:.2f} s, own proposing {told.own:.2f} s, others {told.others:.2f} s,"
        f" together {told.processors:.2f} s; {told.memory} MiB at most",
        flush=True,
    )


def compare(one: Sequence[Told], several: Sequence[Told], processes: int) -> None:
    """Say how much faster several processes are: on the clock, and by the processors' seconds."""
    wall = median(told.wall for told in one) / median(told.wall for told in several)
    bound = max(median(told.serial for told in several), median(told.processors for told in several) / processes)
    follows = median(told.processors for told in one) / bound
    serial = median(told.serial for told in several) / median(told.processors for told in one)
    print(
        f"{processes} processes: {wall:.2f} times as fast on the clock; {follows:.2f} times by seconds of processors;"
        f" the serial part is {serial:.0%} of one process's work"
    )


if __name__ == "__main__":
    main()
