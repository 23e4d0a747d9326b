"""Whether people approved an answer: read from their annotations, never from predictions. Pure.

Approved = persons submitted it in the Label Studio interface, it was not cancelled, and as many of them as the rule
asks for agree, nobody differing; or an adjudicator, who was shown exactly these answers, decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from builder.model import Sentence, Span, stable_id, text_digest
from builder.reviewing import Annotation, Answer, Approval, place_of

ADJUDICATED = "adjudicated"
_ROUNDING = 1e-9
_CASE = "answers@"


@dataclass(frozen=True, slots=True)
class Given:
    """An annotation and what it says; `at` is when that was said, which the server does not know of what came back."""

    annotation: Annotation
    answer: Answer
    at: str = ""

    @property
    def when(self) -> str:
        """Say when it was said."""
        return self.at or last_change(self.annotation)

    @property
    def seat(self) -> tuple[str, str]:
        """Name who said it in which task: only what they said there last counts."""
        return seat_of(self.annotation)


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people must agree, how far, and whose answers count although they came through the API.

    `threshold` is the mean strict F1 of their spans; 1 asks for equal answers. `labels` are the rules of some labels.
    """

    people: int = 1
    trusted: frozenset[str] = frozenset()
    threshold: float = 1.0
    is_adjudicated: bool = False
    labels: tuple[tuple[str, Rule], ...] = ()

    @classmethod
    def parse(
        cls, rule: str, trusted: Collection[str] = (), labels: Mapping[str, str] | None = None, groups: int = 1
    ) -> Rule:
        """Read `single`, `agree:N`, `agree:N:THRESHOLD` or `adjudicated`, for all labels and for some.

        An adjudicator waits until as many people answered as there are `groups`.
        """
        of_labels = tuple((name, cls.parse(said, groups=groups)) for name, said in sorted((labels or {}).items()))
        if rule == ADJUDICATED:
            return cls(max(1, groups), frozenset(trusted), is_adjudicated=True, labels=of_labels)
        people, _, threshold = ("1" if rule == "single" else rule.removeprefix("agree:")).partition(":")
        return cls(int(people), frozenset(trusted), float(threshold or 1), labels=of_labels)

    def __str__(self) -> str:
        if self.is_adjudicated:
            return ADJUDICATED
        exact = self.threshold == 1
        return "single" if self.people == 1 else f"agree:{self.people}" + ("" if exact else f":{self.threshold:g}")

    @property
    def most(self) -> int:
        """Count the people whom the most demanding label needs."""
        return max([self.people, *(rule.people for _, rule in self.labels)])

    def over(self, answers: Iterable[Answer]) -> Rule:
        """Give the rule for these answers to a sentence: every rule of a label in any of them holds."""
        own = dict(self.labels)
        names = {name for answer in answers for name in (answer.label, *(span.label for span in answer.entities))}
        held = [own.get(name or "", self) for name in names] or [self]
        return replace(
            self,
            people=max(rule.people for rule in held),
            threshold=max((rule.threshold for rule in held if rule._asks_for_agreement), default=1.0),
            is_adjudicated=any(rule.is_adjudicated for rule in held),
        )

    @property
    def _asks_for_agreement(self) -> bool:
        return 1 < self.people and not self.is_adjudicated


def case_name(given: Iterable[Given]) -> str:
    """Name answers between which an adjudicator decides: by who said what, as it was said, wherever it stands."""
    said = {stable_id(one.annotation.author, *_said(one.answer)) for one in counted(given)}
    return f"{_CASE}{stable_id(sorted(said))}"


_NOT_IN_INTERFACE = "not submitted in the Label Studio interface"


def objection(annotation: Annotation, rule: Rule) -> str | None:
    """Say why an annotation is no person's submission, or None when it is."""
    body = annotation.body
    if body.get("was_cancelled"):
        return "skipped"
    if not annotation.author:
        return "the server does not say who answered"
    if annotation.author in rule.trusted:
        return None
    if body.get("import_id") is not None:
        return "imported, not submitted by a person"
    # The interface measures the time a person took; bulk acceptance and plain API calls leave it empty.
    if body.get("lead_time") is None:
        copied = body.get("parent_prediction") is not None
        return "copied from a prediction, not submitted by a person" if copied else _NOT_IN_INTERFACE
    return None


