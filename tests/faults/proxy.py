"""A web proxy that lies: it stands before a real server and spoils some of its answers, by a seeded plan.

A fault happens `before` the server got the request, or `after` it did all its work; `late` hands the request on only
after its client gave up. What it did is kept in `trace`, so that a seed and a trace tell the whole story.
"""

from __future__ import annotations

import http.client
import random
import socket
import threading
from collections import Counter, namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from urllib.parse import urlsplit

ANSWERS = {
    "404": (404, "text/html", b"<h1>Not Found</h1>"),
    "html": (200, "text/html", b"<html><body>Please log in</body></html>"),
    "{}": (200, "application/json", b"{}"),
    "429": (429, "text/plain", b"slow down"),
    "502": (502, "text/html", b"<h1>Bad Gateway</h1>"),
}
FAULTS = (*(f"{kind} {when}" for kind in ("cut", "hang", *ANSWERS) for when in ("before", "after")), "truncate after")
"""Everything it can do, but for `late`, which no client can be exact against."""

HANG = 8.0
"""Seconds that it keeps a request; clients must give up earlier."""

Answer = tuple[int, str, bytes]
Plan = Callable[[str, int], str]
"""The fault for a method and the number of its request (of that method); empty: none."""


def seeded(seed: int, share: float, faults: tuple[str, ...] = FAULTS) -> Plan:
    """Spoil this share of the requests, the same ones for the same seed; of posts and of reads alike."""

    def plan(method: str, number: int) -> str:
        dice = random.Random(f"{seed} {method} {number}")
        return dice.choice(faults) if dice.random() < share else ""

    return plan


def posts(fault: str, *numbers: int) -> Plan:
    """Spoil these posts; the first of all, 0, makes a project."""
    return lambda method, number: fault if method == "POST" and number in numbers else ""


Asked = namedtuple("Asked", "method path fault")
"""A request, and what was done to it."""


class Proxy:
    """Stands before the server at `upstream`."""

    def __init__(self, upstream: str, plan: Plan, watch: Callable[[str], None] = lambda path: None) -> None:
        self.upstream, self.plan, self.watch = urlsplit(upstream), plan, watch
        self.trace: list[Asked] = []
        self._lock, self._counts = threading.Lock(), dict[str, int]()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop; requests that hang are left to themselves."""
        self._server.shutdown()
        self._server.socket.close()

    def told(self) -> str:
        """Say how many requests of each method were spoiled, of how many."""
        spoiled = Counter(asked.method for asked in self.trace if asked.fault)
        return ", ".join(f"{spoiled[method]} of {number} {method}" for method, number in self._counts.items())

    def fault(self, method: str, path: str) -> str:
        """Say what is done to this request."""
        with self._lock:
            number = self._counts.get(method, 0)
            self._counts[method] = number + 1
            fault = self.plan(method, number)
            self.trace.append(Asked(method, path, fault))
        return fault

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Let the server do its work."""
        self.watch(f"{method} {path}")
        server = http.client.HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=300)
        try:
            server.request(method, path, body, headers)
            answer = server.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            server.close()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind, _, when = proxy.fault(self.command, self.path).partition(" ")
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            sleep(HANG if kind == "late" else 0)
            try:
                true = None if when == "before" else proxy.forward(self.command, self.path, headers, body)
            except (OSError, http.client.HTTPException):
                return self._cut()
            sleep(HANG if kind == "hang" else 0)
            answer = None if kind in ("cut", "hang", "late") else ANSWERS.get(kind, true)
            return self._say(answer, is_whole=kind != "truncate") if answer else self._cut()

        def _say(self, answer: Answer, is_whole: bool) -> None:
            status, kind, body = answer
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if is_whole else body[: len(body) // 2])
            if not is_whole:
                self._cut()

        def _cut(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PATCH = do_DELETE = _do

        def handle(self) -> None:
            with suppress(OSError):  # the client is gone; so is its connection
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    return Handler


@contextmanager
def before(upstream: str, plan: Plan, watch: Callable[[str], None] = lambda path: None) -> Iterator[Proxy]:
    """Stand before a server for a while."""
    proxy = Proxy(upstream, plan, watch)
    try:
        yield proxy
    finally:
        proxy.close()
