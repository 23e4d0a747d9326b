"""Sums of coincidences enter; Krippendorff's alpha leaves, for labels of sentences and for units of a continuum alike.

Both compare what differs with what would differ if every value were paired with every other, itself apart. A label of a
sentence is one piece; so is a unit of a continuum, whatever its length, and so is each character of a gap.
Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Krippendorff, Mathet, Bouvry, Widlöcher, "On the
reliability of unitizing textual continua" (2016): there uα; in "Content Analysis" (4th edition, 2019) equations 32-34.
"""

from __future__ import annotations

import numpy as np

from builder.evaluation.scores import Table

_NOTHING = 1e-9  # of all pairs: less than this is rounding, not variation


def alpha(differing: Table, masses: Table, alike: Table) -> Table:
    """Measure agreement beyond chance; NaN where nothing varies.

    Args:
        differing: [...] the observed coincidences of unlike values.
        masses: [..., values] how much was given each value, in labels or in characters.
        alike: [...] the sum of the squared sizes of all pieces: what a piece would share with itself.
    """
    total = masses.sum(axis=-1)
    unlike = total**2 - (masses**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.where(_NOTHING * total**2 < unlike, total * unlike / (total**2 - alike), np.nan)
        measured: Table = 1 - differing / expected
    return measured
