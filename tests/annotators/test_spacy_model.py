"""A spaCy pipeline's proposals, by pipelines made here."""

import pickle

import pytest

from builder.annotators import spacy_model
from builder.errors import UsageError

spacy = pytest.importorskip("spacy")


@pytest.fixture(scope="module")
def ruled(tmp_path_factory):
    """A pipeline that knows two names."""
    made = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns(
        [{"label": "PER", "pattern": "Anna Berg"}, {"label": "LOC", "pattern": "Oslo"}]
    )
    folder = tmp_path_factory.mktemp("ruled")
    made.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny recogniser and a tiny classifier, trained for a moment."""
    from spacy.training import Example

    made = spacy.blank("zh")
    recogniser, classifier = made.add_pipe("ner"), made.add_pipe("textcat")
    recogniser.add_label("PERSON")
    for label in ("event", "statement"):
        classifier.add_label(label)
    rows = [
        ("李明出席会议。", {"entities": [(0, 2, "PERSON")], "cats": {"event": 1.0, "statement": 0.0}}),
        ("王芳指出问题。", {"entities": [(0, 2, "PERSON")], "cats": {"event": 0.0, "statement": 1.0}}),
    ]
    examples = [Example.from_dict(made.make_doc(text), said) for text, said in rows]
    made.initialize(lambda: examples)
    for _ in range(30):
        made.update(examples)
    folder = tmp_path_factory.mktemp("trained")
    made.to_disk(folder)
    return folder


def test_their_labels_become_ours(news, shown, ruled):
    annotator = spacy_model.build({"model": str(ruled), "labels": "PERSON=PER,GPE=LOC"}, news)

    assert {("Anna Berg", "PERSON"), ("Oslo", "GPE")} == shown(annotator, "Anna Berg flew to Oslo.")


def test_a_trained_pipeline_finds_what_it_was_taught(news, make_sentence, trained):
    annotator = spacy_model.build({"model": str(trained)}, news)
    made = annotator.propose([make_sentence("李明出席会议。"), make_sentence("王芳指出问题。")])

    assert [[(0, 2, "PERSON")]] * 2 == [[(e.span.start, e.span.end, e.span.label) for e in m.entities] for m in made]
    assert ["event", "statement"] == [one.label.name for one in made]


def test_offsets_are_code_points(news, shown, ruled):
    annotator = spacy_model.build({"model": str(ruled), "labels": "GPE=LOC"}, news)

    assert {("Oslo", "GPE")} == shown(annotator, "😀 𠮷 Oslo.")


def test_it_abstains_where_no_label_fits(news, make_sentence, ruled):
    (made,) = spacy_model.build({"model": str(ruled)}, news).propose([make_sentence("Anna Berg flew.")])

    assert (None, None) == (made.entities, made.label)


def test_found_nothing_is_not_abstaining(news, make_sentence, ruled):
    annotator = spacy_model.build({"model": str(ruled), "labels": "PERSON=PER"}, news)

    assert () == annotator.propose([make_sentence("Nobody.")])[0].entities


def test_it_proposes_the_same_after_a_journey_to_another_process(news, make_sentence, trained):
    annotator = spacy_model.build({"model": str(trained)}, news)
    sentences = [make_sentence("李明出席会议。")]

    assert annotator.propose(sentences) == pickle.loads(pickle.dumps(annotator)).propose(sentences)


def test_other_bytes_or_labels_give_another_fingerprint(news, ruled, trained):
    asked = [{"model": str(ruled)}, {"model": str(trained)}, {"model": str(ruled), "labels": "GPE=LOC"}]

    assert 3 == len({spacy_model.build(options, news).fingerprint for options in asked})


@pytest.mark.parametrize("model", ["", "no_such_pipeline", "json", "/nowhere/at/all"])
def test_what_is_no_pipeline_is_refused(news, model):
    with pytest.raises(UsageError, match="'spacy'"):
        spacy_model.build({"model": model}, news)


def test_a_damaged_pipeline_is_refused(news, make_sentence, tmp_path):
    (tmp_path / "config.cfg").write_text("[nlp\n")

    with pytest.raises(UsageError, match="cannot be read"):
        spacy_model.build({"model": str(tmp_path)}, news).propose([make_sentence("Oslo.")])
