"""Answers beside what was proposed enter; what the proposals were worth and what the work cost leaves. Pure.

An edit is one thing a person had to do to a proposal: move, relabel, add or remove a span, choose another label. From
scratch everything in the answer would have been one. Time is what Label Studio measured while a task was open
(`lead_time`); what exceeds the idle limit was spent elsewhere, and is counted apart. The limit is for a
sentence: an article, whose time is shared out evenly, may take so many times as long, so that both layouts compare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder.model import Prediction, Sentence
from builder.provenance import paired
from builder.reviewing import Action, Answer

SUGGESTED, CONTROL = "suggested", "control"
"""Whether a person saw proposals, or was to start from nothing."""
_PER = 1000  # characters


@dataclass(frozen=True, slots=True)
class Worked:
    """One person's answer to a sentence, what was shown to them (None: nothing), and the seconds the page was open."""

    sentence: Sentence
    reviewer: str
    shown: Prediction | None
    answer: Answer
    seconds: float | None

    @property
    def arm(self) -> str:
        """Say whether they saw a proposal."""
        return CONTROL if self.shown is None else SUGGESTED


@dataclass(frozen=True, slots=True)
class _Cell:
    """Who proposed what, in which language, before whom; `annotator` is empty for what nobody proposed."""

    annotator: str
    label: str
    language: str
    reviewer: str


def acceptance(work: Iterable[Worked]) -> list[dict[str, Any]]:
    """Count proposals and what people did with them, by annotator, label, language and reviewer.

    A proposal of several annotators counts for each. `relabelled` counts under the label that was proposed; `added`
    stands in rows without an annotator.
    """
    proposed, done = Counter[_Cell](), Counter[tuple[_Cell, Action]]()
    for one in work:
        for cell, action in _deeds(one):
            done[cell, action] += 1
            proposed[cell] += action is not Action.ADDED
    cells = sorted({cell for cell, _ in done}, key=lambda c: (c.annotator, c.label, c.language, c.reviewer))
    return [_row(cell, proposed[cell], {action: done[cell, action] for action in Action}) for cell in cells]


def effort(work: Iterable[Worked], idle: float) -> list[dict[str, Any]]:
    """Sum sentences, characters, time and edits, by language and by whether proposals were shown."""
    arms: dict[tuple[str, str], list[Worked]] = {}
    for one in work:
        arms.setdefault((one.arm, one.sentence.language), []).append(one)
    return [{"arm": arm, "language": language, **_cost(some, idle)} for (arm, language), some in sorted(arms.items())]


def _deeds(one: Worked) -> Iterator[tuple[_Cell, Action]]:
    """Tell each thing that was done, once for everybody who proposed it."""
    proposals, label = (one.shown.entities or (), one.shown.label) if one.shown else ((), None)
    for proposal, span, action in paired(proposals, one.answer.entities):
        if proposal:
            yield from ((_cell(one, by, proposal.span.label), action) for by in proposal.by)
        elif span:
            yield _cell(one, "", span.label), action
    if label is not None:
        action = Action.ACCEPTED if label.name == one.answer.label else Action.RELABELLED
        yield from ((_cell(one, by, label.name), action) for by in label.by)
    elif one.answer.label is not None:
        yield _cell(one, "", one.answer.label), Action.ADDED


def _cell(one: Worked, by: str, label: str) -> _Cell:
    """Versions of an annotator count together."""
    return _Cell(by.partition("@")[0], label, one.sentence.language, one.reviewer)


def _row(cell: _Cell, proposed: int, done: dict[Action, int]) -> dict[str, Any]:
    counts = {"proposed": proposed, **{action.value: done[action] for action in Action}}
    return {
        "annotator": cell.annotator,
        "label": cell.label,
        "language": cell.language,
        "reviewer": cell.reviewer,
        **counts,
    }


def _cost(work: Sequence[Worked], idle: float) -> dict[str, Any]:
    characters = sum(len(one.sentence.text) for one in work)
    edits, scratch = sum(map(_edits, work)), sum(map(_from_scratch, work))
    timed = [one for one in work if one.seconds is not None]
    seconds = sum(min(one.seconds or 0, idle) for one in timed)
    worked = sum(len(one.sentence.text) for one in timed)
    return {
        "answers": len(work),
        "characters": characters,
        "seconds": round(seconds, 1),
        "idle_seconds": round(sum(max((one.seconds or 0) - idle, 0) for one in timed), 1),
        "seconds_per_1000": _per(seconds, worked),
        "edits": edits,
        "edits_per_1000": _per(edits, characters),
        "from_scratch": scratch,
        "from_scratch_per_1000": _per(scratch, characters),
    }


def _edits(one: Worked) -> int:
    proposals, label = (one.shown.entities or (), one.shown.label) if one.shown else ((), None)
    done = [action for _, _, action in paired(proposals, one.answer.entities) if action is not Action.ACCEPTED]
    return len(done) + (one.answer.label is not None and (label is None or label.name != one.answer.label))


def _from_scratch(one: Worked) -> int:
    return len(one.answer.entities) + (one.answer.label is not None)


def _per(count: float, characters: int) -> float | None:
    return round(count * _PER / characters, 2) if characters else None
