"""An annotator enters; its answers come back from a process of its own, which can be killed at any moment.

Nothing that a plug-in does there, hanging, dying or printing, reaches this process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from builder.annotators.answers import reason_of
from builder.errors import Rejected
from builder.model import Sentence
from builder.ports import Annotator

_START = "started"


class Worker:
    """Asks an annotator in another process, started when first asked and again after it was killed."""

    def __init__(self, annotator: Annotator, seconds_to_start: float) -> None:
        self._annotator = annotator
        self._seconds_to_start = seconds_to_start
        self._process: BaseProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_process": None, "_connection": None}

    def ask(self, sentences: Sequence[Sentence], seconds: float) -> object:
        """Give what the annotator answers.

        Raises:
            Rejected: it cannot be sent or started (E_START), raises (E_RAISED), takes longer than `seconds`
                (E_TIMEOUT) or its process ends (E_DIED).

        """
        connection = self._connection or self._started()
        try:
            connection.send(list(sentences))
            code, answer = self._received(connection, seconds)
        except Exception as error:
            self.close()
            raise error if isinstance(error, Rejected) else _died(error) from error
        if code:
            raise Rejected(answer, code)
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def _started(self) -> Connection[Any, Any]:
        """Start the process, which loads the annotator.

        Raises:
            Rejected: it does not start.

        """
        here, there = get_context("spawn").Pipe()
        # A daemon ends with this process; fresh, not forked: a fork would share the store's open files.
        self._process = get_context("spawn").Process(target=_serve, args=(there, self._annotator), daemon=True)
        self._connection = here
        try:
            self._process.start()
            there.close()
            self._received(here, self._seconds_to_start)
        except Exception as error:
            self._process = self._process if self._process.pid else None
            self.close()
            raise Rejected(f"its process does not start: {reason_of(error)}", "E_START") from error
        return here

    def _received(self, connection: Connection[Any, Any], seconds: float) -> Any:
        if not connection.poll(seconds):
            raise Rejected(f"it did not answer within {seconds:g} seconds", "E_TIMEOUT")
        return connection.recv()


def _died(error: Exception) -> Rejected:
    return Rejected(f"its process ended: {reason_of(error)}", "E_DIED")


def _serve(connection: Connection[Any, Any], annotator: Annotator) -> None:
    """Answer until nobody asks any more."""
    os.dup2(2, 1)  # Standard output is for answers: a plug-in must not write there.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The asking process hears it too, and ends this one.
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    connection.send((_START, ""))
    while True:
        try:
            sentences = connection.recv()
        except EOFError:
            return
        connection.send(_answered(annotator, sentences))


def _answered(annotator: Annotator, sentences: Sequence[Sentence]) -> tuple[str, object]:
    try:
        return "", annotator.propose(sentences)
    except Exception as error:
        return error.code if isinstance(error, Rejected) else "E_RAISED", reason_of(error)


def end_with_the_parent() -> None:
    """End this process, at work or not, when the one that asks is gone."""
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(1)
