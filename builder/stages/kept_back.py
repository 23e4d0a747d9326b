"""Whether something waits for people, although by itself it would be approved. Reads only.

A decision that was lost with its project still overrules the answers that it was between. Answers that the present
labels cannot say still contradict those that they contradicted when they counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from builder.approval import Given, Rule, case_name, differ, is_disputed, latest, objection
from builder.errors import Rejected
from builder.model import Sentence
from builder.reviewing import Annotation, is_changed_by_another
from builder.stages.answers import Desk, given_of
from builder.stages.carrying import Carrying
from builder.stages.hearing import Hearing
from builder.store import losses

CHANGED_BY_ANOTHER = "somebody else changed this answer last; let its author look at it and save it again"
LOST = "what an adjudicator decided was lost with its project on Label Studio; to give it back: builder restore"
UNDECIDED = "what an adjudicator decided cannot be said in the present labels, so it must be decided again"
CONTRADICTED = (
    "people disagreed before the labels changed; until the one who must look again has answered anew, or an "
    "adjudicator decided (builder adjudicate), nothing is approved"
)


def kept_back(desk: Desk, sentence: Sentence, hearing: Hearing, carrying: Carrying, rule: Rule) -> str | None:
    """Say why nothing can be approved, whatever the answers that count now say."""
    said = (*hearing.annotations, *(one.annotation for one in hearing.judged))
    if any(is_changed_by_another(desk.own(one).body) for one in said):
        return CHANGED_BY_ANOTHER
    if not hearing.judged and is_decision_lost(desk, sentence, hearing, rule):
        return LOST
    if not hearing.again:
        return None
    if hearing.judged and not hearing.decisions:
        return f"{UNDECIDED}; {hearing.again[-1]}"
    # Decisions must be equal, whatever the rule.
    given, held = (hearing.judged, Rule()) if hearing.judged else (hearing.given, rule)
    is_contradicted = any(differ(some, held) for some in _counted_before(given, carrying))
    return f"{CONTRADICTED}; {hearing.again[0]}" if is_contradicted else None


def is_disputed_still(hearing: Hearing, carrying: Carrying, rule: Rule) -> bool:
    """Whether an adjudicator may decide between answers of which the present labels cannot say some."""
    before = _counted_before(hearing.given, carrying) if hearing.answers else ()
    return any(differ(some, rule) and is_disputed(some, rule) for some in before)


def decisions_lost(desk: Desk, sentence: str, rule: Rule) -> list[tuple[str, Annotation]]:
    """List the lost decisions on a sentence that would count, each with its case; a skipped task decides nothing."""
    lost = desk.lost_decisions.get(sentence, ())
    return [(case, one) for case, one in lost if objection(one, rule) is None]


def is_decision_lost(desk: Desk, sentence: Sentence, hearing: Hearing, rule: Rule) -> bool:
    """Whether a lost decision is between the answers that stand, or that would stand if all that is lost came back."""
    lost = decisions_lost(desk, sentence.id, rule)
    if not lost:
        return False
    decisions, cases = {one.key for _, one in lost}, {case for case, _ in lost}
    away = [one for one in losses.lost_answers_to(desk.store, sentence.id) if one.key not in decisions]
    try:
        gone = [given_of(desk, one, sentence, []) for one in away if objection(one, rule) is None]
    except Rejected:
        gone = []
    return not cases.isdisjoint({hearing.case, case_name([*hearing.given, *gone])})


def _counted_before(given: Sequence[Given], carrying: Carrying) -> Iterator[list[Given]]:
    """Give for each answer that cannot be carried all that counted when it did, in the labels of then.

    Whoever answered the same task again has said something else since.
    """
    given = latest(given)
    for one in given:
        if found := carrying.before(one.annotation, one.answer):
            then, since = found
            said = [_said_then(other, then) for other in given if carrying.made_under(other.annotation) not in since]
            yield [other for other in said if other is not None]


def _said_then(given: Given, then: Carrying) -> Given | None:
    """Say an answer in the labels of then; nothing if it was given later, or counted no more."""
    try:
        said = then.carry(given.annotation, given.answer)
    except Rejected:
        return None
    return None if isinstance(said, str) else replace(given, answer=said)
