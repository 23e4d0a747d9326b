"""Two people disagree in a real browser; an adjudicator sees both answers and decides: exactly that is released."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from builder.studio.accounts import join
from builder.studio.client import StudioClient
from builder.studio.server import ServerInfo
from builder.workbench import Workbench
from tests.browser.article_page import ArticlePage
from tests.browser.chromium import launched
from tests.browser.desk import decided, pushed, released
from tests.browser.review_page import ReviewPage
from tests.conftest import REVIEWER, REVIEWER_PASSWORD

SECOND, ADJUDICATOR = "second@builder.localhost", "adjudicator@builder.localhost"
PASSWORD = "nobody-else's-password"


class Case(NamedTuple):
    """A sentence in which one name is proposed and another one is not, and the page on which people answer it."""

    layout: str
    interface: str
    text: str
    proposed: str
    missed: str
    bare: str

    def marked(self, label: str, name: str) -> str:
        """Write the sentence as it is with one of them, or with both, marked."""
        text = self.text.replace(self.proposed, f"[{self.proposed}]{name}")
        return text.replace(self.missed, f"[{self.missed}]{label}") if label else text


ZH = Case("sentence", "zh", "陈雨在“北岸”表示同意😀！", "北岸", "陈雨", "同意")
EN = Case("article", "en", "🎉 the 𠮷 envoy met Anna & left <b>early</b>.", "Anna", "envoy", "met")
People = dict[str, ReviewPage]


@pytest.fixture(scope="module")
def people(studio_server: ServerInfo, reviewer: StudioClient) -> Iterator[People]:
    """Log two people and an adjudicator in, each in a browser of their own."""
    for email in (SECOND, ADJUDICATOR):
        join(studio_server.url, studio_server.token, email, PASSWORD, "Somebody")
    with ExitStack() as stack:
        browser, shown = stack.enter_context(launched()), People()
        for email, password in ((REVIEWER, REVIEWER_PASSWORD), (SECOND, PASSWORD), (ADJUDICATOR, PASSWORD)):
            context = stack.enter_context(browser.new_context(viewport={"width": 1400, "height": 900}))
            shown[email] = ReviewPage(context.new_page(), studio_server.url)
            shown[email].log_in(email, password)
        yield shown
        assert {"127.0.0.1"} == set().union(*(page.hosts for page in shown.values()))


@pytest.fixture(params=[ZH, EN], ids=["zh sentence", "en article"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def bench(tmp_path: Path, server: ServerInfo, people: People, case: Case) -> Iterator[Workbench]:
    """Give a project of two groups, in which two people answered its sentence differently."""
    style = f'layout = "{case.layout}"\ninterface = "{case.interface}"\n'
    rule = '[review]\nrule = "agree:2"\ngroups = ["a", "b"]\n'
    with pushed(tmp_path, server, {"a.txt": f"{case.text}\n"}, f"{style}{rule}") as bench:
        disagree(bench, people, case)
        bench.pull()
        yield bench


def disagree(bench: Workbench, people: People, case: Case) -> None:
    """Both call the proposed name a place; one marks the missed one too, and says that it is a statement."""
    for group, email in (("a", REVIEWER), ("b", SECOND)):
        project, task = standing(bench, f"review/{group}")
        page = people[email] if case.layout == "sentence" else ArticlePage(people[email].page, bench.studio.url)
        page.open(project, task, case.text if case.layout == "sentence" else case.missed)
        page.relabel(case.proposed, "5")
        if email == REVIEWER:
            page.add(case.missed, "1")
            choose_statement(page, case)
        page.submit()


def choose_statement(page: ReviewPage, case: Case) -> None:
    if isinstance(page, ArticlePage):
        page.choose_for(case.bare, "statement", "w")
    else:
        page.choose("statement", "w")


def standing(bench: Workbench, role: str) -> tuple[int, int]:
    """Find the project of a role, and its one task."""
    project = bench.studio.find_project(f"{bench.store.marker}/{role}") or 0
    (state,) = bench.studio.list_tasks(project)
    return project, state.id


def test_an_adjudicator_sees_both_answers_without_names_and_decides(
    bench: Workbench, people: People, case: Case
) -> None:
    assert ["2 people disagree"] == [reason for _, reason in bench.review().refusals]
    assert 1 == bench.adjudicate().done
    page = people[ADJUDICATOR]
    page.open(*standing(bench, "adjudication"), case.text)
    lines = page.page.locator(".builder-answers").inner_text().splitlines()
    said = sorted(line.strip()[1:].strip() for line in lines if line.strip()[:1] in "AB" and ": " in line)
    tabs = page.page.locator("[class*=annotations-carousel]").first.inner_text()

    assert [
        f"event: {case.marked('', 'LOCATION')}",
        f"statement: {case.marked('PERSON', 'LOCATION')}",
    ] == said
    assert {"A", "B"} <= set(tabs.splitlines())
    assert not any(name in page.page.content() for name in (REVIEWER, SECOND))
    assert (case.proposed, "LOCATION") in page.spans()

    if (case.missed, "PERSON") in page.spans():
        page.delete(case.missed)
    page.relabel(case.proposed, "4")
    page.add(case.missed, "2")
    page.choose("decision", "r")
    page.submit()
    rows = released(bench)
    (gold,) = bench.review().golds
    rule, approvers, is_party = gold.approval.rule, gold.approval.approvers, gold.approval.is_party
    assert ("adjudicated", (ADJUDICATOR,), False) == (rule, approvers, is_party)
    assert [case.text] == [*rows]
    spans, label, _ = decided(bench, rows[case.text])
    assert {(case.proposed, "GPE"), (case.missed, "TITLE")} == {(text, name) for text, name, _ in spans}
    assert (2, "decision", "adjudicated") == (len(spans), label, rows[case.text]["rule"])


def test_the_same_case_is_shown_when_working_through_all_tasks(bench: Workbench, people: People, case: Case) -> None:
    bench.adjudicate()
    page = people[ADJUDICATOR]
    page.open_next(standing(bench, "adjudication")[0], case.text)

    assert f"[{case.proposed}]LOCATION" in page.page.locator(".builder-answers").inner_text()
