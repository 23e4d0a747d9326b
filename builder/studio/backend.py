"""An ML backend as Label Studio asks one: tasks enter over HTTP, suggestions leave.

It keeps nothing: the token that `/setup` brings is dropped unread, and nothing of a request is ever logged but its
path, its outcome and how long it took.
"""

from __future__ import annotations

import binascii
import json
import socketserver
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6, SHUT_WR
from typing import Any

from builder.errors import Rejected, Unavailable, UsageError
from builder.studio.suggestions import Suggester
from builder.studio.turns import Turns

HOST, PORT, USER, SECONDS = "127.0.0.1", 9090, "builder", 30.0
PASSWORD_VARIABLE = "BUILDER_BACKEND_PASSWORD"
LARGEST = 64 * 2**20
"""Bytes of a request: Label Studio sends all the tasks that were ticked at once, with all that is known of them."""

_VISITORS = 32  # connections at a time; more are hung up on
_PAUSE = 10.0  # seconds that a visitor may keep us waiting for the next bytes
_LINGER = 2.0  # seconds that we listen to what is no longer wanted, so that our refusal is read
_CHUNK = 65_536
_METHODS = {"/": "GET", "/health": "GET", "/setup": "POST", "/predict": "POST", "/webhook": "POST"}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the backend listens, who may ask, and how long an answer may take."""

    host: str = HOST
    port: int = PORT
    user: str = USER
    password: str = field(default="", repr=False)
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        if not (self.is_local or self.password):
            raise UsageError(f"{self.host} can be reached from elsewhere: set {PASSWORD_VARIABLE}, or keep to {HOST}")
        if not f"{self.user}{self.password}".isascii() or ":" in self.user:
            raise UsageError("Label Studio can send a user name and password of ASCII characters only, the name no ':'")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return _is_local(self.host)

    def admits(self, authorization: str) -> bool:
        """Whether these are the credentials, told in the same time for right and wrong ones."""
        scheme, _, told = authorization.partition(" ")
        try:
            given = b64decode(told.strip(), validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            given = b""
        wanted = f"{self.user}:{self.password}".encode()
        is_same = compare_digest(sha256(given).digest(), sha256(wanted).digest())
        return is_same or not self.password


class Backend(ThreadingHTTPServer):
    """Answers until it is told to stop; one prediction at a time, everything else meanwhile."""

    def __init__(self, address: Address, suggester: Suggester, say: Say) -> None:
        """Listen.

        Raises:
            UsageError: the port is taken, or there is no such host.
        """
        self.address, self.suggester, self.say = address, suggester, say
        self.turns = Turns()
        self._seats = threading.BoundedSemaphore(_VISITORS)
        if ":" in address.host:
            self.address_family = AF_INET6
        try:
            super().__init__((address.host, address.port), _Visit)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else "no such port"
            raise UsageError(f"cannot listen on {address.host}:{address.port}: {why}; choose with --port") from error

    @property
    def url(self) -> str:
        """Say where it is."""
        host = self.address.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Take the port; unlike the standard library's, without asking a name server who we are."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a visitor in a thread of its own, if there is a seat."""
        if not self._seats.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a visitor, and free the seat."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say that a visitor was lost, without a trace."""
        self.say("a connection broke")


class _Refusal(Exception):
    """A request that is answered with an error: its status and one plain line."""

    def __init__(self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}


