"""Proposing: who fails is left out and told of, once; asked again, it is heard; nothing is doubled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builder import flow
from builder.annotators import cues, gazetteer
from builder.annotators.combine import Combiner
from builder.annotators.isolation import isolated
from builder.annotators.stack import learn
from builder.annotators.taught import Taught, TaughtCombiner
from builder.model import Entity, Prediction, Reject, Span
from builder.schema import read_schema
from builder.stages.annotate import Annotate
from builder.store import queries, standing
from tests.annotators import plug_ins
from tests.annotators.plug_ins import BY, Stranger
from tests.annotators.test_stack import examples
from tests.project import at_work, dump, make_sources

NEWS = read_schema("news", Path())


class Quick(Stranger):
    """A stranger asked in this process, for speed; what another process adds is tested with isolation."""

    __module__ = "builder.test"


class Namesake(Quick):
    """A stranger that is called as the combination is."""

    name = "combine"

    def propose(self, sentences):
        return [replace(prediction, annotator="combine@1") for prediction in super().propose(sentences)]


class Mended(Quick):
    """The same, after its code changed."""

    fingerprint = "2"

    def propose(self, sentences):
        by = "stranger@2"
        return [Prediction(s.id, by, (Entity(Span(0, 1, "PERSON"), 0.5, (by,)),)) for s in sentences]


def combination(annotator) -> Combiner:
    return Combiner([cues.build({}, NEWS), annotator], NEWS)


@pytest.fixture
def bench(tmp_path):
    """Give a project of a few sentences, of which one holds the poison `Maria`."""
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        bench.__dict__["combiner"] = combination(Quick(plug_ins.raises, poison="Maria"))
        yield bench


def sentences_of(bench):
    kinds = bench.project.config.ingest.review_kinds
    return list(queries.sentences(bench.store, queries.unannotated(bench.store, kinds, "nobody")))


def refused(bench):
    return [(r.stage, r.code) for r in queries.rejects(bench.store)]


def authors(bench, sentence):
    rows = bench.store.db.execute("SELECT annotator FROM prediction WHERE sentence = ?", (sentence,))
    return {row[0].partition("@")[0] for row in rows}


def poisoned(bench):
    (sentence,) = (s for s in sentences_of(bench) if "Maria" in s.text)
    return sentence.id


def test_a_sentence_that_one_failed_on_goes_on_without_it(bench):
    tally = bench.annotate()

    assert (len(sentences_of(bench)), 1) == (tally.done, len(tally.rejected))
    assert {"combine", "cues"} == authors(bench, poisoned(bench))
    assert [("annotate", "E_RAISED")] == refused(bench)


def test_what_is_combined_is_kept_whoever_failed(bench):
    bench.__dict__["combiner"] = combination(Namesake(plug_ins.raises, poison="Maria"))
    bench.annotate()

    assert [("annotate", "E_RAISED")] == refused(bench)
    assert {"combine", "cues"} == authors(bench, poisoned(bench))


def test_who_failed_on_what_is_in_the_status(bench):
    bench.annotate()
    (told,) = bench.status()["rejects"]

    assert (f"{poisoned(bench)}#stranger", BY, "E_RAISED") == (told["subject"], told["place"], told["code"])


def test_running_again_does_not_ask_again(bench):
    bench.annotate()
    before = dump(bench)

    assert (0, ()) == (bench.annotate().done, bench.annotate().rejected)
    assert before == dump(bench)


def test_asking_again_while_it_still_fails_changes_nothing(bench):
    bench.annotate()
    before = sorted(dump(bench))

    assert (1, 1) == ((again := bench.annotate(again=True)).done, len(again.rejected))
    assert before == sorted(dump(bench))


def test_asking_again_when_it_is_mended_is_never_having_failed(bench, tmp_path):
    bench.annotate()
    bench.__dict__["combiner"] = combination(Quick(plug_ins.raises))
    bench.annotate(again=True)

    make_sources(tmp_path / "other")
    with at_work(tmp_path / "other") as (other, _):
        other.ingest()
        other.__dict__["combiner"] = combination(Quick(plug_ins.raises))
        other.annotate()
        assert sorted(dump(other)) == sorted(dump(bench))
    assert 0 == bench.annotate(again=True).done


def test_a_mend_that_changes_its_name_is_heard_without_asking_again(bench):
    bench.annotate()
    bench.__dict__["combiner"] = combination(Mended(plug_ins.raises))

    assert len(sentences_of(bench)) == bench.annotate().done
    assert [] == refused(bench)


def test_leaving_it_out_forgets_what_it_failed_on(bench):
    bench.annotate()
    bench.__dict__["combiner"] = Combiner([cues.build({}, NEWS)], NEWS)
    bench.annotate()

    assert [] == refused(bench)


def test_a_proposal_that_people_may_have_seen_stays_when_asked_again(bench):
    bench.annotate()
    bench.push()
    shown = standing.shown(bench.store, poisoned(bench))
    bench.__dict__["combiner"] = combination(Quick(plug_ins.raises))
    bench.annotate(again=True)

    assert shown == standing.shown(bench.store, poisoned(bench))
    assert ({"combine", "cues", "stranger"}, []) == (authors(bench, poisoned(bench)), refused(bench))


def test_what_failed_in_a_changed_file_is_forgotten(bench, tmp_path):
    bench.annotate()
    (tmp_path / "sources" / "b-en.txt").write_text("Forum opens\n\nTom spoke first.\n", "utf-8")
    bench.ingest()

    assert [] == refused(bench)


def test_one_that_always_fails_is_switched_off_and_every_sentence_is_told(bench):
    stage = Annotate(isolated(combination(Quick(plug_ins.raises, poison=""))), ["body"])
    stage.batch_size = 1
    tally = flow.run(stage, bench.store)

    codes = [reject.code for reject in tally.rejected]
    assert ["E_RAISED"] * 3 + ["E_SWITCHED_OFF"] * (len(codes) - 3) == codes
    assert len(sentences_of(bench)) == len(codes) == tally.done


def test_the_stage_knows_how_many_wait(bench):
    stage = Annotate(bench.combiner, ["body"])

    assert len(list(stage.todo(bench.store))) == stage.waiting


@pytest.mark.parametrize(("annotator", "size"), [(gazetteer.build({}, NEWS), 500), (Quick(plug_ins.raises), 200)])
def test_slow_annotators_are_given_small_batches(annotator, size):
    assert size == Annotate(combination(annotator), ["body"]).batch_size
    assert size == Annotate(isolated(combination(annotator)), ["body"]).batch_size


def test_a_learnt_combination_of_quick_annotators_is_slow():
    stacks = (None, learn(examples(12, 1)))
    taught = [TaughtCombiner([cues.build({}, NEWS)], NEWS, Taught(stack=stack)) for stack in stacks]

    assert [500, 200] == [Annotate(isolated(one), ["body"]).batch_size for one in taught]


def test_two_processes_write_what_one_does(bench, tmp_path):
    texts = [f"Maria met Tom on day {n}. " + "They spoke of water. " * (n % 3) for n in range(60)]
    (tmp_path / "sources" / "more.txt").write_text("\n\n".join(texts), "utf-8")
    bench.ingest()
    combiner = isolated(combination(Stranger(plug_ins.speaks_twice, poison="7")))
    stores = []
    for processes in (1, 2):
        stage = Annotate(combiner, ["body"])
        stage.batch_size, stage.worth_spreading = 10, 1
        tally = flow.run(stage, bench.store, processes=processes)
        stores.append((tally, sorted(dump(bench))))
        for table in ("prediction", "reject"):
            bench.store.db.execute(f"DELETE FROM {table}")

    assert stores[0] == stores[1]
    assert stores[0][0].rejected


def test_a_reject_of_another_stage_is_shown_whatever_its_subject(bench):
    bench.store.add([Reject("push", "x#y", "E_X", "-"), Reject("ingest", "a#b", "E_X", "-")])

    assert [("ingest", "E_X"), ("push", "E_X")] == refused(bench)


def test_the_command_exits_as_partial_when_one_failed(bench):
    from builder import cli

    with pytest.raises(SystemExit) as ended:
        cli._finish([bench.annotate()], as_json=False)

    assert 1 == ended.value.code
