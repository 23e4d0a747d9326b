"""The border to Label Studio: nothing shifts on the way, and nothing strange comes in."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Entity, Flag, Label, Prediction, Sentence, Span
from builder.reading import Kind
from builder.reviewing import Answer
from builder.studio.codec import Passage, answer_of, entity_region, label_region, result_of, task_of
from builder.text.graphemes import snapped
from tests.strategies import ANY_RESULT, SENDABLE, spans_of
from tests.test_schema import small

TEXT = "张三😀在𠮷野家。"
COMMENT = {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": ["looks odd"]}}


def region(**value: Any) -> dict[str, Any]:
    """Make a span region of the text, with some of its value exchanged."""
    sound = entity_region(Span(4, 7, "ORG"), TEXT)
    return {**sound, "value": {**sound["value"], **value}}


def refusal(*regions: Any) -> str:
    """Read an answer, and give the code with which it is refused."""
    with pytest.raises(Rejected) as caught:
        answer_of(regions, TEXT)
    return caught.value.code


def passage(text: str = TEXT) -> Passage:
    sentence = Sentence("id1", "d", 3, 0, len(text), Kind.BODY, "zh", text)
    return Passage(sentence, "题", "前", "后", "page.txt")


def is_whole(text: str, span: Span) -> bool:
    """Whether a span begins and ends beside white space or between whole characters, as people mark them."""
    covered = text[span.start : span.end]
    return covered == covered.strip() and (span.start, span.end) == snapped(text, span.start, span.end)


@settings(max_examples=max(2_000, settings().max_examples))
@given(SENDABLE, st.data())
def test_an_answer_survives_the_border(text: str, data: st.DataObject) -> None:
    spans = tuple(span for span in data.draw(spans_of(text, ("PERSON", "ORG"))) if is_whole(text, span))
    answer = Answer(spans, data.draw(st.sampled_from((None, "event", "statement"))))

    assert answer == answer_of(json.loads(json.dumps(result_of(answer, text))), text)


def test_offsets_are_code_points_beyond_the_bmp_too() -> None:
    assert (4, 7, "𠮷野家") == tuple(region()["value"][key] for key in ("start", "end", "text"))


def test_white_space_at_the_edges_of_a_span_is_left_out() -> None:
    text = " Tom\u3000 said"
    regions = [entity_region(Span(0, 6, "PERSON"), text), entity_region(Span(1, 4, "PERSON"), text)]

    assert Answer((Span(1, 4, "PERSON"),), None) == answer_of(regions, text)


def test_a_span_of_white_space_alone_is_refused() -> None:
    with pytest.raises(Rejected, match="empty"):
        answer_of([entity_region(Span(1, 2, "PERSON"), "a b")], "a b")


def test_a_span_that_cuts_a_character_takes_all_of_it() -> None:
    text = "Cafe\u0301 opened"

    assert Answer((Span(0, 5, "ORG"),), None) == answer_of([entity_region(Span(0, 4, "ORG"), text)], text)


def test_a_span_moved_behind_a_tab_is_believed_without_its_text() -> None:
    """Label Studio 1.23.2 sends it so (measured in Chromium); its offsets are right."""
    assert Answer((Span(4, 7, "ORG"),), None) == answer_of([region(text="")], TEXT)


def test_equal_regions_are_one_span() -> None:
    assert Answer((Span(4, 7, "ORG"),), None) == answer_of([region(), region()], TEXT)


def test_spans_come_in_order() -> None:
    first = entity_region(Span(0, 2, "PERSON"), TEXT)

    assert (Span(0, 2, "PERSON"), Span(4, 7, "ORG")) == answer_of([region(), first], TEXT).entities


def test_a_comment_is_no_part_of_an_answer() -> None:
    assert Answer((), "event") == answer_of([label_region("event"), COMMENT], TEXT)


def test_a_label_chosen_twice_is_one_label() -> None:
    assert "event" == answer_of([label_region("event"), label_region("event")], TEXT).label


def test_nothing_is_an_answer() -> None:
    assert Answer((), None) == answer_of([], TEXT)


@pytest.mark.parametrize(
    ("strange", "code"),
    [
        pytest.param(region(end=99), "E_OFFSET", id="an offset beyond the text"),
        pytest.param(region(end=99, text=TEXT[4:]), "E_OFFSET", id="an offset beyond the text, clipped"),
        pytest.param(region(text="张三"), "E_OFFSET", id="a text it does not cover"),
        pytest.param(region(text=None), "E_OFFSET", id="no text"),
        pytest.param(region(text="", start=5, end=99), "E_OFFSET", id="an empty text and an offset beyond the text"),
        pytest.param(region(start=5, end=8), "E_OFFSET", id="shifted by an emoji's second half"),
        pytest.param(region(start="4", end="7"), "E_OFFSET", id="offsets that are strings"),
        pytest.param(region(start=4.0), "E_OFFSET", id="an offset with a fraction"),
        pytest.param(region(start=True), "E_OFFSET", id="an offset that is a boolean"),
        pytest.param(region(start=None), "E_OFFSET", id="no offset"),
        pytest.param(region(start=-4, end=-1), "E_OFFSET", id="negative offsets"),
        pytest.param(region(start=7, end=7, text=""), "E_OFFSET", id="an empty span"),
        pytest.param(region(labels=[]), "E_LABELS", id="a span without a label"),
        pytest.param(region(labels=["ORG", "GPE"]), "E_LABELS", id="a span with several labels"),
        pytest.param(region(labels="ORG"), "E_REGION", id="labels that are no list"),
        pytest.param(region(labels=[3]), "E_REGION", id="a label that is no string"),
        pytest.param({**region(), "from_name": "other"}, "E_REGION", id="an unknown control"),
        pytest.param({**region(), "to_name": "before"}, "E_REGION", id="a span of the context"),
        pytest.param({**region(), "type": "choices"}, "E_REGION", id="a control of another type"),
        pytest.param({**region(), "from_name": ["entity"]}, "E_REGION", id="a control's name that is a list"),
        pytest.param({**region(), "value": None}, "E_REGION", id="no value"),
        pytest.param("region", "E_REGION", id="a string"),
        pytest.param(None, "E_REGION", id="nothing"),
        pytest.param({"type": "relation", "from_id": "a", "to_id": "b"}, "E_REGION", id="a relation"),
    ],
)
def test_a_strange_region_is_refused(strange: Any, code: str) -> None:
    assert code == refusal(strange)


def test_two_sentence_labels_are_refused() -> None:
    assert "E_LABELS" == refusal(label_region("event"), label_region("statement"))


@given(ANY_RESULT)
def test_any_result_is_read_or_refused(result: list[Any]) -> None:
    """Any other exception than a refusal would stop a pull."""
    with suppress(Rejected):
        assert isinstance(answer_of(result, TEXT), Answer)


def test_a_task_carries_its_keys_and_its_context() -> None:
    task = task_of(passage(), Prediction("id1", "combine@1", ()), small(), "batch1")["data"]

    assert ("id1", "batch1", TEXT, "题") == (task["builder_key"], task["builder_batch"], task["text"], task["title"])


def test_a_prediction_reads_back_as_the_answer_it_proposes() -> None:
    proposal = Prediction("id1", "combine@1", (Entity(Span(4, 7, "ORG"), 0.8, ()),), Label("event", 0.6, ()))
    (shown,) = task_of(passage(), proposal, small(), "b")["predictions"]

    assert (Answer((Span(4, 7, "ORG"),), "event"), 0.7) == (answer_of(shown["result"], TEXT), shown["score"])


@pytest.mark.parametrize("poison", ["\x00", "\ud800", "half\udfff"])
def test_a_text_the_server_could_not_give_back_is_not_sent(poison: str) -> None:
    with pytest.raises(Rejected, match="NUL or half a surrogate pair") as caught:
        task_of(passage(f"会议{poison}。"), Prediction("id1", "combine@1"), small(), "b")

    assert "E_TEXT" == caught.value.code


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
def test_poison_around_a_sentence_does_not_reach_the_server(poison: str) -> None:
    around = Passage(passage().sentence, f"题{poison}", f"前{poison}", f"后{poison}", f"page{poison}.txt")

    assert poison not in "".join(map(str, task_of(around, Prediction("id1", "c@1"), small(), "b")["data"].values()))


@pytest.mark.parametrize("span", [Span(0, 2, "CITY"), Span(0, 99, "ORG")])
def test_a_prediction_that_does_not_fit_is_not_sent(span: Span) -> None:
    with pytest.raises(Rejected, match="the prediction of combine@1 does not fit") as caught:
        task_of(passage(), Prediction("id1", "combine@1", (Entity(span, 0.5, ()),)), small(), "b")

    assert "E_PREDICTION" == caught.value.code


def test_a_task_says_where_its_sentence_stands_and_what_is_odd_about_it() -> None:
    plain = passage()
    text = plain.sentence.text
    flags = (Flag(0, 2, "repeat"), Flag(0, len(text), "unterminated"))
    odd = replace(plain, sentence=replace(plain.sentence, flags=flags), document_flags=("guessed",))
    origins = [task_of(one, Prediction("id1", "a@1"), small(), "b")["data"]["origin"] for one in (plain, odd)]

    assert ["page.txt · body 4", f"page.txt · body 4 · repeat “{text[:2]}” · unterminated · guessed"] == origins
