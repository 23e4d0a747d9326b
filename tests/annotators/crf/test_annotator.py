"""The `crf` annotator: a stored model behind the door that every annotator uses."""

import pytest

from builder.annotators.crf.annotator import build
from builder.annotators.stack import Example, learn
from builder.errors import UsageError
from builder.model import Entity, Sentence, Span
from builder.reading import Kind

TEXT = "记者王建华昨天到北京采访"


def examples(evidence=()):
    names = ["王建华", "李国军", "张明平", "刘志华"]
    texts = [(name, f"记者{name}昨天到北京采访") for name in names * 4]
    return [Example(text, "zh", evidence, (Span(2, 5, "PERSON"), Span(8, 10, "planet"))) for name, text in texts]


def sentence():
    return Sentence("s1", "d", 0, 0, len(TEXT), Kind.BODY, "zh", TEXT)


def test_a_stored_model_proposes_the_labels_the_schema_has(tmp_path, news):
    learn(examples()).save(tmp_path)
    annotator = build({"model": str(tmp_path)}, news)
    found = annotator.propose([sentence()])[0]

    assert [Span(2, 5, "PERSON")] == [entity.span for entity in found.entities]
    assert {(f"crf@{annotator.fingerprint}",)} == {entity.by for entity in found.entities}


def test_without_a_model_it_abstains(news):
    assert build({}, news).propose([sentence()])[0].entities is None


def test_a_model_that_needs_other_annotators_is_refused(tmp_path, news):
    learn(examples((Entity(Span(2, 5, "NAME"), 0.5, ("other@1",)),))).save(tmp_path)

    with pytest.raises(UsageError, match="needs the spans of other"):
        build({"model": str(tmp_path)}, news)


def test_a_folder_without_a_model_is_refused(tmp_path, news):
    with pytest.raises(UsageError, match="holds no model"):
        build({"model": str(tmp_path)}, news)
