"""A question enters a fresh Python process; its answer, or what went wrong there, leaves.

Sets and dictionaries are ordered otherwise there, and nothing is known but what travels.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from builder.errors import BuilderError

_PATIENCE = 600
_ASK = "import sys; from builder.elsewhere import answer_here; answer_here(*sys.argv[1:])"


class Unanswered(BuilderError):
    """The other process gave no answer; the message says why."""


def pickled(answer: Any, *question: Any) -> bytes:
    """Write a function that can be imported, and what it is called with, so that both travel.

    Raises:
        Exception: something cannot travel; whatever pickling it raises.
    """
    return pickle.dumps((answer, question))


def asked(question: bytes, seed: str) -> Any:
    """Give what a pickled question is answered with where PYTHONHASHSEED is `seed`.

    Raises:
        Unanswered: the process failed, or took too long.
    """
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    with tempfile.TemporaryDirectory(prefix="builder-") as folder:
        call, answer = Path(folder, "question"), Path(folder, "answer")
        call.write_bytes(question)
        command = [sys.executable, "-c", _ASK, str(call), str(answer)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            raise Unanswered(f"no answer in {_PATIENCE} seconds") from None
        if done.returncode or not answer.exists():
            last = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise Unanswered(last or f"exit code {done.returncode}")
        return pickle.loads(answer.read_bytes())


def answer_here(question: str, answer: str) -> None:
    """Answer the pickled question of one file in this process, into another."""
    call, given = pickle.loads(Path(question).read_bytes())
    Path(answer).write_bytes(pickle.dumps(call(*given)))
