"""Leakage is measured on the files: what is planted there is found, whatever was said of how they were made."""

import json
from dataclasses import replace

import pytest

from builder.errors import BrokenError
from builder.exporters.folder import LEDGER, LOSSES, MANIFEST, publish
from builder.exporters.huggingface import build
from builder.exporters.order import PublishedRows
from builder.splitting import LeftOut, Placed, Splits
from tests.exporters.approved_rows import INFO, plain_row

TEXTS = ("王伟在北京。", "河水上涨。", "会议开幕。", "大家同意。")
NO_SPLITS = Splits()


def rows_in(*splits):
    return [plain_row(text, [], split=split) for text, split in zip(TEXTS, splits, strict=False)]


def saying_the_same(row, other):
    """Give a row the words of another, in a document and under an id of its own."""
    said = replace(other.sentence, id=row.sentence.id, document=row.document.id)
    return replace(row, document=replace(other.document, id=row.document.id), sentence=said)


def leakage(folder):
    return json.loads((folder / MANIFEST).read_bytes())["leakage"]


def on_the_card(folder, what):
    (line,) = [line for line in (folder / "README.md").read_text("utf-8").split("\n") if line.startswith(f"| {what}")]
    return int(line.split("|")[-2])


def measured(exports, rows, splits=NO_SPLITS):
    """Give what the manifest says, once it is seen to be what the card says."""
    folder = publish(exports, replace(INFO, splits=splits), rows, [build({})])
    told = leakage(folder)
    assert told == {name: on_the_card(folder, what) for name, what in
                    (("groups", "groups:"), ("clusters", "clusters of"), ("texts", "texts of"))}  # fmt: skip
    return tuple(told.values())


def test_nothing_leaks_where_every_document_and_text_stands_in_one_split(tmp_path):
    assert (0, 0, 0) == measured(tmp_path, rows_in("train", "train", "validation", "test"))


def test_a_planted_document_in_two_splits_is_found(tmp_path):
    one, other, *_ = rows_in("train", "test", "train")
    planted = replace(other, document=one.document, sentence=replace(other.sentence, document=one.document.id))

    assert (1, 0, 0) == measured(tmp_path, [one, planted])


def test_a_planted_text_in_two_splits_is_found(tmp_path):
    one, other = rows_in("train", "test")
    copied = saying_the_same(other, one)

    assert (0, 0, 1) == measured(tmp_path, [one, copied])


def test_a_text_twice_in_one_split_is_no_leak(tmp_path):
    one, other = rows_in("train", "train")
    copied = saying_the_same(other, one)

    assert (0, 0, 0) == measured(tmp_path, [one, copied])


def test_groups_and_clusters_that_were_divided_are_found(tmp_path):
    rows = rows_in("train", "test", "train", "validation")
    first, second, third, fourth = (row.document.id for row in rows)
    groups = {first: "g", second: "g", third: "h", fourth: "h"}

    assert (2, 1, 0) == measured(tmp_path, rows, Splits(groups=groups, clusters={first: "c", second: "c", third: "c"}))


def test_a_sentence_in_two_splits_is_refused_though_rows_come_as_they_are_read(tmp_path):
    train, test = (plain_row(TEXTS[0], [], split=split) for split in ("train", "test"))

    with pytest.raises(BrokenError, match=f"sentence {train.sentence.id} is released twice"):
        publish(tmp_path, INFO, PublishedRows(lambda: iter([train, test]), 2), [build({})])
    assert [] == list((tmp_path / INFO.name).iterdir())


def test_where_no_records_were_written_nothing_was_measured(tmp_path):
    class Silent:
        name = "silent"

        def export(self, rows, info, folder):
            return {}

    assert leakage(publish(tmp_path, INFO, rows_in("train"), [Silent()])) is None


def test_the_ledger_is_a_line_for_each_group_in_canonical_form(tmp_path):
    placed = [Placed("d3", "d1", "train", "v1"), Placed("d2", "d2", "test", "v1"), Placed("d1", "d1", "train", "v2")]
    folder = publish(tmp_path, replace(INFO, splits=Splits(placed)), rows_in("train"), [build({})])
    manifest = json.loads((folder / MANIFEST).read_bytes())

    assert (
        b'{"documents":["d1","d3"],"first_version":"v1","group":"d1","split":"train"}\n'
        b'{"documents":["d2"],"first_version":"v1","group":"d2","split":"test"}\n'
    ) == (folder / LEDGER).read_bytes()
    assert LEDGER in manifest["files"]
    assert f"  {LEDGER}\n" in (folder / "SHA256SUMS").read_text("utf-8")


def test_what_is_left_out_is_listed_and_on_the_card(tmp_path):
    left = [LeftOut("s2", "d2", "train", "test", "text"), LeftOut("s1", "d1", "train", "test", "group")]
    folder = publish(tmp_path, replace(INFO, splits=Splits(left_out=left)), rows_in("train"), [build({})])

    assert [
        {"id": "s1", "doc_id": "d1", "split": "train", "kept_in": "test", "reason": "group"},
        {"id": "s2", "doc_id": "d2", "split": "train", "kept_in": "test", "reason": "text"},
    ] == json.loads((folder / LOSSES).read_bytes())["left_out"]
    assert 1 == on_the_card(folder, "the same text stands in a split that needs more protection")
    assert 1 == on_the_card(folder, "another document of the same group stands in a split")
