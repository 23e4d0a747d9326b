"""Released rows become the figures of their card. Pure: counted, never guessed.

People enter by their addresses and leave by their pseudonyms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from builder.ports import Row
from builder.reviewing import Action

KEPT, THROWN_OUT = "kept", "thrown out"


@dataclass(slots=True)
class Summary:
    """What can be counted in a release."""

    people: Mapping[str, str] = field(default_factory=dict)  # pseudonyms
    rows: int = 0
    personal: int = 0  # rows with personal data
    splits: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    rows_in: Counter[tuple[str, str]] = field(default_factory=Counter)  # (language, split)
    entities: Counter[tuple[str, str]] = field(default_factory=Counter)  # (label, language or split)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)  # (label, language or split)
    span_actions: Counter[Action] = field(default_factory=Counter)
    label_actions: Counter[Action] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    people_per_row: Counter[int] = field(default_factory=Counter)
    proposers: Counter[tuple[str, str]] = field(default_factory=Counter)  # (name@fingerprint, kept or thrown out)
    approvers: Counter[tuple[str, str]] = field(default_factory=Counter)  # (pseudonym, rule)
    kinds: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)  # as the sources state them
    documents: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)  # sha256: media type
    digests: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)


def summarise(rows: Iterable[Row], people: Mapping[str, str]) -> Summary:
    """Count what a release holds."""
    summary = Summary(people)
    for row in rows:
        add(summary, row)
    return summary


def add(summary: Summary, row: Row) -> None:
    """Count one more row."""
    _count_place(summary, row)
    _count_answer(summary, row)
    _count_approval(summary, row)


def _count_place(summary: Summary, row: Row) -> None:
    summary.rows += 1
    summary.personal += any(name.startswith("personal:") for name in row.sentence.flag_names)
    summary.splits[row.split] += 1
    summary.languages[row.sentence.language] += 1
    summary.rows_in[row.sentence.language, row.split] += 1
    summary.documents.add(row.document.id)
    summary.sources[row.source.sha256] = row.source.media_type
    summary.kinds[row.sentence.kind.value] += 1
    summary.licences[row.document.about.licence] += 1


def _count_answer(summary: Summary, row: Row) -> None:
    gold, places = row.gold, {f"language {row.sentence.language}", f"split {row.split}"}
    summary.label_actions[gold.label_action] += 1
    summary.labels.update((gold.label, place) for place in places)
    summary.span_actions[Action.REJECTED] += len(gold.rejected)
    for entity in gold.entities:
        summary.span_actions[entity.action] += 1
        summary.entities.update((entity.span.label, place) for place in places)
        summary.proposers.update((by, KEPT) for by in entity.proposed_by)
    summary.proposers.update((by, THROWN_OUT) for entity in gold.rejected for by in entity.by)


def _count_approval(summary: Summary, row: Row) -> None:
    approval = row.gold.approval
    summary.rules[approval.rule] += 1
    summary.people_per_row[len(set(approval.approvers))] += 1
    summary.approvers.update((summary.people[person], approval.rule) for person in set(approval.approvers))
    summary.digests.add(approval.schema_digest)
    summary.days.add(approval.at[:10])
