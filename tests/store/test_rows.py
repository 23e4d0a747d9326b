"""Rows of what there is much of are written by hand: they equal what the encoder writes."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from builder.model import Entity, Label, Prediction, Span
from builder.store.rows import Ready, packed, prediction_of, ready
from tests.strategies import ANY_TEXT

SCORES = st.floats(0, 1) | st.sampled_from([0, 1, -0.0, 0.0, 1.0, 1e-7, 0.1 + 0.2])
AUTHORS = st.lists(ANY_TEXT | st.sampled_from(["jieba@0a", "crf@1b"]), max_size=3).map(tuple)
SPANS = st.builds(lambda start, size, name: Span(start, start + size, name), st.integers(0), st.integers(1), ANY_TEXT)
ENTITIES = st.lists(st.builds(Entity, SPANS, SCORES, AUTHORS), max_size=4).map(tuple)
LABELS = st.builds(Label, ANY_TEXT, SCORES, AUTHORS)
PREDICTIONS = st.builds(Prediction, ANY_TEXT, ANY_TEXT, st.none() | ENTITIES, st.none() | LABELS)


def encoded(prediction):
    """Write a prediction's columns by the encoder."""
    found, label = prediction.entities, prediction.label
    entities = found and [[e.span.start, e.span.end, e.span.label, e.score, e.by] for e in found]
    return (
        prediction.sentence,
        prediction.annotator,
        None if found is None else packed(entities or []),
        label and packed([label.name, label.score, label.by]),
    )


def scored(*scores):
    """Predict the same with one score after the other."""
    return [
        Prediction("s", "a@1", (Entity(Span(0, 1, "ORG"), score, ("a@1",)),), Label("x", score, ())) for score in scores
    ]


@given(st.lists(PREDICTIONS, max_size=5))
@example(scored(0.0, -0.0, 0))
@example(scored(1, 1.0, True))
def test_predictions_are_written_as_the_encoder_writes_them(predictions):
    rows = [row for some in ready(predictions) if isinstance(some, Ready) for row in some.rows]

    assert [*map(encoded, predictions)] == rows


@given(PREDICTIONS)
def test_a_prediction_comes_back_from_its_row(prediction):
    (some,) = ready([prediction])

    assert prediction == prediction_of(some.rows[0])
