"""Tasks become suggestions: in code points, of our controls only, each task by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected, Unavailable
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.reading import Kind
from builder.reviewing import Answer, PageStyle
from builder.studio import adjudication, article_layout, asides, codec
from builder.studio.article_layout import Article, Stretch, answers_of, is_of_article
from builder.studio.codec import Passage, answer_of
from builder.studio.controls import page_of
from builder.studio.label_config import label_config
from builder.studio.suggestions import LONGEST
from tests.studio.backends import SCHEMA, VERSION, suggester, tom_proposed

PLAIN = (
    '<View><Text name="text" value="$body"/><Labels name="entity" toName="text"><Label value="PERSON"/>'
    '<Label value="Orgs" alias="ORG"/><Label value="BANANA"/></Labels></View>'
)


def tasks(*texts: object) -> dict[str, Any]:
    return {"tasks": [{"id": 1, "data": {"text": text}} for text in texts]}


def spans(result: dict[str, Any], text: str) -> list[str]:
    """Read a result's entities back as their texts, each held against the text it claims."""
    return [text[span.start : span.end] for span in answer_of(result["result"], text).entities]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Tom", 0),
        ("😀👩‍👩‍👧𠮷 Tom", 8),
        ("𠀀𠀁\r\nTom", 4),
        ("a\r\rTom", 3),
        ("\ufeff\u200b Tom", 3),
        ("<script>alert(1)</script>\tTom", 26),
        ("x\u2028Tom", 2),
        ("  \n Tom ", 4),
    ],
)
def test_a_span_lies_where_it_stands_whatever_is_before_it(text: str, start: int) -> None:
    (result,) = suggester().results(tasks(text))

    assert (Span(start, start + 3, "PERSON"),) == answer_of(result["result"], text).entities


@given(st.lists(st.text(st.sampled_from("Tom𠮷田河😀 。.\r\n\t“”A"), max_size=40), max_size=5))
def test_every_region_covers_what_it_claims(texts: list[str]) -> None:
    results = suggester().results(tasks(*texts))

    assert len(texts) == len(results)
    for text, result in zip(texts, results, strict=True):
        assert set(spans(result, text)) <= {"Tom", "𠮷田", "河"}
        assert len(result["result"]) - any(r["type"] == "choices" for r in result["result"]) == len(
            answer_of(result["result"], text).entities
        )


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (7, "E_TASK"),
        ({}, "E_TASK"),
        ({"data": []}, "E_TASK"),
        ({"data": {}}, "E_TASK"),
        ({"data": {"text": None}}, "E_TASK"),
        ({"data": {"text": ["Tom"]}}, "E_TASK"),
        ({"data": {"text": "Tom \ud842"}}, "E_TEXT"),
        ({"data": {"text": "Tom \x00"}}, "E_TEXT"),
        ({"data": {"text": "T" * (LONGEST + 1)}}, "E_LONG"),
    ],
)
def test_a_damaged_task_says_why_and_the_others_are_answered(task: object, code: str) -> None:
    sound = {"data": {"text": "Tom"}}
    before, damaged, after = suggester().results({"tasks": [sound, task, sound]})

    assert ([], 0.0, VERSION) == (damaged["result"], damaged["score"], damaged["model_version"])
    assert damaged["reason"].startswith(f"{code}: ")
    assert before == after
    assert "reason" not in before


def test_a_text_of_several_sentences_has_no_label() -> None:
    one, two = suggester().results(tasks("Tom left.", "Tom left. Tom came."))

    assert "event" == answer_of(one["result"], "Tom left.").label
    assert answer_of(two["result"], "Tom left. Tom came.").label is None


def ours(text: str, layout: str = "sentence", annotator: str = VERSION) -> dict[str, Any]:
    """Make a task of a text as push does: of one sentence, or of one for each line."""
    lines = [text] if layout == "sentence" else text.splitlines(keepends=True)
    sentences = []
    for number, line in enumerate(lines, 3):
        at = sentences[-1].end if sentences else 9
        sentences.append(Sentence(f"id{number}", "d", number, at, at + len(line), Kind.CAPTION, "el", line, (), True))
    made = [replace(one, annotator=annotator) for one in tom_proposed(sentences)]
    if layout == "sentence":
        return codec.task_of(Passage(sentences[0], "t", "b", "a", "o"), made[0], SCHEMA, "batch")
    stretch = Stretch(tuple(sentences), text)
    return article_layout.task_of(Article(stretch, "t", "b", "a", "o"), made, SCHEMA, "article-batch")


def asked(*sent: dict[str, Any], layout: str = "", **others: Any) -> dict[str, Any]:
    page = {"label_config": label_config(SCHEMA, PageStyle(layout))} if layout else {}
    return {"tasks": [{"id": 1, "data": json.loads(json.dumps(task["data"]))} for task in sent], **page, **others}


LINES = "😀👩‍👩‍👧 Tom left.\n𠮷田 came.\r\nNobody\tspoke. Not a word.\n"
SMART = {"params": {"context": {"result": [{"type": "labels", "value": {"start": 0, "end": 1, "labels": ["ORG"]}}]}}}


