"""What a person did with a proposal: accepted, moved, relabelled, added, rejected. Pure.

Compared by us, span by span: Label Studio's own `origin` is wrong for edited answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from builder.model import Entity, Prediction, Span
from builder.pairing import pair
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
    """Pair approved spans with proposals, one to one: the same span first, then same place, then same label.

    Of the same label those are paired first that share most.
    """
    accepted, waiting, left = _accepted(sorted(proposals), spans)
    relabelled, left, waiting = pair(left, waiting, _same_place)
    moved, left, waiting = pair(left, waiting, _most_shared)
    return [
        *((proposal, proposal.span, Action.ACCEPTED) for proposal in accepted),
        *((proposal, span, Action.RELABELLED) for span, proposal in relabelled),
        *((proposal, span, Action.MOVED) for span, proposal in moved),
        *((proposal, None, Action.REJECTED) for proposal in waiting),
        *((None, span, Action.ADDED) for span in left),
    ]


def _accepted(proposals: list[Entity], spans: Collection[Span]) -> tuple[list[Entity], list[Entity], list[Span]]:
    """Give the proposals that became spans as they stand, the others, and the spans that none became."""
    wanted, accepted, others = list(spans), list[Entity](), list[Entity]()
    for proposal in proposals:
        if proposal.span in wanted:
            wanted.remove(proposal.span)
            accepted.append(proposal)
        else:
            others.append(proposal)
    return accepted, others, sorted(wanted)


def _same_place(span: Span, proposal: Entity) -> int | None:
    return 0 if (span.start, span.end) == (proposal.span.start, proposal.span.end) else None


def _most_shared(span: Span, proposal: Entity) -> int | None:
    other = proposal.span
    is_fit = span.label == other.label and span.overlaps(other)
    return max(span.start, other.start) - min(span.end, other.end) if is_fit else None
