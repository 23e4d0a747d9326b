"""A process is named by its pid and its birth."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builder.studio.process import Process, birth, wait_until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

# Ends the first thread only, as happens for a moment whenever a process with threads is killed.
HEADLESS = """
import ctypes, platform, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print('up', flush=True)
ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of its own group that sleeps."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield child
    child.kill()
    child.wait()


def named(child: subprocess.Popen[bytes]) -> Process:
    return Process(child.pid, birth(child.pid) or "")


def test_a_running_process_is_alive(sleeper: subprocess.Popen[bytes]) -> None:
    assert named(sleeper).is_alive()


def test_another_birth_under_the_same_pid_is_another_process(sleeper: subprocess.Popen[bytes]) -> None:
    assert not replace(named(sleeper), born="an earlier boot/1").is_alive()


def test_a_process_that_is_not_ours_is_never_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    assert not replace(named(sleeper), born="an earlier boot/1").end(1.0)
    assert sleeper.poll() is None


def test_ending_a_process_leaves_none(sleeper: subprocess.Popen[bytes]) -> None:
    process = named(sleeper)

    assert process.end(5.0)
    assert not process.is_alive()
    assert not process.end(5.0)


def test_a_process_that_ignores_the_request_is_made_to_end() -> None:
    child = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True, stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()
    process = named(child)

    assert process.end(0.3)
    assert not process.is_alive()
    child.stdout.close()
    child.wait()


def test_nobody_has_the_birth_of_a_pid_beyond_the_last() -> None:
    assert birth(2**30) is None


def test_waiting_gives_up_in_time() -> None:
    assert not wait_until(lambda: False, 0.0)


def test_this_process_has_a_birth_that_stays() -> None:
    assert birth(os.getpid()) == birth(os.getpid()) is not None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="Linux shows such a process as a zombie")
def test_a_process_lives_until_its_last_thread_ends() -> None:
    child = subprocess.Popen([sys.executable, "-c", HEADLESS], start_new_session=True, stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()
    process = named(child)
    state = Path(f"/proc/{child.pid}/stat")

    assert wait_until(lambda: state.read_text().rpartition(")")[2].split()[0] == "Z", 5.0)
    assert process.is_alive()
    assert process.end(5.0)
    assert not process.is_alive()
    child.stdout.close()
    child.wait()
