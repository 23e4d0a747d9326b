"""Both layouts of a task, from push to gold: the same decisions, each sentence in one task, nothing read askew."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from builder.config import parse_config
from builder.errors import Unavailable, UsageError
from builder.model import Label, Span
from builder.reviewing import Answer, Gold
from builder.stages.units import CHARACTERS, SENTENCES, stretch_of
from builder.store import queries, standing
from builder.studio import article_layout, codec
from builder.studio.codec import sentences_of
from builder.workbench import Workbench
from tests.fakes import FakeStudio, WordCombiner
from tests.project import at_work, make_sources

articles = partial(at_work, layout="article")
BODY = "林𠮷在“江心𠮷岛”和“北岸”说，六河相连。陈雨表示“同意”👨‍👩‍👧！“南岸”没有人去。"
ZH = f"河畔论坛开幕\r\n\r\n本报讯 {BODY}\r\n\r\n据河畔社电\r\n"


def fill(folder: Path) -> None:
    """Write two pages whose texts hold what is delicate."""
    make_sources(folder)
    (folder / "sources" / "a-zh.txt").write_bytes(ZH.encode())


def propose(bench: Workbench) -> None:
    bench.ingest()
    bench.annotate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path)
    with articles(tmp_path) as (bench, _):
        propose(bench)
    return tmp_path


def shown(studio: FakeStudio) -> list[tuple[str, ...]]:
    """Say which sentences each task shows."""
    return [sentences_of(payload["data"]) for payload in studio.payloads()]


def accept(studio: FakeStudio, *, person: int = 1) -> None:
    """Submit every task as it was predicted."""
    for task in studio.payloads():
        studio.submit(task["id"], task["predictions"][0]["result"], person=person)


def decided(proposed: Answer, number: int) -> Answer:
    """Decide something else on each sentence: relabel, reject and add, or move; the other spans are accepted."""
    first, *others = proposed.entities or (Span(0, 2, "GPE"),)
    if number % 3 == 0:
        return Answer((replace(first, label="LOCATION"), *others), "statement")
    if number % 3 == 1:
        return Answer((*others, Span(0, 1, "DATE")) if 1 < first.start else tuple(others), proposed.label)
    return Answer((replace(first, end=first.start + 1), *others), "decision")


def decide_sentences(bench: Workbench, studio: FakeStudio) -> None:
    for task in studio.payloads():
        (id,) = sentences_of(task["data"])
        sentence = queries.find_sentence(bench.store, id)
        assert sentence is not None
        answer = codec.answer_of(task["predictions"][0]["result"], sentence.text)
        studio.submit(task["id"], codec.result_of(decided(answer, sentence.number), sentence.text))


def decide_articles(bench: Workbench, studio: FakeStudio) -> None:
    for task in studio.payloads():
        stretch = stretch_of(bench.store, sentences_of(task["data"]))
        proposed = article_layout.answers_of(task["predictions"][0]["result"], stretch).given
        answers = {s.id: decided(proposed[s.id], s.number) for s in stretch.sentences}
        studio.submit(task["id"], article_layout.result_of(answers, stretch))


def told(golds: tuple[Gold, ...]) -> list[Gold]:
    """Leave out what names the answer: its content and its time."""
    return [replace(gold, approval=replace(gold.approval, contents=(), at="")) for gold in golds]


def test_both_layouts_come_to_the_same_gold(tmp_path: Path) -> None:
    outcomes = []
    for layout, decide in (("sentence", decide_sentences), ("article", decide_articles)):
        fill(tmp_path / layout)
        with at_work(tmp_path / layout, layout=layout) as (bench, studio):
            propose(bench)
            bench.push()
            decide(bench, studio)
            bench.pull()
            review = bench.review()
            outcomes.append((told(review.golds), review.refusals))

    assert outcomes[0] == outcomes[1]
    assert 6 == len(outcomes[0][0])
    actions = {span.action for gold in outcomes[0][0] for span in gold.entities}
    assert {"accepted", "moved", "relabelled", "added"} == actions


def test_an_article_is_one_task_whose_regions_cover_what_they_say(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        tally = bench.push()
        for payload in studio.payloads():
            stretch = stretch_of(bench.store, sentences_of(payload["data"]))
            assert payload["data"]["text"] == stretch.text
            assert payload["data"]["builder_places"] == [[*place] for place in stretch.places]
            for region in payload["predictions"][0]["result"]:
                value = region["value"]
                assert value["text"] == stretch.text[value["start"] : value["end"]]

        assert [3, 3] == [len(ids) for ids in shown(studio)]
        assert (6, ()) == (tally.done, tally.rejected)


def test_pushing_articles_twice_sends_nothing(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        sent = studio.payloads()

        assert 0 == bench.push().taken
        assert sent == studio.payloads()


@pytest.mark.parametrize("step", ["before import", "after import"])
def test_a_cut_connection_neither_loses_nor_doubles_an_article(folder: Path, step: str) -> None:
    def fault(name: str) -> None:
        if name == step:
            raise Unavailable("connection reset")

    with articles(folder, fault) as (bench, _), suppress(Unavailable):
        bench.push()
    with articles(folder) as (bench, studio):
        bench.push()
        sent = [id for ids in shown(studio) for id in ids]

        assert sorted(sent) == sorted(set(sent)) == sorted(row[0] for row in bench.store.db.execute(
            "SELECT id FROM live WHERE kind = 'body'"))  # fmt: skip
        assert {"combine@words1"} == {found[0].annotator for id in sent if (found := standing.shown(bench.store, id))}


def test_an_index_made_anew_sends_no_article_again(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        accept(studio)
        bench.pull()
        sent = shown(studio)
    (folder / ".builder" / "builder.db").unlink()
    with articles(folder) as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push, bench.pull):
            verb()

        assert sent == shown(studio)
        assert 6 == len(bench.review().golds)


def test_a_long_article_is_cut_evenly_at_sentence_borders(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    lines = "".join(f"“第{number}岛”的人都在河边说了这样一句话。" for number in range(125))
    (tmp_path / "sources" / "long.txt").write_text(f"河畔论坛开幕\n\n{lines}\n", "utf-8")
    with articles(tmp_path) as (bench, studio):
        propose(bench)
        bench.push()
        accept(studio)
        bench.pull()

        assert [42, 42, 41] == [len(ids) for ids in shown(studio)]
        assert all(len(ids) <= SENTENCES for ids in shown(studio))
        assert lines == "".join(payload["data"]["text"] for payload in studio.payloads())
        assert 125 == len(bench.review().golds)


def test_a_task_is_never_too_long_to_open(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    lines = "".join(f"第{number}个人{'说' * 900}。" for number in range(25))
    (tmp_path / "sources" / "long.txt").write_text(f"河畔论坛开幕\n\n{lines}\n", "utf-8")
    with articles(tmp_path) as (bench, studio):
        propose(bench)
        bench.push()
        texts = [payload["data"]["text"] for payload in studio.payloads()]

    assert lines == "".join(texts)
    assert 3 == len(texts)
    assert all(len(text) <= CHARACTERS for text in texts)


def test_sentences_that_come_later_are_sent_without_those_that_stand_there(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        before = shown(studio)
        text = (
            '[project]\nname = "small"\n[ingest]\nreview_kinds = ["body", "headline"]\n[studio]\nlayout = "article"\n'
        )
        bench.project = replace(bench.project, config=parse_config(text))
        bench.annotate()
        bench.push()
        after = shown(studio)

    assert before == after[:2]
    assert [1, 1] == [len(ids) for ids in after[2:]]
    assert 8 == len({id for ids in after for id in ids})


def test_a_sentence_that_cannot_be_sent_leaves_its_article(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        poisoned = queries.unpushed(bench.store, ("body",), "combine@words1")[1]
        bench.store.db.execute("UPDATE sentence SET text = char(0) || substr(text, 2) WHERE id = ?", (poisoned,))
        tally = bench.push()

        assert [("E_TEXT", poisoned)] == [(reject.code, reject.subject) for reject in tally.rejected]
        assert (5, {2, 3}) == (tally.done, {len(ids) for ids in shown(studio)})
        assert {} == queries.unsettled(bench.store)
        accept(studio)
        bench.pull()
        assert 5 == len(bench.review().golds)


@pytest.mark.parametrize(("first", "then"), [("sentence", "article"), ("article", "sentence")])
def test_a_project_keeps_the_layout_in_which_it_was_pushed(folder: Path, first: str, then: str) -> None:
    with at_work(folder, layout=first) as (bench, _):
        bench.push()
    with at_work(folder, layout=then) as (bench, _), pytest.raises(UsageError, match=f'keep .* layout = "{first}"'):
        bench.push()


def test_a_layout_may_change_until_something_is_pushed(folder: Path) -> None:
    with at_work(folder, layout="sentence") as (bench, studio):
        bench.push()

        assert {1} == {len(ids) for ids in shown(studio)}


@pytest.mark.parametrize(("first", "then"), [("sentence", "article"), ("article", "sentence")])
def test_answers_are_read_in_the_layout_in_which_they_were_given(folder: Path, first: str, then: str) -> None:
    with at_work(folder, layout=first) as (bench, studio):
        bench.push()
        accept(studio)
    with at_work(folder, layout=then) as (bench, _):
        bench.pull()

        assert (6, ()) == (len(bench.review().golds), bench.review().refusals)


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_an_answer_to_a_text_that_was_not_sent_is_not_approved(folder: Path, layout: str) -> None:
    with at_work(folder, layout=layout) as (bench, studio):
        bench.push()
        task = studio.payloads()[0]
        ids, text = sentences_of(task["data"]), task["data"]["text"]
        studio.alter(task["id"], text=f"X{text[1:]}", builder_text_sha256="also changed")
        accept(studio)
        bench.pull()
        refused = dict(bench.review().refusals)
        studio.alter(task["id"], text=text)
        bench.pull()

        assert set(ids) == set(refused)
        assert all(reason.startswith("E_EDITED: the text of its task was edited") for reason in refused.values())
        assert ((), []) == (bench.review().refusals, queries.rejects(bench.store))


def test_places_that_were_changed_on_the_server_are_not_believed(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        for task in studio.payloads():
            studio.alter(task["id"], builder_places=[[0, 1]] * 3)
        accept(studio)
        bench.pull()

        assert 6 == len(bench.review().golds)


def region(text: str, piece: str, label: str = "PERSON") -> dict[str, Any]:
    return codec.entity_region(Span(text.index(piece), text.index(piece) + len(piece), label), text)


def test_a_span_across_a_border_is_kept_and_reported_and_the_other_sentences_approved(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        task = next(payload for payload in studio.payloads() if "六河" in payload["data"]["text"])
        crossing = region(task["data"]["text"], "相连。陈雨")
        studio.submit(task["id"], [*task["predictions"][0]["result"], crossing])
        bench.pull()
        review = bench.review()
        first, second, third = sentences_of(task["data"])
        kept = [json.loads(row[0])["result"] for row in bench.store.db.execute("SELECT body FROM annotation")]

    assert {
        first: "E_BORDER: a span crosses from this sentence into the next: “相连。陈雨”",
        second: "E_BORDER: a span crosses into this sentence from the one before: “相连。陈雨”",
    } == dict(review.refusals)
    assert [third] == [gold.sentence for gold in review.golds]
    assert crossing in kept[0]


def test_a_span_outside_every_sentence_is_said_and_spoils_nothing(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text(
        "Forum opens\n\nMaria spoke first.\n\n(Xinhua/Tom Lee)\n\nThey left at 9 p.m. on Friday.\n", "utf-8"
    )
    said: list[str] = []
    with articles(tmp_path) as (bench, studio):
        propose(bench)
        bench.push()
        (task,) = studio.payloads()
        credit = region(task["data"]["text"], "Tom Lee")
        studio.submit(task["id"], [*task["predictions"][0]["result"], credit])
        bench.pull()
        bench.say = said.append
        review = bench.review()

    assert (("PERSON “Tom Lee” stands outside the sentences under review",), ()) == (review.adrift, review.refusals)
    assert ["1 regions are left out: PERSON “Tom Lee” stands outside the sentences under review"] == said


def test_a_changed_answer_decides_its_article_anew(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        accept(studio)
        bench.pull()
        before = bench.review().golds
        task = studio.payloads()[0]
        left = [one for one in task["predictions"][0]["result"] if one["from_name"] != "entity"]
        studio.edit(1, left)
        waiting = bench.review()
        bench.pull()
        after = bench.review().golds

    assert set(sentences_of(task["data"])) == {sentence for sentence, _ in waiting.refusals}
    assert 6 == len(before) == len(after)
    changed = [gold for gold in after if gold.sentence in sentences_of(task["data"])]
    assert {()} == {gold.entities for gold in changed}
    assert any(gold.rejected for gold in changed)


def test_two_people_who_disagree_on_one_sentence_disagree_on_no_other(folder: Path) -> None:
    with articles(folder, rule="agree:2") as (bench, studio):
        bench.push()
        accept(studio)
        for task in studio.payloads():
            stretch = stretch_of(bench.store, sentences_of(task["data"]))
            answers = dict(article_layout.answers_of(task["predictions"][0]["result"], stretch).given)
            answers[stretch.sentences[0].id] = Answer((), "statement")
            studio.submit(task["id"], article_layout.result_of(answers, stretch), person=2)
        bench.pull()
        review = bench.review()

        assert {ids[0] for ids in shown(studio)} == {sentence for sentence, _ in review.refusals}
        assert {"2 people disagree"} == {reason for _, reason in review.refusals}
        assert 4 == len(review.golds)


class LaterCombiner(WordCombiner):
    """What proposes after the annotators changed: another sentence label."""

    fingerprint = "words2"

    def propose_each(self, sentences: Any) -> Any:
        each, combined = super().propose_each(sentences)
        return each, [replace(one, label=Label("statement", 0.9, ("words@2",))) for one in combined]


def test_articles_nobody_has_begun_show_the_newest_proposals_and_stay_articles(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        before = shown(studio)
        bench.__dict__["combiner"] = LaterCombiner()
        bench.annotate()
        bench.push()
        looks = studio.look_at(1, [task["id"] for task in studio.payloads()])
        for look in looks:
            (offered,) = [one for one in look.offered if one.is_shown]
            studio.submit(look.task, offered.result, parent_prediction=offered.id)
        bench.pull()
        golds = bench.review().golds

        assert before == shown(studio)
        assert (6, {"statement"}, {"accepted"}) == (
            len(golds), {g.label for g in golds}, {g.label_action for g in golds}
        )  # fmt: skip
        assert 0 == bench.push().taken


def test_lost_articles_come_back_as_articles_with_their_answers(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        before = shown(studio)
        task = studio.payloads()[1]
        studio.submit(task["id"], task["predictions"][0]["result"])
        bench.pull()
        golds = bench.review().golds
    (folder / "server.db").unlink()
    with articles(folder) as (bench, studio):
        bench.restore()

        assert sorted(before) == sorted(shown(studio))
        assert told(golds) == told(bench.review().golds)
        assert 3 == len(golds)
        assert [0, 0, 0] == [tally.done for tally in bench.restore()]


def test_an_answer_to_an_article_is_mended_as_one_to_a_sentence_is_and_noted_once(folder: Path) -> None:
    with articles(folder) as (bench, studio):
        bench.push()
        task = studio.payloads()[0]
        result = task["predictions"][0]["result"]
        comment = {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": ["seen"]}}
        moved = [
            {**one, "value": {k: str(v) if k == "start" else v for k, v in one["value"].items()}} for one in result
        ]
        studio.submit(task["id"], [*moved, {**result[0], "id": "twin"}, comment])
        bench.pull()
        review = bench.review()

    assert (3, ()) == (len(review.golds), review.refusals)
    codes = [note.code for note in review.notes]
    assert (len(result), 1, 1) == (codes.count("R_OFFSET"), codes.count("R_TWICE"), codes.count("N_COMMENT"))
