"""One request enters, the model's words and their cost leave: chat completions over HTTP, tried again with patience.

The room's one door to httpx. No message made here holds a header, a key, or words of the server.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from builder.errors import Rejected, Unavailable, UsageError

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 5
LONGEST_WAIT = 60.0
_LARGEST = 2**20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class Endpoint:
    """Asks one server; it may be asked by several threads."""

    def __init__(self, url: str, variable: str, timeout: float, pause: Callable[[float], None] = time.sleep) -> None:
        """Take where to ask, and the name of the environment variable with the key (it may be unset).

        Raises:
            UsageError: the URL is none, holds a password, or the name is no variable's.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("annotator 'llm': url looks like http://127.0.0.1:8000/v1")
        if parts.username or parts.password or parts.query:
            raise UsageError(f"annotator 'llm': url holds a secret or a query; put the key into ${variable:.20}")
        if not _VARIABLE.fullmatch(variable):
            raise UsageError("annotator 'llm': key_variable is the NAME of an environment variable, never a key")
        self.url, self._variable, self._timeout, self._pause = url.rstrip("/"), variable, timeout, pause
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()
        self._is_free_form = False
        self._down_until = 0.0

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot travel; no key is ever part of the state."""
        return {name: value for name, value in self.__dict__.items() if name not in ("_client", "_lock")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Come back without a connection."""
        self.__dict__.update(state, _client=None, _lock=threading.Lock())

    def ask(self, body: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
        """Give the model's words and the tokens they cost; without `response_format` where the server has none.

        Raises:
            Unavailable: the server does not answer, however often it is asked.
            UsageError: it refuses the key, or does not know the model.
            Rejected: it refuses this request.
        """
        if not self._is_free_form:
            status, answer = self._patiently(body)
            if status not in (400, 422):
                return _words(status, answer)
        free = {name: value for name, value in body.items() if name != "response_format"}
        status, answer = self._patiently(free)
        self._is_free_form |= 200 <= status < 300
        return _words(status, answer)

    def _patiently(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """Ask until there is an answer, waiting longer each time."""
        if time.monotonic() < self._down_until:
            raise self._gone("it did not answer just now")
        said = ""
        for attempt in range(ATTEMPTS):
            status, answer, wait, said = self._once(body)
            if status and status not in _AGAIN:
                return status, answer
            if attempt + 1 < ATTEMPTS:
                self._pause(min(max(wait, 2.0**attempt), LONGEST_WAIT))
        self._down_until = time.monotonic() + LONGEST_WAIT
        raise self._gone(said)

    def _once(self, body: Mapping[str, Any]) -> tuple[int, bytes, float, str]:
        import httpx

        try:
            with self._open().stream("POST", f"{self.url}/chat/completions", json=body) as response:
                wait = response.headers.get("retry-after", "")
                answer = _bounded(response)
                return response.status_code, answer, float(wait) if wait.isdigit() else 0.0, str(response.status_code)
        except httpx.HTTPError as error:
            return 0, b"", 0.0, type(error).__name__

    def _open(self) -> httpx.Client:
        """Connect at the first use; redirects are not followed, and a local server is reached without a proxy."""
        import httpx

        with self._lock:
            if self._client is None:
                key = os.environ.get(self._variable, "")
                if not key.isascii() or not (key or "-").isprintable():
                    raise UsageError(f"annotator 'llm': ${self._variable} holds characters that no key has")
                headers = {"Authorization": f"Bearer {key}"} if key else {}
                local = urlsplit(self.url).hostname in _LOOPBACK
                self._client = httpx.Client(headers=headers, timeout=self._timeout, trust_env=not local)
            return self._client

    def _gone(self, said: str) -> Unavailable:
        return Unavailable(f"annotator 'llm': no answer from {self.url} ({said}); running the same command resumes")


def _bounded(response: httpx.Response) -> bytes:
    """Read an answer, and no more of it than an answer can be."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if _LARGEST < size:
            break
    return b"".join(parts)


def _words(status: int, answer: bytes) -> tuple[str, dict[str, int]]:
    if status in (401, 403):
        raise UsageError("annotator 'llm': the server refuses the key; see the option key_variable")
    if status == 404:
        raise UsageError("annotator 'llm': the server knows no such model, or has no /chat/completions at its url")
    if not 200 <= status < 300:
        raise Rejected(f"the server refuses the request ({status})", "E_REFUSED")
    try:
        body = json.loads(answer)
        words = body["choices"][0]["message"]["content"]
        usage = body.get("usage") or {}
    except (ValueError, KeyError, IndexError, TypeError, RecursionError, AttributeError):
        raise Rejected("the server's answer is no chat completion", "E_ANSWER") from None
    if not isinstance(words, str):
        raise Rejected("the model answered without words", "E_ANSWER")
    return words, {name: n for name, n in dict(usage).items() if type(n) is int and 0 <= n < 10**9}
