import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.exporters.loading import load_release
from builder.stages.release import split_of
from builder.store import raw_files
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
