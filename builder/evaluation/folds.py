"""Gold enters; parts of it to learn from and to measure on leave, groups kept whole. The seed decides, nothing else."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from builder.errors import UsageError
from builder.evaluation.gold import GoldSentence


def folds(gold: Sequence[GoldSentence], count: int, seed: int) -> list[list[int]]:
    """Deal the places of the sentences into so many folds of about one size, groups whole.

    Raises:
        UsageError: there are fewer groups than folds.
    """
    places = defaultdict[str, list[int]](list)
    for place, one in enumerate(gold):
        places[one.group].append(place)
    if len(places) < count:
        raise UsageError(f"--folds {count}: the gold has only {len(places)} groups; give at most so many folds")
    groups = list(places.values())
    random.Random(seed).shuffle(groups)
    dealt: list[list[int]] = [[] for _ in range(count)]
    for group in sorted(groups, key=len, reverse=True):
        min(dealt, key=len).extend(group)
    return [sorted(fold) for fold in dealt]


def sample(places: Sequence[int], size: int, seed: int) -> list[int]:
    """Draw so many places; a smaller sample lies within every greater one of the same seed."""
    order = list(places)
    random.Random(seed).shuffle(order)
    return sorted(order[:size])
