"""The command line: help with examples, one clear line per error, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import builder
from builder.cli import main
from builder.config import FILE
from builder.flow import Tally
from builder.model import Reject
from builder.store.db import Store

SLOW = (
    "rich pydantic httpx jieba datasets pyarrow babel label_studio_sdk ahocorasick_rs builder.workbench sqlite3".split()
)
ERROR = "error: "


def verbs(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Name every verb, those of groups included."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from verbs(command, (*path, name))


def called(*arguments: str | Path) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project without sources."""
    assert 0 == called("init", tmp_path / "mine").exit_code
    return tmp_path / "mine"


@pytest.mark.parametrize("verb", [(), *verbs()], ids=" ".join)
def test_every_verb_has_help_with_an_example(verb: tuple[str, ...]) -> None:
    told = called(*verb, "--help")

    assert 0 == told.exit_code
    assert "Example:" in told.output
    assert " ".join(("builder", *verb)) in told.output.split("Example:")[1]


def test_verbs_are_listed_in_the_order_of_the_work() -> None:
    names = "init ingest annotate push pull watch review adjudicate train release diff prove publish status run retry"
    names += " preview evaluate"
    names += " stats check restore schema"

    assert [*names.split(), "demo", "studio"] == main.list_commands(click.Context(main))


@pytest.mark.parametrize("verb", ["ingest", "annotate", "push", "pull", "watch", "review", "status", "run", "evaluate"])
def test_without_a_project_one_line_names_init(verb: str, tmp_path: Path) -> None:
    told = called("-C", tmp_path, verb)

    assert 2 == told.exit_code
    assert [f"{ERROR}no {FILE} in {tmp_path} or above; make a project with: builder init"] == told.stderr.splitlines()


def test_a_wrong_key_names_the_nearest(project: Path) -> None:
    (project / FILE).write_text('[project]\nname = "mine"\n[studio]\nulr = "x"\n', "utf-8")
    told = called("-C", project, "status")

    assert (2, 1) == (told.exit_code, len(told.stderr.splitlines()))
    assert "unknown key 'studio.ulr'; did you mean 'url'?" in told.stderr


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_a_missing_server_says_how_to_start_it(verb: str, project: Path) -> None:
    told = called("-C", project, verb)

    assert (3, 1) == (told.exit_code, len(told.stderr.splitlines()))
    assert told.stderr.startswith(ERROR)
    assert "builder studio start" in told.stderr


def test_a_server_of_yours_without_a_key_says_where_it_goes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILDER_STUDIO_KEY", raising=False)
    (project / FILE).write_text('[project]\nname = "mine"\n[studio]\nurl = "http://127.0.0.1:9"\n', "utf-8")
    told = called("-C", project, "push")

    assert 2 == told.exit_code
    assert "set BUILDER_STUDIO_KEY" in told.stderr


