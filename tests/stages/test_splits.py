"""Splits that stay: no document ever moves, no group or text stands in two splits, and what that costs is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.exporters.folder import LEDGER, LOSSES, MANIFEST, SUMS
from builder.exporters.ledger import ledger_lines
from builder.exporters.loading import load_release
from builder.splitting import Placed
from builder.stages.check import check
from builder.stages.release import release
from builder.stages.splits import Approved, divided, protected
from builder.store import ledger
from builder.store.db import put_aside
from builder.store.ledger import Trace
from tests.project import accepted, at_work
from tests.stages.test_duplicates import ARTICLE, EDITION, OTHER, path_of, write

HALVES = {"train": 0.5, "test": 0.5}
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
LABELS = [("sentence", "event"), ("sentence", "decision"), ("entity", "ORG"), ("entity", "GPE")]
DOCUMENTS = [f"d{number:02}" for number in range(14)]


class Known(dict):
    """Clusters by document, and the traces of documents."""

    def __init__(self, clusters, traces):
        super().__init__(clusters)
        self.traces = traces


@st.composite
def stages_of_growth(draw):
    """Draw releases one after another: which documents have approved rows, what they say, and who repeats whom."""
    texts = draw(st.lists(st.sampled_from("abcdefghij"), min_size=30, max_size=30))
    labels = draw(st.lists(st.sets(st.sampled_from(LABELS), min_size=1), min_size=30, max_size=30))
    grown = []
    traces = {
        document: Trace(draw(st.sampled_from("abcdefgh")), draw(st.sampled_from(["", *"ABCDEF"])))
        for document in DOCUMENTS
    }
    for _ in range(draw(st.integers(1, 4))):
        here = draw(st.sets(st.sampled_from(DOCUMENTS), min_size=1))
        named = {document: draw(st.sampled_from(["", "", "p", "q", "r"])) for document in DOCUMENTS}
        clusters = {document: name for document, name in named.items() if name}
        approved = [
            Approved(document, number, f"{document}.{number}", texts[at % 30], tuple(sorted(labels[at % 30])))
            for document in sorted(here)
            for number, at in enumerate(range(int(document[1:]), 60, 13))
        ]
        grown.append((approved, Known(clusters, traces), draw(st.permutations(["train", "validation", "test"]))))
    return grown


def divided_after(known, approved, clusters, shares=SHARES, version="v1"):
    """Divide these sentences upon what is known; a document without a trace was never read before."""
    fresh = {one.document for one in approved} - {one.document for one in known}
    seen = getattr(clusters, "traces", {})
    traces = {document: seen.get(document, Trace(document, document)) for document in fresh}
    return divided(approved, known, traces, clusters, shares, version)


def released(grown):
    """Release each stage of growth upon the ledger of those before."""
    known = []
    for number, (approved, clusters, order) in enumerate(grown, 1):
        shares = {split: SHARES[split] for split in order} if number % 2 else SHARES
        division = divided_after(known, approved, clusters, shares, f"v{number}")
        yield known, approved, clusters, shares, division
        known = [*known, *division.new]


@given(stages_of_growth())
def test_no_document_ever_moves_whatever_is_added(grown):
    for known, approved, *_, division in released(grown):
        assert {one.document: one.split for one in known}.items() <= division.split_of.items()
        assert {one.document for one in approved} <= division.split_of.keys()


@given(stages_of_growth())
def test_no_group_cluster_or_text_stands_in_two_splits_of_a_release(grown):
    for _, approved, clusters, shares, division in released(grown):
        kept, left = protected(approved, division, shares)
        standing = defaultdict(set)
        for split, one in kept:
            names = [("group", division.groups[one.document]), ("document", one.document), ("text", one.text)]
            names += [("cluster", clusters[one.document])] if one.document in clusters else []
            for name in names:
                standing[name].add(split)

        assert [] == [name for name, splits in standing.items() if 1 < len(splits)]
        assert sorted([one.sentence for _, one in kept] + [one.sentence for one in left]) == sorted(
            one.sentence for one in approved
        )


@given(stages_of_growth())
def test_what_is_left_out_stands_in_a_split_that_needs_more_protection(grown):
    for _, approved, _, shares, division in released(grown):
        kept, left = protected(approved, division, shares)
        said = {one.sentence: one for one in approved}
        order = [*shares]
        for one in left:
            same = [
                split
                for split, other in kept
                if division.groups[other.document] == division.groups[one.document]
                or other.text == said[one.sentence].text
            ]
            assert order.index(one.split) < order.index(one.kept_in)
            assert one.reason == "group" or one.kept_in in same


@given(stages_of_growth())
def test_a_line_of_the_ledger_is_a_group_in_one_split(grown):
    *_, (known, *_, division) = released(grown)
    ledger = [*known, *division.new]
    lines = [json.loads(line) for line in ledger_lines(ledger).split(b"\n") if line]

    assert sorted(one.document for one in ledger) == sorted(d for line in lines for d in line["documents"])
    assert {(one.document, one.group, one.split) for one in ledger} == {
        (document, line["group"], line["split"]) for line in lines for document in line["documents"]
    }
    assert sorted({line["group"] for line in lines}) == [line["group"] for line in lines]


@given(stages_of_growth(), st.randoms())
def test_the_order_in_which_documents_were_read_and_approved_does_not_matter(grown, chance):
    approved, clusters, _ = grown[0]
    turned = chance.sample(approved, len(approved))
    again = Known(chance.sample([*clusters.items()], len(clusters)), clusters.traces)
    first, second = divided_after([], approved, clusters), divided_after([], turned, again)

    assert first == second
    assert sorted(protected(approved, first, SHARES)[0]) == sorted(protected(turned, second, SHARES)[0])


@given(stages_of_growth(), st.lists(st.floats(0.01, 9), min_size=3, max_size=3))
def test_other_shares_place_new_groups_only(grown, shares):
    *_, (known, approved, clusters, _, division) = released(grown)
    other = divided_after(known, approved, clusters, dict(zip(SHARES, shares, strict=True)))
    old = {one.document for one in known}

    assert {d: s for d, s in division.split_of.items() if d in old} == {
        d: s for d, s in other.split_of.items() if d in old
    }


@given(stages_of_growth())
def test_a_new_document_goes_to_its_group(grown):
    for known, _, _, shares, division in released(grown):
        standing = {one.document: one.split for one in known}
        together = defaultdict(set)
        for document, group in division.groups.items():
            if document in standing:
                together[group].add(standing[document])
        for one in division.new:
            there = together[division.groups[one.document]]
            assert not there or one.split in shares and [*shares].index(one.split) >= max(map([*shares].index, there))


def sentence_of(document, text=""):
    return Approved(document, 0, f"{document}.0", text or document, (("sentence", "event"),))


def test_an_article_put_before_others_does_not_make_them_one_group():
    """Each text is now where another was; what was read there is known by its text."""
    known = [Placed("old1", "old1", "test", "v1", "a", "1"), Placed("old2", "old2", "train", "v1", "b", "2")]
    traces = {"new1": Trace("x", "1"), "new2": Trace("a", "2"), "new3": Trace("b", "3")}
    approved = [sentence_of(document) for document in traces]
    division = divided(approved, known, traces, {}, HALVES, "v2")

    assert ("test", "train") == (division.split_of["new2"], division.split_of["new3"])
    assert 3 == len({*division.groups.values()})
    assert [] == protected(approved, division, HALVES)[1]


def test_what_was_read_before_does_not_make_one_group_of_two():
    known = [Placed("old1", "old1", "test", "v1", "a", "1"), Placed("old2", "old2", "train", "v1", "b", "2")]
    traces = {"new1": Trace("a", ""), "new2": Trace("b", "")}
    approved = [sentence_of(document) for document in ("old1", "old2", *traces)]
    division = divided(approved, known, traces, {"new1": "c", "new2": "c"}, HALVES, "v2")

    assert {"test"} == {division.split_of[document] for document in traces}
    assert [] == protected(approved, division, HALVES)[1]


def test_a_document_goes_with_those_that_repeat_it_whatever_was_read_before():
    known = [Placed("old", "old", "test", "v1", "a", "1"), Placed("here", "here", "train", "v1", "b", "2")]
    approved = [sentence_of(document) for document in ("here", "new")]
    division = divided(approved, known, {"new": Trace("a", "1")}, {"here": "c", "new": "c"}, HALVES, "v2")

    assert ("train", "here") == (division.split_of["new"], division.new[0].group)


HASHED = """
import random
from builder.exporters.ledger import ledger_lines
from builder.stages.splits import Approved, divided, protected
from builder.store.ledger import Trace