@pytest.mark.parametrize("others", [{}, SMART])
@pytest.mark.parametrize("said", ["sentence", "article", ""])
@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_a_task_of_ours_gets_what_was_sent_with_it(layout: str, said: str, others: dict[str, Any]) -> None:
    task = ours(LINES, layout)
    (sent,) = task["predictions"]
    (result,) = suggester().results(asked(task, layout=said, **others))

    if said in ("", layout):
        assert {**sent, "model_version": VERSION} == result
    else:
        assert len(spans_said(sent["result"])) == len(spans_said(result["result"])) > 0
        assert (said == "article") == is_of_article(result["result"])


def spans_said(regions: Sequence[dict[str, Any]]) -> list[str]:
    return [one["value"]["text"] for one in regions if one["from_name"] == "entity"]


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_annotators_are_told_what_they_were_told_before_push(layout: str) -> None:
    heard: list[Sentence] = []

    def listening(sentences: Sequence[Sentence]) -> list[Prediction]:
        heard.extend(sentences)
        return tom_proposed(sentences)

    suggester(listening).results(asked(ours(LINES, layout), layout=layout))

    assert LINES == "".join(one.text for one in heard)
    assert {(Kind.CAPTION, "el", True)} == {(one.kind, one.language, one.in_quote) for one in heard}
    assert [(f"id{number}", number) for number in range(3, 3 + len(heard))] == [(one.id, one.number) for one in heard]


def test_where_people_answer_blindly_nothing_is_proposed_and_nobody_asked() -> None:
    adjudicated = adjudication.task_of(
        Passage(Sentence("id3", "d", 3, 0, 3, Kind.BODY, "en", "Tom"), "t", "b", "a", "o"),
        Prediction("id3", "answers@1"),
        [Answer((), "event")],
        SCHEMA,
        "batch",
    )
    blind = [ours("Tom", annotator=""), ours(LINES, "article", annotator=""), adjudicated]
    heard: list[str] = []

    def listening(sentences: Sequence[Sentence]) -> list[Prediction]:
        heard.extend(sentence.text for sentence in sentences)
        return tom_proposed(sentences)

    for request in (asked(*blind), asked(*blind, layout="article"), asked(*blind, layout="sentence", **SMART)):
        assert [{"result": [], "score": 0.0, "model_version": VERSION}] * 3 == suggester(listening).results(request)
    assert [] == heard


def test_an_article_is_blind_when_one_of_its_sentences_is() -> None:
    one, two = (Sentence(id, "d", n, n, n + 1, Kind.BODY, "en", "a") for n, id in enumerate("xy"))
    told = asides.asides([one, two], [Prediction("x", VERSION), Prediction("y", "")])

    assert not asides.is_open(told, ["x", "y"])


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_a_blind_task_does_not_look_it(layout: str) -> None:
    shown, blind, other = ours(LINES, layout)["data"], ours(LINES, layout, "")["data"], ours(f"{LINES}.", "article")
    page = label_config(SCHEMA, PageStyle(layout))

    assert {"builder_arm"} == {key for key in {*shown, *blind} if shown.get(key) != blind.get(key)}
    assert len({shown["builder_arm"], blind["builder_arm"], other["data"]["builder_arm"]}) == 3
    assert len(shown["builder_arm"]) == len(blind["builder_arm"])
    assert "$builder_" not in page
    assert not codec.was_edited(blind, codec.shown_digest(blind))


@pytest.mark.parametrize("key", ["builder_places", "builder_sentences"])
@pytest.mark.parametrize("harm", [None, 7, [], [[0, 1]], [[0, 99], [1, 2], [3, 4]], [["0", 1, "x", None]] * 3])
def test_what_was_changed_of_an_article_is_not_believed(key: str, harm: object) -> None:
    task = ours(LINES, "article")
    task["data"][key] = harm
    damaged, sound = suggester().results(asked(task, ours(LINES, "article")))

    assert ([], "E_TASK") == (damaged["result"], damaged["reason"][:6])
    assert sound["result"]


@pytest.mark.parametrize("harm", [{"builder_arm": None}, {"builder_arm": ["x"]}, {"builder_key": 7}])
def test_a_task_that_does_not_say_that_proposals_are_shown_gets_none(harm: dict[str, Any]) -> None:
    task = ours("Tom")
    task["data"].update(harm)

    assert [] == suggester().results(asked(task))[0]["result"]


@given(st.text(st.sampled_from("Tom𠮷田河😀 。.\r\n\t“”A"), max_size=60))
def test_another_text_on_the_page_of_an_article_has_a_region_for_every_sentence(text: str) -> None:
    (result,) = suggester().results(asked({"data": {"text": text}}, layout="article"))
    heard = [one["value"] for one in result["result"] if one["from_name"] == "sentence"]
    sentences = [
        Sentence(f"id{n}", "d", n, one["start"], one["end"], Kind.BODY, "zh", one["text"])
        for n, one in enumerate(heard)
    ]
    if sentences:
        found = answers_of(result["result"], Stretch(tuple(sentences), text, sentences[0].start))
        assert ({}, ()) == (found.problems, found.adrift)
        assert {"event"} == {answer.label for answer in found.given.values()}
        assert len(spans_said(result["result"])) == sum(len(answer.entities) for answer in found.given.values())
    assert "".join(text.split()) == "".join("".join(one.text for one in sentences).split())


