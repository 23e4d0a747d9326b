"""A browser in which somebody is logged in, for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from builder.environment import KEY_VARIABLE
from builder.studio.client import StudioClient
from builder.studio.server import ServerInfo
from tests.browser.chromium import launched
from tests.browser.review_page import ReviewPage
from tests.conftest import REVIEWER, REVIEWER_PASSWORD


@pytest.fixture(scope="module")
def browser_page(studio_server: ServerInfo, reviewer: StudioClient) -> Iterator[Page]:
    """Log a person in."""
    with launched() as browser:
        shown = browser.new_page(viewport={"width": 1400, "height": 900})
        ReviewPage(shown, studio_server.url).log_in(REVIEWER, REVIEWER_PASSWORD)
        yield shown


@pytest.fixture
def server(studio_server: ServerInfo, monkeypatch: pytest.MonkeyPatch) -> ServerInfo:
    """Give the server, to which a project may push."""
    monkeypatch.setenv(KEY_VARIABLE, studio_server.token)
    return studio_server
