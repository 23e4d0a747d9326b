"""Released rows become the figures of their card. Pure: counted, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from builder.model import Action
from builder.ports import Row


@dataclass(slots=True)
class Summary:
    """What can be counted in a release."""

    rows: int = 0
    characters: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    rows_in: Counter[tuple[str, str]] = field(default_factory=Counter)  # (language, split)
    entities: Counter[tuple[str, str]] = field(default_factory=Counter)  # (label, language or split)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)  # (label, language or split)
    span_actions: Counter[Action] = field(default_factory=Counter)
    label_actions: Counter[Action] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    people_per_row: Counter[int] = field(default_factory=Counter)
    proposers: Counter[str] = field(default_factory=Counter)
    approvers: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)


def summarise(rows: Iterable[Row]) -> Summary:
    """Count what a release holds."""
    summary = Summary()
    for row in rows:
        _count_place(summary, row)
        _count_answer(summary, row)
        _count_approval(summary, row)
    return summary


def _count_place(summary: Summary, row: Row) -> None:
    summary.rows += 1
    summary.characters += len(row.sentence.text)
    summary.splits[row.split] += 1
    summary.languages[row.sentence.language] += 1
    summary.rows_in[row.sentence.language, row.split] += 1
    summary.documents.add(row.document.id)
    summary.sources.add(row.source.sha256)


def _count_answer(summary: Summary, row: Row) -> None:
    gold, places = row.gold, {f"language {row.sentence.language}", f"split {row.split}"}
    summary.label_actions[gold.label_action] += 1
    summary.labels.update((gold.label, place) for place in places)
    summary.span_actions[Action.REJECTED] += len(gold.rejected)
    for entity in gold.entities:
        summary.span_actions[entity.action] += 1
        summary.entities.update((entity.span.label, place) for place in places)
        summary.proposers.update(_name(by) for by in entity.proposed_by)


def _count_approval(summary: Summary, row: Row) -> None:
    approval = row.gold.approval
    summary.rules[approval.rule] += 1
    summary.people_per_row[len(set(approval.approvers))] += 1
    summary.approvers.update(approval.approvers)
    summary.digests.add(approval.schema_digest)
    summary.days.add(approval.at[:10])


def _name(proposer: str) -> str:
    return proposer.partition("@")[0]
