"""A real HTTP server on 127.0.0.1 that answers each request as a test tells it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listening:
    """Remembers what was asked, and hands every request to `answer`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler, sent: bytes) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def say(request: BaseHTTPRequestHandler, status: int, body: bytes, *, more: int = 0, **headers: str) -> None:
    """Answer, with a cookie; `more` bytes are promised that never come."""
    request.send_response(status)
    request.send_header("Set-Cookie", "sessionid=a-secret-cookie")
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body) + more))
    request.end_headers()
    request.wfile.write(body)


def _handler(owner: Listening) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            owner.asked.append(f"{self.command} {self.path}")
            owner.answer(self, sent)

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    return Handler
