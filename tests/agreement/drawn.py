"""Answers that tests make: from tables of labels, from lists of spans, and drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from builder.agreement import Report, Reviewed, report
from builder.model import Span
from builder.reviewing import Answer

PEOPLE = ("anna", "ben", "carla", "dan")
LENGTH = 12
NAMES = ("PERSON", "ORG", "GPE")
CHOICES = ("event", "statement", "proposal")


def labelled(*columns: Sequence[str]) -> list[Reviewed]:
    """Make sentences of what each person chose, in order; a dot is a missing value."""
    return [
        Reviewed(
            f"s{number:03}",
            f"d{number:03}",
            "zh",
            1,
            {person: Answer((), label) for person, label in zip(PEOPLE, row, strict=False) if label != "."},
        )
        for number, row in enumerate(zip(*columns, strict=True))
    ]


def marked(length: int, *answers: Sequence[tuple[int, int, str]], sentence: str = "s", document: str = "d") -> Reviewed:
    """Make a sentence of the spans that each person marked."""
    given = {
        person: Answer(tuple(Span(*span) for span in spans), None)
        for person, spans in zip(PEOPLE, answers, strict=False)
    }
    return Reviewed(sentence, document, "zh", length, given)


def value(
    reviews: Sequence[Reviewed],
    statistic: str,
    label: str | None = None,
    pair: tuple[str, str] | None = None,
    language: str | None = None,
) -> float | None:
    """Give one figure of a report."""
    return row(report(reviews, draws=2), statistic, label, pair, language).value


def row(
    found: Report,
    statistic: str,
    label: str | None = None,
    pair: tuple[str, str] | None = None,
    language: str | None = None,
):
    """Give one row of a report."""
    sought = (statistic, label, pair, language)
    return next(one for one in found.rows if (one.statistic, one.label, one.pair, one.language) == sought)


@st.composite
def flat_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Draw spans that do not overlap; some touch."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=7)))
    pairs = [pair for pair in zip(cuts, cuts[1:], strict=False) if draw(st.booleans())]
    return tuple(Span(low, high, draw(st.sampled_from(NAMES))) for low, high in pairs)


def answers(people: Sequence[str]) -> st.SearchStrategy[Mapping[str, Answer]]:
    """Draw who answered, and what."""
    answer = st.builds(Answer, flat_spans(), st.sampled_from((None, *CHOICES)))
    return st.dictionaries(st.sampled_from(people), answer)


@st.composite
def reviews(draw: st.DrawFn, people: Sequence[str] = PEOPLE) -> list[Reviewed]:
    """Draw sentences of several documents, which some people answered."""
    given = draw(st.lists(answers(people), min_size=1, max_size=6))
    return [Reviewed(f"s{n}", f"d{n % 3}", "zh", LENGTH, one) for n, one in enumerate(given)]


def renamed(
    found: Sequence[Reviewed], *, labels: Mapping[str, str] | None = None, people: Mapping[str, str] | None = None
) -> list[Reviewed]:
    """Give labels or people other names."""
    label, person = (lambda name, known=known or {}: known.get(name, name) for known in (labels, people))
    return [
        replace(one, answers={person(name): _relabelled(answer, label) for name, answer in one.answers.items()})
        for one in found
    ]


def _relabelled(answer: Answer, label: Callable[[str | None], str]) -> Answer:
    entities = tuple(Span(span.start, span.end, label(span.label)) for span in answer.entities)
    return Answer(entities, answer.label and label(answer.label))
