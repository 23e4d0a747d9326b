"""The embedded server: a real Label Studio on SQLite, in a project's folder, on this machine only.

A folder enters; a running server's address and owner leave. It outlives the command that started it, keeps
its data, its port and its token through restarts, and never listens beyond 127.0.0.1.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from builder.errors import BrokenError, Unavailable, UsageError
from builder.studio import wire
from builder.studio.environment import Environment, clean_variables, default_folder, ensure
from builder.studio.process import Process, birth, wait_until

HOST = "127.0.0.1"
OWNER = "owner@builder.localhost"

_START_SECONDS = 180.0  # a warm start takes 3 to 8 seconds; a cold disk on a busy machine much longer
_STOP_SECONDS = 10.0
_PORTS = range(20_000, 32_000)  # below those that systems hand to outgoing connections
# The server begins only once it is on record: killed before that, this command leaves no orphan behind.
_WAIT_FOR_RECORD = 'read go && exec "$@" </dev/null'
_LOG_HEAD = 65_536  # characters; the address stands within the first few thousand


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A running server and its owner's account; the two secrets are not shown by `repr`."""

    url: str
    pid: int
    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """Whether the server's process runs, whether it answers, and where."""

    running: bool
    healthy: bool
    url: str | None
    pid: int | None
    log: Path


@dataclass(frozen=True, slots=True)
class _Record:
    """What is remembered between commands: the port for good, the process while it may run, and if it took the port."""

    port: int
    process: Process | None = None
    bound: bool = False

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


class EmbeddedServer:
    """One Label Studio server in one folder."""

    def __init__(self, folder: Path, environments: Path | None = None, *, local_backends: bool = False) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "label-studio.log"
        self.credentials = self.folder / "credentials.json"
        self._record = self.folder / "server.json"
        self._database = self.data / "label_studio.sqlite3"
        self._environments = environments or default_folder()
        self._local_backends = local_backends

    def start(self, say: Callable[[str], None]) -> ServerInfo:
        """Start the server unless it runs, and wait until it answers.

        Raises:
            Unavailable: it cannot be installed or does not come up; the message ends with its last log lines.
        """
        from filelock import FileLock

        self._make_folder()
        with FileLock(self.folder / "start.lock"):
            record = self._read_record()
            if record is None or record.process is None or not record.process.is_alive():
                environment = ensure(self._environments, say)
                say("starting Label Studio")
                record = self._launch(environment, record.port if record else None)
            return self._await(record)

    def stop(self) -> bool:
        """Stop the server; give whether it was running. Its data stay."""
        from filelock import FileLock

        if not self._record.exists():
            return False
        with FileLock(self.folder / "start.lock"):
            record = self._read_record()
            if record is None or record.process is None:
                return False
            ended = record.process.end(_STOP_SECONDS)
            self._write_record(_Record(record.port))
        return ended

    def status(self) -> ServerStatus:
        """Look whether the server runs and answers, without changing anything."""
        record = self._read_record()
        if record is None or record.process is None or not record.process.is_alive():
            return ServerStatus(False, False, None, None, self.log)
        healthy = self._is_up(record)
        return ServerStatus(True, healthy, record.url, record.process.pid, self.log)

    def _launch(self, environment: Environment, last_port: int | None) -> _Record:
        owner = self._owner()
        if not self._database.exists():
            _copy_whole(environment.template, self._database)
        port = _free_port(last_port)
        with self._open_log() as log:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _WAIT_FOR_RECORD, "sh", *_command(environment.python, port)],
                env=_variables(self.data, owner, self._local_backends),
                cwd=self.data,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it outlives this command and its terminal's Ctrl+C
                umask=0o077,  # the database holds password hashes and everybody's texts
            )
        record = _Record(port, Process(child.pid, birth(child.pid) or "gone"))
        self._write_record(record)
        if child.stdin:
            child.stdin.write(b"go\n")
            child.stdin.close()
        child.returncode = 0  # `Process` reaps it; this only keeps Popen from warning that it still runs
        return record

    def _await(self, record: _Record) -> ServerInfo:
        process = record.process
        if process is None:
            raise BrokenError("waiting for a server that was not started")
        wait_until(lambda: self._is_up(record) or self._is_lost(record, process), _START_SECONDS)
        if process.is_alive() and self._is_up(record):
            self._write_record(_Record(record.port, process, bound=True))
            owner = self._owner()
            return ServerInfo(record.url, process.pid, owner["email"], owner["password"], owner["token"])
        process.end(_STOP_SECONDS)
        self._write_record(_Record(record.port))
        raise Unavailable(f"Label Studio did not start; the end of {self.log}:\n{self._last_lines()}")

    def _is_up(self, record: _Record) -> bool:
        return (record.bound or self._bound_url() == record.url) and wire.answers(record.url, "/health/")

    def _is_lost(self, record: _Record, process: Process) -> bool:
        return not process.is_alive() or (not record.bound and self._bound_url() not in (None, record.url))

    def _bound_url(self) -> str | None:
        """Read which address it took: if its port is busy Label Studio moves on, and a stranger answers there.

        Django writes the address only after it has bound the port, so this start's own log is the proof.
        """
        with self.log.open(encoding="utf-8", errors="replace") as log:
            found = re.search(r"^Starting development server at (\S+)/$", log.read(_LOG_HEAD), re.MULTILINE)
        return found[1] if found else None

    def _make_folder(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.data):
            folder.chmod(0o700)

    def _open_log(self) -> IO[bytes]:
        """Open the log of this start; the one before is kept beside it, and no line of it can be taken for ours."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        # It shows invite links, whose token lets people in.
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")

    def _last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").rstrip().split("\n")[-count:])

    def _owner(self) -> dict[str, str]:
        """Read the owner's account, or make one up: `email`, `password`, `token`."""
        if not self.credentials.exists() and self._database.exists():
            raise UsageError(f"{self.credentials} is gone; bring it back, or move {self.data} away to start anew")
        if not self.credentials.exists():
            # 40 hexadecimal digits: the only length that fits the server's column.
            made = {"email": OWNER, "password": secrets.token_urlsafe(24), "token": secrets.token_hex(20)}
            _write_private(self.credentials, made)
        return {key: str(value) for key, value in _read_json(self.credentials).items()}

    def _read_record(self) -> _Record | None:
        if not self._record.exists():
            return None
        kept = _read_json(self._record)
        process = Process(kept["pid"], kept["born"]) if kept["pid"] else None
        return _Record(kept["port"], process, kept["bound"])

    def _write_record(self, record: _Record) -> None:
        process = record.process
        born = {"pid": process and process.pid, "born": process and process.born}
        _write_private(self._record, {"port": record.port, "bound": record.bound, **born})


