"""A backend on a free port, and ways to ask it: politely, and byte by byte."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.schema import read_schema
from builder.studio.backend import Address, Backend
from builder.studio.suggestions import Propose, Suggester

SCHEMA = read_schema("news", Path())
VERSION = "words@1"


def tom_proposed(sentences: Sequence[Sentence]) -> list[Prediction]:
    """Find the first Tom, 𠮷田 or 河 of each sentence; its label is an event."""
    made = []
    for sentence in sentences:
        names = [name for name in ("Tom", "𠮷田", "河") if name in sentence.text]
        places = [(sentence.text.index(name), name) for name in names]
        found = tuple(Entity(Span(at, at + len(name), "PERSON"), 0.8, ("w@1",)) for at, name in places)
        made.append(Prediction(sentence.id, VERSION, found, Label("event", 0.5, ("w@1",))))
    return made


def suggester(propose: Propose = tom_proposed) -> Suggester:
    return Suggester(SCHEMA, VERSION, propose)


class Asked:
    """A running backend, and what it said at its terminal."""

    def __init__(self, server: Backend, said: list[str]) -> None:
        self.server, self.said = server, said
        self.port = server.server_address[1]

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Ask, and give the status, the JSON and the headers of the answer."""
        connection = HTTPConnection(self.server.address.host, self.port, timeout=20)
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, sent, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content), dict(answer.getheaders())

    def predict(self, *texts: object, **others: object) -> tuple[int, Any]:
        """Ask for predictions for tasks of these texts."""
        status, answer, _ = self.ask("POST", "/predict", {"tasks": [{"data": {"text": t}} for t in texts], **others})
        return status, answer

    def raw(self, *parts: bytes) -> bytes:
        """Send bytes, stop sending, and give all that comes back."""
        with socket.create_connection((self.server.address.host, self.port), timeout=20) as wire:
            for part in parts:
                wire.sendall(part)
            wire.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: wire.recv(65_536), b""))


@contextmanager
def running(propose: Propose = tom_proposed, **address: Any) -> Iterator[Asked]:
    """Run a backend for a while."""
    said: list[str] = []
    with Backend(Address(**{"port": 0, **address}), suggester(propose), said.append) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield Asked(server, said)
        server.shutdown()


def basic(user: str, password: str) -> dict[str, str]:
    """Make the header of basic auth."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
