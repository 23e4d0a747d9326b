"""A server on this machine that fails in every way, and repeats to whoever asks all that they sent; who calls it."""

from __future__ import annotations

import json
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builder.cli import main
from builder.environment import KEY_VARIABLE
from builder.studio.backend import PASSWORD_VARIABLE
from builder.studio.client import StudioClient
from builder.studio.wire import TIMEOUT
from tests.hostile.canary import CANARY, LLM, PASSWORD, TOML, Called, told
from tests.listening import Listening, say

ANSWERS = {
    "refuses": (401, "{echo}"),
    "forbids": (403, "{echo}"),
    "repeats": (400, "{echo}"),
    "holds one already": (409, "{echo}"),
    "moved": (302, "{echo}"),
    "is not there": (404, "{echo}"),
    "broke down": (500, "{echo}"),
    "is busy": (429, "{echo}"),
    "is a gateway": (502, "<html>{echo}</html>"),
    "answers a page": (200, "<html>{echo}</html>"),
    "answers nothing": (200, ""),
    "answers another shape": (200, '{{"id": {echo}, "results": {echo}, "count": {echo}}}'),
    "answers without end": (200, "[" * 100_000),
    "answers deep": (200, '{{"count": 1, "results": [' + '{{"id":' * 400 + "1" + "}}" * 400 + "]}}"),
    "answers no number": (200, '{{"id": NaN, "email": "a@b.test", "count": 1e999, "results": []}}'),
    "answers a giant": (200, '{{"id": ' + "9" * 400 + ', "email": "a@b.test", "count": 1, "results": []}}'),
    "answers a giant of many digits": (200, '{{"id": ' + "9" * 5_000 + "}}"),
}
BREAKS = ("hangs up", "is cut short")
SILENCES = ("hangs", "answers late")
"""It never answers; or as soon as whoever asked has given up."""

_EMPTY = b'{"count": 0, "results": []}'


class Failing(Listening):
    """Answers every request in one way; or only those of one method, and others that nothing is there."""

    def __init__(self) -> None:
        self.mode, self.at = "refuses", ""
        self.authorised: set[str] = set()
        self.late, self._over, self._at_work = 0, threading.Event(), list[threading.Thread]()
        super().__init__()

    def let_go(self) -> None:
        """Let every request that hangs end, and wait for it."""
        self._over.set()
        for thread in self._at_work:
            thread.join()

    def close(self) -> None:
        self.let_go()
        super().close()

    def answer(self, request: BaseHTTPRequestHandler, sent: bytes) -> None:
        self._at_work.append(threading.current_thread())
        self.authorised.add(request.headers.get("Authorization", ""))
        if self.mode == "hangs up":
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.connection.close()
            request.close_connection = True
        elif self.at not in ("", request.command):
            say(request, 200, _EMPTY)
        elif self.mode not in SILENCES:
            self._repeat(request, sent)
        elif self._outlives(request):
            with suppress(OSError):  # nobody listens any more
                self._repeat(request, sent)

    def _repeat(self, request: BaseHTTPRequestHandler, sent: bytes) -> None:
        status, body = ANSWERS.get(self.mode, (200, "{echo}"))
        echo = json.dumps([request.headers.get("Authorization"), dict(request.headers), sent.decode()])
        say(request, status, body.format(echo=echo).encode(), more=9 * (self.mode == "is cut short"))

    def _outlives(self, request: BaseHTTPRequestHandler) -> bool:
        """Wait until the client has gone, to answer all the same; or until all is over."""
        if self.mode == "hangs":
            self._over.wait()
            return False
        with suppress(ConnectionError):
            assert b"" == request.connection.recv(1, socket.MSG_PEEK), "more than one request"
        self.late += 1
        return True


@pytest.fixture
def failing() -> Iterator[Failing]:
    """Start it."""
    server = Failing()
    yield server
    server.close()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project whose sentences wait to be pushed."""
    folder = tmp_path_factory.mktemp("ready")
    (folder / "sources").mkdir()
    (folder / "sources" / "a.txt").write_text("Maria spoke first. They left at 9 p.m. on Friday.\n")
    (folder / "builder.toml").write_text(TOML.format(url="http://127.0.0.1:9", more=""))
    for verb in ("ingest", "annotate"):
        assert 0 == CliRunner().invoke(main, ["-C", str(folder), verb]).exit_code
    return folder


@pytest.fixture
def called(
    ready: Path, tmp_path: Path, failing: Failing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Called:
    """Call a verb of a copy of the project, with every secret set and every log kept."""
    monkeypatch.setitem(StudioClient.__init__.__kwdefaults__, "pause", lambda seconds: None)
    for name, value in ((KEY_VARIABLE, CANARY), (PASSWORD_VARIABLE, PASSWORD), ("BUILDER_LLM_KEY", LLM)):
        monkeypatch.setenv(name, value)
    caplog.set_level("DEBUG")
    folder = tmp_path / "project"
    shutil.copytree(ready, folder)

    def call(*verb: str, more: str = "") -> tuple[Result, Path, str]:
        (folder / "builder.toml").write_text(TOML.format(url=failing.url, more=more))
        patience = 0.2 if failing.mode in SILENCES else TIMEOUT
        monkeypatch.setitem(StudioClient.__init__.__kwdefaults__, "timeout", patience)
        result = CliRunner().invoke(main, ["-C", str(folder), *verb])
        return result, folder, told(result, caplog.text)

    return call
