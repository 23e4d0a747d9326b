"""The sample that ships: its recorded review answers exactly the sentences of its pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from builder.model import Sentence, Span, text_digest
from builder.reading import Kind
from builder.reviewing import Answer
from builder.schema import LabelSchema, read_schema
from builder.text.structure import split_page
from tests.readings import reading_of

NEWS = Path(__file__).parent.parent / "examples" / "news"
PAGES = ("riverside-daily-zh.txt", "riverside-post-en.txt")


def sentences_of(page: str) -> list[Sentence]:
    """Split one page of the sample."""
    raw = (NEWS / page).read_bytes().decode("utf-8")
    return [sentence for _, sentences in split_page(reading_of(raw, text_digest(raw))) for sentence in sentences]


def body_texts(page: str) -> list[str]:
    """List what a reviewer is asked about on one page."""
    return [sentence.text for sentence in sentences_of(page) if sentence.kind is Kind.BODY]


def reading(name: str) -> list[dict[str, Any]]:
    """Read a recorded review."""
    return [json.loads(line) for line in (NEWS / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module", params=["review.jsonl", "second-review.jsonl"])
def rows(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Read each recorded review."""
    return reading(request.param)


@pytest.fixture(scope="module")
def schema() -> LabelSchema:
    """Read the schema the review was made under."""
    return read_schema("news", NEWS)


def answer_of(row: dict[str, Any]) -> Answer:
    """Put one row of the review under our nouns."""
    return Answer(tuple(Span(*entity) for entity in row["entities"]), row["label"])


def test_the_review_has_one_row_per_body_sentence_in_page_order_and_the_second_every_third() -> None:
    expected = [text for page in PAGES for text in body_texts(page)]

    assert expected == [row["text"] for row in reading("review.jsonl")]
    assert expected[::3] == [row["text"] for row in reading("second-review.jsonl")]


def test_no_two_body_sentences_read_the_same(rows: list[dict[str, Any]]) -> None:
    texts = [row["text"] for row in rows]

    assert sorted(set(texts)) == sorted(texts)


def test_every_answer_fits_the_schema(rows: list[dict[str, Any]], schema: LabelSchema) -> None:
    problems = [problem for row in rows if (problem := schema.problem(answer_of(row), row["text"]))]

    assert [] == problems


def test_entities_are_sorted(rows: list[dict[str, Any]]) -> None:
    assert [sorted(row["entities"]) for row in rows] == [row["entities"] for row in rows]


def test_spans_carry_no_outer_space_or_quotation_mark(rows: list[dict[str, Any]]) -> None:
    marks = " \n“”‘’\"'《》（）()，。、：；,;:!?"
    texts = [row["text"][start:end] for row in rows for start, end, _ in row["entities"]]

    assert [text.strip(marks) for text in texts] == texts


def test_spans_cut_no_word_of_latin_letters_or_figures(rows: list[dict[str, Any]]) -> None:
    cuts = [(row["text"], at) for row in rows for start, end, _ in row["entities"] for at in (start, end)]

    assert [] == [
        (text, at) for text, at in cuts if re.fullmatch("[A-Za-z]{2}|[0-9]{2}", text[max(0, at - 1) : at + 1])
    ]


def test_a_sentence_is_labelled_exactly_when_it_is_not_skipped(rows: list[dict[str, Any]]) -> None:
    assert [row["cancelled"] for row in rows] == [row["label"] is None for row in rows]


def test_a_skipped_sentence_has_a_note_and_no_entities(rows: list[dict[str, Any]]) -> None:
    skipped = [row for row in rows if row["cancelled"]]

    assert [(True, [])] * len(skipped) == [(bool(row.get("note")), row["entities"]) for row in skipped]


def test_every_row_took_some_time(rows: list[dict[str, Any]]) -> None:
    assert all(0 < row["lead_time"] < 600 for row in rows)


def test_the_review_uses_every_label_of_the_schema(schema: LabelSchema) -> None:
    rows = reading("review.jsonl")
    used = {label for row in rows for _, _, label in row["entities"]} | {row["label"] for row in rows} - {None}

    assert {*schema.entity_names, *schema.sentence_names} == used


def test_a_span_starts_behind_a_character_beyond_the_bmp() -> None:
    """Without one, the demo would not notice if UTF-16 offsets leaked in."""
    rows = reading("review.jsonl")
    behind = [row for row in rows for start, _, _ in row["entities"] if any("\uffff" < c for c in row["text"][:start])]

    assert behind


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        (PAGES[0], {Kind.HEADLINE, Kind.BODY, Kind.CAPTION, Kind.CREDIT, Kind.SOURCE, Kind.CONTACT}),
        (
            PAGES[1],
            {Kind.HEADLINE, Kind.BODY, Kind.CAPTION, Kind.CREDIT, Kind.TIMESTAMP, Kind.NAVIGATION, Kind.REPEATED},
        ),
    ],
)
def test_a_page_shows_the_noise_it_promises(page: str, kinds: set[Kind]) -> None:
    assert kinds == {sentence.kind for sentence in sentences_of(page)}
