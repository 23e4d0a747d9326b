"""The report: every scope, what is undefined says why, and intervals are those of a plain bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.agreement import Reviewed, Row, report
from builder.errors import BrokenError
from builder.evaluation.intervals import DRAWS
from builder.model import Span
from builder.reviewing import Answer
from builder.schema import read_schema
from tests.agreement.drawn import labelled, marked, reviews, row, value

AB = ("anna", "ben")
ORG = [(0, 2, "ORG")]


def two_documents() -> list[Reviewed]:
    """Two people agree on one page and differ on the next, in both spans and labels."""
    same, other = Answer((Span(0, 2, "ORG"),), "event"), Answer((Span(0, 3, "ORG"),), "statement")
    return [
        Reviewed("s1", "d1", "zh", 9, {"anna": same, "ben": same}),
        Reviewed("s2", "d1", "zh", 9, {"anna": other, "ben": other}),
        Reviewed("s3", "d2", "en", 9, {"anna": same, "ben": other}),
        Reviewed("s4", "d2", "en", 9, {"anna": same}),
    ]


def test_there_is_a_row_for_every_statistic_language_pair_and_label() -> None:
    found = report(two_documents(), draws=2)
    each = [
        (statistic, language, pair, label)
        for statistic, labels in (
            ("span_f1", ("ORG",)),
            ("span_alpha", ("ORG",)),
            ("label_kappa", ("event", "statement")),
            ("label_alpha", ("event", "statement")),
        )
        for language in (None, "en", "zh")
        for pair in (None, AB)
        for label in (None, *labels)
        if (statistic, pair) != ("label_kappa", None)
    ]

    assert each == [(one.statistic, one.language, one.pair, one.label) for one in found.rows]


def test_a_report_says_who_was_compared_on_what() -> None:
    found = report(two_documents(), seed=3)

    assert (AB, ("en", "zh"), ("ORG",), ("event", "statement")) == (
        found.annotators,
        found.languages,
        found.entity_labels,
        found.sentence_labels,
    )
    assert (4, 3, 3, DRAWS) == (found.sentences, found.shared, found.seed, found.draws)


def test_a_row_counts_the_sentences_that_both_answered_and_their_documents() -> None:
    found = report(two_documents(), draws=2)

    assert [(3, 2), (2, 1), (1, 1)] == [
        (one.n, one.documents) for one in (row(found, "span_f1", None, AB, language) for language in (None, "zh", "en"))
    ]


def test_one_language_is_not_told_twice() -> None:
    assert {None} == {one.language for one in report(two_documents()[:2], draws=2).rows}


def test_the_labels_of_a_schema_stand_in_its_order_before_others(tmp_path) -> None:
    schema = read_schema("news", tmp_path)
    extra = marked(9, [(0, 2, "Other")], [], sentence="s5")
    found = report([*two_documents(), extra], schema, draws=2)

    assert (*schema.entity_names, "Other") == found.entity_labels
    assert schema.sentence_names == found.sentence_labels


def test_a_sentence_given_twice_is_a_broken_promise() -> None:
    with pytest.raises(BrokenError, match="given twice"):
        report([*two_documents(), two_documents()[0]])


@settings(max_examples=25, deadline=None)
@given(reviews(), st.randoms())
def test_the_order_of_sentences_changes_nothing(found: list[Reviewed], random) -> None:
    shuffled = random.sample(found, len(found))

    assert report(found, draws=20) == report(shuffled, draws=20)


@settings(max_examples=25, deadline=None)
@given(reviews())
def test_what_is_undefined_says_why_and_nothing_else_does(found: list[Reviewed]) -> None:
    for one in report(found, draws=20).rows:
        assert (one.low is None) == bool(one.reason) == (one.high is None)
        assert one.value is not None or one.low is None
        assert one.low is None or one.low <= one.value <= one.high


def reason(found: Sequence[Reviewed], statistic: str, label: str | None = None, pair=None, language=None) -> str:
    one = row(report(found, draws=2), statistic, label, pair, language)
    assert one.value is None
    return one.reason


@pytest.mark.parametrize(
    ("found", "where", "expected"),
    [
        ([], ("span_alpha",), "nobody answered any sentence"),
        ([marked(5, ORG)], ("span_f1",), "only anna answered sentences: agreement needs two people"),
        ([marked(5, ORG)], ("label_alpha",), "nobody labelled any sentence"),
        (labelled("a.", ".a"), ("label_alpha",), "no sentence was labelled by two people"),
        (labelled("a.", ".a"), ("span_f1", None, AB), "anna and ben answered no sentence in common"),
        ([marked(5, [], [])], ("span_f1",), "nobody marked any span"),
        ([marked(5, [], [], ORG)], ("span_f1", "ORG", AB), "neither marked any ORG"),
        (
            [marked(5, [], [], ORG)],
            ("span_alpha", "ORG", AB),
            "neither marked any ORG: without units nothing can differ, so alpha says nothing",
        ),
        (
            [marked(2, ORG, ORG)],
            ("span_alpha",),
            "everybody marked every character alike: nothing varies, so alpha says nothing",
        ),
        (
            [marked(5, [*ORG, (1, 3, "ORG")], ORG)],
            ("span_alpha", "ORG"),
            "spans of ORG overlap in 1 of the answers: alpha is for units that do not",
        ),
        (
            [marked(5, [*ORG, (1, 3, "GPE")], [*ORG, (1, 3, "GPE")])],
            ("span_alpha",),
            "spans overlap in 2 of the answers: alpha is for units that do not",
        ),
        (
            labelled(["event"] * 3, ["event"] * 3),
            ("label_kappa", None, AB),
            "both chose only `event`: chance agreement is 1, so kappa says nothing",
        ),
        (
            labelled(["event"], ["event"], ["statement"]),
            ("label_kappa", "statement", AB),
            "neither chose `statement`: chance agreement is 1, so kappa says nothing",
        ),
        (
            labelled(["event"], ["event"]),
            ("label_alpha",),
            "everybody chose only `event`: nothing varies, so alpha says nothing",
        ),
    ],
)
def test_an_undefined_figure_says_what_is_missing(found: list[Reviewed], where: tuple, expected: str) -> None:
    assert expected == reason(found, *where)


def test_a_language_that_nobody_shares_says_so() -> None:
    found = [*two_documents()[:2], two_documents()[3]]

    assert "only anna answered sentences in en: agreement needs two people" == reason(found, "span_f1", language="en")


def test_one_document_gives_a_figure_and_no_interval() -> None:
    one = row(report(two_documents()[:2]), "span_alpha")

    assert (1.0, None, "only one document: an interval needs two") == (one.value, one.low, one.reason)


def test_a_label_of_one_document_gives_a_figure_and_no_interval() -> None:
    found = [marked(9, ORG, ORG), marked(9, [(0, 1, "GPE")], [], sentence="t", document="e")]
    one = row(report(found), "span_f1", "GPE")

    assert (0.0, None, "only one document has any GPE: an interval needs two") == (one.value, one.low, one.reason)


def copies(found: Sequence[Reviewed], picks: Sequence[int]) -> list[Reviewed]:
    """Draw documents, each time as another."""
    documents = sorted({one.document for one in found})
    return [
        replace(one, sentence=f"{one.sentence}/{n}", document=f"{one.document}/{n}")
        for n, pick in enumerate(picks)
        for one in found
        if one.document == documents[pick]
    ]


def drawn_by_lot() -> list[Reviewed]:
    """Two people, five documents, twenty sentences."""
    random = np.random.default_rng(7)

    def answer() -> Answer:
        return Answer((Span(0, int(random.integers(1, 4)), "ORG"),), str(random.choice(["a", "b"])))

    return [Reviewed(f"s{n}", f"d{n % 5}", "zh", 9, {"anna": answer(), "ben": answer()}) for n in range(20)]


@pytest.mark.parametrize("statistic", ["span_f1", "span_alpha", "label_kappa", "label_alpha"])
def test_an_interval_is_that_of_a_plain_bootstrap_over_documents(statistic: str) -> None:
    """Draw documents, copy their sentences, measure anew, 60 times."""
    found = drawn_by_lot()
    one = row(report(found, draws=60, seed=4), statistic, None, AB)
    draws = np.random.default_rng(4).integers(5, size=(60, 5))
    drawn = [value(copies(found, picks), statistic, None, AB) for picks in draws]

    assert np.percentile(drawn, (2.5, 97.5)) == pytest.approx([one.low, one.high], abs=2e-6)
    assert value(found, statistic, None, AB) == one.value


def test_the_seed_decides() -> None:
    found = drawn_by_lot()
    first, again, other = (row(report(found, seed=seed), "span_alpha") for seed in (1, 1, 2))

    assert first == again
    assert (first.low, first.high) != (other.low, other.high)


def test_many_people_are_all_compared_whatever_is_held_at_a_time() -> None:
    """45 pairs: more than one portion."""
    people = {f"p{n}": Answer((Span(0, 1 + n, "ORG"),), None) for n in range(10)}
    found = [Reviewed(f"s{n}", f"d{n}", "zh", 12, people) for n in range(3)]
    f1 = [one for one in report(found, draws=5).rows if one.statistic == "span_f1" and one.pair and one.label is None]

    assert (45, {0.0}) == (len(f1), {one.value for one in f1})


def test_a_report_as_json_has_plain_rows() -> None:
    told = report(two_documents(), draws=5).to_json()
    first = Row(**{**told["rows"][0], "pair": None})

    assert ("agreement/1", ["anna", "ben"]) == (told["contract"], told["annotators"])
    assert report(two_documents(), draws=5).rows[0] == first
    assert {None, ("anna", "ben")} == {one["pair"] and tuple(one["pair"]) for one in told["rows"]}
