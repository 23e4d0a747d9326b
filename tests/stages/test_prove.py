"""A release proves itself: what is learnt from it beats what is learnt from shuffled answers, or it does not hold."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from builder import plotting
from builder.annotators import tiny_transformer
from builder.cli import main
from builder.config import Project, parse_config
from builder.disk import files_in, sha256_of
from builder.errors import UsageError
from builder.exporters import conll, tables
from builder.exporters.folder import publish, verify
from builder.exporters.huggingface import build
from builder.model import Span
from builder.proof_figures import lines_of_proof
from builder.stages import proof_material
from builder.stages.check import check
from builder.stages.prove import keep, prove
from builder.store.db import Store
from tests.exporters.approved_rows import INFO, SCHEMA, plain_row
from tests.stages.generated_corpus import corpus

ROOT = Path(__file__).parent.parent.parent
CONFIG = '[project]\nname = "tiny-news"\n'
ROWS = corpus(120, 48)


def released(folder, rows, version="v1"):
    project = Project(folder, parse_config(CONFIG), SCHEMA)
    publish(project.exports, replace(INFO, version=version), rows, [build({})])
    return project


def with_spans(rows, spans_of):
    """Give rows other spans than they have."""
    return [plain_row(r.sentence.text, spans_of(r), label=r.gold.label, split=r.split) for r in rows]


def micro(report, learner="crf"):
    (proof,) = (proof for proof in report["proofs"] if proof["learner"] == learner)
    return next(score for score in proof["scores"] if score["label"] == proof["decisive"])


@pytest.fixture(autouse=True)
def no_torch(monkeypatch):
    """Leave the transformer out, which takes a while, but where a test asks for it; one shuffle is enough for most."""
    monkeypatch.setattr(tiny_transformer, "find_spec", lambda package: None)
    monkeypatch.setattr("builder.stages.prove.SHUFFLES", 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return released(tmp_path_factory.mktemp("project"), ROWS)


@pytest.fixture(scope="module")
def report(project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny_transformer, "find_spec", lambda package: None)
        return prove(project, "v1")


def test_what_is_learnt_is_far_above_what_is_learnt_from_shuffled_answers(report):
    assert report["holds"]
    for learner in ("crf", "linear"):
        score = micro(report, learner)
        assert score["shuffled"]["high"] + 0.1 < score["real"]["low"]
    assert 0.8 < micro(report)["real"]["value"] < 1
    assert micro(report)["shuffled"]["value"] < 0.25
    assert {"sentences": 0, "first": None} == report["amiss"]


def test_the_proof_is_of_this_release_and_of_no_other(project, report):
    assert sha256_of(project.exports / "tiny-news" / "v1" / "SHA256SUMS") == report["sums"]


def test_two_runs_are_equal_and_another_seed_is_another(project, report, monkeypatch):
    monkeypatch.setattr("builder.stages.prove.SHUFFLES", 3)

    assert report == prove(project, "v1")
    assert micro(report)["shuffled"] != micro(prove(project, "v1", seed=1))["shuffled"]


def test_the_report_fits_its_contract(report):
    schema = json.loads((ROOT / "schemas" / "prove.schema.json").read_text("utf-8"))

    assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(json.dumps(report)))]


def test_names_of_the_two_splits_differ():
    named = {
        split: {r.sentence.text[g.span.start : g.span.end] for r in ROWS if r.split == split for g in r.gold.entities}
        for split in ("train", "test")
    }

    assert all(len(names) > 20 for names in named.values())
    assert set() == named["train"] & named["test"]


def test_tags_that_slipped_by_one_do_not_prove_anything(tmp_path, monkeypatch):
    """A model learns them as well as any; that they are wrong is told by the records."""
    tag_all = tables.tag_all

    def slipped(tokens, spans, names):
        made = tag_all(tokens, spans, names)
        return made._replace(tags=np.roll(made.tags, 1))

    monkeypatch.setattr(tables, "tag_all", slipped)
    told = prove(released(tmp_path, ROWS), "v1")

    assert not told["holds"]
    assert micro(told)["real"]["value"] < 0.1
    assert 150 < told["amiss"]["sentences"] <= len(ROWS)


def test_one_wrong_tag_among_all_is_enough(tmp_path, monkeypatch):
    tag_all = tables.tag_all

    def mistaken(tokens, spans, names):
        tags = tag_all(tokens, spans, names).tags.copy()
        tags[0] = (tags[0] + 1) % 3
        return tag_all(tokens, spans, names)._replace(tags=tags)

    monkeypatch.setattr(tables, "tag_all", mistaken)
    told = prove(released(tmp_path, ROWS), "v1")

    assert not told["holds"]
    assert 0.7 < micro(told)["real"]["value"]
    assert told["amiss"]["sentences"] in (1, 2)


def test_spans_at_random_do_not_hold(tmp_path):
    def anywhere(row):
        number = int(row.sentence.id, 16)
        at = number % (len(row.sentence.text) - 3)
        return [Span(at, at + 2, SCHEMA.entity_names[number % 7 % 3])]

    rows = with_spans([row for row in corpus(200, 100) if " " not in row.sentence.text], anywhere)
    told = prove(released(tmp_path, rows), "v1")

    assert not told["holds"]
    assert not told["amiss"]["sentences"]


def test_labels_at_random_do_not_hold(tmp_path):
    rows = [replace(row, gold=replace(row.gold, label=("event", "no")[int(row.sentence.id, 16) % 2])) for row in ROWS]
    told = prove(released(tmp_path, rows), "v1")

    assert [True, None, False] == [proof["holds"] for proof in told["proofs"]]
    assert not told["holds"]


def test_spans_that_tags_cannot_hold_are_not_asked_for(tmp_path):
    def nested(row):
        outer = [gold.span for gold in row.gold.entities]
        return [*outer, *(Span(span.start, span.start + 1, "GPE") for span in outer)]

    told = prove(released(tmp_path, with_spans(ROWS, nested)), "v1")

    assert told["holds"]
    assert {"sentences": 0, "first": None} == told["amiss"]
    assert sum(len(row.gold.entities) for row in ROWS if row.split == "test") == told["measure"]["spans"]


def test_validation_stands_in_for_a_test_split_that_is_not_there(tmp_path):
    told = prove(released(tmp_path, corpus(60, 30, other="validation")), "v1")

    assert ("validation", 30, True) == (told["measure"]["split"], told["measure"]["held"], told["holds"])


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (corpus(8, 40), r"50 spans in train are needed and \d+ are there"),
        (corpus(60, 4), r"20 spans in 5 documents of test, and \d+ in 4 are there"),
        (corpus(30, 0), r"has the splits train: a proof learns from train and measures on test or validation"),
        (
            with_spans(corpus(8, 8), lambda row: []),
            r"cannot be proved: not run: no sentence has a span; .*20 sentences",
        ),
    ],
    ids=range(4),
)
def test_too_little_is_refused_and_it_is_said_how_much_is_needed(rows, why, tmp_path):
    with pytest.raises(UsageError, match=why):
        prove(released(tmp_path, rows), "v1")


def test_a_release_without_the_dataset_is_refused(tmp_path):
    project = Project(tmp_path, parse_config(CONFIG), SCHEMA)
    publish(project.exports, INFO, ROWS, [conll.build({})])

    with pytest.raises(UsageError, match="the exporter 'huggingface' did not write it"):
        prove(project, "v1")


def test_a_damaged_release_is_refused(project, tmp_path):
    shutil.copytree(project.exports, tmp_path / "exports")
    (tmp_path / "exports" / "tiny-news" / "v1" / "README.md").write_text("hello", "utf-8")

    with pytest.raises(UsageError, match=r"is damaged \(README.md: changed\)"):
        prove(replace(project, folder=tmp_path), "v1")


def test_of_many_sentences_some_are_drawn(project, monkeypatch):
    monkeypatch.setattr(proof_material, "MOST", 60)
    told = prove(project, "v1")

    assert (120, 60, 48, 48) == tuple(
        told[part][what] for part in ("learn", "measure") for what in ("held", "sentences")
    )
    assert told["holds"]
    first = next(lines_of_proof(told))
    assert first == "tiny-news v1: learnt from 60 sentences (of 120) of train, measured on 48 sentences of test"


def test_every_label_is_told_with_intervals(report):
    told = "\n".join(lines_of_proof(report))

    rows = re.findall(r"^(\w+)((?: +\d\.\d{3} +\d\.\d{3}–\d\.\d{3}){2}) +\d+$", told, re.M)

    assert [*SCHEMA.entity_names, "micro", "macro"] == [name for name, _ in rows]
    assert "tokens, transformer: not run: torch is not installed" in told
    assert told.endswith(f"the proof holds: SHA256SUMS {report['sums'][:12]}…, seed 0")


def test_a_proof_is_kept_beside_the_release_and_disturbs_nothing(project, report):
    before = {path: sha256_of(path) for path in files_in(project.exports)}
    with Store(project.hidden):
        pass
    kept = keep(project, report)

    assert report == json.loads(kept.read_text("utf-8"))
    assert (project.hidden / "proofs" / "v1.json", ["v1.json"]) == (kept, [p.name for p in kept.parent.iterdir()])
    assert before == {path: sha256_of(path) for path in files_in(project.exports)}
    assert [] == verify(project.exports / "tiny-news" / "v1") == check(project, full=True)


def test_the_picture_shows_every_label_real_and_shuffled_twice_the_same(report, tmp_path):
    pytest.importorskip("matplotlib")
    one, other = (plotting.plot_proof(report, tmp_path / name).read_text("utf-8") for name in ("one.svg", "other.svg"))

    assert one == other
    assert all(word in one for word in (*SCHEMA.entity_names, "real", "shuffled", "majority", "tokens, crf: holds"))


def test_the_transformer_is_run_where_torch_is(project, monkeypatch):
    pytest.importorskip("torch", exc_type=ImportError)
    pytest.importorskip("transformers")
    monkeypatch.undo()
    told = prove(project, "v1")
    score = micro(told, "transformer")

    assert score["shuffled"]["high"] < score["real"]["low"]
    assert {"torch", "transformers"} <= told["versions"].keys()


CALL = """
import socket, sys
def refused(*a): raise AssertionError("it calls")
socket.socket.connect = refused
from builder.cli import main
main(sys.argv[1:])
"""


def test_the_verb_needs_no_network_and_leaves_nothing_in_the_users_cache(project, report, tmp_path):
    (project.folder / "builder.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "home").mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "XDG_", "BUILDER_"))}
    environment |= {"HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    call = [sys.executable, "-c", CALL, "-C", str(project.folder), "prove", "v1", "--json"]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=300, check=False)

    assert 0 == done.returncode, done.stderr
    told = json.loads(done.stdout)
    assert [micro(report), micro(report, "linear")] == [micro(told), micro(told, "linear")]
    assert [] == [path for path in files_in(tmp_path / "home") if "matplotlib" not in path.parts]


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_says_whether_it_holds(holds, code, project, report, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    (project.folder / "builder.toml").write_text(CONFIG, "utf-8")
    monkeypatch.setattr("builder.stages.prove.prove", lambda *asked: {**report, "holds": holds})
    call = ["-C", str(project.folder), "prove", "v1", "--plot", str(tmp_path / "proof.svg")]
    told = CliRunner().invoke(main, call)

    assert code == told.exit_code
    assert f"the proof {'holds' if holds else 'does not hold'}" in told.stdout
    assert (tmp_path / "proof.svg").read_bytes() == (project.hidden / "proofs" / "v1.svg").read_bytes()
