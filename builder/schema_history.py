"""The label schemas that people answered under, and the recorded ways from one to another. Pure.

Schemas that differ in wording only need no record, unless some change between schemas of the very same labels is
recorded: then wording is not known to be only wording, and each pair needs its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from builder.model import Entity, Prediction
from builder.reviewing import Answer
from builder.schema import LabelSchema
from builder.schema_change import SchemaChange, shape

Route = tuple[SchemaChange, ...]


@dataclass(frozen=True)
class History:
    """Every schema known, by digest, in the order in which it was met, and the recorded changes between them."""

    schemas: Mapping[str, LabelSchema]
    changes: tuple[SchemaChange, ...] = ()

    def route(self, source: str, target: str) -> Route | None:
        """Find the shortest way from one digest to another; recorded steps go before what differs in wording only."""
        found: dict[str, Route] = {source: ()}
        waiting = deque([source])
        while waiting and target not in found:
            at = waiting.popleft()
            for digest, change in self._steps(at).items():
                if digest not in found:
                    found[digest] = (*found[at], change)
                    waiting.append(digest)
        return found.get(target)

    def _steps(self, source: str) -> dict[str, SchemaChange]:
        """List the steps from a schema; of a change that was recorded again, the last record counts."""
        steps = {change.new.digest: change for change in self.changes if change.old.digest == source}
        old = self.schemas.get(source)
        if old is None or any(shape(c.old) == shape(c.new) == shape(old) for c in self.changes):
            return steps
        alike = {digest: new for digest, new in self.schemas.items() if shape(new) == shape(old) and digest != source}
        return steps | {digest: SchemaChange(old, new) for digest, new in alike.items() if digest not in steps}


def carried(route: Route, answer: Answer) -> Answer | str:
    """Carry an answer along a route; a string says where people must look again."""
    for change in route:
        step = change.carry(answer)
        if isinstance(step, str):
            return step
        answer = step
    return answer


def halted_at(route: Route, answer: Answer) -> int | None:
    """Say which step of a route an answer cannot be carried over; nothing if it can be carried all the way."""
    return next((at for at in range(len(route)) if isinstance(carried(route[: at + 1], answer), str)), None)


def last_said(route: Route, answer: Answer) -> Answer:
    """Say an answer in the labels at the end of a route; one that is no more, or several, keeps its last name."""
    spans = {replace(span, label=_name(route, span.label)) for span in answer.entities}
    return Answer(tuple(sorted(spans)), answer.label and _name(route, answer.label))


def caught_up(route: Route, answer: Answer, asked: LabelSchema) -> Answer:
    """Rename what stood on the page from before: labels that were not asked for, and became one that is.

    Label Studio leaves regions as they are when the labels of a page change, so an updated answer still holds them.
    """
    known = asked.entity_names + asked.sentence_names
    spans = (span if span.label in known else replace(span, label=_name(route, span.label)) for span in answer.entities)
    label = answer.label if answer.label is None or answer.label in known else _name(route, answer.label)
    return Answer(tuple(sorted(set(spans))), label)


def renamed(route: Route, prediction: Prediction) -> Prediction:
    """Say a proposal in the labels at the end of a route; a label that is no more, or several, keeps its last name."""
    found = prediction.entities
    label = prediction.label
    return replace(
        prediction,
        entities=None if found is None else tuple(_renamed(route, entity) for entity in found),
        label=label and replace(label, name=_name(route, label.name)),
    )


def _renamed(route: Route, entity: Entity) -> Entity:
    return replace(entity, span=replace(entity.span, label=_name(route, entity.span.label)))


def _name(route: Route, name: str) -> str:
    for change in route:
        targets = change.targets(name)
        if len(targets) != 1:
            return name
        name = targets[0]
    return name
