"""Documentation runs: what README says can be typed, loaded, extended and followed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from builder.cli import main
from builder.exporters.features import views
from builder.exporters.loading import load_release
from builder.model import Sentence, Span
from builder.reading import Kind
from builder.schema import read_schema
from tests.project import answer_all, at_work, make_sources

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def verbs(group: click.Group, prefix: str = "") -> set[str]:
    found = set()
    for name, command in group.commands.items():
        found |= verbs(command, f"{prefix}{name} ") if isinstance(command, click.Group) else {f"{prefix}{name}"}
    return found


def test_the_first_code_stands_within_twenty_lines():
    assert README[: README.index("```")].count("\n") < 20


def test_every_command_that_readme_types_exists():
    typed = re.findall(r"builder ((?:studio )?[a-z]+)", "\n".join(blocks("console")))

    assert typed
    assert set(typed) <= verbs(main)


def test_every_verb_has_a_line_in_readme():
    missing = [v for v in verbs(main) if not any(f"`{name}" in README for name in (v, v.split()[-1]))]

    assert [] == missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [t for t in targets if "://" not in t and not (page.parent / t).exists()]

    assert [] == broken


def test_both_make_commands_exist():
    targets = re.findall(r"^make ([a-z]+)|\$ make ([a-z]+)", README, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert {"demo", "test"} == {a or b for a, b in targets}
    assert all(re.search(rf"^{a or b}:", makefile, re.MULTILINE) for a, b in targets)
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_annotator_of_readme_works(tmp_path):
    code = next(block for block in blocks("python") if "class Stock" in block)
    room: dict[str, object] = {}
    exec(compile(code, "stockbook.py", "exec"), room)
    text = "买入 ACME 股票"
    sentence = Sentence("s", "d", 0, 0, len(text), Kind.BODY, "zh", text)
    (prediction,) = room["build"]({}, read_schema("news", tmp_path)).propose([sentence])

    assert [Span(3, 7, "ORG")] == [entity.span for entity in prediction.entities]


def test_the_entry_point_of_readme_is_toml_of_our_group():
    (block,) = blocks("toml")
    groups = tomllib.loads(block)["project"]["entry-points"]

    assert set(groups) <= set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"])


def test_the_loading_code_of_readme_runs_on_a_release(tmp_path):
    code = next(block for block in blocks("python") if "load_dataset" in block)
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push, lambda: answer_all(studio), bench.pull):
            verb()
        release = bench.release("v1")
    split = next(iter(load_release(release)["records"]))
    loader = f"functools.partial(datasets.load_dataset, cache_dir={str(tmp_path)!r})"
    cached = f"import datasets, functools; load_dataset = {loader}"
    here = code.replace("from datasets import load_dataset", cached).replace("exports/news/v1", str(release))
    here = here.replace('["train"]', f'["{split}"]').replace("records[0]", "next(r for r in records if r['spans'])")
    room: dict[str, object] = {}
    exec(compile(here, "README", "exec"), room)

    assert {"start", "end", "label", "text", "action", "proposed_by"} <= set(room["span"])


def test_every_column_of_a_release_is_explained(tmp_path):
    rows = (ROOT / "docs" / "rows.md").read_text("utf-8")
    named = {column.name for view in views(read_schema("news", tmp_path)) for column in view.columns}

    assert [] == sorted(name for name in named if f"`{name}`" not in rows)


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\(([a-z-]+\.md)\)", (folder / "README.md").read_text("utf-8")))

    assert {path.name for path in folder.glob("*.md")} - {"README.md"} == listed
