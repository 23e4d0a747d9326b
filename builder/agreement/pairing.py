"""Reviewed sentences enter; pairs of answers to the same sentence leave, each with its weight among all pairs.

A sentence that m people answered has m (m - 1) / 2 pairs, and each weighs 1 / (m - 1), so that every answer counts
once: Krippendorff's rule for missing values (2011, coincidence matrices). A sentence with one answer has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from builder.errors import Rejected
from builder.reviewing import Answer

People = tuple[str, str]
Ranks = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A sentence of `length` code points, and what each person (by name) answered."""

    sentence: str
    document: str
    language: str
    length: int
    answers: Mapping[str, Answer]

    def __post_init__(self) -> None:
        for name, answer in self.answers.items():
            if any(self.length < span.end for span in answer.entities):
                raise Rejected(f"sentence {self.sentence}: a span of {name} ends beyond its {self.length} characters")


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs, column by column: of which review, of which of the answers, of which two people, and their weight."""

    answers: Sequence[Answer]
    people: Sequence[People]
    review: Ranks
    first: Ranks
    second: Ranks
    two: Ranks
    weight: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose answers are compared (None: everybody's), in which language (None: in all)."""

    people: People | None = None
    language: str | None = None


def paired(reviews: Sequence[Reviewed], counts: Callable[[Answer], bool]) -> Pairs:
    """Pair the answers that count, sentence by sentence; two people stand in alphabetical order."""
    answers, found, weights = list[Answer](), list[tuple[int, int, int, int]](), list[float]()
    known = people_of(reviews)
    rank = {two: number for number, two in enumerate(known)}
    for number, reviewed in enumerate(reviews):
        given = sorted((name, answer) for name, answer in reviewed.answers.items() if counts(answer))
        for (i, (one, _)), (j, (other, _)) in combinations(enumerate(given, len(answers)), 2):
            found.append((number, i, j, rank[one, other]))
            weights.append(1 / (len(given) - 1))
        answers += [answer for _, answer in given]
    review, first, second, two = np.array(found, dtype=np.intp).reshape(-1, 4).T
    return Pairs(answers, known, review, first, second, two, np.array(weights))


def people_of(reviews: Sequence[Reviewed]) -> list[People]:
    """List every two people who answered anything."""
    return list(combinations(sorted({name for reviewed in reviews for name in reviewed.answers}), 2))
