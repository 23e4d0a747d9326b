"""The folder loads as a stranger would load it, and never serves the rows of another release."""

import json
import socket
import time
import weakref
from dataclasses import replace

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from builder.errors import UsageError
from builder.exporters import parquet, tables
from builder.exporters.batches import content_of
from builder.exporters.content import ContentDigest
from builder.exporters.features import views
from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from builder.exporters.loading import load_release
from builder.exporters.order import PublishedRows, published
from builder.exporters.records import Recorder
from builder.ports import Row
from tests.exporters.approved_rows import INFO, SCHEMA, relabelled, sample_rows
from tests.exporters.test_records import resplit

VIEWS = ("records", "tokens", "sentences", "sft")


def expected(view, split):
    rows = published(sample_rows())
    recorder = Recorder(SCHEMA, rows.people)
    return [recorder.record(view, row) for row in rows if row.split == split]


@pytest.fixture
def no_network(monkeypatch):
    def refuse(self, address):
        raise AssertionError(f"a connection to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_what_was_exported_is_what_loads(loaded, view, split):
    assert expected(view, split) == loaded[view][split]


def test_records_are_the_default(release, tmp_path):
    rows = datasets.load_dataset(str(release), split="train", cache_dir=str(tmp_path))

    assert expected("records", "train") == rows.to_list()


def test_label_names_come_back_from_numbers(release, tmp_path):
    rows = datasets.load_dataset(str(release), "sentences", split="test", cache_dir=str(tmp_path))

    assert ["no"] == [rows.features["label"].int2str(number) for number in rows["label"]]


def test_loading_asks_no_one_and_leaves_nothing_in_the_cache(release, no_network, monkeypatch, tmp_path):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)

    load_release(release)

    assert [] == list(tmp_path.iterdir())


def test_loading_puts_progress_bars_back(release):
    before = datasets.are_progress_bars_disabled()

    load_release(release)

    assert before == datasets.are_progress_bars_disabled()


def test_a_split_without_rows_has_no_file(tmp_path):
    folder = publish(tmp_path, INFO, sample_rows()[:2], [build({})])

    assert ["train-00000-of-00001.parquet"] == [path.name for path in (folder / "records").iterdir()]
    assert ["train"] == list(load_release(folder)["records"])


def test_another_release_in_a_folder_of_the_same_name_is_not_served_from_the_cache(tmp_path):
    first = publish(tmp_path / "a", INFO, sample_rows(), [build({})])
    second = publish(tmp_path / "b", INFO, relabelled(sample_rows()), [build({})])
    cache = str(tmp_path / "cache")

    labels = [
        datasets.load_dataset(str(folder), "sentences", split="train", cache_dir=cache)["label"][:]
        for folder in (first, second)
    ]

    assert [[1, 1], [0, 0]] == labels


def test_other_rows_at_the_same_place_are_not_served_from_the_cache(tmp_path):
    cache = str(tmp_path / "cache")
    old = publish(tmp_path / "new", INFO, sample_rows(), [build({})])
    datasets.load_dataset(str(old), "sentences", split="train", cache_dir=cache)
    old.rename(tmp_path / "kept")
    new = publish(tmp_path / "new", INFO, relabelled(sample_rows()), [build({})])

    assert [0, 0] == datasets.load_dataset(str(new), "sentences", split="train", cache_dir=cache)["label"][:]


def test_files_say_that_they_are_cut_by_content(release):
    told = pq.read_metadata(release / "records" / "train-00000-of-00001.parquet").metadata

    assert {b"content_defined_chunking", b"use_content_defined_chunking"} <= set(told)


def test_columns_are_zstd_with_a_page_index(release):
    group = pq.read_metadata(release / "records" / "train-00000-of-00001.parquet").row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]

    assert {("ZSTD", True)} == {(column.compression, column.has_offset_index) for column in columns}


