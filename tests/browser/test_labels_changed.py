"""The labels change while people review: the page asks for the new ones, and an answer under the old ones is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from builder.approval import Rule
from builder.model import Prediction, Sentence
from builder.reviewing import Action
from builder.schema_change import Wishes
from builder.stages.schema_change import Asked, migrate, pair_of
from builder.studio.codec import labels_named
from builder.studio.server import ServerInfo
from builder.workbench import Workbench, opened
from tests.browser.desk import Desk
from tests.conftest import silent
from tests.fakes import WordCombiner

OLD = (Path(__file__).parents[2] / "schemas" / "news.toml").read_text("utf-8")
NEW = OLD.replace('"PERSON"', '"HUMAN"').replace('"event"', '"happening"').replace("1.0.0", "2.0.0")
WISHES = Wishes(renames=("PERSON=HUMAN", "event=happening"))
ANSWERED, WAITING = "“南岸”和“北岸”没有人去。", "陈雨在“东岸”表示同意。"
TITLE = {"zh": "HUMAN 人物", "en": "HUMAN Person"}


class NewCombiner(WordCombiner):
    """Proposes in the new labels, as the annotators of another schema do."""

    fingerprint = "words2"

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        each, combined = super().propose_each(sentences)
        return each, [_renamed(prediction) for prediction in combined]


def _renamed(prediction: Prediction) -> Prediction:
    spans = [replace(entity, span=replace(entity.span, label="HUMAN")) for entity in prediction.entities or ()]
    assert prediction.label
    return replace(prediction, entities=tuple(spans), label=replace(prediction.label, name="happening"))


def work(folder: Path, schema: str, combiner: WordCombiner) -> Iterator[Workbench]:
    (folder / "own.toml").write_text(schema, "utf-8")
    with opened(folder, silent) as bench:
        bench.__dict__["combiner"] = combiner
        yield bench


@pytest.mark.parametrize(("interface", "layout"), [("zh", "article"), ("en", "sentence"), ("en", "article")])
def test_the_page_asks_for_the_new_labels_and_an_old_answer_can_be_updated(
    interface: str,
    layout: str,
    tmp_path: Path,
    server: ServerInfo,
    browser_page: Page,
) -> None:
    (tmp_path / "sources").mkdir()
    for name, body in (("a", ANSWERED), ("b", WAITING)):
        (tmp_path / "sources" / f"{name}.txt").write_text(f"河畔论坛开幕\n\n{body}\n", "utf-8")
    style = f'[studio]\nlayout = "{layout}"\ninterface = "{interface}"\nurl = "{server.url}"\n'
    (tmp_path / "builder.toml").write_text(f'[project]\nname = "small"\nschema = "own.toml"\n{style}')
    for bench in work(tmp_path, OLD, WordCombiner()):
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        desk = Desk(bench, browser_page, server.url)
        desk.open(ANSWERED)
        first = desk.page.submit()
        bench.pull()
        assert 1 == len(bench.review().golds)

    for bench in work(tmp_path, NEW, NewCombiner()):
        pair = pair_of(bench.store, bench.project.schema, Asked("", "", tmp_path))
        migrate(bench.store, pair, WISHES, Rule(), dry_run=False)
        for verb in (bench.annotate, bench.push):
            verb()
        desk = Desk(bench, browser_page, server.url)
        desk.open(WAITING)
        page = desk.page.page.inner_text("body")
        fresh = desk.page.spans(), desk.label("表示同意")
        desk.page.submit()
        desk.open(ANSWERED, labels=0)
        desk.page.relabel("北岸", "5")
        desk.choose("没有人去", "statement", "w")
        second = desk.page.update()
        rows = desk.released("v1")

        assert (True, False) == (TITLE[interface] in page, "PERSON" in page)
        assert ([("东岸", "HUMAN")], "happening") == fresh
        assert first["lead_time"] < second["lead_time"]
        assert {"PERSON", "LOCATION"} <= labels_named(second["result"])
        spans, *sentence = desk.decided(rows[ANSWERED])
        assert {("南岸", "HUMAN", Action.ACCEPTED), ("北岸", "LOCATION", Action.RELABELLED)} == {*spans}
        assert ["statement", Action.RELABELLED] == sentence
        assert ([("东岸", "HUMAN", Action.ACCEPTED)], "happening", Action.ACCEPTED) == desk.decided(rows[WAITING])
