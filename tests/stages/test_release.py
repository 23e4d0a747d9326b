import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.exporters.loading import load_release
from builder.stages.release import split_of
from builder.store import queries, raw_files
from tests.project import answer_all, at_work, make_sources

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


@pytest.fixture
def folder(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
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


def test_nothing_approved_says_what_to_do(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        with pytest.raises(UsageError, match="builder pull"):
            bench.release("v1")


@given(st.text())
def test_a_group_always_falls_into_the_same_known_split(group):
    assert split_of(group, SHARES) == split_of(group, SHARES)
    assert split_of(group, SHARES) in SHARES


def test_shares_are_kept_over_many_documents():
    splits = [split_of(f"document {n}", SHARES) for n in range(4000)]

    assert 0.78 < splits.count("train") / 4000 < 0.82


def without(project, flags):
    """Give the project with these flags in `[release] without_flags`."""
    table = project.config.release.model_copy(update={"without_flags": tuple(flags)})
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
