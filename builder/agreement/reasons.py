"""What was counted enters; the plain reason why a figure is undefined leaves, saying what is missing.

Never asked of a figure that is defined.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from builder.agreement import choices, spans
from builder.agreement.pairing import Scope
from builder.evaluation.scores import Table

ALL = -1
"""The place of all labels together, where labels have places."""
FEWEST = 2
"""Documents without which there is no interval."""


def not_shared(scope: Scope, people: Collection[str], did: str) -> str:
    """Say why there is nothing to compare; `people` are those who answered (or labelled) anything in this language."""
    where = f" in {scope.language}" if scope.language else ""
    if not people:
        return f"nobody {did} any sentence{where}"
    if len(people) == 1:
        return f"only {min(people)} {did} sentences{where}: agreement needs two people"
    if scope.people:
        return f"{' and '.join(scope.people)} {did} no sentence in common{where}"
    return f"no sentence{where} was {did} by two people"


def of_spans(column: int, sums: Table, slot: int, names: Sequence[str], scope: Scope) -> str:
    """Say why a figure of spans is undefined."""
    if not sums[slot, spans.MARKED]:
        nobody = f"{_nobody(scope)} marked any {'span' if slot == ALL else names[slot]}"
        return nobody if column == spans.F1 else f"{nobody}: without units nothing can differ, so alpha says nothing"
    if tangled := round(float(sums[slot, spans.TANGLED])):
        which = "spans" if slot == ALL else f"spans of {names[slot]}"
        return f"{which} overlap in {tangled} of the answers: alpha is for units that do not"
    return f"{_everybody(scope)} marked every character alike: nothing varies, so alpha says nothing"


def of_choices(column: int, sums: Table, slot: int, names: Sequence[str], scope: Scope) -> str:
    """Say why a figure of sentence labels is undefined."""
    because = "chance agreement is 1, so kappa" if column == choices.KAPPA else "nothing varies, so alpha"
    chosen = [name for name, counts in zip(names, sums, strict=False) if counts[: choices.BOTH].any()]
    if slot != ALL and names[slot] not in chosen:
        return f"{_nobody(scope)} chose `{names[slot]}`: {because} says nothing"
    return f"{_everybody(scope)} chose only `{chosen[0]}`: {because} says nothing"


def of_interval(groups: int, having: int, slot: int, names: Sequence[str]) -> str:
    """Say why a figure has no interval; `having` counts the documents in which the label was used at all."""
    if groups < FEWEST:
        return "only one document: an interval needs two"
    if having < FEWEST:
        return f"only one document has any {'span' if slot == ALL else names[slot]}: an interval needs two"
    return "no draw of documents defines it"


def _nobody(scope: Scope) -> str:
    return "neither" if scope.people else "nobody"


def _everybody(scope: Scope) -> str:
    return "both" if scope.people else "everybody"