def test_a_server_that_does_not_answer_is_tried_again_later(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDER_STUDIO_KEY", "key")
    (project / FILE).write_text('[project]\nname = "mine"\n[studio]\nurl = "http://127.0.0.1:9"\n', "utf-8")
    told = called("-C", project, "pull")

    assert 3 == told.exit_code
    assert "no answer from http://127.0.0.1:9" in told.stderr


@pytest.mark.parametrize(
    "arguments", [("init", "new", "--schema", "newz"), ("preview", "page.txt", "--schema", "newz")]
)
def test_an_unknown_label_schema_names_the_nearest(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text("会议开幕。", "utf-8")
    told = called(*arguments)

    assert (2, 1) == (told.exit_code, len(told.stderr.splitlines()))
    assert "did you mean 'news'?" in told.stderr


@pytest.mark.parametrize("verb", ["preview", "ingest"])
def test_an_empty_file_is_rejected_by_name(verb: str, project: Path) -> None:
    (project / "empty.txt").touch()
    told = called("-C", project, verb, project / "empty.txt")

    assert 1 == told.exit_code
    assert "empty.txt: E_EMPTY: the bytes hold no text" in told.stderr


def test_an_empty_file_says_nothing_to_programs(project: Path) -> None:
    (project / "empty.txt").touch()
    told = called("preview", project / "empty.txt", "--json")

    assert (1, "") == (told.exit_code, told.stdout)


def test_a_release_of_nothing_says_what_to_do(project: Path) -> None:
    told = called("-C", project, "release", "v1")

    assert 2 == told.exit_code
    assert "builder review" in told.stderr.splitlines()[-1]


def test_init_twice_is_init_once(project: Path) -> None:
    before = (project / FILE).read_bytes()

    assert (0, before) == (called("init", project).exit_code, (project / FILE).read_bytes())


def test_init_over_another_project_is_refused(project: Path) -> None:
    told = called("init", project, "--name", "other")

    assert 2 == told.exit_code
    assert "exists already" in told.stderr


def test_preview_prints_one_json_object_per_sentence(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("会议今天开幕，各方发言。The SCO met in Astana.\n", "utf-8")
    told = called("preview", tmp_path / "page.txt", "--json")

    assert ["会议今天开幕，各方发言。", "The SCO met in Astana."] == [
        json.loads(line)["text"] for line in told.stdout.splitlines()
    ]


def test_preview_shows_the_structure_where_it_is_asked_for(tmp_path: Path) -> None:
    page = "本报讯 会议今天 在北京开幕，各方代表\n出席了会议并发言。\n\nBy Ann Rowe\n"
    (tmp_path / "page.txt").write_text(page, "utf-8")
    told = called("preview", tmp_path / "page.txt", "--structure").stdout

    assert "article 1" in told
    assert "会议今天␣" in told.replace("[", "").replace(" DATE]", "")
    assert "代表⏎出席" in told.replace("\n", "").replace(" ", "")
    assert "byline" in told


def test_preview_of_a_folder_says_what_to_do(tmp_path: Path) -> None:
    told = called("preview", tmp_path)

    assert (2, 1) == (told.exit_code, len(told.stderr.splitlines()))
    assert "name files" in told.stderr
    assert "builder ingest" in told.stderr


def test_a_preview_for_another_program_breaks_no_line(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("哈萨克斯坦总统" * 3 + "在阿斯塔纳出席了会议并发表讲话" * 9 + "。\n", "utf-8")
    body = [line for line in called("preview", tmp_path / "page.txt").stdout.splitlines() if line.startswith("body")]

    assert 1 == len(body)
    assert 9 == body[0].count("[阿斯塔纳 GPE]")


def test_preview_shows_a_person_the_text_and_the_labels(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("会议今天开幕，各方发言。\n", "utf-8")
    told = called("preview", tmp_path / "page.txt")

    assert (0, True, True) == (
        told.exit_code,
        "会议[今天 DATE]开幕，各方发言。" in told.stdout,
        "PERSON" in told.stdout,
    )


@pytest.mark.parametrize(("code", "expected"), [("E_PREDICTION", 1), ("E_DECISION", 1), ("N_PROPOSAL", 0), (None, 0)])
def test_a_restore_that_refused_records_says_so_and_one_that_only_noticed_something_does_not(
    project: Path, monkeypatch: pytest.MonkeyPatch, code: str | None, expected: int
) -> None:
    rejects = (Reject("restore", "a sentence", code, "why"),) if code else ()
    tallies = [Tally("restore", 1, rejects), Tally("pull", 1, ())]
    monkeypatch.setattr("builder.workbench.Workbench.restore", lambda bench: tallies)
    told = called("-C", project, "restore", "--json")

    assert (expected, ["restore", "pull"]) == (
        told.exit_code,
        [json.loads(line)["stage"] for line in told.stdout.split("\n") if line],
    )


def test_json_is_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("会议开幕。\n", "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(Path(builder.__file__).parent.parent)}
    command = [sys.executable, "-m", "builder", "preview", str(tmp_path / "page.txt"), "--json"]
    told = subprocess.run(command, capture_output=True, check=True, env=environment)

    assert "会议开幕。" == json.loads(told.stdout.decode("utf-8"))["text"]


def test_an_unforeseen_error_is_told_from_rejected_records(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the floor gave way")

    monkeypatch.setattr("builder.workbench.status", fail)
    told = called("-C", project, "status")

    assert (4, "RuntimeError: the floor gave way") == (told.exit_code, told.stderr.splitlines()[-1])


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take UTF-8 names only")
@pytest.mark.parametrize("verb", ["ingest", "preview"])
def test_a_file_name_that_is_not_utf_8_is_read_all_the_same(verb: str, project: Path) -> None:
    page = project / "sources" / os.fsdecode("中文.txt".encode("gbk"))
    page.write_text("会议开幕。\n", "utf-8")
    told = called("-C", project, verb, page, "--json")

    assert 0 == told.exit_code, told.stderr
    assert ('"done": 1' if verb == "ingest" else r"\\xd6\\xd0\\xce\\xc4.txt") in told.stdout


def test_retry_says_what_it_did_and_exits_as_ingest_does(project: Path) -> None:
    (project / "sources" / "empty.txt").touch()
    assert 1 == called("-C", project, "ingest").exit_code
    told = called("-C", project, "retry", "ingest", "--json")
    (project / "sources" / "empty.txt").write_text("Mended.", "utf-8")

    assert (1, ["E_EMPTY"]) == (told.exit_code, [reject["code"] for reject in json.loads(told.stdout)["rejected"]])
    assert 0 == called("-C", project, "retry", "ingest").exit_code


@pytest.mark.parametrize(
    ("reject", "line"),
    [(Reject("ingest", "a.pdf", "E_X", "Odd.", "page 3"), "ingest: a.pdf (page 3): E_X: Odd."),
     (Reject("ingest", "a.csv#bytes 3-9", "E_CSV", "Odd.", "bytes 3-9"), "ingest: a.csv#bytes 3-9: E_CSV: Odd."),
     (Reject("ingest", "a.txt", "E_EMPTY", "Odd."), "ingest: a.txt: E_EMPTY: Odd.")],
)  # fmt: skip
def test_status_shows_each_reject_with_code_place_and_reason(reject: Reject, line: str, project: Path) -> None:
    with Store(project / ".builder") as store:
        store.add([reject])
    told = called("-C", project, "status")

    assert line in [shown.strip() for shown in told.stdout.splitlines()]
    rejects = json.loads(called("-C", project, "status", "--json").stdout)["rejects"]
    assert [reject.place] == [found["place"] for found in rejects]


def test_status_is_one_json_document(project: Path) -> None:
    told = called("-C", project, "status", "--json")

    assert "status/1" == json.loads(told.stdout)["contract"]


def test_studio_status_says_that_nothing_runs(project: Path) -> None:
    told = called("-C", project, "studio", "status", "--json")

    assert (0, False) == (told.exit_code, json.loads(told.stdout)["running"])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ingest", "--help"], ["studio", "--help"]])
def test_help_imports_nothing_slow(arguments: list[str]) -> None:
    """Asked in a process of its own, since this one has imported everything."""
    code = f"import sys; from builder.cli import main; main({arguments!r}, standalone_mode=False); " + (
        f"print('loaded:', *(name for name in {SLOW!r} if name in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(builder.__file__).parent.parent)}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)

    assert "loaded:" == told.stdout.splitlines()[-1].strip()


def test_a_disk_that_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "builder.toml").write_text('[project]\nname = "x"\n', "utf-8")
    (tmp_path / ".builder").write_text("a file where a folder should be", "utf-8")
    told = called("-C", tmp_path, "status")

    assert (3, 1) == (told.exit_code, told.stderr.strip().count("\n") + 1)
    assert str(tmp_path / ".builder") in told.stderr


def test_an_interrupted_verb_says_that_it_can_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("builder.preview.preview_files", interrupted)
    told = called("preview", tmp_path / "page.txt")

    assert (130, True) == (told.exit_code, "goes on from here" in told.stderr)


GOLD = [
    {"text": "习近平访问上海。", "spans": [[0, 3, "PER"], [5, 7, "LOC"]]},
    {"text": "科技部在北京发布公告。", "spans": [[0, 3, "ORG"], [4, 6, "LOC"]]},
]
MAP = "PERSON=PER,GPE=LOC,LOCATION=LOC,ORG=ORG"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Write two gold sentences under another tag set."""
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, GOLD)), "utf-8")
    return path


def test_evaluate_needs_no_project_and_shows_each_annotator(gold: Path, tmp_path: Path) -> None:
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--map", MAP)

    assert 0 == told.exit_code
    assert [] == [name for name in ("jieba", "gazetteer", "union", "majority", "combined") if name not in told.stdout]
    assert "scored as LOC: ours GPE, LOCATION; theirs LOC" in told.stdout


def test_evaluate_prints_one_object_for_programs(gold: Path, tmp_path: Path) -> None:
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--crosswalk", "msra", "--json")
    (line,) = told.stdout.splitlines()
    report = json.loads(line)

    assert ("evaluate/1", 4, ["msra"]) == (report["contract"], report["gold"]["spans"], report["map"]["crosswalks"])


def test_evaluate_asks_whom_it_is_told_to(gold: Path, tmp_path: Path) -> None:
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--annotators", "gazetteer, cues", "--json")

    assert ["gazetteer", "cues", "union", "majority", "combined"] == [
        row["proposer"] for row in json.loads(told.stdout)["rows"]
    ]


def test_evaluate_refuses_bad_lines_and_goes_on(gold: Path, tmp_path: Path) -> None:
    with gold.open("a", encoding="utf-8") as lines:
        lines.write("\n{odd")
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--json")

    assert (1, 2) == (told.exit_code, json.loads(told.stdout)["gold"]["sentences"])
    assert f"{ERROR}{gold}: line 3: E_GOLD: not JSON" in told.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--map", "PERS=PER"], "did you mean 'PERSON'?"),
        (["--crosswalk", "msr"], "did you mean 'msra'?"),
        (["--annotators", "jeiba"], "did you mean 'jieba'?"),
        (["--sizes", "10"], "--sizes needs something to learn from"),
        (["--sizes", "ten"], "is not a list of numbers such as 100,300,1000"),
        (["--sizes", "0"], "is not a list of numbers such as 100,300,1000"),
        (["--folds", "1"], "at least 2 are needed"),
        (["--folds", "3"], "has only 2 groups"),
    ],
)
def test_evaluate_says_what_is_wrong_with_an_option(options: list[str], why: str, gold: Path, tmp_path: Path) -> None:
    told = called("-C", tmp_path, "evaluate", "--gold", gold, *options)

    assert 2 == told.exit_code
    assert why in " ".join(told.stderr.split())


def test_evaluate_of_a_file_that_is_not_there_names_it(tmp_path: Path) -> None:
    told = called("-C", tmp_path, "evaluate", "--gold", tmp_path / "none.jsonl")

    assert (2, f"{ERROR}{tmp_path / 'none.jsonl'}: no such file\n") == (told.exit_code, told.stderr)


def test_evaluate_draws_pictures_where_it_is_told_to(gold: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--plots", tmp_path / "plots")

    assert 0 == told.exit_code
    assert {"reliability-combined.svg", "confusion-combined.svg"} == {p.name for p in (tmp_path / "plots").iterdir()}


def test_evaluate_says_before_the_work_that_pictures_cannot_be_drawn(
    gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = called("-C", tmp_path, "evaluate", "--gold", gold, "--plots", tmp_path / "plots")

    assert (2, "") == (told.exit_code, told.stdout)
    assert 'pip install ".[plots]"' in told.stderr


def test_retry_annotate_has_nothing_to_do_where_nothing_failed(project: Path) -> None:
    told = called("-C", project, "retry", "annotate", "--json")

    assert (0, {"stage": "annotate", "done": 0, "rejected": []}) == (told.exit_code, json.loads(told.stdout))
