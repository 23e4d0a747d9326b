"""Sentences enter, a stored model's spans leave: the `crf` annotator; without a model it abstains.

Nothing is learnt here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.annotators.proposal import check_options
from builder.annotators.stack import Learnt
from builder.errors import UsageError
from builder.model import Entity, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema


class Crf:
    """Proposes what a model learnt from sentences alone, without other annotators."""

    name = "crf"

    def __init__(self, learnt: Learnt | None, schema: LabelSchema) -> None:
        self.learnt = learnt
        self.schema = schema
        self.fingerprint = stable_id("1", learnt.fingerprint if learnt else "", schema.digest)[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose for every sentence; labels that the schema does not have are left out."""
        by = f"{self.name}@{self.fingerprint}"
        if self.learnt is None:
            return [Prediction(sentence.id, by) for sentence in sentences]
        found = self.learnt.propose([(sentence.text, sentence.language, ()) for sentence in sentences])
        return [
            Prediction(sentence.id, by, tuple(self._ours(entity, by) for entity in entities if self._knows(entity)))
            for sentence, entities in zip(sentences, found, strict=True)
        ]

    def _knows(self, entity: Entity) -> bool:
        return entity.span.label in self.schema.entity_names

    def _ours(self, entity: Entity, by: str) -> Entity:
        return Entity(entity.span, entity.score, (by,))


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; `model` names the folder of a model that was learnt without other annotators.

    Raises:
        UsageError: the folder is no model, or its model needs other annotators' spans.
    """
    check_options("crf", options, ("model",))
    if not options.get("model"):
        return Crf(None, schema)
    learnt = Learnt.load(Path(options["model"]))
    if learnt.annotators:
        needed = ", ".join(learnt.annotators)
        raise UsageError(f"crf: the model in {options['model']!r} needs the spans of {needed}; learn one without them")
    return Crf(learnt, schema)
