"""A GLiNER model's proposals; the model itself is stood for by one that answers as gliner documents it."""

import pytest

from builder.annotators import gliner_model, model_folder
from builder.errors import UsageError


class Fixed:
    """Finds every Oslo under the first name it is asked for."""

    def inference(self, texts, labels, *, threshold, flat_ner):
        self.asked = (labels, threshold, flat_ner)
        at = [text.find("Oslo") for text in texts]
        return [[{"start": n, "end": n + 4, "text": "Oslo", "label": labels[0], "score": 0.9}] if n >= 0 else []
                for n in at]  # fmt: skip


@pytest.fixture
def build(monkeypatch, tmp_path):
    monkeypatch.setattr(model_folder, "find_spec", lambda package: True)
    (tmp_path / "gliner_config.json").write_text("{}")
    return lambda schema, **options: gliner_model.build({"model": str(tmp_path), **options}, schema)


def test_the_model_is_asked_by_name_and_answers_under_our_labels(news, make_sentence, build):
    annotator = build(news, labels="GPE=city or country", threshold="0.25")
    annotator._model = Fixed()
    made = annotator.propose([make_sentence("In Oslo."), make_sentence("Here.")])

    assert (["city or country"], 0.25, True) == annotator._model.asked
    assert [[(3, 7, "GPE", 0.9)], []] == [
        [(e.span.start, e.span.end, e.span.label, e.score) for e in one.entities] for one in made
    ]


def test_it_abstains_where_it_is_asked_for_nothing_of_the_schema(news, make_sentence, build):
    annotator = build(news, labels="event=happening")

    assert annotator.propose([make_sentence("In Oslo.")])[0].entities is None


@pytest.mark.parametrize("options", [{"threshold": "2"}, {"threshold": "x"}, {"model": ""}, {"model": "/nowhere"}])
def test_options_that_are_not_sound_are_refused(news, build, options):
    with pytest.raises(UsageError, match="'gliner'"):
        build(news, **options)
