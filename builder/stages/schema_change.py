"""A change of the label schema is compared, planned, recorded: who is touched is counted before anything is kept.

The plan is no estimate: it is the review itself, done as if the change were recorded, and thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.approval import Rule
from builder.errors import UsageError
from builder.reviewing import Gold, SchemaMove
from builder.schema import LabelSchema, read_schema
from builder.schema_change import SchemaChange, Wishes, change_of, plain_change, suggestions
from builder.schema_differences import Difference, Kind, differences
from builder.schema_history import History
from builder.stages.carrying import Carrying, history
from builder.stages.kept_back import CONTRADICTED
from builder.stages.review import decide
from builder.store import queries, schemas
from builder.store.db import Store
from builder.studio.codec import labels_named

CONTRACT = "schema-diff/1"
_BY_LABEL = (Kind.RENAMED, Kind.MERGED, Kind.SPLIT, Kind.REMOVED, Kind.REWORDED)
_HEX = frozenset("0123456789abcdef")
_SHORTEST = 4  # digits of a digest that name a remembered schema


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the approvals: sentences, and for those to be reviewed again the reason.

    `contradicted` are sentences on which people disagreed, and still wait for the one whose answer is void.
    """

    carried: tuple[str, ...]
    again: tuple[tuple[str, str], ...]
    newly: tuple[str, ...]
    contradicted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Two schemas by name, path or digest (empty: found by itself), and the project's own."""

    old: str
    new: str
    base: Path


def pair_of(store: Store, present: LabelSchema, asked: Asked) -> tuple[LabelSchema, LabelSchema]:
    """Find the two schemas: by default the last one that answers cannot be carried over from, and the project's.

    Raises:
        UsageError: nothing is known by that name, or there is nothing to compare with.
    """
    known = history(store, present)
    new = named_schema(asked.new, asked.base, known) if asked.new else present
    if asked.old:
        return named_schema(asked.old, asked.base, known), new
    if strange := schemas.sent_digests(store).keys() - known.schemas.keys():
        raise UsageError(f"schema {min(strange)}, which tasks were sent under, is not remembered: name its file as OLD")
    others = [schema for digest, schema in known.schemas.items() if digest != new.digest]
    apart = [schema for schema in others if known.route(schema.digest, new.digest) is None]
    if not others:
        raise UsageError(f"no other schema than {new.name} {new.version} was ever shown to people")
    return (apart or others)[-1], new


def named_schema(name: str, base: Path, known: History | None = None) -> LabelSchema:
    """Find a schema: one that is remembered, by the beginning of its digest; a file; or a shipped one.

    Raises:
        UsageError: there is none.
    """
    is_digest = _SHORTEST <= len(name) and _HEX.issuperset(name)
    found = [schema for digest, schema in (known.schemas if known else {}).items() if digest.startswith(name)]
    return found[0] if is_digest and len(found) == 1 else read_schema(name, base)


def compare(old: LabelSchema, new: LabelSchema) -> dict[str, Any]:
    """Say what is different between two schemas, as long as nobody says what was renamed."""
    return _report(plain_change(old, new), {})


def compare_here(store: Store, old: LabelSchema, new: LabelSchema, rule: Rule) -> dict[str, Any]:
    """Say what is different, and how much of a project each difference touches."""
    change = plain_change(old, new)
    return _report(change, _touched(store, change, decide(store, Carrying(store, old), rule).golds))


def migrate(
    store: Store, pair: tuple[LabelSchema, LabelSchema], wishes: Wishes, rule: Rule, *, dry_run: bool
) -> dict[str, Any]:
    """Plan a change, and record it unless it is only tried.

    Raises:
        UsageError: nothing was ever sent under the old schema, or the wishes do not fit.
    """
    old, new = pair
    if old.digest == new.digest:
        raise UsageError(f"both are {old.name} {old.version} ({old.digest}): nothing changed")
    change, known = change_of(old, new, wishes), history(store, new)
    if old.digest not in known.schemas.keys() | schemas.sent_digests(store).keys():
        raise UsageError(f"nothing was sent under {old.name} {old.version} ({old.digest})")
    golds = decide(store, Carrying(store, change.old), rule).golds
    plan, needed = plan_of(store, change, rule, golds), _is_needed(known, change)
    told = _report(change, _touched(store, change, golds)) | {"plan": _told(change, plan, is_needed=needed)}
    if needed and not dry_run:
        store.add([SchemaMove(change.old.digest, change.new.digest, change.to_json())])
    return told | {"recorded": needed and not dry_run}


