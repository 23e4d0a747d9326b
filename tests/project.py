"""A small project at work, for tests of stages: real store, real files, fake server, quick annotator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.config import Project, parse_config
from builder.model import Answer
from builder.schema import read_schema
from builder.store.db import Store
from builder.studio.codec import answer_of, result_of
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
        result = accepted(task["data"]["text"], task["predictions"][0]["result"], label)
        studio.submit(task["id"], result, person=person)


def accepted(text: str, predicted: Sequence[Mapping[str, Any]], label: str | None = None) -> list[dict[str, Any]]:
    """Answer a task with its own prediction; the sentence label too, unless another is given."""
    answer = answer_of(predicted, text)
    return result_of(Answer(answer.entities, label or answer.label), text)


def dump(bench: Workbench) -> list[str]:
    """Write the whole store as text, but for its random marker."""
    return [line for line in bench.store.db.iterdump() if "'marker'" not in line]
