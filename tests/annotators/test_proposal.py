"""Edges and overlaps of found spans."""

import pytest

from builder.annotators.proposal import Found, longest_first, trimmed


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


def test_the_longest_of_overlapping_finds_stays():
    found = [Found(0, 2, "GPE", 0.9), Found(0, 6, "ORG", 0.5), Found(6, 8, "TITLE", 0.5)]

    assert [found[1], found[2]] == longest_first(found)
