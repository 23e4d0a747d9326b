"""Failures of HTTP get the names of who can mend them, and tell no secret."""

from __future__ import annotations

import socket

import httpx
import pytest

from builder.errors import BrokenError, BuilderError, Unavailable, UsageError
from builder.studio import wire
from tests.studio.conftest import Scripted


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://127.0.0.1", "http://", "http://someone:secret@127.0.0.1"])
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        wire.checked_url(url)


def test_a_password_in_the_address_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        wire.checked_url("http://someone:secret@127.0.0.1")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, UsageError),
        (400, BrokenError),
        (401, UsageError),
        (403, UsageError),
        (404, wire.NotThere),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_status_is_named_after_who_can_mend_it(status: int, kind: type[BuilderError], scripted: Scripted) -> None:
    scripted.replies = [(status, "no")]
    with wire.connect(scripted.url) as client, pytest.raises(kind):
        wire.json_of(client.get("/there"), scripted.url)


@pytest.mark.parametrize(
    ("header", "after"), [("7", 7.0), ("", 0.0), ("-3", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)]
)
def test_a_server_may_say_how_long_to_leave_it_alone(header: str, after: float) -> None:
    request = httpx.Request("GET", "http://127.0.0.1/there")
    with pytest.raises(Unavailable) as caught:
        wire.check_status(httpx.Response(429, headers={"Retry-After": header}, request=request), "http://127.0.0.1")

    assert after == caught.value.after


def test_a_page_instead_of_json_is_no_answer(scripted: Scripted) -> None:
    scripted.replies = [(200, "<html>")]
    with wire.connect(scripted.url) as client, pytest.raises(Unavailable, match="not JSON"):
        wire.json_of(client.get("/there"), scripted.url)


def test_no_server_is_unavailable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match="is the server running"), wire.translated(url), wire.connect(url) as client:
        client.get("/")


def test_a_local_server_is_not_asked_through_a_proxy(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with wire.connect(scripted.url) as client:
        assert httpx.codes.OK == client.get("/").status_code


def test_only_200_counts_as_an_answer(scripted: Scripted) -> None:
    assert wire.answers(scripted.url, "/health/")
    scripted.replies = [(503, "starting")]
    assert not wire.answers(scripted.url, "/health/")
    assert not wire.answers(f"http://127.0.0.1:{free_port()}", "/health/")
