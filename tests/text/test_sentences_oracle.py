"""Another splitter reads the same paragraphs: where the two differ, the reason is known."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
import sentencex

from builder.text.sentences import split
from tests.page_words import EN, ZH, Words

KNOWN = {
    "theirs misses an end before a number": re.compile(r"[。？！][”》]?\|\d"),
    "theirs keeps a quotation whole": re.compile(r"[。？！.?!]\|\s?[^”]"),
}
"""Ends that ours has and theirs has not: what stands on both sides of one, which is marked by |."""


def theirs_of(language: str, text: str) -> set[int]:
    """Find where the sentences of the other splitter end."""
    ends, at = set(), 0
    for sentence in sentencex.segment(language, text):
        at = text.index(sentence.strip(), at) + len(sentence.strip())
        ends.add(at)
    return ends


def compared(language: str, paragraphs: list[str]) -> tuple[float, Counter[str]]:
    """Tell which share of all ends both find, and count the differences by their reason."""
    both = either = 0
    reasons = Counter[str]()
    for text in paragraphs:
        ours, theirs = {end for _, end in split(text)}, theirs_of(language, text)
        both, either = both + len(ours & theirs), either + len(ours | theirs)
        reasons.update(reason(text, end, is_ours=end in ours) for end in ours ^ theirs)
    return both / either, reasons


def reason(text: str, end: int, *, is_ours: bool) -> str:
    """Name why the two differ at one end."""
    around = f"{text[max(0, end - 2) : end]}|{text[end : end + 2]}"
    if not is_ours:
        return f"ours misses {around}"
    return next((name for name, pattern in KNOWN.items() if pattern.search(around)), f"theirs misses {around}")


def paragraphs_of(language: Words, join: str) -> list[str]:
    rng = random.Random(3)
    return [join.join(language.sentence(rng) for _ in range(5)) for _ in range(200)]


def test_two_splitters_agree_on_english_news() -> None:
    agreed, reasons = compared("en", paragraphs_of(EN, " "))

    assert 0.99 <= agreed
    assert set() == set(reasons) - set(KNOWN)


def test_two_splitters_agree_on_chinese_news_but_before_numbers() -> None:
    agreed, reasons = compared("zh", paragraphs_of(ZH, ""))

    assert 0.9 <= agreed
    assert {"theirs misses an end before a number"} == set(reasons)


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "他说：“会议开幕。各方发言。”随后闭幕。"), ("en", "He said: “We met. We spoke.” He left.")],
)
def test_theirs_keeps_a_quotation_of_several_sentences_whole(language: str, text: str) -> None:
    assert {"theirs keeps a quotation whole": 1} == compared(language, [text])[1]
