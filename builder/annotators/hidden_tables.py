"""jieba's tables of its hidden Markov model enter; its arrays leave, from the cache when they were made before.

What is kept is small: only the characters that a state ever gave. A kept file that does not fit is made again.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.annotators import built, reference_tagger
from builder.annotators.hidden_states import LEAST, Model, model

_LAYOUT = "1"
"""Of the kept file; another one is another file."""
_KEPT = 1


def shipped() -> Model:
    """Give the model that comes with jieba."""
    if (name := reference_tagger.tables_digest()) is None:
        return model(*reference_tagger.hidden_markov_tables())
    path = built.folder("tagger") / f"{name[:32]}-{_LAYOUT}.states"
    if (body := built.read(path)) is not None:
        with suppress(ValueError, EOFError):
            return read(body)
    made = model(*reference_tagger.hidden_markov_tables())
    built.keep(path, written(made), _KEPT)
    return made


def written(made: Model) -> bytes:
    """Write a model as bytes."""
    given = made.emission[:, :-1] != LEAST
    arrays: Sequence[NDArray[Any]] = (
        np.array(made.names),
        np.array(made.emission.shape),
        made.start,
        made.step,
        np.packbits(given),
        made.emission[:, :-1][given],
        np.packbits(made.allowed),
        made.rows,
    )
    body = io.BytesIO()
    for array in arrays:
        np.save(body, array, allow_pickle=False)
    return body.getvalue()


def read(body: bytes) -> Model:
    """Read what `written` gave."""
    stream = io.BytesIO(body)
    names, shape, start, step, given, values, allowed, rows = (np.load(stream, allow_pickle=False) for _ in range(8))
    height, width = shape.tolist()
    emission = np.full((height, width), LEAST)
    emission[:, -1] = 0.0
    emission[:, :-1][_unpacked(given, height, width - 1)] = values
    states = tuple((str(place), str(tag)) for place, tag in names)
    return Model(states, start, step, emission, _unpacked(allowed, height, width), rows)


def _unpacked(bits: NDArray[np.uint8], height: int, width: int) -> NDArray[np.bool_]:
    return np.unpackbits(bits, count=height * width).reshape(height, width).view(np.bool_)
