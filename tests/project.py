"""A small project at work, for tests of stages: real store, real files, fake server, quick annotator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builder.config import Project, parse_config
from builder.model import Answer, Span
from builder.schema import read_schema
from builder.store.db import Store
from builder.studio.codec import result_of
from builder.workbench import Workbench
from tests.fakes import FakeStudio, Fault, WordCombiner, no_fault

ZH = "河畔论坛开幕\n\n本报讯 林𠮷在“江心岛”说，六河 相连。陈雨表示同意😀！\n\n据河畔社电\n"
EN = "Forum opens\n\nMaria spoke first. “Water joins us,” said Tom. They left at 9 p.m. on Friday.\n"
TOML = '[project]\nname = "small"\n[review]\nrule = "{rule}"\n'


def make_sources(folder: Path) -> None:
    """Write two pages."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "a-zh.txt").write_text(ZH, "utf-8")
    (sources / "b-en.txt").write_text(EN, "utf-8")


@contextmanager
def at_work(folder: Path, fault: Fault = no_fault, rule: str = "single") -> Iterator[tuple[Workbench, FakeStudio]]:
    """Open the small project in `folder` beside its fake server."""
    project = Project(folder, parse_config(TOML.format(rule=rule)), read_schema("news", folder))
    studio = FakeStudio(folder / "server.db", fault)
    with Store(project.hidden) as store:
        bench = Workbench(project, store, lambda message: None)
        bench.__dict__["combiner"] = WordCombiner()
        bench.__dict__["studio"] = studio
        yield bench, studio


def answer_all(studio: FakeStudio, *, person: int = 1, label: str = "event") -> None:
    """Accept every prediction, as a person who presses Ctrl+Enter does, with this sentence label."""
    for task in studio.payloads():
        text = task["data"]["text"]
        regions = [r for r in task["predictions"][0]["result"] if r["type"] == "labels"]
        spans = tuple(Span(r["value"]["start"], r["value"]["end"], r["value"]["labels"][0]) for r in regions)
        studio.submit(task["id"], result_of(Answer(spans, label), text), person=person)


def dump(bench: Workbench) -> list[str]:
    """Write the whole store as text, but for its random marker."""
    return [line for line in bench.store.db.iterdump() if "'marker'" not in line]
