"""A real HTTP server on 127.0.0.1 that answers as a test tells it, for faults no healthy server shows."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from tests.listening import Listening, say

Reply = tuple[int, str]


class Scripted(Listening):
    """Answers each request with the next reply, the last one for ever; remembers what was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [(200, "{}")]
        super().__init__()

    def answer(self, request: BaseHTTPRequestHandler, sent: bytes) -> None:
        status, body = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        say(request, status, body.encode(), Location="/elsewhere")


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """Start the scripted server."""
    server = Scripted()
    yield server
    server.close()
