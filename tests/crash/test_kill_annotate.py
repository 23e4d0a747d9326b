"""`builder annotate` as people start it, killed with SIGKILL at random moments and started again.

`python bench/annotate_killed.py` does the same with ten thousand sentences.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.annotate_killed import trial
from builder.annotators import cues
from builder.annotators.combine import Combiner
from builder.schema import read_schema
from tests.annotators import plug_ins
from tests.annotators.plug_ins import Stranger
from tests.crash.test_kill import child, fresh
from tests.project import at_work, dump, make_sources

SENTENCES = int(os.environ.get("BUILDER_KILLED_SENTENCES", "1000"))


class Quick(Stranger):
    """A stranger asked in this process, so that a step of it is a step of ours."""

    __module__ = "builder.test"


@pytest.mark.parametrize(("processes", "kills"), [(1, 20), (2, 3)])
def test_killed_at_random_moments_and_resumed_is_never_having_been_killed(tmp_path, processes, kills):
    sentences = max(SENTENCES, 7000) if 1 < processes else SENTENCES  # fewer are not worth a second process
    told = trial(tmp_path, sentences, kills=kills, seed=processes, processes=processes)

    assert (kills, True) == (told.killed, told.is_equal)


def annotated(folder: Path, poison: str, *, again: bool) -> list[str]:
    """Propose with an annotator that falls over the poison; give what is stored then."""
    with at_work(folder) as (bench, _):
        news = read_schema("news", folder)
        bench.__dict__["combiner"] = Combiner([cues.build({}, news), Quick(plug_ins.raises, poison)], news)
        bench.ingest()
        bench.annotate(again=again)
        return sorted(dump(bench))


def test_asking_again_killed_at_any_step_is_never_having_been_killed(tmp_path):
    make_sources(tmp_path / "state")
    failed = annotated(tmp_path / "state", "Maria", again=False)
    expected = annotated(fresh(tmp_path / "state", tmp_path / "whole"), "nobody", again=True)
    assert failed != expected

    step = 0
    while child(lambda: annotated(tmp_path / "killed", "nobody", again=True), armed(tmp_path, step)):
        assert expected == annotated(tmp_path / "killed", "nobody", again=True), f"killed at step {step}"
        step += 1
    assert step > 3, "it was not killed inside"


def armed(folder: Path, step: int) -> int:
    """Put the state back before the step."""
    fresh(folder / "state", folder / "killed")
    return step
