"""Whether people approved an answer: read from their annotations, never from predictions. Pure.

Approved = a person submitted it in the Label Studio interface, it was not cancelled, and as many people as the
rule asks for gave the same answer, nobody another one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from builder.model import Annotation, Answer, Approval, Sentence, text_digest


@dataclass(frozen=True, slots=True)
class Given:
    """An annotation and what it says."""

    annotation: Annotation
    answer: Answer


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people must agree, and whose answers count although they came through the API."""

    people: int = 1
    trusted: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, rule: str, trusted: Collection[str] = ()) -> Rule:
        """Read `single` or `agree:N`."""
        people = 1 if rule == "single" else int(rule.removeprefix("agree:"))
        return cls(people, frozenset(trusted))

    def __str__(self) -> str:
        return "single" if self.people == 1 else f"agree:{self.people}"


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
        return "not submitted in the Label Studio interface"
    return None


def approve(
    sentence: Sentence, given: Sequence[Given], rule: Rule, schema_digest: str
) -> tuple[Answer, Approval] | str:
    """Settle a sentence from its submissions; a string says why it is not approved."""
    latest = {one.annotation.author: one for one in given}
    people = [latest[author] for author in sorted(latest)]
    answers = {one.answer for one in people}
    if len(people) < rule.people:
        return f"{len(people)} of {rule.people} people answered"
    if 1 < len(answers):
        return f"{len(people)} people disagree"
    approval = Approval(
        sentence=sentence.id,
        contents=tuple(one.annotation.content for one in people),
        text_sha256=text_digest(sentence.text),
        schema_digest=schema_digest,
        approvers=tuple(latest[author].annotation.author for author in sorted(latest)),
        rule=str(rule),
        at=max(_when(one.annotation) for one in people),
    )
    return people[0].answer, approval


def _when(annotation: Annotation) -> str:
    return str(annotation.body.get("updated_at") or annotation.body.get("created_at") or "")