draw, known = random.Random(3), []
shares = {"train": 0.8, "validation": 0.1, "test": 0.1}
for number in range(3):
    names = [f"d{draw.randrange(400)}" for _ in range(200)]
    labels = [(("sentence", draw.choice("xyz")), ("entity", draw.choice("abcdef"))) for _ in names]
    approved = [Approved(d, n, f"{d}.{n}", draw.choice("tuvw") + d, labels[n]) for n, d in enumerate(names)]
    clusters = {d: f"c{draw.randrange(60)}" for d in sorted({*names}) if draw.random() < 0.3} if number else {}
    traces = {d: Trace(d, d) for d in {*names} - {one.document for one in known}}
    division = divided(approved, known, traces, clusters, shares, f"v{number}")
    print(protected(approved, division, shares))
    known += division.new
print(ledger_lines(known).decode())
"""


def test_another_hash_seed_divides_alike():
    told = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert 1 == len(told)
    assert 10_000 < len(*told)


def with_splits(bench, splits):
    table = bench.project.config.release.model_copy(update={"splits": splits})
    bench.project = replace(bench.project, config=bench.project.config.model_copy(update={"release": table}))


def work_through(bench, studio, folder, **pages):
    """Add pages and approve all of them."""
    write(folder, **pages)
    bench.ingest()
    bench.annotate()
    bench.push()
    answered = {task["id"] for task in studio.payloads() if studio.list_annotations(task["id"])}
    for task in studio.payloads():
        if task["id"] not in answered:
            answer_only(studio, task)
    bench.pull()


def answer_only(studio, task):
    studio.submit(task["id"], accepted(task["data"]["text"], task["predictions"][0]["result"], "event"))


def standing(bench):
    """Say in which split each file stands that was ever released and is known by its name."""
    return {path_of(bench, one.document): one.split for one in ledger.placed(bench.store)}


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Give a project of two documents, one in each half, that was released as v1."""
    folder = tmp_path_factory.mktemp("grown")
    with at_work(folder) as (bench, studio):
        with_splits(bench, HALVES)
        work_through(bench, studio, folder, article=ARTICLE, other=OTHER)
        bench.release("v1")
        assert {"article": "test", "other": "train"} == standing(bench)
    return folder


