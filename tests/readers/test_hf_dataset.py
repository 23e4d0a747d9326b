"""Datasets that `datasets` itself wrote to disk are ingested, rows only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder import plugins
from builder.ports import Reader
from builder.readers import csv_file, hf_dataset, jsonl, parquet, text_file
from builder.store import queries
from tests.project import at_work

datasets = pytest.importorskip("datasets")
datasets.disable_progress_bars()
TEXTS = ["会议今天在上海开幕。", "The hall opened.", "Tom left early.", "The river rose."]


@pytest.fixture(autouse=True)
def every_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Reader] = [module.build({}) for module in (csv_file, hf_dataset, jsonl, parquet, text_file)]
    monkeypatch.setattr(plugins, "readers", lambda: built)


def ingested(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Ingest a folder: the texts of all documents, the codes of all rejects, and what was said."""
    said: list[str] = []
    with at_work(folder) as (bench, _):
        bench.say = said.append
        bench.ingest()
        found = [queries.find_document(bench.store, id) for id in queries.live_documents(bench.store)]
        return sorted(d.text for d in found), [r.code for r in queries.rejects(bench.store)], said


def saved(folder: Path, texts: list[str], **options: int) -> Path:
    made = datasets.Dataset.from_dict({"id": list(map(str, range(len(texts)))), "text": texts})
    made.save_to_disk(folder, **options)
    return folder


@pytest.mark.parametrize("shards", [1, 3])
def test_a_saved_dataset_is_read_and_its_descriptions_are_not(shards: int, tmp_path: Path) -> None:
    saved(tmp_path / "sources" / "set", TEXTS, num_shards=shards)
    texts, rejects, said = ingested(tmp_path)

    assert (sorted(TEXTS), []) == (texts, rejects)
    assert ["2 files skipped, no reader takes them: dataset_info.json, state.json"] == said


def test_the_splits_of_a_saved_dataset_are_read(tmp_path: Path) -> None:
    train, test = (datasets.Dataset.from_dict({"text": part}) for part in (TEXTS[:3], TEXTS[3:]))
    datasets.DatasetDict({"train": train, "test": test}).save_to_disk(tmp_path / "sources" / "set")
    texts, rejects, said = ingested(tmp_path)

    assert (sorted(TEXTS), []) == (texts, rejects)
    assert "dataset_dict.json" in said[0]


def test_a_selection_is_saved_as_chosen(tmp_path: Path) -> None:
    """`datasets` lays the chosen rows out anew when it saves, so there is no index to respect."""
    chosen = datasets.Dataset.from_dict({"text": TEXTS}).select([2, 0])
    chosen.save_to_disk(tmp_path / "sources" / "set")

    assert sorted([TEXTS[2], TEXTS[0]]) == ingested(tmp_path)[0]


def test_a_cache_beside_a_saved_dataset_is_no_part_of_it(tmp_path: Path) -> None:
    folder = saved(tmp_path / "sources" / "set", TEXTS)
    datasets.load_from_disk(folder).map(lambda row: {"text": row["text"] + " Again."})
    assert list(folder.glob("cache-*.arrow"))

    assert sorted(TEXTS) == ingested(tmp_path)[0]


@pytest.mark.parametrize("state", [b"", b"[]", b"nonsense", b'{"_data_files": [5]}', b'{"_data_files": []}', b"\xff"])
def test_an_odd_state_leaves_nothing_out(state: bytes, tmp_path: Path) -> None:
    folder = saved(tmp_path / "sources" / "set", TEXTS)
    (folder / "state.json").write_bytes(state)

    assert (sorted(TEXTS), []) == ingested(tmp_path)[:2]


def test_a_state_elsewhere_is_a_file_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "state.json").write_text(json.dumps([{"text": "The state of things."}]))

    assert ["The state of things."] == ingested(tmp_path)[0]


def test_a_row_says_where_it_stands(tmp_path: Path) -> None:
    saved(tmp_path / "sources" / "set", TEXTS)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        found = [queries.find_document(bench.store, id) for id in queries.live_documents(bench.store)]
        sources = {queries.find_source(bench.store, document.source).path for document in found}

    assert {(f"row {number}", str(number), text) for number, text in enumerate(TEXTS)} == {
        (d.record, d.about.key, d.text) for d in found
    }
    assert {"sources/set/data-00000-of-00001.arrow"} == sources