def _command(python: Path, port: int) -> list[str]:
    # `-m` instead of the console script: `-I` shuts out the user's own packages, `-u` makes the log immediate.
    server = [str(python), "-I", "-u", "-m", "label_studio.server", "start", "--no-browser"]
    # Its own default is 0.0.0.0, every network this machine is on.
    where = ["--internal-host", HOST, "--port", str(port), "--host", f"http://{HOST}:{port}"]
    return [*server, *where, "--log-level", "WARNING"]


def _variables(data: Path, owner: dict[str, str], local_backends: bool) -> dict[str, str]:
    """Say every switch; secrets go by environment, since a command line is public on the machine."""
    return clean_variables(data) | {
        # These three make the owner at the first start; later ones leave an existing account as it is.
        "LABEL_STUDIO_USERNAME": owner["email"],
        "LABEL_STUDIO_PASSWORD": owner["password"],
        "LABEL_STUDIO_USER_TOKEN": owner["token"],
        # `Authorization: Token …`; read only when the organisation is first made.
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        # Only who holds an invite link gets an account.
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        # A project must not read this machine's files.
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "false",
        "LABEL_STUDIO_ENABLE_LOCAL_FILES_STORAGE": "false",
        # A web page elsewhere cannot reach it by pointing its own host name at 127.0.0.1.
        "LABEL_STUDIO_ALLOWED_HOSTS": f"{HOST},localhost",
        # Who may edit a project can else make it ask any address of this machine and its networks. Registering a
        # backend also makes a webhook to it, hence both.
        "LABEL_STUDIO_ML_BLOCK_LOCAL_IP": "false" if local_backends else "true",
        "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "false" if local_backends else "true",
    }


def _free_port(wanted: int | None) -> int:
    """Take the wanted port if it is free, so that bookmarks and configurations stay true; else any free one."""
    anywhere = (secrets.choice(_PORTS) for _ in range(100))
    for port in (wanted, *anywhere):
        if port and _is_free(port):
            return port
    raise Unavailable(f"no free port on {HOST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does: a port whose old connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _copy_whole(source: Path, target: Path) -> None:
    """Copy aside, then rename: a half-copied database is never opened."""
    aside = target.with_suffix(".part")
    shutil.copyfile(source, aside)
    aside.chmod(0o600)
    aside.replace(target)


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Write aside with mode 0600 from the first byte, then rename."""
    aside = path.with_suffix(".part")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BrokenError(f"{path} is damaged ({error}); stop the server, move the file away and start again") from None
    return content