@pytest.fixture
def again(grown, tmp_path):
    """Open a copy of it."""
    folder = Path(shutil.copytree(grown, tmp_path / "again"))
    with at_work(folder) as (bench, studio):
        with_splits(bench, HALVES)
        yield bench, studio, folder


def test_a_release_holds_the_ledger(again):
    bench, _, folder = again
    release = folder / "exports" / "small" / "v1"
    lines = [json.loads(line) for line in (release / LEDGER).read_text("utf-8").split("\n") if line]
    loaded = load_release(release)["records"]

    assert {one.group: one.split for one in ledger.placed(bench.store)} == {one["group"]: one["split"] for one in lines}
    for line in lines:
        assert set(line["documents"]) == {row["doc_id"] for row in loaded[line["split"]]}
        assert "v1" == line["first_version"]
    assert {"groups": 0, "clusters": 0, "texts": 0} == json.loads((release / MANIFEST).read_bytes())["leakage"]


def test_a_merge_of_groups_is_told_and_the_protected_split_keeps_its_rows(again):
    bench, studio, folder = again
    before = standing(bench)
    work_through(bench, studio, folder, both=f"{ARTICLE}\n{OTHER}")
    release = bench.release("v2")
    told = bench.summary(release)
    left = json.loads((release / LOSSES).read_bytes())["left_out"]
    loaded = load_release(release)["records"]

    assert before | {"both": "test"} == standing(bench)
    assert {"test"} == set(loaded)
    assert {"group": len(left), "text": 0} == told["left_out"]
    assert {("other", "train", "test", "group")} == {
        (path_of(bench, one["doc_id"]), one["split"], one["kept_in"], one["reason"]) for one in left
    }
    assert {"groups": 0, "clusters": 0, "texts": 0} == told["leakage"]
    assert len(left) == json.loads((release / MANIFEST).read_bytes())["counts"]["left out for their group"]


def test_a_sentence_of_two_splits_stays_in_the_protected_one(again):
    bench, studio, folder = again
    line = "Captain Rowe said that all nine ferries were sailing by noon."
    work_through(bench, studio, folder, note=f"A baker from Astana won the prize for the best bread. {line}\n")
    release = bench.release("v2")
    left = json.loads((release / LOSSES).read_bytes())["left_out"]
    texts = {split: [row["text"] for row in rows] for split, rows in load_release(release)["records"].items()}

    assert {"article": "test", "other": "train", "note": "train"} == standing(bench)
    assert ["text"] == [one["reason"] for one in left]
    assert (1, 0) == (texts["test"].count(line), texts["train"].count(line))
    assert {"group": 0, "text": 1} == bench.summary(release)["left_out"]