def _is_needed(known: History, change: SchemaChange) -> bool:
    """Whether a record says more than nothing: other wording needs none, unless it corrects an earlier one."""
    pair = (change.old.digest, change.new.digest)
    is_said = any((one.old.digest, one.new.digest) == pair for one in known.changes)
    return is_said or not change.is_wording or known.route(*pair) is None


def plan_of(store: Store, change: SchemaChange, rule: Rule, golds: Sequence[Gold]) -> Plan:
    """Review as if the change were recorded, and compare with what is approved without it, under either schema.

    `golds` are what is approved under the old one.
    """
    before = _approved(golds) | _approved(decide(store, Carrying(store, change.new), rule).golds)
    after = decide(store, Carrying(store, change.new, change), rule)
    approved, reasons = _approved(after.golds), dict(after.refusals)
    return Plan(
        carried=tuple(sorted(before & approved)),
        again=tuple((sentence, reasons[sentence]) for sentence in sorted(before - approved)),
        newly=tuple(sorted(approved - before)),
        contradicted=tuple(sorted(one for one in reasons if reasons[one].startswith(CONTRADICTED))),
    )


def _approved(golds: Iterable[Gold]) -> set[str]:
    return {gold.sentence for gold in golds}


def _touched(store: Store, change: SchemaChange, golds: Sequence[Gold]) -> dict[Difference, dict[str, int]]:
    """Count per difference the answers, approvals and tasks in which one of its old labels stands."""
    carrying, digest = Carrying(store, change.old), change.old.digest
    answers = [
        labels_named(annotation.body.get("result") or [])
        for sentence in queries.answered_sentences(store)
        for annotation in queries.annotations_of(store, sentence)
        if carrying.made_under(annotation) == digest
    ]
    approvals = [frozenset([gold.label, *(one.span.label for one in gold.entities)]) for gold in golds]
    tasks = [labels for _, labels in schemas.sent_proposals(store, digest)]
    counted = {"answers": answers, "approvals": approvals, "tasks": tasks}
    return {
        one: {what: _holding(found, one.old) for what, found in counted.items()}
        for one in differences(change)
        if one.kind in _BY_LABEL
    }


def _holding(found: Sequence[frozenset[str]], labels: Sequence[str]) -> int:
    return sum(not labels_there.isdisjoint(labels) for labels_there in found)


def _report(change: SchemaChange, touched: dict[Difference, dict[str, int]]) -> dict[str, Any]:
    """Say what is different; the shape is a contract (schema-diff/1)."""
    none = {"answers": None, "approvals": None, "tasks": None}
    spoken = {name for name, targets in change.moves.items() if targets}
    return {
        "contract": CONTRACT,
        "old": _identity(change.old),
        "new": _identity(change.new),
        "is_wording": change.is_wording,
        "changes": [
            {"kind": str(one.kind), "layer": one.layer, "old": [*one.old], "new": [*one.new], **touched.get(one, none)}
            for one in differences(change)
        ],
        "suggestions": [
            {"option": option, "why": why}
            for option, why in suggestions(change.old, change.new)
            if option.removeprefix("--rename ").partition("=")[0] not in spoken
        ],
        "plan": None,
        "recorded": False,
    }


def _identity(schema: LabelSchema) -> dict[str, str]:
    return {"name": schema.name, "version": schema.version, "digest": schema.digest}


def _told(change: SchemaChange, plan: Plan, *, is_needed: bool) -> dict[str, Any]:
    """Say a plan in numbers, and what a reader must know of it."""
    reasons = [reason for _, reason in plan.again]
    counted = [{"reason": reason, "sentences": reasons.count(reason)} for reason in sorted(set(reasons))]
    numbers = {"carried": len(plan.carried), "again": len(plan.again), "newly": len(plan.newly)}
    return numbers | {"reasons": counted, "notes": [*_notes(change, plan, is_needed)]}


def _notes(change: SchemaChange, plan: Plan, is_needed: bool) -> Iterator[str]:
    if not is_needed:
        yield "only wording changed: answers are carried without a record"
    for name in change.added:
        if name not in change.rereview:
            yield (
                f"label {name!r} was added: where it would have been chosen cannot be known, so answers are carried "
                f"without it; to have all of them reviewed again: --rereview {name}"
            )
    if plan.newly:
        yield f"{len(plan.newly)} sentences become approved: answers that differed now say the same, or can be read"
    if plan.contradicted:
        yield (
            f"{len(plan.contradicted)} sentences on which people disagreed stay unapproved until those who must look "
            "again have answered anew, or an adjudicator decided: builder adjudicate"
        )
