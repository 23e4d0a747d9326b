"""Many proposals become one."""

from dataclasses import dataclass

import pytest

from builder.annotators.combine import Combiner
from builder.annotators.weights import Count, Weights
from builder.model import Entity, Label, Prediction, Span

TEXT = "上海合作组织秘书长张明"


@dataclass(frozen=True)
class Fixed:
    """Always proposes the same."""

    name: str
    spans: tuple = ()
    label: tuple = ()
    fingerprint: str = "1"

    def propose(self, sentences):
        by = (f"{self.name}@1",)
        entities = None if self.spans is None else tuple(Entity(Span(*span), score, by) for *span, score in self.spans)
        label = Label(*self.label, by) if self.label else None
        return [Prediction(one.id, by[0], entities, label) for one in sentences]


@pytest.fixture
def combined(news, make_sentence):
    def combine(*annotators, schema=news, **counts):
        weights = Weights({(name, "ORG", "zh"): count for name, count in counts.items()})
        return Combiner(annotators, schema, weights).propose([make_sentence(TEXT)])[0]

    return combine


def spans(prediction):
    return [(e.span.start, e.span.end, e.span.label) for e in prediction.entities]


def test_agreement_raises_the_score_and_names_both(combined):
    one = combined(Fixed("a", ((0, 6, "ORG", 0.6),))).entities[0]
    two = combined(Fixed("a", ((0, 6, "ORG", 0.6),)), Fixed("b", ((0, 6, "ORG", 0.6),))).entities[0]

    assert one.score < two.score
    assert ("a@1", "b@1") == two.by


def test_a_rival_label_lowers_the_score(combined):
    alone = combined(Fixed("a", ((0, 6, "ORG", 0.9),))).entities[0]
    disputed = combined(Fixed("a", ((0, 6, "ORG", 0.9),)), Fixed("b", ((0, 6, "EVENT", 0.3),)))

    assert [(0, 6, "ORG")] == spans(disputed)
    assert disputed.entities[0].score < alone.score


def test_a_longer_name_beats_a_surer_shorter_one_inside_it(combined):
    assert [(0, 6, "ORG")] == spans(combined(Fixed("a", ((0, 2, "GPE", 0.95),)), Fixed("b", ((0, 6, "ORG", 0.6),))))


def test_of_crossing_spans_the_surer_stays(combined):
    assert [(4, 9, "TITLE")] == spans(combined(Fixed("a", ((0, 6, "ORG", 0.3),)), Fixed("b", ((4, 9, "TITLE", 0.9),))))


def test_a_nested_schema_keeps_names_inside_names(combined, make_schema):
    nested = make_schema(["ORG", "GPE"], overlap="nested")
    prediction = combined(Fixed("a", ((0, 2, "GPE", 0.9), (0, 6, "ORG", 0.9))), schema=nested)

    assert [(0, 2, "GPE"), (0, 6, "ORG")] == spans(prediction)


def test_someone_who_abstains_does_not_make_the_proposal_abstain(combined):
    assert () == combined(Fixed("a", None), Fixed("b")).entities
    assert combined(Fixed("a", None)).entities is None


def test_the_sentence_label_with_the_greatest_share_wins(combined):
    labels = [Fixed("a", (), ("event", 0.9)), Fixed("b", (), ("statement", 0.6)), Fixed("c", (), ("statement", 0.6))]
    label = combined(*labels).label

    assert ("statement", 0.4, ("b@1", "c@1")) == (label.name, label.score, label.by)


def test_the_order_of_annotators_does_not_matter(combined):
    a, b = (
        Fixed("a", ((0, 6, "ORG", 0.6), (6, 9, "TITLE", 0.7))),
        Fixed("b", ((0, 2, "GPE", 0.9), (6, 9, "TITLE", 0.5))),
    )

    assert combined(a, b) == combined(b, a)


def test_another_annotator_gives_another_fingerprint(news):
    assert Combiner([Fixed("a")], news).fingerprint != Combiner([Fixed("a"), Fixed("b")], news).fingerprint


def test_each_prediction_is_given_beside_the_combined_one(news, make_sentence):
    each, both = Combiner([Fixed("a"), Fixed("b")], news).propose_each([make_sentence(TEXT)] * 3)

    assert [["a@1"] * 3, ["b@1"] * 3] == [[p.annotator for p in of_one] for of_one in each]
    assert 3 == len(both)


def test_who_was_right_more_often_is_believed_more(combined):
    voter = Fixed("a", ((0, 6, "ORG", 0.6),))
    good, bad = combined(voter, a=Count(90, 100)), combined(voter, a=Count(40, 100))

    assert bad.entities[0].score < combined(voter).entities[0].score < good.entities[0].score


def test_who_was_wrong_too_often_is_not_heard(combined):
    wrong, right = Fixed("a", ((0, 6, "ORG", 0.9),)), Fixed("b", ((0, 4, "ORG", 0.6),))

    assert [(0, 4, "ORG")] == spans(combined(wrong, right, a=Count(5, 100)))


def test_who_is_not_heard_is_listed(news):
    weights = Weights({("a", "ORG", "zh"): Count(5, 100), ("a", "GPE", "zh"): Count(50, 100)})

    assert [("a", "ORG", "zh")] == Combiner([Fixed("a")], news, weights).silenced
    assert [] == Combiner([Fixed("b")], news, weights).silenced


def test_other_weights_give_another_fingerprint(news):
    weights = Weights({("a", "ORG", "zh"): Count(5, 9)})

    assert Combiner([Fixed("a")], news).fingerprint != Combiner([Fixed("a")], news, weights).fingerprint
