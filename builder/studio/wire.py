"""The one door to HTTP: connections that go straight to a server, and its failures under our names.

No message made here holds a header, a cookie or a token; causes are cut off, since theirs may.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from builder.errors import BrokenError, Unavailable, UsageError

if TYPE_CHECKING:
    import httpx

# Large imports take a minute on a slow disk; a client that gives up earlier leaves a request running behind it.
TIMEOUT = 120.0

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotThere(UsageError):
    """The server answered, and has nothing at that address."""


class AlreadyThere(BrokenError):
    """The server holds one of this name."""


class Choked(Unavailable):
    """The server broke down over this answer (500): now and then by chance, always when it cannot write it."""


def checked_url(url: str) -> str:
    """Give the URL of a server without its last slash; one that is refused is not repeated, as it may hold a secret.

    Raises:
        UsageError: it is not the URL of a web server, or holds a password or a query.
    """
    if "@" in url or "?" in url or "#" in url:
        raise UsageError(
            "the URL of the server holds a password or a query; put the account's token in BUILDER_STUDIO_KEY"
        )
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    # `urlsplit` leaves out line breaks, and so does not see them.
    if not is_whole or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError("[studio] url is not the URL of a server; it looks like http://127.0.0.1:8080")
    return url.rstrip("/")


def connect(url: str, *, timeout: float = TIMEOUT, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Open a client that follows no redirect (one turns a POST into a GET).

    A server on this machine is never reached through a proxy.
    """
    import httpx

    local = urlsplit(url).hostname in _LOOPBACK
    return httpx.Client(base_url=url, timeout=timeout, headers=headers, follow_redirects=False, trust_env=not local)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what an HTTP call raises into Unavailable, or UsageError when the URL is at fault."""
    import httpx

    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise UsageError("the URL of the server is not one; it looks like http://127.0.0.1:8080") from None
    except httpx.HTTPError as error:
        raise Unavailable(f"no answer from {url} ({type(error).__name__}); is the server running?") from None


def token_refused(url: str) -> UsageError:
    """Say how to give a token that the server accepts."""
    return UsageError(
        f"the server at {url} refused the token: set BUILDER_STUDIO_KEY to the access token of your account there"
    )


def json_of(response: httpx.Response, url: str) -> Any:
    """Give what a 2xx answer holds.

    Raises:
        Unavailable: it is cut short, not JSON, nested without end, or holds numbers that are none.
    """
    check_status(response, url)
    try:
        return response.json(parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Unavailable(f"{url} answered for {response.url.path} with something that is not JSON") from None


def check_status(response: httpx.Response, url: str) -> None:
    """Accept 2xx; name everything else after who can mend it."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise token_refused(url)
    if 300 <= status < 400:
        raise UsageError(f"{url} redirects; give the address it redirects to as the URL of the server")
    if status == 404:
        raise NotThere(f"{url} has no {response.url.path}: is it a Label Studio server, and is the project there?")
    if status in (408, 429) or 500 <= status:
        after = _seconds(response.headers.get("Retry-After", ""))
        problem = f"{url} answered {status} for {response.url.path}; try again later"
        raise Choked(problem) if status == 500 else Unavailable(problem, after=after)
    if status == 409:
        raise AlreadyThere(f"{url} holds one like that already: {response.url.path}")
    raise BrokenError(f"{url} refused {response.url.path} ({status}): {_said(response)}")


def _said(response: httpx.Response) -> str:
    """Quote a refusal without what let us in: there are servers that send a request back for a message."""
    text, sent = response.text, response.request.headers
    pairs = (pair.partition("=")[2] for pair in sent.get("Cookie", "").split("; "))
    for secret in filter(None, (sent.get("Authorization", "").rpartition(" ")[2], *pairs)):
        text = text.replace(secret, "…")
    return text[:300]


def _finite(number: str) -> float:
    """Read a number; NaN and Infinity are no JSON, and what is too great becomes one of them."""
    read = float(number)
    if not math.isfinite(read):
        raise ValueError("not a number")
    return read


def _seconds(retry_after: str) -> float:
    """Read how long a server wants to be left alone; a date instead of seconds is not followed."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0


def answers(url: str, path: str, *, timeout: float = 2.0) -> bool:
    """Whether a server answers 200 there, now."""
    import httpx

    try:
        with connect(url, timeout=timeout) as client:
            return client.get(path).status_code == 200
    except httpx.HTTPError:
        return False
