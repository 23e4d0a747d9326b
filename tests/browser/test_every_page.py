"""Everything a person can do on a page, in both languages and both layouts: what is released is exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from builder.reviewing import Action
from builder.studio.server import ServerInfo
from tests.browser.desk import Desk, pushed

MARKUP = "<b>x</b> & <script>ran=1</script><img src=x onerror='ran=1'>"
# Per language: what is decided on, accepted with it, accepted alone, skipped; then pieces of the first.
TEXTS = {
    "zh": (
        f"😀林𠮷在“江心𠮷岛”A\tB{MARKUP}说，“六河”已经“相连”。",
        "陈雨在“北岸”表示同意👨‍👩‍👧！",
        "“南岸”没有人去。",
        "“东岸”也没有人去。",
        {"relabel": "江心𠮷岛", "delete": "六河", "add": "林𠮷", "from": "相连", "to": "相连”", "at": "已经"},
    ),
    "en": (
        f"😀 The 𠮷ty of\tBerne {MARKUP} lost to Anna and Thomas chan.",
        "Maria agreed 👨‍👩‍👧 with them.",
        "Nobody went to Basle by train.",
        "Nobody went to Chur on foot.",
        {"relabel": "Berne", "delete": "The", "add": "𠮷ty", "from": "Thomas", "to": "Thomas chan", "at": "lost"},
    ),
}
HEADLINES = {"zh": "河畔论坛开幕", "en": "Forum opens"}
SHOWN = {"zh": ("标注说明", "备注", "Guidelines"), "en": ("Guidelines", "comment", "标注说明")}
CELLS = [(interface, layout) for interface in ("zh", "en") for layout in ("sentence", "article")]


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, server: ServerInfo, browser_page: Page) -> Iterator[Desk]:
    """Push three pages, to review pages of the language and layout of the test."""
    interface, layout = request.param
    worked, beside, accepted, skipped, _ = TEXTS[interface]
    bodies = {"a.txt": f"{worked}\r\n\r\n{beside}", "b.txt": accepted, "c.txt": skipped}
    sources = {name: f"{HEADLINES[interface]}\r\n\r\n{body}\r\n" for name, body in bodies.items()}
    with pushed(tmp_path, server, sources, f'layout = "{layout}"\ninterface = "{interface}"\n') as bench:
        yield Desk(bench, browser_page, server.url)


@pytest.mark.parametrize("desk", CELLS, indirect=True, ids=["-".join(cell) for cell in CELLS])
def test_whatever_a_person_does_is_what_is_released(desk: Desk) -> None:
    worked, beside, accepted, skipped, piece = TEXTS[desk.interface]
    desk.open(worked)
    shown, seen = desk.page.page.inner_text("body"), desk.page.spans()
    proposed = desk.label(piece["at"])
    desk.page.relabel(piece["relabel"], "5")
    desk.page.delete(piece["delete"])
    desk.page.add(piece["add"], "1")
    desk.page.stretch(piece["from"], piece["to"])
    desk.choose(piece["at"], "statement", "w")
    desk.page.comment(SHOWN[desk.interface][1], "再看看 😀 <i>x</i>")
    first = desk.page.submit()
    if not desk.is_article:
        desk.open(beside)
        desk.page.submit()
    desk.open(accepted)
    desk.page.submit()
    desk.page.open_next(desk.project, skipped)
    desk.page.skip()
    rows = desk.released("v1")
    reasons = [reason for _, reason in desk.bench.review().refusals]
    comments = [note.reason for note in desk.bench.review().notes if note.code == "N_COMMENT"]
    desk.open(worked)
    desk.choose(piece["at"], "decision", "r")
    desk.page.relabel(piece["relabel"], "4")
    second = desk.page.update()
    again = desk.released("v2")

    title, _, foreign = SHOWN[desk.interface]
    assert (True, False) == (title in shown, foreign in shown)
    assert {piece["relabel"], piece["delete"], piece["from"]} <= {text for text, _ in seen}
    assert ({"PERSON"}, "event") == ({label for _, label in seen}, proposed)
    assert {worked, beside, accepted} == set(rows) == set(again)
    assert ["skipped"] == reasons
    assert ["再看看 😀 <i>x</i>"] == comments
    for row, label, place in ((rows[worked], "statement", "LOCATION"), (again[worked], "decision", "GPE")):
        spans, *sentence = desk.decided(row)
        assert [label, Action.RELABELLED] == sentence
        assert {
            (piece["relabel"], place, Action.RELABELLED),
            (piece["add"], "PERSON", Action.ADDED),
            (piece["to"], "PERSON", Action.MOVED),
        } == {span for span in spans if span[2] != Action.ACCEPTED}
        assert [piece["delete"]] == [worked[span["start"] : span["end"]] for span in row["rejected"]]
    for text in (beside, accepted):
        spans, *sentence = desk.decided(rows[text])
        assert ({Action.ACCEPTED}, ["event", Action.ACCEPTED]) == ({done for _, _, done in spans}, sentence)
    assert first["lead_time"] < second["lead_time"]
    assert "undefined" == desk.page.page.evaluate("typeof ran")
    assert {"127.0.0.1"} == desk.page.hosts
