"""What proposals were worth and what the work cost, on answers made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.effort import Worked, acceptance, effort
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.provenance import paired
from builder.reading import Kind
from builder.reviewing import Action, Answer

TEXT = "Ann met Bob in Rome."
SPANS = st.builds(
    lambda a, n, label: Span(a, a + n, label), st.integers(0, 9), st.integers(1, 5), st.sampled_from("XY")
)
ENTITIES = st.lists(st.builds(lambda span: Entity(span, 0.5, ("jieba@1",)), SPANS), max_size=5, unique=True)


def sentence() -> Sentence:
    return Sentence("s", "d", 0, 0, len(TEXT), Kind.BODY, "en", TEXT)


def shown(*spans: Span, label: str | None = "event") -> Prediction:
    entities = tuple(Entity(span, 0.5, ("capitals@1", "gazetteer@2")) for span in spans)
    return Prediction("s", "combine@1", entities, Label(label, 0.5, ("cues@1",)) if label else None)


def work(proposed: Prediction | None, answer: Answer, seconds: float | None = 10.0) -> Worked:
    return Worked(sentence(), "ann@example.org", proposed, answer, seconds)


ANN, BOB, ROME = Span(0, 3, "PERSON"), Span(8, 11, "PERSON"), Span(15, 19, "GPE")


def test_each_fate_is_counted_for_everybody_who_proposed():
    proposed = shown(ANN, Span(8, 11, "ORG"), Span(12, 19, "GPE"), Span(4, 7, "EVENT"))
    rows = acceptance([work(proposed, Answer((ANN, BOB, ROME, Span(0, 7, "EVENT")), "event"))])

    told = {(row["annotator"], row["label"]): [k for k in map(str, Action) if row[k]] for row in rows}
    assert {
        ("capitals", "PERSON"): ["accepted"],
        ("capitals", "ORG"): ["relabelled"],
        ("capitals", "GPE"): ["moved"],
        ("capitals", "EVENT"): ["moved"],
        ("cues", "event"): ["accepted"],
    } == {key: value for key, value in told.items() if key[0] in ("capitals", "cues")}
    assert {key[1] for key in told if key[0] == "gazetteer"} == {key[1] for key in told if key[0] == "capitals"}


def test_what_nobody_proposed_is_added_by_people():
    (row,) = acceptance([work(shown(label=None), Answer((ANN,), None))])

    assert ("", "PERSON", 0, 1) == (row["annotator"], row["label"], row["proposed"], row["added"])


def test_edits_and_time_are_summed_by_what_was_shown():
    accepted, empty = Answer((ANN,), "event"), Answer((), "event")
    work_done = [
        work(shown(ANN), accepted),
        work(shown(ANN, BOB), empty, seconds=500.0),
        work(None, accepted, seconds=30.0),
        work(None, accepted, seconds=None),
    ]
    control, suggested = effort(work_done, idle=120)

    assert ("control", 2, 4, 4) == (control["arm"], control["answers"], control["edits"], control["from_scratch"])
    assert (30.0, 30 * 1000 / len(TEXT)) == (control["seconds"], control["seconds_per_1000"])
    assert ("suggested", 2, 3) == (suggested["arm"], suggested["edits"], suggested["from_scratch"])
    assert (130.0, 380.0) == (suggested["seconds"], suggested["idle_seconds"])
    assert 2 * 1000 / (2 * len(TEXT)) == suggested["edits_per_1000"]


def test_nothing_worked_costs_nothing():
    assert ([], []) == (acceptance([]), effort([], idle=60))


@given(ENTITIES, st.frozensets(SPANS, max_size=5))
def test_every_proposal_and_every_span_has_one_fate(proposals, spans):
    fates = paired(proposals, spans)

    assert sorted(proposals) == sorted(proposal for proposal, _, _ in fates if proposal)
    assert sorted(spans) == sorted(span for _, span, _ in fates if span)


@given(ENTITIES, st.frozensets(SPANS, max_size=5))
def test_proposals_are_accepted_moved_relabelled_or_rejected(proposals, spans):
    rows = acceptance([work(Prediction("s", "c", tuple(proposals)), Answer(tuple(sorted(spans)), None))])

    for row in rows:
        assert row["proposed"] == row["accepted"] + row["moved"] + row["relabelled"] + row["rejected"]
    assert len(proposals) == sum(row["proposed"] for row in rows)


@pytest.mark.parametrize("answer", [Answer((ANN,), "event"), Answer((), None)])
def test_an_accepted_proposal_costs_no_edit(answer):
    (row,) = effort([work(shown(*answer.entities, label=answer.label), answer)], idle=60)

    assert 0 == row["edits"]
