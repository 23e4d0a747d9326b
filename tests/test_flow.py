"""The engines: what is spread over processes is what one makes, in its order, and nobody stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from builder import flow
from builder.flow import Outcome
from builder.model import Reject
from builder.store.db import Store


@dataclass
class Numbers:
    """Counts until another process has worked, and some more; says who worked on what."""

    folder: Path
    most: int | None = None
    worth_spreading: int = 3
    name: str = "numbers"
    batch_size: int = 2

    def todo(self, store: Store | None) -> Iterator[int]:
        for number in count() if self.most is None else range(self.most):
            yield number
            time.sleep(0.002)
            if self.most is None and list(self.folder.glob("other-*")) and number % 7 == 0:
                return

    def intend(self, batch):
        return []

    def work(self, batch: Sequence[int]) -> Outcome:
        if os.getpid() != int((self.folder / "parent").read_text()):
            (self.folder / f"other-{os.getpid()}").touch()
        return Outcome(rejects=[Reject("numbers", f"{number:06}", str(os.getpid()), "-") for number in batch])


class Failing(Numbers):
    """Fails in every other process."""

    def work(self, batch: Sequence[int]) -> Outcome:
        outcome = super().work(batch)
        if os.getpid() in others(self.folder):
            raise ValueError(f"process {os.getpid()} cannot")
        return outcome


class Dying(Numbers):
    """Takes every other process with it."""

    def work(self, batch: Sequence[int]) -> Outcome:
        outcome = super().work(batch)
        if os.getpid() in others(self.folder):
            os._exit(3)
        return outcome


def others(folder: Path) -> list[int]:
    """List the other processes that have worked."""
    return [int(path.name.removeprefix("other-")) for path in folder.glob("other-*")]


@pytest.fixture
def numbers(tmp_path):
    (tmp_path / "parent").write_text(str(os.getpid()))
    return Numbers(tmp_path)


@pytest.mark.parametrize("processes", [2, 3])
def test_outcomes_come_in_the_order_of_the_batches_from_this_process_and_others(numbers, tmp_path, processes):
    with Store(tmp_path / "store") as store:
        tally = flow.run(numbers, store, processes=processes)

    subjects, workers = [r.subject for r in tally.rejected], {r.code for r in tally.rejected}
    assert [f"{number:06}" for number in range(len(subjects))] == subjects
    assert str(os.getpid()) in workers
    assert 2 <= len(workers) <= processes


def test_no_process_is_started_while_this_one_waits(numbers, tmp_path, monkeypatch):
    starters, start = [], SpawnProcess.start

    def start_and_tell(process):
        starters.append(threading.current_thread())
        start(process)

    monkeypatch.setattr(SpawnProcess, "start", start_and_tell)
    list(flow.spread(numbers, flow.batches(numbers.todo(None), 2), 3))

    assert 2 == len(starters)
    assert threading.main_thread() not in starters


@pytest.mark.parametrize("most", [0, 1, 4])
def test_few_batches_are_all_worked_on_here(numbers, most):
    numbers.most = most
    made = [outcome for _, outcome in flow.spread(numbers, flow.batches(numbers.todo(None), 2), 2)]

    assert [str(os.getpid())] * most == [reject.code for outcome in made for reject in outcome.rejects]


class Late(Future[Outcome]):
    """Is done only when it is waited for."""

    def result(self, timeout=None):
        return Outcome()


@pytest.mark.parametrize("processes", [2, 3])
def test_few_outcomes_wait_for_a_late_one(numbers, monkeypatch, processes):
    done, taken = flow._done(Outcome()), []
    monkeypatch.setattr(flow._Crew, "__init__", lambda *_: None)
    monkeypatch.setattr(flow._Crew, "take", lambda _, batch: taken.append(batch) or (done if taken[1:] else Late()))
    monkeypatch.setattr(flow._Crew, "leave", lambda _: None)
    outcomes = flow.spread(numbers, flow.batches(range(1000), 2), processes)
    next(outcomes)

    assert flow._HELD * processes + 1 == len(taken)
    assert 500 == 1 + len(list(outcomes))


def test_an_error_in_another_process_ends_the_run(numbers, tmp_path):
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="process [0-9]+ cannot") as raised:
        flow.run(Failing(**vars(numbers)), store, processes=2)

    assert [f"process {other} cannot" for other in others(tmp_path)] == [str(raised.value)]


def test_the_death_of_another_process_ends_the_run(numbers, tmp_path):
    with Store(tmp_path / "store") as store, pytest.raises(BrokenProcessPool, match="terminated abruptly"):
        flow.run(Dying(**vars(numbers)), store, processes=2)

    assert 1 == len(others(tmp_path))


def test_other_processes_end_when_this_one_is_killed(tmp_path):
    code = f"""
import os
from pathlib import Path
from builder import flow
from tests.test_flow import Numbers

if __name__ == "__main__":
    Path({str(tmp_path / "parent")!r}).write_text(str(os.getpid()))
    stage = Numbers(Path({str(tmp_path)!r}), most=10**6)
    for batch in flow.spread(stage, flow.batches(stage.todo(None), 2), 2):
        pass
"""
    (tmp_path / "main.py").write_text(code, "utf-8")
    root = str(Path(__file__).parent.parent)
    started = subprocess.Popen([sys.executable, tmp_path / "main.py"], env={**os.environ, "PYTHONPATH": root})
    while not (left := others(tmp_path)):
        assert started.poll() is None
        time.sleep(0.05)
    started.send_signal(signal.SIGKILL)
    started.wait()

    (other,) = left
    for _ in range(600):
        try:
            os.kill(other, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(other, signal.SIGKILL)
    pytest.fail("it lives on")
