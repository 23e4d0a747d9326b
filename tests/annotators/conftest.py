"""A schema with the labels of `news`, sentences, and readable proposals."""

import pytest

from builder.annotators.vocabulary import Vocabulary
from builder.model import Sentence
from builder.reading import Kind
from builder.schema import LabelSchema

ENTITIES = ["PERSON", "TITLE", "ORG", "GPE", "LOCATION", "EVENT", "DOCUMENT", "DATE", "QUANTITY", "CONCEPT"]
LABELS = ["event", "statement", "proposal", "decision", "background"]


def schema_of(entities, overlap="flat"):
    both = {"zh": "-", "en": "-"}
    specs = [
        {"name": name, "title": both, "color": "#000000", "hotkey": chr(97 + rank), "guideline": both}
        for rank, name in enumerate([*entities, *LABELS])
    ]
    return LabelSchema.model_validate(
        {"name": "news", "version": "1.0.0", "title": both, "overlap": overlap, "instruction": both,
         "entity": specs[: len(entities)], "sentence": specs[len(entities) :]}
    )  # fmt: skip


@pytest.fixture(scope="session")
def news():
    return schema_of(ENTITIES)


@pytest.fixture(scope="session")
def make_schema():
    return schema_of


@pytest.fixture(scope="session")
def make_sentence():
    def make(text, language=None):
        guess = language or ("zh" if any("一" <= c <= "鿿" for c in text) else "en")
        return Sentence("s", "d", 0, 0, len(text), Kind.BODY, guess, text)

    return make


@pytest.fixture(scope="session")
def shown(make_sentence):
    """Show what an annotator proposes for a text as {(text, label), …}."""

    def show(annotator, text, language=None):
        (prediction,) = annotator.propose([make_sentence(text, language)])
        return {(text[e.span.start : e.span.end], e.span.label) for e in prediction.entities}

    return show


def numbered(words, flags):
    """Number words with their tags."""
    vocabulary = Vocabulary()
    return vocabulary, vocabulary.numbers(words, flags.split())
