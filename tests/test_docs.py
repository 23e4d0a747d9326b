"""Documentation runs: what README says can be typed, loaded, extended and followed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from builder.cli import main
from builder.demo import READINGS, VERSION, read_review, sample_folder
from builder.exporters.features import views
from builder.model import Sentence, Span
from builder.project_files import create
from builder.reading import Kind
from builder.schema import read_schema
from builder.studio.codec import result_of
from builder.workbench import opened
from tests.fakes import FakeStudio
from tests.project import at_work

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


def test_every_extra_that_is_typed_exists():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    typed = set(re.findall(r'pip install "([^"[]*)\[([a-z]+)\]"', "".join(page.read_text("utf-8") for page in PAGES)))

    assert typed
    assert set() == {(where, extra) for where, extra in typed if where != "." or extra not in extras}


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


def test_the_first_lines_of_the_journey_lead_from_one_to_the_next(tmp_path):
    journey = next(block for block in blocks("console") if "builder init" in block)
    typed = [line.removeprefix("$ ") for line in journey.splitlines()]
    first = next(at for at, line in enumerate(typed) if "builder init" in line)
    last = next(at for at, line in enumerate(typed) if "builder preview" in line)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "today.txt").write_text("会议今天在上海开幕。\n", "utf-8")
    command = f'builder() {{ {shlex.quote(sys.executable)} -m builder "$@"; }}\n' + "\n".join(typed[first : last + 1])
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-ec", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "[上海 GPE]" in done.stdout


@pytest.fixture
def demonstrated(tmp_path, monkeypatch):
    """Go where `make demo` left its project: all but the server is what the demo uses."""
    create(tmp_path / "demo", "demo", "news", ("sources",))
    for page in sample_folder().glob("*.txt"):
        shutil.copyfile(page, tmp_path / "demo" / "sources" / page.name)
    with opened(tmp_path / "demo", lambda message: None) as bench:
        bench.__dict__["studio"] = studio = FakeStudio(tmp_path / "server.db")
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        for person, name in enumerate(READINGS.values(), 1):
            recorded = read_review(sample_folder() / name)
            for task in studio.payloads():
                if told := recorded.get(task["data"]["text"]):
                    result = [] if told.cancelled else result_of(told.answer, task["data"]["text"])
                    given = {"was_cancelled": told.cancelled, "lead_time": told.lead_time}
                    studio.submit(task["id"], result, person=person, **given)
        bench.pull()
        bench.release(VERSION)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    return tmp_path


def test_the_loading_code_of_readme_gives_what_it_says_after_the_demo(demonstrated):
    code = next(block for block in blocks("python") if "load_dataset" in block)
    *lines, shown, expected = code.strip().split("\n")
    room: dict[str, object] = {}
    exec(compile("\n".join(lines), "README", "exec"), room)
    *told, proposers = eval(shown, room)
    *promised, names = eval(expected.removeprefix("# "))

    assert promised == told
    assert [name.partition("@")[0] for name in names] == [name.partition("@")[0] for name in proposers]
    assert (demonstrated / "cache").is_dir()


def test_every_column_of_a_release_is_explained(tmp_path):
    rows = (ROOT / "docs" / "rows.md").read_text("utf-8")
    named = {column.name for view in views(read_schema("news", tmp_path)) for column in view.columns}

    assert [] == sorted(name for name in named if f"`{name}`" not in rows)


CONTRACTS = (ROOT / "docs" / "contracts.md").read_text("utf-8")


def test_every_contract_has_a_section():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "builder").rglob("*.py"))
    names = set(re.findall(r'^CONTRACT = "(\w+/\d+)"', code, re.MULTILINE))

    assert names
    assert [] == sorted(name for name in names if f"## `{name}`" not in CONTRACTS)


def test_every_schema_of_a_contract_is_named():
    shapes = {path.name for path in (ROOT / "schemas").glob("*.schema.json")}
    written_by_people = {"builder.schema.json", "label-schema.schema.json", "crosswalk.schema.json"}

    assert [] == sorted(name for name in shapes - written_by_people if f"schemas/{name}" not in CONTRACTS)


def test_the_example_of_a_status_keeps_to_its_schema():
    example = json.loads(re.findall(r"```json\n(.*?)```", CONTRACTS.split("## `status/1`")[1], re.DOTALL)[0])
    schema = json.loads((ROOT / "schemas" / "status.schema.json").read_text("utf-8"))

    Draft202012Validator(schema).validate(example)


def test_the_example_of_a_reject_is_what_a_table_gets(tmp_path):
    (told,) = json.loads(re.findall(r"```json\n(.*?)```", CONTRACTS.split("## `status/1`")[1], re.DOTALL)[0])["rejects"]
    start, end = map(int, told["place"].removeprefix("bytes ").split("-"))
    good, bad = "1,a,Good.\n", "2,b,Bad." + "x" * (end - start - 10) + ",x"
    header = "id,title,text\n" + good * 36
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "rows.csv").write_text(header + "9" * (start - len(header) - 10) + ",a,Good.\n\n" + bad)
    with at_work(tmp_path) as (bench, _):
        found = [reject for reject in bench.ingest().rejected if reject.code == told["code"]]

    assert [(told["subject"], told["place"], told["reason"])] == [(r.subject, r.place, r.reason) for r in found]


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\(([a-z-]+\.md)\)", (folder / "README.md").read_text("utf-8")))

    assert {path.name for path in folder.glob("*.md")} - {"README.md"} == listed