def test_a_run_that_died_after_it_wrote_the_ledger_changes_nothing(grown, tmp_path):
    class Dying:
        name = "dying"

        def export(self, rows, info, folder):
            raise OSError("no space")

    made = []
    for name in ("whole", "killed"):
        folder = Path(shutil.copytree(grown, tmp_path / name))
        with at_work(folder) as (bench, studio):
            with_splits(bench, HALVES)
            work_through(bench, studio, folder, edition=EDITION, new="The mayor opened a bridge in Dunmore today.\n")
            if name == "killed":
                with pytest.raises(OSError, match="no space"):
                    release(bench.store, bench.project, "v2", bench.review().golds, [Dying()])
                assert "new" in standing(bench)
            made.append(files_in(bench.release("v2")))
            assert 2 == [entry.kind for entry in bench.store.journal.entries()].count("splits")

    assert made[0][LEDGER] == made[1][LEDGER]
    assert made[0][SUMS] == made[1][SUMS]


def test_a_version_that_may_not_be_written_places_nothing(again):
    bench, studio, folder = again
    work_through(bench, studio, folder, new="The mayor opened a bridge in Dunmore today.\n")
    before = ledger.placed(bench.store)

    with pytest.raises(UsageError, match="choose a new version"):
        bench.release("v1")
    with pytest.raises(UsageError, match="is not a version"):
        bench.release("newest")
    with pytest.raises(UsageError, match="1.1"):
        bench.release("v1.0.1")
    assert before == ledger.placed(bench.store)


def test_a_split_with_released_documents_cannot_be_taken_away(again):
    bench, *_ = again
    with_splits(bench, {"train": 0.9, "dev": 0.1})

    with pytest.raises(UsageError, match=r"no 'test' \(1 released documents\) any more.* `test = 0.001`"):
        bench.release("v2")


def test_a_page_that_was_written_anew_stays_in_the_split_of_the_old_one(again):
    bench, studio, folder = again
    work_through(bench, studio, folder, article="The mayor opened a bridge in Dunmore today. Nobody came.\n")
    bench.release("v2")
    old, _, new = ledger.placed(bench.store)

    assert (old.split, old.group) == (new.split, new.group)
    assert old.text != new.text
    assert {old.document}.isdisjoint(
        row["doc_id"] for row in load_release(folder / "exports/small/v2")["records"]["test"]
    )


def test_records_of_a_file_that_grew_stay_in_their_splits(tmp_path):
    pages = {"article": ARTICLE, "other": OTHER, "new": "The mayor opened a bridge in Dunmore today. Nobody came.\n"}

    def feed(*names):
        lines = [json.dumps({"text": pages[name]}) for name in names]
        (tmp_path / "sources" / "feed.jsonl").write_text("\n".join(lines), "utf-8")

    (tmp_path / "sources").mkdir()
    feed("article", "other")
    with at_work(tmp_path) as (bench, studio):
        with_splits(bench, HALVES)
        work_through(bench, studio, tmp_path)
        bench.release("v1")
        before = {one.text: one.split for one in ledger.placed(bench.store)}
        feed("new", "other", "article")
        work_through(bench, studio, tmp_path)
        bench.release("v2")
        rows = ledger.placed(bench.store)

    assert {"train", "test"} == set(before.values())
    assert before == {one.text: one.split for one in rows if one.version == "v2" and one.text in before}
    assert 5 == len(rows)


def test_the_ledger_outlives_the_index(again):
    bench, _, folder = again
    before = ledger.placed(bench.store)
    bench.store.close()
    put_aside(folder / ".builder")
    with at_work(folder) as (bench, _):
        assert before == ledger.placed(bench.store)


def test_a_split_that_is_not_that_of_the_journal_is_damage(again):
    bench, *_ = again
    (document,) = [one.document for one in ledger.placed(bench.store) if one.split == "test"]
    bench.store.db.execute("UPDATE ledger SET split = 'train' WHERE split = 'test'")
    bench.store.close()
    said = {damage.what for damage in check(bench.project, full=True)}

    assert f"the split of document {document} is not what the journal says" in said
