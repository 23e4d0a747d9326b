"""A person reviews a whole article in a real browser: each sentence is released as it was decided, and only so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from builder.reviewing import Action
from builder.studio.server import ServerInfo
from builder.workbench import Workbench
from tests.browser.article_page import ArticlePage
from tests.browser.desk import decided, pushed, released

ISLAND = "😀林𠮷在“江心𠮷岛”说，“六河”已经相连。"
NORTH = "陈雨在“北岸”表示同意👨‍👩‍👧！"
SOUTH = "“南岸”没有人去。"
ZH = f"河畔论坛开幕\r\n\r\n{ISLAND}{NORTH}\r\n\r\n{SOUTH}\r\n"

MARKUP = "<script>ran=1</script><img src=x onerror='ran=1'>"
MARIA = f'🎉 Maria\twrote <b>x</b> & "quotes" to 𠮷 Thomas Chan {MARKUP} and Anna.'
LEFT = "They left by the north gate."
EN = f"Forum {MARKUP}\n\n{MARIA} {LEFT}\n"


@pytest.fixture
def page(studio_server: ServerInfo, browser_page: Page) -> ArticlePage:
    return ArticlePage(browser_page, studio_server.url)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, server: ServerInfo) -> Iterator[Workbench]:
    """Push one article, to a page in the language of the test."""
    text, interface = request.param
    with pushed(tmp_path, server, {"a.txt": text}, f'layout = "article"\ninterface = "{interface}"\n') as bench:
        yield bench


def open_article(bench: Workbench, page: ArticlePage, piece: str) -> None:
    project = bench.studio.find_project(bench.store.marker)
    assert project is not None
    (task,) = bench.studio.list_tasks(project)
    page.open(project, task.id, piece)


def rejected(row: dict[str, Any]) -> list[str]:
    return [row["text"][span["start"] : span["end"]] for span in row["rejected"]]


@pytest.mark.parametrize("bench", [(ZH, "zh")], indirect=True, ids=["zh"])
def test_a_chinese_article_is_released_as_it_was_decided(bench: Workbench, page: ArticlePage) -> None:
    open_article(bench, page, "江心𠮷岛")
    seen = page.spans(), page.sentences(), [page.label_of(piece) for piece in ("已经相连", "陈雨", "没有人去")]
    page.relabel("江心𠮷岛", "5")
    page.delete("六河")
    page.add("林𠮷", "1")
    page.choose_for("表示同意", "statement", "w")
    page.click_for("没有人去", "background")
    page.submit()
    rows = released(bench)

    assert [(name, "PERSON") for name in ("江心𠮷岛", "六河", "北岸", "南岸")] == seen[0]
    assert ([ISLAND, NORTH, SOUTH], ["event"] * 3) == seen[1:]
    assert {ISLAND, NORTH, SOUTH} == set(rows)
    spans = [("林𠮷", "PERSON", Action.ADDED), ("江心𠮷岛", "LOCATION", Action.RELABELLED)]
    assert (spans, "event", Action.ACCEPTED) == decided(bench, rows[ISLAND])
    assert ["六河"] == rejected(rows[ISLAND])
    assert ([("北岸", "PERSON", Action.ACCEPTED)], "statement", Action.RELABELLED) == decided(bench, rows[NORTH])
    assert ([("南岸", "PERSON", Action.ACCEPTED)], "background", Action.RELABELLED) == decided(bench, rows[SOUTH])
    assert ["林𠮷", "江心𠮷岛"] == [
        "".join(ZH[piece["start"] : piece["end"]] for piece in span["pieces"]) for span in rows[ISLAND]["spans"]
    ]


@pytest.mark.parametrize("bench", [(EN, "en")], indirect=True, ids=["en"])
def test_an_english_article_is_released_as_it_was_decided(bench: Workbench, page: ArticlePage) -> None:
    open_article(bench, page, "Maria")
    page.delete_sentence("by the north gate")
    page.undo()
    page.delete("Chan")
    page.stretch("Thomas", "Thomas Chan")
    page.choose_for("by the north gate", "decision", "r")
    page.submit()
    rows = released(bench)

    assert {MARIA, LEFT} == set(rows)
    spans = [("Maria", Action.ACCEPTED), ("Thomas Chan", Action.MOVED), ("Anna", Action.ACCEPTED)]
    assert ([(text, "PERSON", action) for text, action in spans], "event", Action.ACCEPTED) == decided(
        bench, rows[MARIA]
    )
    assert ["Chan"] == rejected(rows[MARIA])
    assert ([("They", "PERSON", Action.ACCEPTED)], "decision", Action.RELABELLED) == decided(bench, rows[LEFT])
    assert "undefined" == page.page.evaluate("typeof ran")
    assert {"127.0.0.1"} == page.hosts


@pytest.mark.parametrize("bench", [(ZH, "both")], indirect=True, ids=["both"])
def test_a_span_across_a_border_refuses_its_sentences_and_no_other(bench: Workbench, page: ArticlePage) -> None:
    open_article(bench, page, "江心𠮷岛")
    page.add("相连。陈雨", "1")
    page.add("有人去", "1")
    page.submit()
    rows = released(bench)

    assert {SOUTH} == set(rows)
    assert [("南岸", "PERSON", Action.ACCEPTED), ("有人去", "PERSON", Action.ADDED)] == decided(bench, rows[SOUTH])[0]
    assert [
        "E_BORDER: a span crosses from this sentence into the next: “相连。陈雨”",
        "E_BORDER: a span crosses into this sentence from the one before: “相连。陈雨”",
    ] == [reason for _, reason in bench.review().refusals]
