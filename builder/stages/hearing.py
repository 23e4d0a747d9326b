"""What people submitted about a sentence and stands: their answers, and decisions between exactly these. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from builder.approval import Given, Rule, case_name, objection
from builder.errors import Rejected
from builder.model import Sentence
from builder.reviewing import Annotation, place_of
from builder.stages.answers import Desk, Note, begun_again, carried_of, given_of
from builder.stages.carrying import Carrying
from builder.store import approvals, pulled, queries


@dataclass(frozen=True, slots=True)
class Hearing:
    """What stands about a sentence, in the present labels.

    `case` names the answers as they were given; `again` says why people must look again at some of it, and
    `annotations` are all the answers, those too. `given` and `judged` are all of them as they were given.
    """

    case: str
    answers: tuple[Given, ...]
    decisions: tuple[Given, ...]
    again: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    given: tuple[Given, ...]
    judged: tuple[Given, ...]


def heard(desk: Desk, sentence: Sentence, carrying: Carrying, rule: Rule, told: list[Note]) -> Hearing | str:
    """Hear everybody; a string says why there is nothing to decide. What was mended is added to `told`."""
    troubles = pulled.task_troubles(desk.store, sentence.id)
    if "E_UNREADABLE" in troubles:
        return troubles["E_UNREADABLE"]
    every = queries.annotations_of(desk.store, sentence.id)
    problems = [objection(carrying.first(annotation), rule) for annotation in every]
    submitted = [one for one, problem in zip(every, problems, strict=True) if problem is None]
    cases = approvals.cases(desk.store, sentence.id)
    answers = tuple(one for one in submitted if place_of(one.key) not in cases)
    if not answers:
        return next((problem for problem in problems if problem), _why_none(troubles))
    told += begun_again(pulled.drafts_of(desk.store, sentence.id), submitted)
    try:
        given = [given_of(desk, one, sentence, told) for one in answers]
        case = case_name(given)
        # A decision between other answers than those that stand now is none.
        decided = [given_of(desk, one, sentence, told) for one in submitted if cases.get(place_of(one.key)) == case]
        said, judged = (_carried(some, sentence, carrying) for some in (given, decided))
    except Rejected as error:
        return f"{error.code}: {error}"
    return Hearing(case, said[0], judged[0], said[1] + judged[1], answers, tuple(given), tuple(decided))


def _carried(
    given: Iterable[Given], sentence: Sentence, carrying: Carrying
) -> tuple[tuple[Given, ...], tuple[str, ...]]:
    """Say answers in the present labels; where a person's last one to a task cannot be said, no earlier one counts."""
    carried = [(one.seat, carried_of(one, sentence, carrying)) for one in sorted(given, key=lambda one: one.when)]
    last = dict(carried)
    again = tuple(said for said in last.values() if isinstance(said, str))
    return tuple(said for seat, said in carried if isinstance(said, Given) and isinstance(last[seat], Given)), again


def _why_none(troubles: Mapping[str, str]) -> str:
    """Say why a sentence that was answered has no answer any more; each is kept in the journal."""
    told = [reason for code, reason in troubles.items() if code != "E_GONE"]
    gone = f"{troubles['E_GONE']} was deleted on Label Studio, with every answer" if "E_GONE" in troubles else ""
    return next(iter(told), gone or "every answer was deleted")
