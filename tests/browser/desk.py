"""A project at the real server, the page on which a person reviews it, and what is released of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from builder.exporters.loading import load_release
from builder.store import queries
from builder.studio.server import ServerInfo
from builder.workbench import Workbench, opened
from tests.browser.article_page import ArticlePage
from tests.browser.review_page import ReviewPage
from tests.conftest import silent
from tests.fakes import WordCombiner

Decided = tuple[list[tuple[str, str, str]], str, str]
"""Spans as (text, label, action), the sentence label, and what was done with that."""


@contextmanager
def pushed(folder: Path, server: ServerInfo, sources: Mapping[str, str], style: str = "") -> Iterator[Workbench]:
    """Push these files to the server, to a page of this style; `style` may begin other tables."""
    (folder / "sources").mkdir()
    for name, text in sources.items():
        (folder / "sources" / name).write_bytes(text.encode())
    table = f'[studio]\nurl = "{server.url}"\n{style}'
    (folder / "builder.toml").write_text(f'[project]\nname = "small"\n{table}')
    with opened(folder, silent) as bench:
        bench.__dict__["combiner"] = WordCombiner()
        bench.ingest()
        bench.annotate()
        bench.push()
        yield bench


def released(bench: Workbench, version: str = "v1") -> dict[str, dict[str, Any]]:
    """Pull and release; give the rows as a stranger loads them, by sentence."""
    bench.pull()
    splits = load_release(bench.release(version))["records"]
    return {row["text"]: row for rows in splits.values() for row in rows}


def decided(bench: Workbench, row: Mapping[str, Any]) -> Decided:
    """Read what a row says that was decided."""
    entities, labels = bench.project.schema.entity_names, bench.project.schema.sentence_names
    spans = [(span["text"], entities[span["label"]], span["action"]) for span in row["spans"]]
    return spans, labels[row["label"]], row["label_action"]


class Desk:
    """A pushed project and the page of its layout; a task is opened by a sentence of it."""

    def __init__(self, bench: Workbench, browser_page: Page, url: str) -> None:
        self.bench = bench
        style = bench.project.config.studio.style
        self.interface, self.is_article = style.interface, style.layout == "article"
        self.page = (ArticlePage if self.is_article else ReviewPage)(browser_page, url)
        found = bench.studio.find_project(bench.store.marker)
        assert found is not None
        self.project = found

    @property
    def tasks(self) -> dict[str, int]:
        """Say which task shows each sentence."""
        return {
            sentence.text: state.id
            for state in self.bench.studio.list_tasks(self.project)
            for sentence in queries.sentences(self.bench.store, state.sentences)
        }

    def open(self, text: str, *, labels: int = 1) -> None:
        self.page.open(self.project, self.tasks[text], text, labels=labels)

    def choose(self, piece: str, label: str, hotkey: str) -> None:
        if isinstance(self.page, ArticlePage):
            self.page.choose_for(piece, label, hotkey)
        else:
            self.page.choose(label, hotkey)

    def label(self, piece: str) -> str:
        return self.page.label_of(piece) if isinstance(self.page, ArticlePage) else self.page.label()

    def released(self, version: str) -> dict[str, dict[str, Any]]:
        return released(self.bench, version)

    def decided(self, row: Mapping[str, Any]) -> Decided:
        return decided(self.bench, row)
