"""What a person did with a proposal: accepted, moved, relabelled, added, rejected. Pure.

Compared by us, span by span: Label Studio's own `origin` is wrong for edited answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from builder.model import Entity, Prediction, Span
from builder.reviewing import Action, Answer, Approval, Gold, GoldSpan

Fate = tuple[Entity | None, Span | None, Action]
"""A proposal, the span it became, and how; nobody proposed what was added, nothing became of what was rejected."""


def gold_of(prediction: Prediction | None, answer: Answer, approval: Approval) -> Gold:
    """Tell the story of every span of an approved answer, and of every proposal that is not in it."""
    proposals = list(prediction.entities or ()) if prediction else []
    entities, rejected = compare(proposals, answer.entities)
    shown = prediction.label if prediction else None
    name = answer.label or ""
    action = Action.ADDED if shown is None else Action.ACCEPTED if shown.name == name else Action.RELABELLED
    return Gold(
        sentence=approval.sentence,
        entities=entities,
        label=name,
        label_action=action,
        label_proposed_by=shown.by if shown else (),
        label_score=shown.score if shown else None,
        rejected=rejected,
        approval=approval,
    )


def compare(proposals: list[Entity], spans: tuple[Span, ...]) -> tuple[tuple[GoldSpan, ...], tuple[Entity, ...]]:
    """Say of every approved span whence it comes, and of which proposals nothing is left."""
    fates = paired(proposals, spans)
    told = {span: GoldSpan(span, action, p.by, p.score) for p, span, action in fates if p and span}
    gold = tuple(told.get(span, GoldSpan(span, Action.ADDED)) for span in sorted(spans))
    return gold, tuple(proposal for proposal, span, _ in fates if proposal and span is None)


def paired(proposals: Sequence[Entity], spans: Collection[Span]) -> list[Fate]:
    """Pair approved spans with proposals, one to one: the same span first, then same place, then same label."""
    waiting, left = sorted(proposals), sorted(spans)
    fates: list[Fate] = []
    for action in (Action.ACCEPTED, Action.RELABELLED, Action.MOVED):
        for span in [*left]:
            if match := _best(action, span, waiting):
                waiting.remove(match)
                left.remove(span)
                fates.append((match, span, action))
    fates += [(proposal, None, Action.REJECTED) for proposal in waiting]
    return fates + [(None, span, Action.ADDED) for span in left]


def _best(action: Action, span: Span, proposals: list[Entity]) -> Entity | None:
    """Find the proposal that became this span by this action; of several the one that shares most of it."""
    fitting = [proposal for proposal in proposals if _is(action, proposal.span, span)]
    return max(fitting, key=lambda proposal: _shared(proposal.span, span), default=None)


def _is(action: Action, proposed: Span, approved: Span) -> bool:
    same_place = (proposed.start, proposed.end) == (approved.start, approved.end)
    same_label = proposed.label == approved.label
    if action is Action.ACCEPTED:
        return same_place and same_label
    if action is Action.RELABELLED:
        return same_place
    return same_label and proposed.overlaps(approved)


def _shared(a: Span, b: Span) -> int:
    return min(a.end, b.end) - max(a.start, b.start)
