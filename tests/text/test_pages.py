"""Pages written and set again at random: what is found again, character by character, against the known truth."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from tests.pages import LAYOUTS, page
from tests.pages_found import compared

SEEDS = range(25)
"""Ten settings of two languages, so 250 pages."""


@cache
def counts(language: str) -> Counter[str]:
    """Count what came out right on all pages of a language."""
    found = Counter[str]()
    for layout in LAYOUTS:
        for seed in SEEDS:
            found += compared(page(seed, language, layout))
    return found


@pytest.mark.parametrize(("language", "least"), [("zh", 0.95), ("en", 0.98)])
def test_sentences_are_exact_to_the_raw_character(language: str, least: float) -> None:
    found = counts(language)

    assert least <= found["exact"] / found["sentences"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_body_is_told_from_everything_else(language: str) -> None:
    found = counts(language)

    assert 0.99 <= found["both"] / found["held"]
    assert 0.99 <= found["both"] / found["body"]


def test_stray_spaces_are_taken_out_and_no_others() -> None:
    found = counts("zh")

    assert 0.98 <= found["rightly"] / found["stray"]
    assert 0.98 <= found["rightly"] / found["removed"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_articles_are_found(language: str) -> None:
    found = counts(language)

    assert 0.98 <= found["found"] / found["articles"]
