"""The JSON Schemas that ship: some generated and current, others written by hand and kept by what is printed."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from builder import json_schemas
from builder.agreement import Reviewed, report
from builder.agreement.subjects import Statistic
from builder.errors import UsageError
from builder.evaluation.gold import read_gold
from builder.model import Span
from builder.preview import preview_files
from builder.project_files import template
from builder.reviewing import Answer
from builder.schema import shipped_schemas
from builder.stages.evaluate import Request, combiner_at, evaluate
from builder.text.flags import NAMES
from tests.learner import Learner
from tests.project import answer_all, at_work, make_sources

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"
CROSSWALKS = sorted((SCHEMAS / "crosswalks").glob("*.toml"))
EXAMPLES = sorted((ROOT / "examples" / "news").glob("*.txt"))


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return loaded


def problems(name: str, document: Any) -> list[str]:
    """Say what a schema finds wrong with a document."""
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(document)]


@pytest.mark.parametrize("name", json_schemas.generated())
def test_a_generated_schema_is_current(name: str) -> None:
    """If not: python -m builder.json_schemas schemas."""
    assert json_schemas.generated()[name] == (SCHEMAS / name).read_text("utf-8")


def test_the_generator_writes_into_the_folder_it_is_given(tmp_path: Path) -> None:
    json_schemas.main([str(tmp_path)])

    assert json_schemas.generated() == {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}


@pytest.mark.parametrize("arguments", [[], ["no-such-folder"], ["a", "b"]])
def test_the_generator_needs_one_folder(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="name a folder that exists"):
        json_schemas.main(arguments)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_every_schema_is_a_sound_one(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", ["agreement", "diff", "evaluate", "preview", "prove", "schema-diff", "status"])
def test_a_contract_is_named_by_its_id(name: str) -> None:
    found = schema(name)

    assert f"{name}/1" == found["$id"] == found["properties"]["contract"]["const"]


@pytest.mark.parametrize("name", ["agreement", "diff", "evaluate", "preview", "prove", "schema-diff", "status"])
def test_every_field_of_a_contract_is_described(name: str) -> None:
    found = schema(name)
    owners = [
        found,
        *found["properties"].values(),
        *found["$defs"].values(),
        found["properties"].get("rejects", {}).get("items", {}),
    ]
    fields = [(key, field) for owner in owners for key, field in owner.get("properties", {}).items()]

    assert [] == [key for key, field in fields if "description" not in field and "$ref" not in field]


@pytest.mark.parametrize("path", CROSSWALKS, ids=lambda path: path.stem)
def test_a_shipped_crosswalk_fits_its_json_schema(path: Path) -> None:
    assert [] == problems("crosswalk", tomllib.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", shipped_schemas())
def test_a_shipped_label_schema_fits_its_json_schema(name: str) -> None:
    text = shipped_schemas()[name].read_text("utf-8")

    assert [] == problems("label-schema", tomllib.loads(text))


@pytest.mark.parametrize("name", shipped_schemas())
def test_a_shipped_label_schema_tells_editors_its_json_schema(name: str) -> None:
    path = shipped_schemas()[name]
    hint = path.read_text("utf-8").splitlines()[0].removeprefix("#:schema ")

    assert (SCHEMAS / "label-schema.schema.json").samefile(path.parent / hint)


def test_a_new_project_fits_the_json_schema_of_builder_toml() -> None:
    assert [] == problems("builder", tomllib.loads(template("mine", "news", ("sources",))))


@pytest.mark.parametrize(
    "text", ['[project]\nname = "x"\ncolour = 1', "[project]\n", '[project]\nname = "x"\n[review]\nrule = "all"']
)
def test_an_unsound_builder_toml_does_not_fit(text: str) -> None:
    assert [] != problems("builder", tomllib.loads(text))


@pytest.mark.parametrize("structure", [False, True])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_preview_says_of_an_example_fits_its_contract(path: Path, structure: bool) -> None:
    lines = list(preview_files([path], "news", structure=structure)[0])

    assert lines
    assert [] == [problem for line in lines for problem in problems("preview", line)]


def test_preview_knows_every_flag() -> None:
    assert list(NAMES) == schema("preview")["properties"]["flags"]["items"]["enum"]


def test_a_line_with_another_field_breaks_the_contract() -> None:
    (line, *_) = preview_files(EXAMPLES[:1], "news")[0]

    assert [] != problems("preview", {**line, "extra": 1})


def test_what_status_says_fits_its_contract_at_every_step(tmp_path: Path) -> None:
    make_sources(tmp_path)
    (tmp_path / "sources" / "empty.txt").touch()
    with at_work(tmp_path) as (bench, studio):
        steps = [bench.ingest, bench.annotate, bench.push, lambda: answer_all(studio), bench.pull, bench.review]
        statuses = [bench.status()] + [(step(), bench.status())[1] for step in steps]
        (bench.project.exports / "small" / "v1").mkdir(parents=True)
        (bench.project.exports / "small" / "v1" / "manifest.json").touch()
        statuses.append(bench.status())

    assert [] == [problem for status in statuses for problem in problems("status", status)]
    assert (["v1"], 1) == (statuses[-1]["release"]["versions"], statuses[-1]["ingest"]["rejected"])
    assert 0 < statuses[-1]["review"]["approved"]


LINE = {"text": "林雨说话。", "spans": [[0, 2, "PERSON"]]}


@pytest.mark.parametrize(
    ("line", "is_sound"),
    [
        (LINE, True),
        (LINE | {"label": "event", "language": "zh", "group": "page", "more": 1}, True),
        (LINE | {"label": None}, True),
        ({"text": "a"}, False),
        (LINE | {"text": ""}, False),
        (LINE | {"spans": [[0, 2]]}, False),
        (LINE | {"spans": [[0, 2, "A", 1]]}, False),
        (LINE | {"spans": [[-1, 2, "A"]]}, False),
        (LINE | {"spans": [[0.5, 2, "A"]]}, False),
        (LINE | {"spans": [[0, 2, ""]]}, False),
        (LINE | {"label": 7}, False),
        (LINE | {"group": ""}, False),
    ],
    ids=range(12),
)
def test_a_gold_line_fits_its_contract_where_it_is_read(line: dict[str, Any], is_sound: bool) -> None:
    gold, _ = read_gold([json.dumps(line).encode()], "gold.jsonl")

    assert [is_sound, is_sound] == [bool(gold), problems("gold", line) == []]


def test_what_evaluate_says_fits_its_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "builder.annotators.stack", Learner().module)
    lines = [
        {"text": f"{n}日，习近平访问上海。", "spans": [[3 + n // 10, 6 + n // 10, "name"]], "label": "event"}
        for n in range(12)
    ]
    lines += [{"text": f"Maria spoke {n} times.", "spans": [[0, 5, "bird"]]} for n in range(3)]
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nodd\n", "utf-8")
    asked = Request(path, sizes=(2, 5), folds=3, pairs="PERSON=name,GPE=bird", wrong="union")
    learnt = evaluate(asked, combiner_at(tmp_path))
    plain = evaluate(Request(path, pairs="PERSON=name"), combiner_at(tmp_path, ["pattern"]))

    assert [] == problems("evaluate", learnt) + problems("evaluate", plain)
    assert ({"zh", "en"}, 2, 1) == (set(learnt["gold"]["languages"]), len(learnt["curve"]), len(learnt["rejects"]))


def agreement_of_few() -> dict[str, Any]:
    """Make a report that holds figures with and without intervals, and what is undefined."""
    one, other = Answer((Span(0, 2, "ORG"),), "event"), Answer((Span(0, 3, "ORG"),), None)
    answers = [{"anna": one, "ben": one}, {"anna": one, "ben": other}, {"anna": other, "ben": other}, {"carla": one}]
    reviews = [Reviewed(f"s{n}", f"d{n}", "zh" if n % 2 else "en", 9, given) for n, given in enumerate(answers)]
    return json.loads(json.dumps(report(reviews, draws=20).to_json()))


def test_what_agreement_says_fits_its_contract() -> None:
    found = agreement_of_few()

    assert [] == problems("agreement", found) + problems("agreement", json.loads(json.dumps(report([]).to_json())))
    assert {True, False} == {row["low"] is None for row in found["rows"] if row["value"] is not None}
    assert any(row["value"] is None for row in found["rows"])


@pytest.mark.parametrize(
    "change",
    [{"extra": 1}, {"statistic": "f1"}, {"value": 1.1}, {"pair": ["anna"]}, {"reason": None}, {"n": -1}, {"label": 7}],
    ids=str,
)
def test_another_row_breaks_the_contract_of_agreement(change: dict[str, Any]) -> None:
    found = agreement_of_few()

    assert [] != problems("agreement", {**found, "rows": [{**found["rows"][0], **change}]})


def test_the_contract_of_agreement_knows_every_statistic() -> None:
    assert list(Statistic) == schema("agreement")["$defs"]["row"]["properties"]["statistic"]["enum"]
