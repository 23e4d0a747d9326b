"""What approvals taught enters; a combiner leaves that proposes by it.

Weights move how far each annotator is heard; a learnt combiner, once there is one, chooses the spans from everybody's
proposals; a classifier of sentences votes on the label. Nothing is learnt here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from builder.annotators.combine import Combiner
from builder.annotators.weights import Weights, weights_of
from builder.errors import UsageError
from builder.model import Entity, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from builder.annotators.linear import LinearModel
    from builder.annotators.stack import Learnt

VOTES = "votes"
_WEIGHTS, _STACK, _LINEAR = "weights.json", "stack", "linear"


@dataclass(frozen=True)
class Taught:
    """What approvals taught; the learnt combiner and the classifier need more approvals than the weights."""

    weights: Weights = field(default_factory=Weights)
    stack: Learnt | None = None
    linear: LinearModel | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Name it by its content."""
        stack, linear = self.stack and self.stack.fingerprint, self.linear and self.linear.digest
        return stable_id(self.weights.to_json(), stack or "", linear or "")[:8]

    def save(self, folder: Path) -> None:
        """Write it into a folder that is there."""
        from builder.annotators import linear_files

        plain = json.dumps(self.weights.to_json(), ensure_ascii=False, indent=1)
        (folder / _WEIGHTS).write_text(f"{plain}\n", "utf-8")
        if self.stack:
            (folder / _STACK).mkdir()
            self.stack.save(folder / _STACK)
        if self.linear:
            (folder / _LINEAR).mkdir()
            linear_files.write(self.linear, folder / _LINEAR)


def read_taught(folder: Path) -> Taught:
    """Read what `save` wrote.

    Raises:
        UsageError: something of it is missing, or not what was written.
    """
    from builder.annotators import linear_files
    from builder.annotators.stack import Learnt

    try:
        plain = json.loads((folder / _WEIGHTS).read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder / _WEIGHTS} cannot be read ({error}); run: builder train") from error
    stack, linear = folder / _STACK, folder / _LINEAR
    return Taught(
        weights_of(plain),
        Learnt.load(stack) if stack.is_dir() else None,
        linear_files.read(linear) if linear.is_dir() else None,
    )


class TaughtCombiner(Combiner):
    """Makes one proposal of many by what approvals taught."""

    def __init__(self, annotators: Sequence[Annotator], schema: LabelSchema, taught: Taught) -> None:
        super().__init__([*annotators, *_classifier(taught, schema)], schema, taught.weights)
        # The learnt combiner chooses spans that do not overlap.
        self._stack = taught.stack if schema.overlap == "flat" else None
        self.fingerprint = stable_id(self.fingerprint, taught.fingerprint)[:8]

    @property
    def is_quick(self) -> bool:
        """Whether it proposes for thousands of sentences a second; what was learnt to choose spans takes longer."""
        return self._stack is None and super().is_quick

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        """Give every annotator's predictions, one list per annotator, and the combined ones."""
        each, combined = super().propose_each(sentences)
        if self._stack is None or not sentences:
            return each, combined
        asked = [
            (s.text, s.language, evidence([of_one[n] for of_one in each], combined[n])) for n, s in enumerate(sentences)
        ]
        chosen = self._stack.propose(asked)
        return each, [self._learnt(one, found) for one, found in zip(combined, chosen, strict=True)]

    def _learnt(self, combined: Prediction, found: Sequence[Entity]) -> Prediction:
        """Put the learnt choice in the place of the votes, unless nobody looked."""
        if combined.entities is None:
            return combined
        known = (entity for entity in found if entity.span.label in self.schema.entity_names)
        named = (replace(entity, by=tuple(who for who in entity.by if who != VOTES)) for entity in known)
        return replace(combined, entities=tuple(named))


def evidence(predictions: Sequence[Prediction], combined: Prediction) -> tuple[Entity, ...]:
    """Gather what several annotators proposed for one sentence, and what their votes came to."""
    voted = (replace(entity, by=(VOTES,)) for entity in combined.entities or ())
    return (*(entity for prediction in predictions for entity in prediction.entities or ()), *voted)


def _classifier(taught: Taught, schema: LabelSchema) -> list[Annotator]:
    if taught.linear is None:
        return []
    from builder.annotators.linear import Linear

    return [Linear(taught.linear, schema)]
