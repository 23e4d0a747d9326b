"""What an adjudicator is shown."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Prediction, Sentence, Span
from builder.reading import Kind
from builder.reviewing import Answer
from builder.schema import read_schema
from builder.studio.adjudication import adjudication_config, said, task_of
from builder.studio.codec import Passage, answer_of
from builder.studio.label_config import label_config

SCHEMA = read_schema("news", Path())


def passage(text: str) -> Passage:
    return Passage(Sentence("s", "d", 0, 0, len(text), Kind.BODY, "en", text), "t", "", "", "a.txt")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "event: Anna of Bonn"),
        ([(0, 4, "PERSON"), (8, 12, "GPE")], "event: [Anna]PERSON of [Bonn]GPE"),
        ([(0, 4, "PERSON"), (4, 12, "GPE")], "event: [Anna]PERSON[ of Bonn]GPE"),
        ([(0, 12, "ORG"), (0, 4, "PERSON"), (8, 12, "GPE")], "event: [[Anna]PERSON of [Bonn]GPE]ORG"),
    ],
)
def test_an_answer_is_written_with_its_label_first_and_its_spans_in_brackets(
    spans: list[tuple[int, int, str]], expected: str
) -> None:
    assert expected == said(Answer(tuple(Span(*span) for span in spans), "event"), "Anna of Bonn")


@given(st.text(st.characters(blacklist_characters="[]", blacklist_categories=["Cs"]), min_size=1), st.data())
def test_without_the_brackets_the_sentence_stands_there_whole_on_one_line(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    line = said(Answer((Span(start, data.draw(st.integers(start + 1, len(text))), "X"),), "event"), text)

    assert text.split() == re.sub(r"\[|\]X", "", line.removeprefix("event: ")).split()
    assert line.splitlines() in ([line], [])


def test_every_answer_is_a_line_and_a_prediction_of_its_letter() -> None:
    text, answers = "Anna", [Answer((Span(0, 4, "PERSON"),), "event"), Answer((), "statement")]
    task = task_of(passage(text), Prediction("s", "answers@1"), answers, SCHEMA, "b")

    assert "A  event: [Anna]PERSON\nB  statement: Anna" == task["data"]["answers"]
    assert ["builder", "A", "B"] == [prediction["model_version"] for prediction in task["predictions"]]
    assert answers == [answer_of(prediction["result"], text) for prediction in task["predictions"][1:]]


def test_more_answers_than_letters_are_told_apart() -> None:
    task = task_of(passage("Anna"), Prediction("s", "answers@1"), [Answer((), "event")] * 60, SCHEMA, "b")

    assert 61 == len({prediction["model_version"] for prediction in task["predictions"]})


def test_a_text_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(Rejected):
        task_of(passage("a\0b"), Prediction("s", "answers@1"), [Answer((), "event")], SCHEMA, "b")


def test_the_page_is_the_review_page_with_the_answers_above_the_sentence() -> None:
    page, review = fromstring(adjudication_config(SCHEMA)), fromstring(label_config(SCHEMA))
    classes = [part.get("className") for part in page if part.get("className")]

    assert classes.index("builder-answers") + 1 == classes.index("builder-sentence")
    assert len(page) == 1 + len(review)
    assert ["$answers"] == [part.get("value") for part in page.iter("Text") if part.get("name") == "answers"]
    assert {"Text"} == {part.tag for part in page.iter() if part.get("name") in {"text", "answers", "before", "after"}}
