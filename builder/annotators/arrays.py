"""Names for the arrays that rules and models count in, and a text as the numbers of its characters. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint32]


def codes_of(text: str) -> Codes:
    """Number the characters of a text; half a surrogate pair counts as one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
