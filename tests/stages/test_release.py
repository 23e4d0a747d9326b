import json
import tomllib
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from builder.errors import BrokenError, UsageError
from builder.exporters.loading import load_release
from builder.stages.release import release
from builder.store import queries, raw_files
from builder.studio.codec import label_region
from tests.project import accepted, answer_all, at_work, make_sources, pushed_project

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


@pytest.fixture
def folder(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        bench.pull()
    return tmp_path


def test_every_released_span_replays_from_the_raw_file(folder):
    with at_work(folder) as (bench, _):
        rows = [row for split in load_release(bench.release("v1"))["records"].values() for row in split]
        assert any(row["spans"] for row in rows)
        for row in rows:
            raw = raw_files.read(bench.store.folder, row["source_sha256"]).decode()
            assert row["text"] == "".join(raw[p["start"] : p["end"]] for p in row["pieces"])
            for span in row["spans"]:
                assert span["text"] == "".join(raw[p["start"] : p["end"]] for p in span["pieces"])
                assert span["text"] == row["text"][span["start"] : span["end"]]


def test_configured_formats_are_written_with_their_options(folder, monkeypatch):
    groups = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    named = {name: EntryPoint(name, at, "x") for name, at in groups["builder.exporters"].items()}
    monkeypatch.setattr("builder.plugins._installed", lambda kind: named)
    chosen = {"exporters": ("conll", "huggingface", "csv"), "options": {"csv": {"bom": "no"}}}
    with at_work(folder) as (bench, _):
        bench.project = released_as(bench.project, chosen)
        path = bench.release("v1")
        rows = [row for split in load_release(path)["records"].values() for row in split]

    assert {"conll", "csv", "records"} <= {part.name for part in path.iterdir()}
    assert (path / "csv" / "sentences.csv").read_bytes().startswith(b"id,split,")
    assert len(rows) == sum(len(ids.read_text("utf-8").split()) for ids in (path / "conll").glob("*.ids"))
    assert {"conll": {}, "csv": {"bom": "no"}, "huggingface": {}} == json.loads((path / "manifest.json").read_bytes())[
        "exporters"
    ]


def test_the_card_names_the_policy_on_personal_data_of_the_project(folder):
    with at_work(folder) as (bench, _):
        assert "`ingest.personal` was `allow`" in (bench.release("v1") / "README.md").read_text("utf-8")


def test_releasing_the_same_again_changes_nothing(folder):
    with at_work(folder) as (bench, _):
        first = bench.release("v1")
        manifest = (first / "manifest.json").read_bytes()

        assert first == bench.release("v1")
        assert manifest == (first / "manifest.json").read_bytes()


def test_a_version_is_never_overwritten(folder):
    with at_work(folder) as (bench, studio):
        bench.release("v1")
        studio.edit(1, [r for r in studio.list_annotations(1)[0]["result"] if r["type"] == "choices"])
        bench.pull()
        with pytest.raises(UsageError, match="v1"):
            bench.release("v1")
        first, second = (json.loads((bench.release(v) / "manifest.json").read_text()) for v in ("v2", "v2"))

    assert first == second
    assert 5 == first["counts"]["approved"]


def test_gold_is_not_released_once_an_answer_was_changed(folder):
    with at_work(folder) as (bench, studio):
        golds = bench.review().golds
        studio.edit(1, [r for r in studio.list_annotations(1)[0]["result"] if r["type"] == "choices"])
        bench.pull()

        with pytest.raises(BrokenError, match="other answers than those that stand now"):
            release(bench.store, bench.project, "v1", golds, [])
    assert not (folder / "exports").exists()


def test_gold_that_no_record_speaks_of_is_not_released(folder):
    with at_work(folder) as (bench, _):
        (gold, *_) = bench.review().golds
        forged = replace(gold, approval=replace(gold.approval, approvers=("nobody@example.org",)))

        with pytest.raises(BrokenError, match="no approval of it is recorded"):
            release(bench.store, bench.project, "v1", [forged], [])


def test_nothing_approved_says_what_to_do(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        with pytest.raises(UsageError, match="builder pull"):
            bench.release("v1")


def test_the_summary_counts_what_is_in_and_what_is_not(folder):
    with at_work(folder) as (bench, studio):
        studio.submit(1, [], was_cancelled=True)
        studio.delete_annotation(1)
        bench.pull()
        told = bench.summary(bench.release("v1"))
        loaded = load_release(Path(told["release"]))["records"]

    assert set(SHARES) == set(told["rows"])
    assert {split: len(loaded.get(split, ())) for split in SHARES} == told["rows"]
    assert 0 in told["rows"].values()
    assert (2, 1, 0, 0) == tuple(told[name] for name in ("documents", "refused", "flagged", "unreviewed"))


def test_the_summary_counts_what_nobody_answered(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        first = studio.payloads()[0]
        studio.submit(first["id"], accepted(first["data"]["text"], first["predictions"][0]["result"], "event"))
        bench.pull()
        told = bench.summary(bench.release("v1"))

    assert (1, len(studio.payloads()) - 1) == (sum(told["rows"].values()), told["unreviewed"])


def without(project, flags):
    """Give the project with these flags in `[release] without_flags`."""
    return released_as(project, {"without_flags": tuple(flags)})


def released_as(project, keys):
    """Give the project with these keys of `[release]`."""
    table = project.config.release.model_copy(update=keys)
    return replace(project, config=project.config.model_copy(update={"release": table}))


def every_sentence(bench):
    return [s for id in queries.live_documents(bench.store) for s in queries.document_sentences(bench.store, id)]


def test_sentences_with_a_flag_that_the_project_leaves_out_are_not_released(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "c.txt").write_text("They (all of them left the town on Friday.\n", "utf-8")
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        answer_all(studio)
        bench.pull()
        bench.project = without(bench.project, ["unbalanced"])
        path = bench.release("v1")
        rows = [row for split in load_release(path)["records"].values() for row in split]
        flags = {name for sentence in every_sentence(bench) for name in sentence.flag_names}

    assert "unbalanced" in flags
    assert [] == [row for row in rows if row["flags"]]
    assert 1 == json.loads((path / "manifest.json").read_text())["counts"]["left out for a flag"]


def test_where_nothing_is_approved_it_is_said_what_keeps_the_answers_back(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        with pytest.raises(UsageError, match="nothing is approved yet: review the tasks, then run: builder pull"):
            bench.release("v1")
        for task in (1, 2):
            studio.submit(task, [label_region("event")], lead_time=None)
        studio.submit(3, [], was_cancelled=True)
        bench.pull()
        why = "nothing is approved yet: 2 sentences: not submitted in the Label Studio interface; 1 sentences: skipped"
        with pytest.raises(UsageError, match=why):
            bench.release("v1")
