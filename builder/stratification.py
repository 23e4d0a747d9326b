"""Groups of rows with their counts enter; a split for each leaves. Pure: whole numbers only, so the same everywhere."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import lcm

Counts = Mapping[Hashable, int]
"""How often something counted (rows, each label) is in a group or split."""

_LEAST = 10**9  # parts of a share
_SCALE = 1 << 64  # of weights


def allot(groups: Mapping[str, Counts], shares: Mapping[str, float], standing: Mapping[str, Counts]) -> dict[str, str]:
    """Choose a split for every group, given what stands in the splits already.

    Greedy, the largest group first, equal ones by name: each goes where all that is counted then stands nearest to the
    shares. This follows the iterative stratification of Sechidis, Tsoumakas and Vlahavas (On the Stratification of
    Multi-Label Data, 2011), in which every label has a demand of its own in every split and the rare ones decide, with
    two changes. Groups stay whole, so one that holds many labels is weighed by all of them at once, each relative to
    how often it comes up. And a demand is measured against its split's share (Pearson's chi-square): the absolute one
    would fill the largest split with the largest groups and leave the smallest ones to the others.

    Where two splits do equally well, the last one gets the group.
    """
    order = sorted(groups, key=lambda name: (-sum(groups[name].values()), name))
    columns = _columns(groups, standing)
    scales = _SplitScale.of(shares, standing, columns)
    weights = [_SCALE // total**2 or 1 for _, total in columns.values()]
    whole = [2 * total for _, total in columns.values()]
    chosen = {}
    for name in order:
        held = [(columns[key][0], count) for key, count in groups[name].items() if count]
        best = min(scales, key=lambda split: split.cost(held, weights, whole))
        best.add(held)
        chosen[name] = best.name
    return chosen


class _SplitScale:
    """What a split holds so far, and how heavily one more weighs: the smaller its share, the more."""

    def __init__(self, name: str, factor: int, unit: int, counts: list[int]) -> None:
        self.name, self._factor, self._unit, self._counts = name, factor, unit, counts

    @classmethod
    def of(
        cls, shares: Mapping[str, float], standing: Mapping[str, Counts], columns: Mapping[Hashable, tuple[int, int]]
    ) -> list[_SplitScale]:
        """Make those of all splits, the last one first."""
        least = Fraction(1, _LEAST)
        parts = {name: max(Fraction(share).limit_denominator(_LEAST), least) for name, share in shares.items()}
        whole = sum(parts.values())
        inverse = {name: whole / part for name, part in parts.items()}
        unit = reduce(lcm, (one.denominator for one in inverse.values()), 1)
        return [
            cls(name, int(inverse[name] * unit), unit, [standing.get(name, {}).get(key, 0) for key in columns])
            for name in [*shares][::-1]
        ]

    def cost(self, held: Iterable[tuple[int, int]], weights: Sequence[int], whole: Sequence[int]) -> int:
        """Say how much further all that is counted gets from the shares if the split took so many of each."""
        factor, unit, counts = self._factor, self._unit, self._counts
        cost = 0
        for at, count in held:
            cost += weights[at] * count * ((2 * counts[at] + count) * factor - whole[at] * unit)
        return cost

    def add(self, held: Iterable[tuple[int, int]]) -> None:
        """Take so many of each."""
        for at, count in held:
            self._counts[at] += count


def _columns(groups: Mapping[str, Counts], standing: Mapping[str, Counts]) -> dict[Hashable, tuple[int, int]]:
    """Number what is counted, and add up each over all splits and groups."""
    totals: dict[Hashable, int] = {}
    for counts in (*standing.values(), *groups.values()):
        for key, count in counts.items():
            totals[key] = totals.get(key, 0) + count
    counted = ((key, total) for key, total in totals.items() if total)
    return {key: (at, total) for at, (key, total) in enumerate(counted)}