class _Visit(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: Backend
    protocol_version = "HTTP/1.1"  # `Expect: 100-continue` needs it; connections are not kept all the same
    server_version, sys_version = "builder", ""
    timeout = _PAUSE
    _unread = False

    def do_GET(self) -> None:
        """Answer."""
        self._begun = time.monotonic()
        self._unread = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        path = self.path.partition("?")[0]
        path = path.rstrip("/") or "/"
        try:
            self._check_visitor(path)
            self._check_route(path)
            self._reply(HTTPStatus.OK, self._answer(path))
        except _Refusal as refusal:
            self._refuse(refusal)
        except Rejected as error:
            self._refuse(_Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)))
        except Unavailable as error:
            self._refuse(_Refusal(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "5"}))
        except (ConnectionError, TimeoutError):
            self._log(path, "the visitor left")
        except Exception as error:  # Nobody foresaw it; the server goes on, and where it came from stays here.
            self._refuse(_Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"the backend failed ({type(error).__name__})"))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _answer(self, path: str) -> dict[str, Any]:
        suggester = self.server.suggester
        if path == "/setup":
            # The request also brings a token, which ends here.
            suggester.page(self._mapping().get("schema"))
            return {"model_version": suggester.version}
        if path == "/predict":
            return {"results": self._predicted()}
        if path == "/webhook":
            for _ in self._chunks():  # What happened there is not our business, but is heard out.
                pass
            return {}
        return {"status": "UP", "model_version": suggester.version}

    def _predicted(self) -> list[dict[str, Any]]:
        request, seconds = self._json(), self.server.address.seconds
        suggester = self.server.suggester
        results = self.server.turns.take(lambda wanted: suggester.results(request, wanted), self._begun, seconds)
        empty = sum("reason" in result for result in results)
        self._log("/predict", f"{len(results)} tasks" + (f", {empty} of them damaged" if empty else ""))
        return results

    def _check_visitor(self, path: str) -> None:
        """Let in who may ask; to the webhook, which does nothing, Label Studio sends no password.

        Raises:
            _Refusal: the credentials are wrong, or a web page asks (which may reach this machine, but not read it).
        """
        address = self.server.address
        if path != "/webhook" and not address.admits(self.headers.get("Authorization", "")):
            challenge = {"WWW-Authenticate": 'Basic realm="builder"'}
            raise _Refusal(HTTPStatus.UNAUTHORIZED, "user name or password is missing or wrong", challenge)
        if "Origin" in self.headers:
            raise _Refusal(HTTPStatus.FORBIDDEN, "web pages may not ask")
        if address.is_local and not _is_local(_host_of(self.headers.get("Host", HOST))):
            raise _Refusal(HTTPStatus.FORBIDDEN, "this server is for this machine only")

    def _check_route(self, path: str) -> None:
        if path not in _METHODS:
            raise _Refusal(HTTPStatus.NOT_FOUND, f"there is only {', '.join(_METHODS)}")
        if self.command != _METHODS[path]:
            allowed = {"Allow": _METHODS[path]}
            raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} wants {_METHODS[path]}", allowed)

    def _mapping(self) -> Mapping[str, Any]:
        found = self._json()
        if not isinstance(found, dict):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
        return found

    def _json(self) -> object:
        try:
            return json.loads(self._body())
        except (ValueError, RecursionError):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None

    def _body(self) -> bytes:
        return b"".join(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        left = self._length()
        while left:
            if self._begun + self.server.address.seconds < time.monotonic():
                raise _Refusal(HTTPStatus.REQUEST_TIMEOUT, "the body took too long to arrive")
            some = self.rfile.read1(min(_CHUNK, left))
            if not some:
                raise _Refusal(HTTPStatus.BAD_REQUEST, "the body is cut short")
            left -= len(some)
            yield some
        self._unread = False

    def _length(self) -> int:
        told = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or not told:
            raise _Refusal(HTTPStatus.LENGTH_REQUIRED, "the length of the body is not told")
        if len(told) != 1 or not (told[0].isascii() and told[0].isdigit()):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the length of the body is no number")
        if len(told[0]) > len(str(LARGEST)) or int(told[0]) > LARGEST:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LARGEST} bytes; send fewer tasks at once")
        return int(told[0])

    def _refuse(self, refusal: _Refusal) -> None:
        self._log("", f"{refusal.status.value} {refusal}")
        self._reply(refusal.status, {"error": str(refusal)}, refusal.headers)
        if self._unread:
            self._linger()

    def _reply(self, status: HTTPStatus, content: object, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(content).encode("ascii")
        # Label Studio shows people the reason phrase only.
        phrase = str(content["error"]) if isinstance(content, dict) and "error" in content else status.phrase
        try:
            self.send_response(status, phrase if phrase.isascii() and phrase.isprintable() else status.phrase)
            sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
            for name, value in {**sent, "Cache-Control": "no-store", **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _linger(self) -> None:
        """Hear out who still sends: a connection closed on unread bytes is reset, and our answer with it."""
        until = time.monotonic() + _LINGER
        try:
            self.connection.shutdown(SHUT_WR)
            self.connection.settimeout(_LINGER)
            while time.monotonic() < until and self.connection.recv(_CHUNK):
                pass
        except OSError:
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is not even a request; what it said is not repeated."""
        self.request_version = self.protocol_version  # a line that makes no sense names none
        self._reply(HTTPStatus(code), {"error": HTTPStatus(code).phrase})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of our visitors: request lines may hold secrets."""

    def _log(self, path: str, outcome: str) -> None:
        self.server.say(f"{path} {outcome} ({time.monotonic() - self._begun:.1f} s)".lstrip())


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(header: str) -> str:
    """Give a Host header without its port and brackets."""
    header = header.strip().lower()
    return header[1:].partition("]")[0] if header.startswith("[") else header.partition(":")[0]
