"""Edges and overlaps of found spans."""

from pathlib import Path

import pytest

from builder.annotators.proposal import Found, longest_first, prediction, trimmed
from builder.model import Sentence, Span
from builder.reading import Kind
from builder.schema import read_schema


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“上海精神”，", "上海精神"),
        ("U.S.", "U.S."),
        ("刚果（金）", "刚果（金）"),
        ("金）", "金"),
        ("50%", "50%"),
        ("end.", "end"),
        ("……", ""),
    ],
)
def test_edges_lose_what_is_not_the_name(text, expected):
    start, end = trimmed(text, 0, len(text))

    assert expected == text[start:end]


def test_a_find_that_cuts_a_character_takes_all_of_it():
    text = "Cafe\u0301 opened"
    sentence = Sentence("s", "d", 0, 0, len(text), Kind.BODY, "en", text)
    made = prediction(sentence, "a@1", [Found(0, 4, "ORG", 0.5)], read_schema("news", Path.cwd()))

    assert [Span(0, 5, "ORG")] == [entity.span for entity in made.entities]


def test_the_longest_of_overlapping_finds_stays():
    found = [Found(0, 2, "GPE", 0.9), Found(0, 6, "ORG", 0.5), Found(6, 8, "TITLE", 0.5)]

    assert [found[1], found[2]] == longest_first(found)
