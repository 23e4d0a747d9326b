"""People get accounts through the invite link only."""

from __future__ import annotations

import pytest

from builder.errors import UsageError
from builder.studio import wire
from builder.studio.accounts import join
from builder.studio.client import StudioClient
from builder.studio.server import ServerInfo
from tests.conftest import REVIEWER, REVIEWER_PASSWORD
from tests.studio.conftest import Scripted


def test_a_joined_person_answers_to_the_own_address(reviewer: StudioClient) -> None:
    assert REVIEWER == reviewer.whoami()


def test_joining_again_gives_the_same_token(studio_server: ServerInfo) -> None:
    first = join(studio_server.url, studio_server.token, "twice@builder.localhost", "a-good-password")

    assert first == join(studio_server.url, studio_server.token, "twice@builder.localhost", "a-good-password")


def test_the_first_name_is_set(studio_server: ServerInfo) -> None:
    token = join(studio_server.url, studio_server.token, "li@builder.localhost", "a-good-password", "李")
    with wire.connect(studio_server.url, headers={"Authorization": f"Token {token}"}) as client:
        assert "李" == client.get("/api/current-user/whoami").json()["first_name"]


def test_a_taken_address_with_another_password_is_refused(studio_server: ServerInfo, reviewer: StudioClient) -> None:
    assert REVIEWER_PASSWORD != "another-password"
    with pytest.raises(UsageError, match="already exists"):
        join(studio_server.url, studio_server.token, REVIEWER, "another-password")


def test_a_password_that_is_too_short_is_refused_with_the_servers_reason(studio_server: ServerInfo) -> None:
    with pytest.raises(UsageError, match="password"):
        join(studio_server.url, studio_server.token, "short@builder.localhost", "123")


def test_a_wrong_owner_token_makes_no_account(studio_server: ServerInfo, studio: StudioClient) -> None:
    with pytest.raises(UsageError, match="refused the token"):
        join(studio_server.url, "0" * 40, "nobody@builder.localhost", "a-good-password")
    assert "nobody@builder.localhost" not in studio.people().values()


@pytest.mark.parametrize("page", ["/user/signup/", "/user/signup/?token=guessed"])
def test_a_stranger_cannot_sign_up(page: str, studio_server: ServerInfo, studio: StudioClient) -> None:
    with wire.connect(studio_server.url) as browser:
        browser.get(page)
        form = {"email": "stranger@builder.localhost", "password": "a-good-password"}
        answer = browser.post(page, data={**form, "csrfmiddlewaretoken": browser.cookies["csrftoken"]})

    assert 403 == answer.status_code
    assert "stranger@builder.localhost" not in studio.people().values()


def test_a_server_without_forms_is_named(scripted: Scripted) -> None:
    with pytest.raises(UsageError, match="is it a Label Studio server"):
        join(scripted.url, "0" * 40, "li@builder.localhost", "a-good-password")