def test_on_the_page_of_an_article_a_label_without_its_mark_is_not_proposed() -> None:
    page = label_config(SCHEMA, PageStyle("article")).replace('value="s:event"', 'value="s:other"')
    (result,) = suggester().results({**asked(ours(LINES, "article")), "label_config": page})

    assert {"s:?"} == {one["value"]["labels"][0] for one in result["result"] if one["from_name"] == "sentence"}
    assert "label" not in {one["from_name"] for one in result["result"]}


def test_an_empty_text_is_an_empty_answer() -> None:
    for result in suggester().results(tasks("", " \r\n\t")):
        assert {"result": [], "score": 0.0, "model_version": VERSION} == result


def test_only_labels_that_the_project_offers_are_proposed_from_the_field_it_shows() -> None:
    def both(sentences: Sequence[Sentence]) -> list[Prediction]:
        found = (Entity(Span(0, 1, "ORG"), 0.5, ("a",)), Entity(Span(1, 2, "GPE"), 0.5, ("a",)))
        return [Prediction(one.id, VERSION, found, Label("event", 0.5, ("a",))) for one in sentences]

    asked = {"tasks": [{"data": {"body": "ab", "text": "no"}}], "label_config": PLAIN}
    (result,) = suggester(both).results(asked)

    assert [("ORG", "a")] == [(r["value"]["labels"][0], r["value"]["text"]) for r in result["result"]]


def test_our_own_configuration_offers_every_label() -> None:
    page = page_of(label_config(SCHEMA), SCHEMA)

    assert ("text", set(SCHEMA.entity_names), set(SCHEMA.sentence_names)) == (page.field, page.entities, page.labels)


@pytest.mark.parametrize(
    "config",
    [
        "",
        "no XML",
        "<View>\ud800</View>",
        "<View/>",
        PLAIN.replace('name="entity"', 'name="ner"'),
        PLAIN.replace('toName="text"', 'toName="title"'),
        PLAIN.replace('name="text"', 'name="title"'),
        PLAIN.replace("$body", "body"),
        PLAIN.replace('value="$body"', 'value="$body" valueType="url"'),
        PLAIN.replace("PERSON", "P").replace("ORG", "O"),
        PLAIN.replace("Text", "HyperText"),
        '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>' + PLAIN,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + PLAIN,
    ],
)
def test_a_configuration_that_is_not_ours_is_refused(config: str) -> None:
    with pytest.raises(Rejected) as caught:
        page_of(config, SCHEMA)
    assert "E_CONFIG" == caught.value.code


def test_who_fails_on_one_sentence_answers_for_the_others() -> None:
    def delicate(sentences: Sequence[Sentence]) -> list[Prediction]:
        if any("boom" in sentence.text for sentence in sentences):
            raise ValueError("a secret")
        return tom_proposed(sentences)

    one, two, three = suggester(delicate).results(tasks("Tom", "boom", "Tom"))

    assert one == three
    assert ([], "E_ANNOTATOR: the annotators failed (ValueError)") == (two["result"], two["reason"])


@pytest.mark.parametrize(
    ("entities", "label"),
    [
        ((Entity(Span(0, 9, "PERSON"), 0.5, ("a",)),), None),
        ((Entity(Span(0, 2, "PERSON"), 0.5, ("a",)), Entity(Span(1, 3, "ORG"), 0.5, ("a",))), None),
    ],
)
def test_a_proposal_that_does_not_fit_is_not_shown(entities: tuple[Entity, ...], label: Label | None) -> None:
    (result,) = suggester(lambda some: [Prediction(one.id, "x", entities, label) for one in some]).results(tasks("Tom"))

    assert [] == result["result"]
    assert result["reason"].startswith("E_PREDICTION: ")


@pytest.mark.parametrize("wrong", [[], [Prediction("other", "x")], None])
def test_an_answer_for_other_sentences_is_not_taken(wrong: Any) -> None:
    (result,) = suggester(lambda some: wrong).results(tasks("Tom"))

    assert result["reason"].startswith("E_ANNOTATOR: ")


def test_many_tasks_come_back_in_order() -> None:
    texts = [f"{'x' * (number % 7)}Tom {number}" for number in range(501)]
    results = suggester().results(tasks(*texts))

    assert [text.index("Tom") for text in texts] == [r["result"][0]["value"]["start"] for r in results]


def test_work_stops_when_nobody_waits_any_more() -> None:
    asked: list[int] = []

    def counted(sentences: Sequence[Sentence]) -> list[Prediction]:
        asked.append(len(sentences))
        return tom_proposed(sentences)

    with pytest.raises(Unavailable):
        suggester(counted).results(tasks(*["Tom"] * 1_000), lambda: len(asked) < 2)
    assert [200, 200] == asked
