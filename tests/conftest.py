"""What many tests share: one real Label Studio server for the whole session, two accounts on it, and a hub."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

from builder.studio.accounts import join
from builder.studio.client import StudioClient
from builder.studio.server import EmbeddedServer, ServerInfo
from tests.hub.server import Hub, running

REVIEWER = "reviewer@builder.localhost"
REVIEWER_PASSWORD = "a-reviewer's-password"

# A busy machine is no failure: no test is timed. Nor is the luck of a draw: the same code is shown the same cases.
# `make soak` draws others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def silent(message: str) -> None:
    """Take what would be said to a person."""


@pytest.fixture(scope="session")
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """Give the session's embedded server, started by whoever asks for `studio_server`, stopped at the end."""
    home = EmbeddedServer(tmp_path_factory.mktemp("project") / ".builder" / "studio")
    yield home
    home.stop()


@pytest.fixture(scope="session")
def studio_server(studio_home: EmbeddedServer) -> ServerInfo:
    """Start the real server from the cached environment (made at the first use: two to four minutes)."""
    return studio_home.start(silent)


@pytest.fixture(scope="session")
def studio(studio_server: ServerInfo) -> StudioClient:
    """Speak to the server as its owner."""
    return StudioClient(studio_server.url, studio_server.token)


@pytest.fixture(scope="session")
def reviewer(studio_server: ServerInfo) -> StudioClient:
    """Speak to the server as a person who reviews."""
    token = join(studio_server.url, studio_server.token, REVIEWER, REVIEWER_PASSWORD, "Reviewer")
    return StudioClient(studio_server.url, token)


@pytest.fixture(scope="session")
def hub_server() -> Iterator[Hub]:
    """Give the session's hub, on 127.0.0.1."""
    with running() as hub:
        yield hub


@pytest.fixture
def hub(hub_server: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Give an empty hub; whoever asks it again after a fault does not wait."""
    hub_server.reset()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.001)))
    return hub_server
