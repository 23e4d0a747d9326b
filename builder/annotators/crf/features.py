"""Columns enter, features leave: per unit a row of hashes, one for each template that says something there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from builder.annotators.crf.columns import Columns, number_of
from builder.annotators.crf.units import Hashes, Places, Units, mixed

Template = tuple[tuple[str, int], ...]


def _parse(text: str) -> tuple[Template, ...]:
    """Read one template per line: columns, each with how many units away it is read."""
    lines = (line.split(";") for line in text.strip().split("\n"))
    return tuple(
        tuple((name.strip(), int(away)) for name, _, away in (part.rpartition(" ") for part in line)) for line in lines
    )


_PLAIN = _parse(
    "\n".join(f"unit {away}" for away in (-2, -1, 0, 1, 2))
    + """
unit -1; unit 0
unit 0; unit 1
unit -2; unit -1
unit 1; unit 2
unit -1; unit 0; unit 1
unit -1; unit 1
shape -1
shape 0
shape 1
shape -1; shape 0
shape 0; shape 1
shape -1; shape 0; shape 1
exact 0
head1 0
head2 0
head3 0
tail1 0
tail2 0
tail3 0
class 0
class -1; class 0
class 0; class 1
class -1; class 0; class 1
"""
)
_WORDS = _parse(
    """
tag -1
tag 0
tag 1
word 0
word 0; place 0
word before 0
word after 0
tag before 0; tag 0
tag 0; tag after 0
tag before 0; tag 0; tag after 0
tag 0; unit 0
class 0; tag 0
word 0; word before 0
word 0; word after 0
begins 0
ends 0
across 0
longest 0; back 0
begins 0; ends 0
begins 1
ends -1
longest 0; back 0; unit 0
"""
)
_OTHERS = _parse(
    """
by 0
by 0; by 1
by -1; by 0
by 0; unit 0
known -1
known 0
known 1
known 0; by 0
known 0; unit 0
"""
)
_WIDER = _parse(
    "\n".join(f"{name} {away}" for name in ("cluster", "fine cluster") for away in (-1, 0, 1))
    + """
fine cluster -1; fine cluster 0
fine cluster 0; fine cluster 1
fine cluster 1; fine cluster 2
fine cluster -2; fine cluster -1
cluster -1; cluster 0; cluster 1
cluster -2; cluster -1; cluster 0
cluster 0; cluster 1; cluster 2
cluster 0; tag 0
bracket 0
depth 0
bracket 0; unit 0
bracket 0; tag 0
run 0
unit -3
unit 3
unit -2; unit -1; unit 0
unit 0; unit 1; unit 2
unit 1; unit 2; unit 3
unit -3; unit -2; unit -1
word after 0; unit 0
"""
)


def templates(annotators: Sequence[str]) -> tuple[Template, ...]:
    """List what is looked at: characters, words, each annotator near by, and all of them together."""
    each = tuple(((f"by {name}", away),) for name in annotators for away in (-1, 0, 1))
    return (*_PLAIN, *_WORDS, *_OTHERS, *each)


def wider_templates() -> tuple[Template, ...]:
    """List what is looked at beyond: clusters, brackets, runs, and characters farther away."""
    return _WIDER


def features(columns: Columns, chosen: Sequence[Template], rows: Places) -> Hashes:
    """Hash what each template sees at these units; 0 where its column is empty."""
    made = np.zeros((len(rows), len(chosen)), np.uint64, order="F")  # by template, as it is written and looked up
    for rank, template in enumerate(chosen):
        seen = [columns[name][rows + away] for name, away in template]
        made[:, rank] = np.where(seen[0] == 0, 0, mixed(number_of(repr(template)), *seen))
    return made


def rows_of(units: Units) -> Places:
    """List the units that belong to sentences, in order."""
    inside = np.zeros(units.count + 1, np.int64)
    np.add.at(inside, units.first, 1)
    np.add.at(inside, units.last, -1)
    return np.flatnonzero(np.cumsum(inside)[:-1])
