"""Learning from approved answers: what is taught, what is set apart, what is kept, who is asked again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from builder.annotators.taught import TaughtCombiner
from builder.errors import UsageError
from builder.evaluation.gold import GoldSentence
from builder.figures import lines_of_training
from builder.model import Entity, Prediction, Sentence, Span
from builder.reading import Kind
from builder.stages.annotate import annotator_id
from builder.stages.train import ENOUGH, _f1, as_record, lessons, newest_taught, set_apart
from builder.store import model_files, queries
from tests.pages import page
from tests.project import accepted, at_work

SENTENCE = Sentence("s", "d", 0, 0, 5, Kind.BODY, "zh", "他去了上海")
GUESS = Entity(Span(3, 5, "GPE"), 0.5, ("x",))
GOLD = GoldSentence(SENTENCE, (GUESS.span,))
UNWANTED = "TITLE"  # these reviewers never mark titles, whatever is proposed


def without_titles(task):
    regions = task["predictions"][0]["result"]
    return [one for one in regions if UNWANTED not in one["value"].get("labels", [])]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """Make a project of generated pages, of which most tasks are answered."""
    folder = tmp_path_factory.mktemp("reviewed")
    (folder / "sources").mkdir()
    for seed in range(14):
        (folder / "sources" / f"{seed:02}.txt").write_text(page(seed, "zh", "paper").raw, "utf-8")
    with real(folder) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        for task in studio.payloads()[:-9]:
            studio.submit(task["id"], accepted(task["data"]["text"], without_titles(task), "event"))
        bench.pull()
    return folder


def real(folder):
    return WithoutFake(at_work(folder))


class WithoutFake:
    """The small project with its real annotators in the place of the quick one."""

    def __init__(self, context):
        self.context = context

    def __enter__(self):
        bench, studio = self.context.__enter__()
        del bench.__dict__["combiner"]
        return bench, studio

    def __exit__(self, *error):
        return self.context.__exit__(*error)


@pytest.fixture(scope="module")
def trained(reviewed):
    with real(reviewed) as (bench, _):
        return bench.train()


def test_nothing_can_be_learnt_before_something_is_approved(tmp_path):
    with at_work(tmp_path) as (bench, _), pytest.raises(UsageError, match="nothing is approved yet"):
        bench.train()


def test_what_is_learnt_does_better_on_what_was_set_apart(trained):
    assert ENOUGH < trained.taught
    assert 0 < trained.apart
    assert trained.before[0] < trained.after[0]


def test_one_document_set_apart_gives_a_figure_and_no_interval(trained):
    one = replace(trained, before=(0.5, None, None), after=_f1([GOLD], [Prediction("s", "x", (GUESS,))], ["GPE"]))
    told = as_record(one)

    assert {"value": 1.0, "low": None, "high": None} == told["strict_f1"]["after"]
    assert "F1 0.500 before, 1.000 now (–)" in "".join(lines_of_training(told))
    json.dumps(told, allow_nan=False)


def test_who_is_wrong_too_often_is_not_heard(trained):
    assert ("jieba", UNWANTED, "zh") in trained.silenced
    assert {"annotator": "jieba", "label": UNWANTED, "language": "zh"} in as_record(trained)["silenced"]


def test_learning_the_same_again_makes_no_new_version(reviewed, trained):
    with real(reviewed) as (bench, _):
        again = bench.train()

    assert (trained.version, False) == (again.version, again.is_new)


def test_only_sentences_that_nobody_answered_are_proposed_anew(reviewed, trained):
    with real(reviewed) as (bench, _):
        assert isinstance(bench.combiner, TaughtCombiner)
        bench.annotate()
        name = annotator_id(bench.combiner)
        anew = {
            row[0] for row in bench.store.db.execute("SELECT sentence FROM prediction WHERE annotator = ?", (name,))
        }
        answered = set(queries.answered_sentences(bench.store))

        assert anew
        assert {"stack"} <= names_of(bench, anew, name) <= {"stack", "jieba", "gazetteer", "pattern", "capitals"}
        assert not anew & answered
        assert not any(
            entity.span.label == UNWANTED
            for sentence in anew
            for entity in queries.prediction(bench.store, sentence, name).entities
        )


def names_of(bench, sentences, annotator):
    """Name who stands behind the proposed spans."""
    proposals = [queries.prediction(bench.store, sentence, annotator) for sentence in sentences]
    return {who.partition("@")[0] for one in proposals for entity in one.entities for who in entity.by}


def test_a_changed_model_is_refused(reviewed, trained):
    models = reviewed / ".builder" / "models"
    weights = model_files.newest(models) / "weights.json"
    body = weights.read_bytes()
    weights.write_bytes(body.replace(b"0.3", b"0.4"))
    try:
        with pytest.raises(UsageError, match=r"weights\.json is not the file that was learnt"):
            newest_taught(reviewed / ".builder", "any")
    finally:
        weights.write_bytes(body)


def test_what_was_learnt_for_other_labels_is_not_heard(reviewed, trained):
    assert newest_taught(reviewed / ".builder", "another schema") is None


def test_what_is_set_apart_is_never_learnt_from_and_stays_apart(reviewed, trained):
    with real(reviewed) as (bench, _):
        golds = bench.review().golds
        parted = lessons(bench.store, golds, 0.1)
        fewer = lessons(bench.store, golds[: len(golds) // 2], 0.1)

    assert not {one.sentence.document for one in parted.taught} & {one.sentence.document for one in parted.apart}
    assert len(golds) == len(parted.taught) + len(parted.apart)
    assert {one.sentence.id for one in fewer.apart} <= {one.sentence.id for one in parted.apart}


def test_documents_that_repeat_one_another_are_set_apart_together():
    alone = next(name for name in map(str, range(1000)) if set_apart([name], 0.1))
    taught = next(name for name in map(str, range(1000)) if not set_apart([name], 0.1))

    assert set_apart([alone, taught], 0.1)


def test_about_the_share_is_set_apart():
    count = sum(set_apart([f"document {number}"], 0.1) for number in range(10_000))

    assert 900 < count < 1100
