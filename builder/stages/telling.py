"""What a release tells beside its rows: what a person said of it, how far people agreed, what proposals were worth.

Every submitted answer that can be read counts, whether its sentence is released or not. People leave under their
pseudonyms; those who approved nothing of this release are numbered after the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from builder.config import Project
from builder.effort import CONTROL, SUGGESTED, Worked, acceptance
from builder.reviewing import Action
from builder.stages.review import rule_of
from builder.store.db import Store

if TYPE_CHECKING:
    from builder.agreement import Reviewed
    from builder.schema import LabelSchema

_COUNTED = ("proposed", *(action.value for action in Action))


def told(store: Store, project: Project, people: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields of a ReleaseInfo that come from here; `people` are the pseudonyms of those who approved."""
    from builder.stages.stats import worked  # numpy takes a while to import

    card = project.config.card.model_dump()
    arms = {arm: Compared() for arm in (SUGGESTED, CONTROL)}
    rows = acceptance(_watched(worked(store, project.schema, rule_of(project.config.review)), arms))
    strangers = sorted({name for arm in arms.values() for name in arm.people} - people.keys())
    names = {**people, **{name: f"reviewer-{len(people) + n}" for n, name in enumerate(strangers, 1)}}
    return {
        "authors": tuple(card.pop("authors")),
        "said": card,
        "agreement": {arm: seen.report(project.schema, names) for arm, seen in arms.items() if seen.sentences},
        "acceptance": _summed(rows),
    }


class Compared:
    """What people said side by side, gathered sentence by sentence.

    A sentence that one person answered is compared with nothing: one for each person, language and whether it has a
    label is kept to say so, the others are only counted. So memory grows with what several people answered.
    """

    def __init__(self) -> None:
        self.sentences = 0
        self.people: set[str] = set()
        self._several: list[Reviewed] = []
        self._single: dict[tuple[str, str, bool], Reviewed] = {}

    def add(self, work: list[Worked]) -> None:
        """Count in all answers to one sentence."""
        from builder.stages.stats import reviewed

        (said,) = reviewed(work)
        self.sentences += 1
        self.people |= said.answers.keys()
        if 1 < len(said.answers):
            self._several.append(said)
        else:
            for name, answer in said.answers.items():
                self._single.setdefault((name, said.language, answer.label is None), said)

    def report(self, schema: LabelSchema, names: Mapping[str, str]) -> dict[str, Any]:
        """Give an agreement/1 under these names."""
        from builder.agreement import report

        kept = [*self._several, *self._single.values()]
        renamed = [replace(one, answers={names[name]: said for name, said in one.answers.items()}) for one in kept]
        return {**report(renamed, schema).to_json(), "sentences": self.sentences}


def _watched(work: Iterator[Worked], arms: Mapping[str, Compared]) -> Iterator[Worked]:
    """Pass work on, and gather what people answered, apart by whether they saw a proposal."""
    for _, some in groupby(work, lambda one: one.sentence.id):
        answers = list(some)
        for arm, seen in arms.items():
            if its := [one for one in answers if one.arm == arm]:
                seen.add(its)
        yield from answers


def _summed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up languages and reviewers: what is left is an annotator and a label."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        counts = sums.setdefault((row["annotator"], row["label"]), Counter())
        counts.update({name: row[name] for name in _COUNTED})
    return [
        {"annotator": annotator, "label": label, **{name: counts[name] for name in _COUNTED}}
        for (annotator, label), counts in sorted(sums.items())
    ]
