"""What structure finds on a page that was set at random, held against the truth."""

from __future__ import annotations

from collections import Counter

from builder.annotators.knowledge import knowledge
from builder.model import Document, Sentence
from builder.reading import Kind
from builder.text.structure import split_page
from tests.pages import Page
from tests.readings import reading_of


def compared(truth: Page) -> Counter[str]:
    """Hold what was found on one page against the truth."""
    articles = split_page(reading_of(truth.raw), knowledge())
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
