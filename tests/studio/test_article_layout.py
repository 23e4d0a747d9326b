"""The border of articles: every sentence gets its own answer back, and what fits none is said, never dropped."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Entity, Flag, Label, Prediction, Sentence, Span, text_digest
from builder.reading import Kind
from builder.reviewing import Answer
from builder.studio import codec
from builder.studio.article_layout import Answers, Article, Stretch, answers_of, is_of_article, result_of, task_of
from builder.studio.codec import entity_region, sentences_of
from tests.strategies import ANY_RESULT, spans_of
from tests.studio.test_codec import is_whole
from tests.test_schema import small

HEAD, ONE, TWO, THREE = "江心论坛\n", "😀林𠮷在“江心𠮷岛”说。", "陈雨\t同意👨‍👩‍👧！", "Cafe\u0301 opened.\r\n"
DOCUMENT = f"{HEAD}{ONE}{TWO}\r\n{THREE}（图）"
LABELS = ("event", "statement")


def stretch_over(*texts: str, document: str = DOCUMENT) -> Stretch:
    """Place sentences in a document, each after the one before."""
    sentences, at = [], 0
    for number, text in enumerate(texts):
        at = document.index(text, at)
        sentences.append(Sentence(f"id{number}", "d", number, at, at + len(text), Kind.BODY, "zh", text))
        at += len(text)
    return Stretch.of(sentences, document)


ALL = stretch_over(ONE, TWO, THREE)
ACCEPTED = {"id0": Answer((Span(6, 10, "ORG"),), "event"), "id1": Answer((), "statement"), "id2": Answer((), "event")}


def read(*regions: Any, stretch: Stretch = ALL) -> Answers:
    return answers_of(regions, stretch)


def accepted() -> list[dict[str, Any]]:
    return result_of(ACCEPTED, ALL)


def span(piece: str, label: str = "PERSON") -> dict[str, Any]:
    at = ALL.text.index(piece)
    return entity_region(Span(at, at + len(piece), label), ALL.text)


def reasons(answers: Answers) -> Mapping[str, str]:
    return {sentence: f"{problem.code}: {problem}" for sentence, problem in answers.problems.items()}


SENTENCES = st.text(st.sampled_from("ab。，“”😀𠮷\r\n\t\u3000汉e\u0301\u200d👩<&"), min_size=1, max_size=12)
GAPS = st.sampled_from(("", "\n", "\r\n", " ", "\u3000", "题\n", "（图）"))


@st.composite
def stretches(draw: st.DrawFn, least: int = 1) -> Stretch:
    """Draw sentences of a document with anything between, before and after them."""
    document, sentences = draw(GAPS), []
    for number, text in enumerate(draw(st.lists(SENTENCES, min_size=least, max_size=5))):
        at = len(document)
        sentences.append(Sentence(f"id{number}", "d", number, at, at + len(text), Kind.BODY, "zh", text))
        document += text + draw(GAPS)
    return Stretch.of(sentences, document)


@st.composite
def answered(draw: st.DrawFn, stretch: Stretch) -> dict[str, Answer]:
    """Draw an answer to every sentence, as people mark them."""

    def spans(text: str) -> tuple[Span, ...]:
        return tuple(found for found in draw(spans_of(text, ("PERSON", "ORG"))) if is_whole(text, found))

    return {s.id: Answer(spans(s.text), draw(st.sampled_from(LABELS))) for s in stretch.sentences}


@settings(max_examples=max(1_000, settings().max_examples))
@given(stretches(), st.data())
def test_answers_survive_the_border_in_any_order_of_regions(stretch: Stretch, data: st.DataObject) -> None:
    answers = data.draw(answered(stretch))
    regions = json.loads(json.dumps(result_of(answers, stretch)))
    data.draw(st.randoms(use_true_random=False)).shuffle(regions)

    assert Answers(answers, {}, ()) == answers_of(regions, stretch)


@settings(max_examples=max(500, settings().max_examples))
@given(stretches(), st.data())
def test_a_span_is_read_as_on_the_page_of_its_sentence(stretch: Stretch, data: st.DataObject) -> None:
    """Whatever a mouse caught: white space, half a character."""
    sentence = data.draw(st.sampled_from(stretch.sentences))
    drawn = Answer(data.draw(spans_of(sentence.text, ("PERSON", "ORG"))), "event")
    answers = {other.id: Answer((), "event") for other in stretch.sentences} | {sentence.id: drawn}
    found = answers_of(result_of(answers, stretch), stretch)
    expected = None
    with suppress(Rejected):
        expected = codec.answer_of(codec.result_of(drawn, sentence.text), sentence.text)

    assert expected == found.given.get(sentence.id)


@settings(max_examples=max(500, settings().max_examples))
@given(stretches(least=2), st.data())
def test_a_span_across_borders_refuses_the_sentences_it_touches_and_no_others(
    stretch: Stretch, data: st.DataObject
) -> None:
    answers = data.draw(answered(stretch))
    start = data.draw(st.integers(0, len(stretch.text) - 1))
    end = data.draw(st.integers(start + 1, len(stretch.text)))
    low, high = codec.trimmed(stretch.text, start, end)
    places = dict(zip(answers, stretch.places, strict=True))
    touched = {id for id, (a, b) in places.items() if a < high and low < b}
    inside = any(a <= low < high <= b for a, b in places.values())
    found = answers_of([*result_of(answers, stretch), entity_region(Span(start, end, "ORG"), stretch.text)], stretch)

    if low < high and touched and not inside:
        assert touched == set(found.problems)
        assert {"E_BORDER"} == {problem.code for problem in found.problems.values()}
        assert {id: answer for id, answer in answers.items() if id not in touched} == found.given


def test_a_span_across_a_border_is_named_to_both_sentences() -> None:
    found = read(*accepted(), span("说。陈雨"))

    assert reasons(found) == {
        "id0": "E_BORDER: a span crosses from this sentence into the next: “说。陈雨”",
        "id1": "E_BORDER: a span crosses into this sentence from the one before: “说。陈雨”",
    }
    assert {"id2": ACCEPTED["id2"]} == found.given


def test_a_span_over_three_sentences_is_named_to_the_middle_one_too() -> None:
    found = read(*accepted(), entity_region(Span(3, len(ALL.text) - 4, "ORG"), ALL.text))

    assert "a span crosses this whole sentence" in str(found.problems["id1"])
    assert {} == found.given


def test_a_span_that_caught_the_line_end_after_its_sentence_is_no_crossing() -> None:
    at = ALL.text.index("同意")
    dragged = entity_region(Span(at, ALL.places[2][0], "ORG"), ALL.text)

    assert Answer((Span(3, 11, "ORG"),), "statement") == read(*accepted(), dragged).given["id1"]


def test_a_span_between_sentences_is_adrift_and_spoils_none() -> None:
    stretch = stretch_over(ONE, "（图）")
    answers = {"id0": Answer((), "event"), "id1": Answer((), "event")}
    at = stretch.text.index("陈雨")
    found = answers_of([*result_of(answers, stretch), entity_region(Span(at, at + 2, "PERSON"), stretch.text)], stretch)

    assert Answers(answers, {}, ("PERSON “陈雨”",)) == found


def without(*names: str) -> list[dict[str, Any]]:
    """Accept all, but leave out these regions of the second sentence."""
    return [one for one in accepted() if not (one["id"] == "s1" and one["from_name"] in names)]


def second(**place: Any) -> list[dict[str, Any]]:
    """Accept all, with another place for the second sentence."""
    return [
        {**one, "value": {**one["value"], **place}} if one["id"] == "s1" else one for one in json.loads(
            json.dumps(accepted()))
    ]  # fmt: skip


RAIN = ALL.text.index("雨\t")


def twin(label: str) -> list[dict[str, Any]]:
    """Accept all, and say the second sentence once more."""
    return [*accepted(), *(one for one in result_of({**ACCEPTED, "id1": Answer((), label)}, ALL) if one["id"] == "s1")]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        pytest.param(
            without("sentence", "label"), "E_LABELS: no sentence label was chosen: its region was deleted", id="deleted"
        ),
        pytest.param(without("label"), "E_LABELS: no sentence label was chosen", id="without a choice"),
        pytest.param(twin("event"), "E_LABELS: several sentence labels: event, statement", id="doubled otherwise"),
        pytest.param(
            second(start=RAIN, end=RAIN + 2, text="雨\t"),
            "E_BORDER: the region of a sentence was moved to “雨\t”",
            id="moved",
        ),
    ],
)
def test_a_sentence_without_its_one_label_is_not_answered(result: list[Any], reason: str) -> None:
    found = read(*result)

    assert {"id1": reason} == reasons(found)
    assert {"id0", "id2"} == set(found.given)


GAPPED = stretch_over(ONE, "（图）")
BETWEEN = {"start": GAPPED.places[1][0] - 3, "end": GAPPED.places[1][0] - 2, "text": "."}


@pytest.mark.parametrize(("names", "adrift"), [
    (("sentence", "label"), ("a sentence region at “.”", "event at “.”")),
    (("sentence",), ("a sentence region at “.”",)),
    (("label",), ("event at “.”",)),
])  # fmt: skip
def test_a_sentence_region_moved_between_sentences_is_told_as_moved(names: Any, adrift: Any) -> None:
    whole = result_of({"id0": Answer((), "event"), "id1": Answer((), "event")}, GAPPED)
    left = [one for one in whole if one["id"] != "s1" or one["from_name"] in names]
    result = [{**one, "value": {**one["value"], **BETWEEN}} if one["id"] == "s1" else one for one in left]
    found = answers_of(result, GAPPED)
    why = "moved or deleted; of no sentence: “.”" if "sentence" in names else "deleted"

    assert {"id1": f"E_LABELS: no sentence label was chosen: its region was {why}"} == reasons(found)
    assert adrift == found.adrift
    assert {"id0"} == set(found.given)


def test_a_sentence_region_moved_into_another_sentence_is_not_told_as_deleted() -> None:
    result = json.loads(json.dumps(accepted()))
    moved = {"start": 0, "end": 2, "text": ALL.text[:2]}
    found = read(*({**one, "value": {**one["value"], **moved}} if one["id"] == "s1" else one for one in result))

    assert {"id0": "E_BORDER", "id1": "E_LABELS"} == {id: problem.code for id, problem in found.problems.items()}
    assert "its region was moved or deleted; of no sentence: “😀" in reasons(found)["id1"]


def test_a_span_of_white_space_between_sentences_is_told() -> None:
    gap = ALL.text.index("\r\n")
    found = read(*accepted(), entity_region(Span(gap, gap + 2, "ORG"), ALL.text))

    assert Answers(ACCEPTED, {}, ("ORG “\r\n”",)) == found


def test_a_sentence_said_twice_alike_is_said_once() -> None:
    assert Answers(ACCEPTED, {}, ()) == read(*twin("statement"))


def test_a_comment_is_no_part_of_the_answers() -> None:
    comment = {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": ["odd"]}}

    assert Answers(ACCEPTED, {}, ()) == read(*accepted(), comment)


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param({**span("林𠮷"), "from_name": "other"}, id="an unknown control"),
        pytest.param(entity_region(Span(1, 3, "ORG"), "another text"), id="a text it does not cover"),
        pytest.param(codec.label_region("event"), id="a label of no sentence"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_strange_region_spoils_the_whole_answer(strange: Any) -> None:
    with pytest.raises(Rejected):
        read(*accepted(), strange)


@given(ANY_RESULT)
def test_any_result_is_read_or_refused(result: list[Any]) -> None:
    with suppress(Rejected):
        assert isinstance(answers_of(result, ALL), Answers)


def test_sentences_come_in_the_order_of_the_document() -> None:
    mixed = list(ALL.sentences)
    random.Random(1).shuffle(mixed)

    assert Stretch.of(mixed, DOCUMENT) == ALL
    assert [ONE, TWO, THREE] == [ALL.text[start:end] for start, end in ALL.places]


@pytest.mark.parametrize("document", ["", DOCUMENT[1:], DOCUMENT.replace("林", "林林")])
def test_a_document_with_other_text_is_refused(document: str) -> None:
    with pytest.raises(Rejected, match="does not hold its sentences"):
        Stretch.of(ALL.sentences, document)


def test_sentences_of_two_documents_are_no_stretch() -> None:
    first, *others = ALL.sentences
    with pytest.raises(Rejected):
        Stretch.of([replace(first, document="e"), *others], DOCUMENT)


def article() -> Article:
    return Article(ALL, "题", HEAD.strip(), "（图）", "page.txt", ("guessed",))


PREDICTIONS = [
    Prediction("id0", "c@1", (Entity(Span(6, 10, "ORG"), 0.5, ("c@1",)),), Label("event", 0.75, ("c@1",))),
    Prediction("id1", "c@1", (), Label("statement", 0.25, ("c@1",))),
    Prediction("id2", "c@1"),
]


def test_a_task_carries_the_keys_and_places_of_its_sentences() -> None:
    data = task_of(article(), PREDICTIONS, small(), "batch")["data"]

    assert ("id0", "id1", "id2") == sentences_of(data)
    assert [ONE, TWO, THREE] == [data["text"][start:end] for start, end in data["builder_places"]]
    assert (text_digest(ALL.text), "batch") == (data["builder_text_sha256"], data["builder_batch"])
    assert ("题", "江心论坛", "（图）") == (data["title"], data["before"], data["after"])


def test_a_prediction_reads_back_as_the_answers_it_proposes() -> None:
    (shown,) = task_of(article(), PREDICTIONS, small(), "b")["predictions"]
    found = answers_of(shown["result"], ALL)

    assert {id: ACCEPTED[id] for id in ("id0", "id1")} == found.given
    assert {"id2": "E_LABELS: no sentence label was chosen"} == reasons(found)
    assert 0.5 == shown["score"]


def test_region_ids_are_one_per_region_and_lasting() -> None:
    first, again = (task_of(article(), PREDICTIONS, small(), batch)["predictions"][0]["result"] for batch in "ab")
    ids = [(one["id"], one["from_name"]) for one in first]

    assert first == again
    assert len(ids) == len(set(ids))
    assert {"s0", "s1", "s2", "e0-0"} == {id for id, _ in ids}


def test_a_task_says_what_is_odd_about_which_sentence() -> None:
    flags = (Flag(0, 2, "repeat"),)
    odd = replace(ALL, sentences=(replace(ALL.sentences[0], flags=flags), *ALL.sentences[1:]))
    data = task_of(replace(article(), stretch=odd), PREDICTIONS, small(), "b")["data"]

    assert f"page.txt · 1–3 · body 1: repeat “{ONE[:2]}” · guessed" == data["origin"]
    assert "repeat" == data["flags"]


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
def test_poison_between_sentences_is_not_sent(poison: str) -> None:
    poisoned = stretch_over("甲。", "乙。", document=f"甲。{poison}乙。")
    with pytest.raises(Rejected, match="NUL or half a surrogate pair"):
        task_of(replace(article(), stretch=poisoned), PREDICTIONS[:2], small(), "b")


@pytest.mark.parametrize(
    ("result", "expected"),
    [(accepted(), True), ([codec.label_region("event")], False), ([], False), ([None, "x"], False)],
)
def test_the_layout_shows_in_the_answer(result: list[Any], expected: bool) -> None:
    assert expected == is_of_article(result)
