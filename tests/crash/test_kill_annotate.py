"""`builder annotate` as people start it, killed with SIGKILL at random moments and started again.

`python bench/annotate_killed.py` does the same with ten thousand sentences.
"""

from __future__ import annotations

import os

import pytest

from bench.annotate_killed import trial

SENTENCES = int(os.environ.get("BUILDER_KILLED_SENTENCES", "2000"))


@pytest.mark.parametrize(("processes", "kills"), [(1, 20), (2, 5)])
def test_killed_at_random_moments_and_resumed_is_never_having_been_killed(tmp_path, processes, kills):
    told = trial(tmp_path, SENTENCES, kills=kills, seed=processes, processes=processes)

    assert (kills, True) == (told.killed, told.is_equal)
