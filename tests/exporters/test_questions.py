"""What only a person can say: asked once, told as missing until it is said, and then on the card as it was said."""

from dataclasses import replace

import pytest

from builder.config_tables import CardTable
from builder.exporters.questions import QUESTIONS, prose, unsaid
from tests.exporters.approved_rows import INFO
from tests.exporters.test_card import make_card
from tests.said import SAID, told

NEEDED = [one.key for one in QUESTIONS if one.is_needed]


def test_the_questions_are_the_keys_of_the_table():
    assert list(CardTable.model_fields) == [one.key for one in QUESTIONS]


def test_nothing_is_missing_when_everything_is_said():
    assert [] == unsaid(told(INFO))


def test_everything_needed_is_missing_when_nothing_is_said():
    assert [f"card.{key}" for key in NEEDED] == unsaid(INFO)


@pytest.mark.parametrize("key", [key for key in NEEDED if key != "authors"])
@pytest.mark.parametrize("text", ["", " \n", "[More Information Needed]", "TODO", "tbd"])
def test_a_placeholder_is_no_answer(key, text):
    assert [f"card.{key}"] == unsaid(replace(told(INFO), said={**SAID, key: text}))


@pytest.mark.parametrize("key", ["summary", "uses", "biases", "maintenance", "authors"])
def test_what_is_not_said_stands_on_the_card_as_not_said(key):
    assert f"(`card.{key}`).*" in make_card()
    assert f"(`card.{key}`).*" not in make_card(told(INFO))


def test_the_card_says_every_answer_in_its_words():
    card = make_card(told(INFO))
    words = {key: text for key, text in SAID.items() if key not in ("written_by", "annotated_by", "citation")}

    assert [] == [key for key, text in words.items() if text not in card and text.replace("\\", "\\\\") not in card]


def test_an_answer_keeps_its_lines():
    assert "a\n\n* b" == prose(replace(INFO, said={"uses": "\na\n\n* b\n"}), "uses")