def approve(
    sentence: Sentence, given: Sequence[Given], rule: Rule, schema_digest: str, decided: Sequence[Given] = ()
) -> tuple[Answer, Approval] | str:
    """Settle a sentence from its submissions, or from the decisions between them; a string says why it is not approved.

    The answer that people agree on within a threshold is what more than half of them marked, and their label.
    """
    people, judges = counted(given), counted(decided)
    held = rule.over(one.answer for one in people)
    if problem := _problem_of_judges(judges) if judges else _problem(given, held):
        return problem
    approval = Approval(
        sentence=sentence.id,
        contents=tuple(one.annotation.content for one in (*people, *judges)),
        text_sha256=text_digest(sentence.text),
        schema_digest=schema_digest,
        approvers=_authors(judges or people),
        rule=ADJUDICATED if judges else str(held),
        at=max(last_change(one.annotation) for one in (*people, *judges)),
        is_party=not set(_authors(judges)).isdisjoint(_authors(people)),
    )
    return judges[0].answer if judges else majority([one.answer for one in people]), approval


def is_disputed(given: Sequence[Given], rule: Rule) -> bool:
    """Whether all answers are there that the rule waits for, and only an adjudicator can settle them."""
    people = counted(given)
    held = rule.over(one.answer for one in people)
    return held.people <= len(_authors(people)) and _problem(given, held) is not None


def differ(given: Sequence[Given], rule: Rule) -> bool:
    """Whether answers contradict each other, however many the rule waits for."""
    held = rule.over(one.answer for one in given)
    return _problem(given, replace(held, people=1, is_adjudicated=False)) is not None


def counted(given: Iterable[Given]) -> list[Given]:
    """Keep the last answer of each person to each task, by name; what a person said alike in several tasks counts once.

    A sentence may stand in several tasks; whoever answers each otherwise has not made up their mind.
    """
    apart = {(one.annotation.author, one.answer): one for one in sorted(latest(given), key=_turn)}
    return sorted(apart.values(), key=_turn)


def latest(given: Iterable[Given]) -> list[Given]:
    """Keep the last answer of each person to each task."""
    in_turn = sorted(given, key=lambda one: one.when)
    return [*{one.seat: one for one in in_turn}.values()]


def agreement(answers: Sequence[Answer]) -> float:
    """Measure how far answers agree: the mean strict F1 of their spans over all pairs, 0 if their labels differ."""
    if 1 < len({answer.label for answer in answers}):
        return 0.0
    pairs = [_f1(set(a.entities), set(b.entities)) for a, b in combinations(answers, 2)]
    return sum(pairs) / len(pairs) if pairs else 1.0


def majority(answers: Sequence[Answer]) -> Answer:
    """Give what more than half of the people marked, under their common label.

    Such spans overlap only where those of one person do: of two, some person marked both.
    """
    counts = Counter(span for answer in answers for span in set(answer.entities))
    kept = sorted(span for span, people in counts.items() if len(answers) < 2 * people)
    return Answer(tuple(kept), answers[0].label)


def _problem(given: Sequence[Given], rule: Rule) -> str | None:
    people = counted(given)
    answers, count = [one.answer for one in people], len(_authors(people))
    truths = {one.answer for one in given if one.annotation.body.get("ground_truth")}
    if 1 < len(truths):
        return f"{len(truths)} answers contradict each other, and each is marked as ground truth"
    if count < rule.people:
        return f"{count} of {rule.people} people answered"
    if rule.is_adjudicated:
        return "waits for an adjudicator"
    if count < len(people):
        return f"{count} people disagree" if 1 < count else "one person gave different answers in two tasks"
    # A threshold of nothing still asks for one label.
    is_agreed = rule.threshold <= agreement(answers) + _ROUNDING and len({answer.label for answer in answers}) < 2
    return None if is_agreed else f"{count} people disagree"


def _problem_of_judges(judges: Sequence[Given]) -> str | None:
    if len({one.answer for one in judges}) < 2:
        return None
    count = len(_authors(judges))
    return f"{count} adjudicators disagree" if 1 < count else "one adjudicator gave different answers in two tasks"


def _f1(some: set[Span], others: set[Span]) -> float:
    marked = len(some) + len(others)
    return 2 * len(some & others) / marked if marked else 1.0


def _authors(given: Iterable[Given]) -> tuple[str, ...]:
    return tuple(sorted({one.annotation.author for one in given}))


def _said(answer: Answer) -> tuple[object, ...]:
    return answer.label, sorted((span.start, span.end, span.label) for span in answer.entities)


def _turn(given: Given) -> tuple[str, str, str]:
    return given.annotation.author, given.when, given.annotation.content


def seat_of(annotation: Annotation) -> tuple[str, str]:
    """Name who answered which task."""
    return annotation.author, place_of(annotation.key)


def last_change(annotation: Annotation) -> str:
    """Say when an answer was last changed, as the server writes it."""
    return str(annotation.body.get("updated_at") or annotation.body.get("created_at") or "")