def many_rows(count):
    """Copies of the sample rows under ids of their own."""
    rows = [(number, row) for number in range(-(-count // 3)) for row in sample_rows()]
    return [
        replace(
            row,
            split="train",
            sentence=replace(row.sentence, id=f"{row.sentence.id}{number}"),
            document=replace(row.document, id=f"{number:03}"),
        )
        for number, row in rows
    ][:count]


def test_long_views_are_cut_into_row_groups_of_one_size(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    monkeypatch.setattr(parquet, "BATCH", 5)
    rows = published(many_rows(27))
    folder = publish(tmp_path, INFO, rows, [build({})])
    for view in VIEWS:
        path = folder / view / "train-00000-of-00001.parquet"
        told, recorder = pq.read_metadata(path), Recorder(SCHEMA, rows.people)

        assert [10, 10, 7] == [told.row_group(number).num_rows for number in range(told.num_row_groups)]
        assert [recorder.record(view, row) for row in rows] == pq.read_table(path).to_pylist()


def test_the_content_does_not_depend_on_the_size_of_batches(monkeypatch):
    names = set()
    for size in (1, 2, 5, 10):
        monkeypatch.setattr(parquet, "BATCH", size)
        names.add(content_of(many_rows(23), INFO))

    assert 1 == len(names)


def read_again(release, view):
    """Name the content of a view from its files alone, as a stranger would."""
    digest = ContentDigest(view)
    for split in ("train", "test"):
        for batch in pq.read_table(release / view.name / f"{split}-00000-of-00001.parquet").to_batches(max_chunksize=1):
            digest.update(split, batch)
    return digest


@pytest.mark.parametrize("view", views(SCHEMA), ids=lambda view: view.name)
def test_the_name_of_the_content_can_be_made_again_from_the_files(release, view):
    fields = yaml.safe_load((release / "README.md").read_text("utf-8").split("---\n")[1])
    told = {config["config_name"]: config["description"] for config in fields["configs"]}
    records = "" if view.name == "records" else told["records"]

    assert told[view.name] == read_again(release, view).value(records)
    assert told["records"] == json.loads((release / "manifest.json").read_bytes())["content_sha256"]


def test_rows_without_pieces_load(tmp_path):
    folder = publish(tmp_path, replace(INFO, pieces=False), sample_rows(), [build({})])
    row = load_release(folder)["records"]["train"][0]

    assert "pieces" not in {*row, *row["spans"][0]}


class Watched(Row):
    """A row of which can be told whether it is still held."""

    __slots__ = ("__weakref__",)


def watched(number):
    row = sample_rows()[1]
    document = replace(row.document, id=f"{number:03}")
    sentence = replace(row.sentence, id=f"sentence {number:03}", document=document.id)
    return Watched(sentence, document, row.source, row.gold, "train")


def test_no_more_rows_are_held_than_two_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    monkeypatch.setattr(parquet, "BATCH", 5)
    alive, most = weakref.WeakSet(), 0

    def again():
        nonlocal most
        for number in range(200):
            row = watched(number)
            alive.add(row)
            most = max(most, len(alive))
            yield row

    build({}).export(PublishedRows(again, 200), INFO, tmp_path)

    assert 5 <= most <= 10


def test_no_more_than_two_row_groups_of_records_are_held(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    monkeypatch.setattr(parquet, "BATCH", 5)
    batch_of, derive, made, most = tables.batch_of, tables.Deriver.derive, [], 0

    def watched_batch(view, columns):
        nonlocal most
        batch = batch_of(view, columns)
        made.append(weakref.ref(batch))
        most = max(most, sum(one() is not None for one in made))
        return batch

    def slowly(*told):
        time.sleep(0.002)
        return derive(*told)

    monkeypatch.setattr(tables, "batch_of", watched_batch)
    monkeypatch.setattr(tables.Deriver, "derive", slowly)
    build({}).export([watched(number) for number in range(100)], INFO, tmp_path)

    assert 20 == len(made)
    assert 2 <= most <= 4


@pytest.mark.parametrize("view", VIEWS)
def test_what_fails_while_a_view_is_made_stops_the_export(tmp_path, monkeypatch, view):
    derive = tables.Deriver.derive

    def failing(deriver, name, records):
        if name == view:
            raise OSError("disk full")
        return derive(deriver, name, records)

    monkeypatch.setattr(tables.Deriver, "derive", failing)

    with pytest.raises(OSError, match="disk full"):
        build({}).export([watched(number) for number in range(3)], INFO, tmp_path)


def test_losses_are_listed_by_sentence(release):
    losses = json.loads((release / "losses.json").read_text("utf-8"))["views"]["tokens"]

    assert 2 == losses["lost"]
    assert [(0, 3, "overlapping"), (14, 16, "misaligned")] == [
        (loss["start"], loss["end"], loss["reason"]) for loss in losses["spans"]
    ]


@pytest.mark.parametrize("split", ["all", "test-unseen", "", "a b", "../x"])
def test_a_split_that_cannot_be_loaded_is_refused(tmp_path, split):
    rows = [replace(row, split=split) for row in sample_rows()]

    with pytest.raises(UsageError, match="cannot be loaded"):
        build({}).export(rows, INFO, tmp_path)


def test_splits_beyond_the_usual_ones_load(tmp_path):
    folder = publish(tmp_path, INFO, resplit(sample_rows()), [build({})])

    assert 3 == len(load_release(folder)["tokens"]["validation"])


def test_an_unknown_option_is_refused():
    with pytest.raises(UsageError, match="no option 'shards'"):
        build({"shards": "2"})
