"""Text enters, predictions leave, by one process and by several: how much faster several are, without the store.

    python -m bench.annotate_processes [zh|en] [--megabytes 20] [--processes 1 2] [--rounds 3] [--text FILE.jsonl ...]

The engine is the one of `builder annotate` (`builder.flow`), its batches are documents, and what comes back are all
annotators' predictions and the combined ones, as rows ready to be stored. Told are seconds on the clock, of work and of
what starting the others costs, by turns; they mean little where others use the machine. Beside them stands what the
machine allows: so many runs at the same time that share nothing, each of all documents.
`bench/annotate_stage.py` measures the same with reading from the store and storing.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

from bench.annotate import Ours, drawn, names, sentences_in, sentences_of
from builder import flow
from builder.facts import Fact
from builder.flow import Outcome
from builder.store.db import Store
from builder.store.rows import ready

_BATCH = 50  # documents


class Propose:
    """Propose for documents; nothing is stored."""

    name, batch_size, worth_spreading = "propose", _BATCH, 2

    def __init__(self, ours: Ours) -> None:
        self._ours = ours

    def todo(self, store: Store) -> Iterable[str]:
        """Ask nobody."""
        return ()

    def intend(self, batch: Sequence[str]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[str]) -> Outcome:
        """Split, propose, combine."""
        sentences = [*chain.from_iterable(sentences_in(text, number) for number, text in enumerate(batch))]
        each, combined = self._ours.combiner.propose_each(sentences)
        return Outcome(ready([*chain.from_iterable(each), *combined]))


def seconds(stage: Propose, documents: Sequence[str], processes: int) -> float:
    """Take the time until the last prediction is here."""
    engine = flow.spread if 1 < processes else flow.inline
    begin = time.monotonic()
    for _ in engine(stage, _batches(documents), processes):
        pass
    return time.monotonic() - begin


def apart(stage: Propose, documents: Sequence[str], processes: int) -> float:
    """Take the time of a round of runs at once that know nothing of one another, for each of them."""
    context = get_context("spawn")
    start, end = context.Barrier(processes + 1), context.Barrier(processes + 1)
    runs = [context.Process(target=_alone, args=(stage, documents, start, end)) for _ in range(processes)]
    for run in runs:
        run.start()
    start.wait()
    begin = time.monotonic()
    end.wait()
    taken = time.monotonic() - begin
    for run in runs:
        run.join()
    return taken / processes


def _alone(stage: Propose, documents: Sequence[str], start: Barrier, end: Barrier) -> None:
    seconds(stage, documents[: 2 * _BATCH], 1)
    start.wait()
    seconds(stage, documents, 1)
    end.wait()


def _batches(documents: Sequence[str]) -> Iterator[list[str]]:
    return flow.batches(documents, _BATCH)


def main() -> None:
    """Measure by turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", nargs="?", choices=("zh", "en"), default="zh")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    rng = random.Random(0)
    documents = [*drawn(sentences_of(asked.text, asked.language), asked.megabytes, rng)]
    characters = sum(map(len, documents))
    with tempfile.TemporaryDirectory() as folder:
        stage = Propose(Ours(names(100_000, rng), Path(folder)))
        seconds(stage, documents[: 20 * _BATCH], 1)  # what is built and compiled once
        taken: dict[int, list[float]] = {processes: [] for processes in asked.processes}
        allowed: dict[int, list[float]] = {processes: [] for processes in asked.processes[1:]}
        for _ in range(asked.rounds):
            for processes, times in taken.items():
                times.append(seconds(stage, documents, processes))
                rate = characters / times[-1] / 1e3
                print(f"{processes} processes: {times[-1]:6.1f} s on the clock, {rate:7.1f} k chars/s", flush=True)
            for processes, times in allowed.items():
                times.append(apart(stage, documents, processes))
    least = asked.processes[0]
    for processes in asked.processes[1:]:
        ratios = [one / several for one, several in zip(taken[least], taken[processes], strict=True)]
        each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        most = median(one / several for one, several in zip(taken[least], allowed[processes], strict=True))
        print(f"{processes} processes are {median(ratios):.2f} times as fast as {least} ({each})")
        print(f"{processes} runs that share nothing are {most:.2f} times as fast")
    held = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"peak {held[0]} MiB here, {held[1]} MiB in another process")


if __name__ == "__main__":
    main()
