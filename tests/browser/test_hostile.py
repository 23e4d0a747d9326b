"""Hostile documents on the real review page: nothing runs, nothing is asked for elsewhere, places stay exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Dialog, Route

from builder.environment import KEY_VARIABLE
from builder.model import Sentence
from builder.store import queries
from builder.studio.client import StudioClient
from builder.studio.server import ServerInfo
from builder.workbench import Workbench, opened
from tests.browser.article_page import ArticlePage
from tests.browser.chromium import launched
from tests.browser.review_page import ReviewPage
from tests.conftest import REVIEWER, REVIEWER_PASSWORD, silent
from tests.fakes import WordCombiner
from tests.hostile.payloads import EVIL, MARKUP, PAYLOADS, sentence, write_article, write_rows

TOML = '[project]\nname = "small"\n[ingest]\nduplicates = "all"\n[studio]\nlayout = "{layout}"\nurl = "{url}"\n'
NAME = "<img src=x onerror=ran=1>$text\u202e{{7*7}}"
_RAN = "() => [typeof ran, document.title.includes('pwned'), document.querySelectorAll('[src=x], [onload]').length]"


class Watched:
    """A page, and whatever a payload did on it: a dialog, another window, a request to elsewhere."""

    def __init__(self, page: ReviewPage) -> None:
        self.page, self.events = page, list[str]()
        page.page.on("dialog", self._dialog)
        page.page.on("popup", lambda opened: self.events.append(f"window {opened.url}"))
        page.page.route("**/*", self._route)

    def ran(self) -> list[object]:
        """Say what a payload did to the page that is open."""
        found: list[object] = self.page.page.evaluate(_RAN)
        return found

    def _dialog(self, dialog: Dialog) -> None:
        self.events.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _route(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.events.append(route.request.url)
            route.abort()


@pytest.fixture(scope="module")
def window(studio_server: ServerInfo, reviewer: StudioClient) -> Iterator[BrowserContext]:
    """Log a person in."""
    with launched() as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        ReviewPage(context.new_page(), studio_server.url).log_in(REVIEWER, REVIEWER_PASSWORD)
        yield context


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, window: BrowserContext, studio_server: ServerInfo, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    """Open a page of the kind that the test says."""
    monkeypatch.setenv(KEY_VARIABLE, studio_server.token)
    watched = Watched(request.param(window.new_page(), studio_server.url))
    yield watched
    watched.page.page.close()


sentence_page = pytest.mark.parametrize("desk", [ReviewPage], indirect=True, ids=["sentence"])
article_page = pytest.mark.parametrize("desk", [ArticlePage], indirect=True, ids=["article"])


@contextmanager
def pushed(folder: Path, server: ServerInfo, layout: str) -> Iterator[Workbench]:
    """Push every payload, from a file whose name is one too."""
    (folder / "sources").mkdir()
    write = write_rows if layout == "sentence" else write_article
    write(folder / "sources" / f"{NAME}.jsonl", [*PAYLOADS])
    (folder / "builder.toml").write_text(TOML.format(layout=layout, url=server.url))
    with opened(folder, silent) as bench:
        bench.__dict__["combiner"] = WordCombiner()
        bench.ingest()
        bench.annotate()
        assert not bench.push().rejected
        yield bench


def sentences(bench: Workbench) -> list[Sentence]:
    documents = queries.live_documents(bench.store)
    return [found for document in documents for found in queries.document_sentences(bench.store, document)]


def proposed(text: str) -> list[str]:
    """Say what the annotator of these tests proposes."""
    return re.findall("[A-Z][a-z]+", text)


def marked(bench: Workbench) -> dict[str, list[str]]:
    """Pull, and give the text under each approved span, by sentence."""
    bench.pull()
    by_id = {one.id: one.text for one in sentences(bench)}
    texts = ((by_id[gold.sentence], gold.entities) for gold in bench.review().golds)
    return {text: [text[one.span.start : one.span.end] for one in found] for text, found in texts}


@sentence_page
def test_no_payload_does_anything_on_the_page_of_a_sentence(
    tmp_path: Path, studio_server: ServerInfo, desk: Watched
) -> None:
    with pushed(tmp_path, studio_server, "sentence") as bench:
        project = bench.studio.find_project(bench.store.marker) or 0
        by_id = {one.id: one.text for one in sentences(bench)}
        texts = [by_id[task.sentences[0]] for task in sorted(bench.studio.list_tasks(project), key=lambda t: t.id)]
        desk.page.open_next(project, texts[0])
        desk.page.add("aloud", "1")
        for text, following in zip(texts, [*texts[1:], ""], strict=True):
            assert ["undefined", False, 0] == desk.ran(), text
            desk.page.submit()
            if following:
                desk.page.next_is(following)  # waits until exactly this text is shown

        assert len(PAYLOADS) == len(texts)
        accepted = {text: proposed(text) for text in texts}
        assert {**accepted, texts[0]: [*proposed(texts[0])[:-1], "aloud", "Tom"]} == marked(bench)
    assert ([], {"127.0.0.1"}) == (desk.events, desk.page.hosts)


@article_page
def test_no_payload_does_anything_on_the_page_of_an_article(
    tmp_path: Path, studio_server: ServerInfo, desk: Watched
) -> None:
    with pushed(tmp_path, studio_server, "article") as bench:
        project = bench.studio.find_project(bench.store.marker) or 0
        (task,) = bench.studio.list_tasks(project)
        desk.page.open(project, task.id, sentence("script"))
        texts = [one.text for one in sentences(bench)]
        assert texts == desk.page.sentences()  # type: ignore[attr-defined]
        assert ["undefined", False, 0] == desk.ran()
        desk.page.add("<script>ran=1", "1")
        desk.page.submit()
        found = marked(bench)

        assert len(PAYLOADS) == len(texts)
        accepted = {text: proposed(text) for text in texts}
        assert {**accepted, sentence("script"): ["Maria", "<script>ran=1", "Tom"]} == found
    assert ([], {"127.0.0.1"}) == (desk.events, desk.page.hosts)


@sentence_page
def test_no_payload_does_anything_in_the_list_of_tasks(
    tmp_path: Path, studio_server: ServerInfo, desk: Watched
) -> None:
    with pushed(tmp_path, studio_server, "sentence") as bench:
        project = bench.studio.find_project(bench.store.marker) or 0
        desk.page.page.goto(f"{studio_server.url}/projects/{project}/data")
        desk.page.page.get_by_text("aloud to Tom").first.wait_for()
        desk.page.page.wait_for_load_state("networkidle")

        assert ["undefined", False, 0] == desk.ran()
    assert ([], {"127.0.0.1"}) == (desk.events, desk.page.hosts)


@sentence_page
def test_a_payload_that_is_not_shown_as_text_is_noticed(desk: Watched) -> None:
    """The watch itself: on a page of mark-up the same payloads run, and ask elsewhere."""
    shown = "".join(payload for name, payload in MARKUP.items() if name != "refresh")  # it would leave the page
    desk.page.page.set_content(f"<div>{shown}</div>")
    desk.page.page.wait_for_timeout(500)

    assert "undefined" != desk.ran()[0]
    assert [] != [event for event in desk.events if EVIL in event]
