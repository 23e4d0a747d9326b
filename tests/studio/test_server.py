"""The embedded server, for real: what it keeps, whom it lets in, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builder.errors import BrokenError, Unavailable, UsageError
from builder.studio import server, wire
from builder.studio.client import StudioClient
from builder.studio.environment import Environment
from builder.studio.process import Process, birth, wait_until
from builder.studio.server import OWNER, EmbeddedServer, ServerInfo
from tests.conftest import silent
from tests.studio.conftest import Scripted

CONFIG = '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="x"/></Choices></View>'

linux_only = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")

Pretend = Callable[[str], EmbeddedServer]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def listening(pid: int) -> set[tuple[str, int]]:
    """Give the address (as the kernel writes it) and port of every listening socket of a process."""
    links = [os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()]
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in links:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def test_starting_a_running_server_changes_nothing(studio_home: EmbeddedServer, studio_server: ServerInfo) -> None:
    assert studio_server == studio_home.start(silent)
    assert studio_server == EmbeddedServer(studio_home.folder).start(silent)


def test_a_running_server_says_so(studio_home: EmbeddedServer, studio_server: ServerInfo) -> None:
    status = studio_home.status()

    assert (True, True, studio_server.url, studio_server.pid) == (
        status.running,
        status.healthy,
        status.url,
        status.pid,
    )


@linux_only
def test_it_listens_on_this_machine_only(studio_server: ServerInfo) -> None:
    assert {("0100007F", int(studio_server.url.rpartition(":")[2]))} == listening(studio_server.pid)


def test_nobody_else_can_read_its_files(studio_home: EmbeddedServer, studio_server: ServerInfo) -> None:
    private = [studio_home.credentials, studio_home.log, studio_home.data / "label_studio.sqlite3"]
    written = [path for path in studio_home.data.rglob("*") if not path.is_symlink()]

    assert [0o600] * 3 == [mode(path) for path in private]
    assert 0o700 == mode(studio_home.folder)
    assert [] == [path for path in written if mode(path) & 0o077]


def test_the_secrets_are_random_and_not_shown(studio_home: EmbeddedServer, studio_server: ServerInfo) -> None:
    shown = repr(studio_server) + studio_home.log.read_text("utf-8")

    assert 24 <= len(studio_server.password)
    assert 40 == len(studio_server.token)
    assert not [secret for secret in (studio_server.password, studio_server.token) if secret in shown]


@linux_only
def test_the_secrets_are_not_on_its_command_line(studio_server: ServerInfo) -> None:
    line = Path(f"/proc/{studio_server.pid}/cmdline").read_text("utf-8")

    assert "label_studio.server" in line
    assert not [secret for secret in (studio_server.password, studio_server.token) if secret in line]


def test_a_foreign_host_name_is_refused(studio_server: ServerInfo) -> None:
    with wire.connect(studio_server.url) as browser:
        assert 400 == browser.get("/user/login/", headers={"Host": "attacker.example"}).status_code


def test_the_web_pages_ask_nobody_else(studio_server: ServerInfo) -> None:
    with wire.connect(studio_server.url) as browser:
        page = browser.get("/user/login/").text

    assert "sentry.io" not in page


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerInfo, int, ServerInfo]]:
    """Start a server, make a project, kill the server with -9, start it again: before, the project, after."""
    home = EmbeddedServer(tmp_path_factory.mktemp("restarted"))
    try:
        before = home.start(silent)
        project = StudioClient(before.url, before.token).open_project("[kept]", "kept", CONFIG, "")
        os.killpg(before.pid, signal.SIGKILL)
        assert wait_until(lambda: not home.status().running, 10)
        yield before, project, home.start(silent)
    finally:
        assert home.stop()
        assert not home.stop()
        assert not home.status().running


def test_data_survive_a_kill_and_a_restart(killed: tuple[ServerInfo, int, ServerInfo]) -> None:
    _, project, after = killed

    assert project == StudioClient(after.url, after.token).find_project("[kept]")


def test_address_and_account_stay_the_same_after_a_restart(killed: tuple[ServerInfo, int, ServerInfo]) -> None:
    before, _, after = killed

    assert before.pid != after.pid
    assert (before.url, before.email, before.token) == (after.url, OWNER, after.token)


def test_stopping_what_never_ran_is_no_error(tmp_path: Path) -> None:
    assert not EmbeddedServer(tmp_path / "never").stop()
    assert not EmbeddedServer(tmp_path / "never").status().running
    assert not (tmp_path / "never").exists()


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pretend]:
    """Make embedded servers whose interpreter is a shell script, to see what the real one cannot be made to do."""
    made: list[EmbeddedServer] = []

    def make(script: str) -> EmbeddedServer:
        python, template = tmp_path / "python", tmp_path / "template.sqlite3"
        python.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        python.chmod(0o700)
        template.write_bytes(b"an empty database")
        monkeypatch.setattr(server, "ensure", lambda folder, say: Environment(python, template))
        made.append(EmbeddedServer(tmp_path / "studio"))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_server_that_dies_shows_its_last_words(pretend: Pretend) -> None:
    home = pretend("echo 'no such table: tasks' >&2; exit 3")
    with pytest.raises(Unavailable, match="no such table: tasks"):
        home.start(silent)
    assert not home.status().running


def test_a_stranger_on_the_port_is_not_taken_for_ours(
    pretend: Pretend, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_free_port", lambda wanted: scripted.port)
    home = pretend("echo 'Starting development server at http://127.0.0.1:1/'; exec sleep 60")
    with pytest.raises(Unavailable, match="did not start"):
        home.start(silent)
    assert not home.status().running


def test_nothing_of_the_callers_environment_leaks_in(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "USERNAME", "DEBUG", "SECRET_KEY", "PYTHONPATH", "HTTP_PROXY"):
        monkeypatch.setenv(name, "leaked")
    home = pretend("env; exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)

    assert "leaked" not in home.log.read_text("utf-8")
    assert f"LABEL_STUDIO_BASE_DATA_DIR={home.data}" in home.log.read_text("utf-8")


def test_the_log_before_is_kept_beside_the_new_one(pretend: Pretend) -> None:
    home = pretend("echo first; exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)
    home = pretend("echo second; exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)

    assert ("second\n", "first\n") == (home.log.read_text(), home.log.with_suffix(".log.1").read_text())


def test_a_reused_pid_is_neither_believed_nor_signalled(pretend: Pretend) -> None:
    home = pretend("exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    home._write_record(server._Record(1, Process(bystander.pid, "an earlier boot/1"), bound=True))

    assert not home.status().running
    assert not home.stop()
    assert birth(bystander.pid)
    bystander.kill()
    bystander.wait()


def test_a_lost_account_is_not_replaced_by_one_the_database_does_not_know(pretend: Pretend) -> None:
    home = pretend("exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)
    home.credentials.unlink()
    with pytest.raises(UsageError, match=r"credentials\.json is gone"):
        home.start(silent)


def test_a_damaged_file_is_named(pretend: Pretend) -> None:
    home = pretend("exit 1")
    with pytest.raises(Unavailable):
        home.start(silent)
    home.credentials.write_text("{", "utf-8")
    with pytest.raises(BrokenError, match=r"credentials\.json is damaged"):
        home.start(silent)


def test_a_busy_port_is_passed_over_and_a_free_one_taken_again() -> None:
    with socket.socket() as busy:
        busy.bind((server.HOST, 0))
        busy.listen()
        taken = busy.getsockname()[1]
        free = server._free_port(taken)

    assert taken != free
    assert free == server._free_port(free)


@linux_only
def test_a_start_killed_before_it_is_on_record_leaves_no_orphan(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = pretend("exec sleep 60")
    monkeypatch.setattr(EmbeddedServer, "_write_record", lambda self, record: os.kill(os.getpid(), signal.SIGKILL))
    starter = os.fork()
    if starter == 0:
        home.start(silent)
        os._exit(0)
    _, status = os.waitpid(starter, 0)

    assert signal.SIGKILL == os.WTERMSIG(status)
    assert wait_until(lambda: not at_home_in(home.data), 5.0)


def at_home_in(folder: Path) -> list[str]:
    """List the processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue
    return found
