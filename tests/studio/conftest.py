"""A real HTTP server on 127.0.0.1 that answers as a test tells it, for faults no healthy server shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

Reply = tuple[int, str]


class Scripted:
    """Answers each request with the next reply, the last one for ever; remembers what was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [(200, "{}")]
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append(f"{self.command} {self.path}")
                status, body = script.replies.pop(0) if len(script.replies) > 1 else script.replies[0]
                self.send_response(status)
                self.send_header("Set-Cookie", "sessionid=a-secret-cookie")
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = do_PATCH = _answer

            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

        return Handler


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """Start the scripted server."""
    server = Scripted()
    yield server
    server.close()
