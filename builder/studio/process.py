"""A process that outlives this one: named by its pid and its birth, so that a reused pid is never signalled."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from builder.errors import Unavailable

_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Process:
    """A process group's leader: its pid, and when it was born as the system writes it."""

    pid: int
    born: str

    def is_alive(self) -> bool:
        """Whether this very process runs; a dead child of ours is reaped on the way."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return birth(self.pid) == self.born

    def end(self, patience: float) -> bool:
        """Ask the whole group to end, then make it; give whether it was alive.

        Raises:
            Unavailable: it runs on even so.
        """
        if not self.is_alive():
            return False
        for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, sign)
            if wait_until(lambda: not self.is_alive(), seconds):
                return True
        raise Unavailable(f"process {self.pid} does not end")


def birth(pid: int) -> str | None:
    """Say when a process was born: boot and clock ticks since then; None if it is gone or a zombie."""
    try:
        # The name in brackets may hold anything, so fields are counted from the last bracket: state is the first.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _birth_by_ps(pid)
    except ProcessLookupError:
        return None
    # A killed leader is a zombie while its other threads still hold the sockets: dead means none is left.
    is_dead = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if is_dead else f"{boot}/{fields[19]}"


def wait_until(reached: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it is so, or the time is over."""
    deadline = time.monotonic() + seconds
    while not reached():
        if deadline <= time.monotonic():
            return False
        time.sleep(_STEP)
    return True


def _birth_by_ps(pid: int) -> str | None:
    """Ask `ps`, where there is no /proc (macOS)."""
    asked = subprocess.run(
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = asked.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None
