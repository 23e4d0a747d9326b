"""A learnt model becomes a folder, and a folder the same model again: `linear.npz` and `linear.json`, its manifest.

Nothing is ever unpickled. A file that is not what its manifest says, or whose numbers make no model, is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from builder.annotators.linear import BITS, LinearModel
from builder.errors import UsageError

FORM = "linear/1"
WEIGHTS, MANIFEST = "linear.npz", "linear.json"
_LARGEST = 2**30
_TYPES = {"slots": np.int32, "rarity": np.float32, "weights": np.float32, "bias": np.float32}


def write(model: LinearModel, folder: Path) -> None:
    """Write the two files into a folder that is there; the same model gives the same bytes."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: getattr(model, name) for name in _TYPES})
    body = packed.getvalue()
    manifest = {
        "form": FORM,
        "sha256": hashlib.sha256(body).hexdigest(),
        "digest": model.digest,
        "labels": list(model.labels),
        "longest": model.longest,
        "temperature": model.temperature,
        "figures": dict(model.figures),
    }
    (folder / WEIGHTS).write_bytes(body)
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def read(folder: Path) -> LinearModel:
    """Read a model.

    Raises:
        UsageError: it is not there, not what its manifest says, or no model.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        body = (folder / WEIGHTS).read_bytes()
        if manifest["form"] != FORM:
            raise ValueError(f"its form is {manifest['form']!r}, not {FORM!r}")
        if manifest["sha256"] != hashlib.sha256(body).hexdigest():
            raise ValueError(f"{WEIGHTS} is not the file that was written")
        model = _model(manifest, body)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile) as error:
        raise UsageError(f"annotator 'linear': model = {str(folder)!r} is no sound model: {error}") from error
    return model


def _model(manifest: dict[str, Any], body: bytes) -> LinearModel:
    """Make the model of a manifest and its arrays; whatever does not fit raises ValueError."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if _LARGEST < sum(member.file_size for member in archive.infolist()):
            raise ValueError(f"it becomes larger than {_LARGEST >> 20} MiB")
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in _TYPES}
    labels, longest, temperature = manifest["labels"], manifest["longest"], manifest["temperature"]
    if not (isinstance(labels, list) and all(isinstance(name, str) for name in labels) and 2 <= len(set(labels))):
        raise ValueError("it has no two labels")
    if longest not in (1, 2, 3) or not (isinstance(temperature, float) and 0.001 <= temperature <= 1000):
        raise ValueError("its manifest holds numbers that no model has")
    _check_arrays(held, len(labels))
    return LinearModel(tuple(labels), longest, **held, temperature=temperature, figures=dict(manifest["figures"]))


def _check_arrays(held: dict[str, Any], labels: int) -> None:
    seen = len(held["slots"])
    shapes = {"slots": (seen,), "rarity": (seen,), "weights": (seen, labels), "bias": (labels,)}
    for name, kind in _TYPES.items():
        if held[name].dtype != kind or held[name].shape != shapes[name] or not np.isfinite(held[name]).all():
            raise ValueError(f"{name} is not what a model holds")
    slots = held["slots"]
    if (
        seen == 0
        or slots[0] < 0
        or 1 << BITS <= slots[-1]
        or (np.diff(slots) <= 0).any()
        or (held["rarity"] <= 0).any()
    ):
        raise ValueError("its slots are not in order")
