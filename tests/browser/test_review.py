"""A person reviews in a real browser on a real server, and exactly what they decided is released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from builder.reviewing import Action
from builder.stages.review import EDITED
from builder.studio.server import ServerInfo
from tests.browser.desk import Desk, pushed

ISLAND = "😀林𠮷在“江心𠮷岛”说，“六河”已经相连。"
NORTH = "陈雨在“北岸”表示同意👨‍👩‍👧！"
SOUTH = "“南岸”没有人去。"
ZH = f"河畔论坛开幕\r\n\r\n{ISLAND}{NORTH}{SOUTH}\r\n"

MARKUP = "<script>ran=1</script><img src=x onerror='ran=1'>"
MARIA = f'🎉 Maria wrote <b>x</b> & "quotes" to 𠮷 Thomas Chan {MARKUP} and Anna.'
EN = f"Forum {MARKUP}\n\n{MARIA} They left.\n"


@pytest.fixture
def desk(tmp_path: Path, server: ServerInfo, browser_page: Page) -> Iterator[Desk]:
    """Push a Chinese and an English page to the server; the browser asks only this machine."""
    with pushed(tmp_path, server, {"a-zh.txt": ZH, "b-en.txt": EN}) as bench:
        desk = Desk(bench, browser_page, server.url)
        yield desk
    assert {"127.0.0.1"} == desk.page.hosts


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (ISLAND, ["江心𠮷岛", "六河"]),
        (NORTH, ["北岸"]),
        (MARIA, ["Maria", "Thomas", "Chan", "Anna"]),
    ],
    ids=["zh", "joined emoji", "markup"],
)
def test_a_task_shows_its_sentence_with_the_predicted_spans_and_label(desk: Desk, text: str, spans: list[str]) -> None:
    desk.open(text)

    assert text == desk.page.sentence()
    assert [(span, "PERSON") for span in spans] == desk.page.spans()
    assert "event" == desk.page.label()


def test_what_a_person_decided_is_exactly_what_is_released(desk: Desk) -> None:
    desk.open(ISLAND)
    desk.page.relabel("江心𠮷岛", "5")
    desk.page.delete("六河")
    desk.page.add("林𠮷", "1")
    desk.page.choose("statement", "w")
    stored = desk.page.submit()
    rows = desk.released("v1")

    assert [ISLAND] == list(rows)
    row = rows[ISLAND]
    spans = [("林𠮷", "PERSON", Action.ADDED), ("江心𠮷岛", "LOCATION", Action.RELABELLED)]
    assert (spans, "statement", Action.RELABELLED) == desk.decided(row)
    assert [(1, 3), (5, 9)] == [(span["start"], span["end"]) for span in row["spans"]]
    assert ["林𠮷", "江心𠮷岛"] == [
        "".join(ZH[piece["start"] : piece["end"]] for piece in span["pieces"]) for span in row["spans"]
    ]
    assert ["六河"] == [ISLAND[span["start"] : span["end"]] for span in row["rejected"]]
    assert 0 < stored["lead_time"]


def test_a_span_whose_edge_was_dragged_is_released_as_moved(desk: Desk) -> None:
    desk.open(MARIA)
    desk.page.delete("Chan")
    desk.page.stretch("Thomas", "Thomas Chan")
    desk.page.submit()
    row = desk.released("v1")[MARIA]

    spans = [("Maria", Action.ACCEPTED), ("Thomas Chan", Action.MOVED), ("Anna", Action.ACCEPTED)]
    assert ([(text, "PERSON", action) for text, action in spans], "event", Action.ACCEPTED) == desk.decided(row)
    assert ["Chan"] == [MARIA[span["start"] : span["end"]] for span in row["rejected"]]


def test_an_accepted_task_is_released_and_skipped_or_untouched_ones_are_not(desk: Desk) -> None:
    first, second, third = sorted(desk.tasks, key=lambda text: desk.tasks[text])[:3]
    desk.page.open_next(desk.project, first)
    desk.page.submit()
    desk.page.next_is(second)
    desk.page.skip()
    desk.page.next_is(third)
    rows = desk.released("v1")

    assert [first] == list(rows)
    spans, label, action = desk.decided(rows[first])
    assert ({Action.ACCEPTED}, "event", Action.ACCEPTED) == ({done for _, _, done in spans}, label, action)
    assert ["skipped"] == [reason for _, reason in desk.bench.review().refusals]


def test_an_updated_answer_is_unapproved_until_it_is_pulled(desk: Desk) -> None:
    desk.open(NORTH)
    desk.page.submit()
    desk.released("v1")
    desk.open(NORTH)
    desk.page.choose("decision", "r")
    desk.page.relabel("北岸", "4")
    desk.page.update()
    waiting = desk.bench.review()
    rows = desk.released("v2")

    assert ((), [EDITED]) == (waiting.golds, [reason for _, reason in waiting.refusals])
    assert ([("北岸", "GPE", Action.RELABELLED)], "decision", Action.RELABELLED) == desk.decided(rows[NORTH])


def test_text_that_looks_like_markup_is_shown_and_never_run(desk: Desk) -> None:
    desk.page.paths.clear()
    desk.open(MARIA)
    desk.page.page.wait_for_load_state("networkidle")

    assert MARKUP in desk.page.page.locator("h3").first.inner_text()
    assert "undefined" == desk.page.page.evaluate("typeof ran")
    assert 0 == desk.page.page.locator("img[src=x]").count()
    assert [] == [path for path in desk.page.paths if path.endswith("/x")]
