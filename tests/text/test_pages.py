"""Pages written and set again at random: what is found again, character by character, against the known truth."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from builder.annotators.tagger import crosses
from builder.model import Document, Sentence
from builder.reading import Kind
from builder.text.structure import split_page
from tests.pages import LAYOUTS, Page, page
from tests.readings import reading_of

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


def compared(truth: Page) -> Counter[str]:
    """Hold what was found on one page against the truth."""
    articles = split_page(reading_of(truth.raw), crosses)
    body = {
        places(document, sentence, truth.raw): sentence.text
        for document, sentences in articles
        for sentence in sentences
        if sentence.kind is Kind.BODY
    }
    held = {place for found in body for place in found}
    kept = {place for document, _ in articles for piece in document.offsets.pieces(0, document.offsets.length)
            for place in range(*piece)}  # fmt: skip
    gone = {at for at, character in enumerate(truth.raw) if character == " " and at not in kept}
    lead = {at for at in gone if not truth.raw[truth.raw.rfind("\n", 0, at) + 1 : at].strip()}
    titles = [document.title for document, _ in articles]
    return Counter(
        sentences=len(truth.sentences),
        exact=sum(body.get(sentence.places) == sentence.text for sentence in truth.sentences),
        body=len(truth.body),
        held=len(held),
        both=len(truth.body & held),
        stray=len(truth.stray),
        removed=len(gone - lead),
        rightly=len(gone & truth.stray),
        articles=len(truth.headlines),
        found=sum(headline in titles for headline in truth.headlines),
    )


def places(document: Document, sentence: Sentence, raw: str) -> tuple[int, ...]:
    """Name the raw characters of a sentence, in its order, spaces left out."""
    pieces = document.offsets.pieces(sentence.start, sentence.end)
    return tuple(at for start, end in pieces for at in range(start, end) if not raw[at].isspace())


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
