"""A small project at work, for tests of stages: real store, real files, fake server, quick annotator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.config import Project, parse_config, read_project
from builder.reviewing import Answer
from builder.schema import LabelSchema, read_schema
from builder.store.db import Store
from builder.studio.codec import answer_of, result_of
from builder.workbench import Workbench
from tests.fakes import FakeStudio, Fault, WordCombiner, no_fault
from tests.said import CARD

ZH = "河畔论坛开幕\n\n本报讯 林𠮷在“江心岛”说，六河 相连。陈雨表示同意😀！\n\n据河畔社电\n"
EN = "Forum opens\n\nMaria spoke first. “Water joins us,” said Tom. They left at 9 p.m. on Friday.\n"
_TOML = '[project]\nname = "small"\n[review]\nrule = "{rule}"\n{review}\n[studio]\nlayout = "{layout}"\n'
_TIME = re.compile(r"'\d{4}-\d\d-\d\dT[^']*'")


def toml(rule: str = "single", layout: str = "sentence", review: str = "") -> str:
    """Write the configuration of the small project."""
    return _TOML.format(rule=rule, layout=layout, review=review)


def make_sources(folder: Path) -> None:
    """Write two pages."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "a-zh.txt").write_text(ZH, "utf-8")
    (sources / "b-en.txt").write_text(EN, "utf-8")


@contextmanager
def at_work(
    folder: Path,
    fault: Fault = no_fault,
    rule: str = "single",
    layout: str = "sentence",
    schema: LabelSchema | None = None,
    review: str = "",
) -> Iterator[tuple[Workbench, FakeStudio]]:
    """Open the small project in `folder` beside its fake server; `review` are more lines of that table."""
    config = parse_config(toml(rule, layout, review))
    project = Project(folder, config, schema or read_schema("news", folder))
    studio = FakeStudio(folder / "server.db", fault)
    with Store(project.hidden) as store:
        bench = Workbench(project, store, lambda message: None, pause=lambda seconds: None)
        bench.__dict__["combiner"] = WordCombiner()
        bench.__dict__["studio"] = studio
        yield bench, studio


@contextmanager
def pushed_project(folder: Path, fault: Fault = no_fault, **how: Any) -> Iterator[tuple[Workbench, FakeStudio]]:
    """Open the small project as `at_work` does, with its two pages read, proposed for and sent."""
    make_sources(folder)
    with at_work(folder, fault, **how) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        yield bench, studio


def make_release(folder: Path) -> Path:
    """Make a project with everything approved and said, and v1 released under a licence."""
    told = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in CARD.items())
    page = f'[project]\nname = "small"\n[release]\nlicense = "cc-by-4.0"\n[card]\n{told}'
    (folder / "builder.toml").write_text(page, "utf-8")
    with pushed_project(folder) as (bench, studio):
        bench.project = replace(bench.project, config=read_project(folder).config)
        answer_all(studio)
        bench.pull()
        bench.release("v1")
    return folder


def answer_all(studio: FakeStudio, *, person: int = 1, label: str = "event", most: int | None = None) -> None:
    """Accept every prediction (or so many), as a person who presses Ctrl+Enter does, with this sentence label."""
    for task in studio.payloads()[:most]:
        result = accepted(task["data"]["text"], task["predictions"][0]["result"], label)
        studio.submit(task["id"], result, person=person)


def accepted(text: str, predicted: Sequence[Mapping[str, Any]], label: str | None = None) -> list[dict[str, Any]]:
    """Answer a task with its own prediction; the sentence label too, unless another is given."""
    answer = answer_of(predicted, text)
    return result_of(Answer(answer.entities, label or answer.label), text)


def dump(bench: Workbench) -> list[str]:
    """Write the whole store as text, but for its random marker and the time since when its page asks for a schema."""
    lines = [line for line in bench.store.db.iterdump() if "'marker'" not in line]
    return [_TIME.sub("'(now)'", line) if '"schema_seen"' in line else line for line in lines]
