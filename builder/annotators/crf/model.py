"""Weights enter and leave a folder: arrays and one manifest with the sha256 of every file; never anything that runs.

A model is named by the digest of its files. A folder that is not what it claims to be is refused before it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.errors import UsageError

FORMAT = "builder-crf"
VERSION = 1
_MANIFEST = "manifest.json"
_LARGEST = 1 << 30

Arrays = dict[str, NDArray[Any]]


def name_of(files: Mapping[str, bytes]) -> str:
    """Name a model by its files: 24 hexadecimal digits."""
    return hashlib.sha256(_listing(files)).hexdigest()[:24]


def files_of(arrays: Mapping[str, NDArray[Any]], words: Mapping[str, Any]) -> dict[str, bytes]:
    """Write arrays and plain values as files: the same bytes for the same content."""
    packed = {f"{name}.npy": _npy(array) for name, array in sorted(arrays.items())}
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, indent=1)
    return {**packed, "words.json": text.encode() + b"\n"}


def save(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a model's files, the manifest last: a folder without one is no model."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    (folder / _MANIFEST).write_bytes(_listing(files))


def load(folder: Path) -> dict[str, bytes]:
    """Read a model's files and check every one.

    Raises:
        UsageError: the folder is no model of this kind, or a file of it is not the one that was saved.
    """
    listed = _manifest(folder)
    return {name: _checked(folder / name, digest) for name, digest in sorted(listed.items())}


def arrays_of(files: Mapping[str, bytes]) -> tuple[Arrays, dict[str, Any]]:
    """Read what `files_of` wrote.

    Raises:
        UsageError: a file holds something else.
    """
    try:
        words = json.loads(files["words.json"])
        arrays = {name[:-4]: _array(body) for name, body in files.items() if name.endswith(".npy")}
    except (KeyError, ValueError, EOFError, OSError) as error:
        raise UsageError(f"this model cannot be read ({error}); train it again") from error
    if not isinstance(words, dict):
        raise UsageError("this model cannot be read (its words are no table); train it again")
    return arrays, words


def _manifest(folder: Path) -> dict[str, str]:
    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        known = manifest["format"] == FORMAT and manifest["version"] == VERSION
        listed = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder} holds no model (its {_MANIFEST} cannot be read: {error})") from error
    if not known or any(Path(name).name != name for name in listed):
        raise UsageError(f"{path} does not list a model of this kind; train it again")
    return listed


def _checked(path: Path, digest: str) -> bytes:
    try:
        if _LARGEST < path.stat().st_size:
            raise UsageError(f"{path} is larger than any model; train it again")
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error}); train the model again") from error
    if hashlib.sha256(body).hexdigest() != digest:
        raise UsageError(f"{path} is not the file that was saved (its sha256 differs); train the model again")
    return body


def _listing(files: Mapping[str, bytes]) -> bytes:
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    manifest = {"format": FORMAT, "version": VERSION, "files": digests}
    return json.dumps(manifest, sort_keys=True, indent=1).encode() + b"\n"


def _npy(array: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def _array(body: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(body), allow_pickle=False)
    return array
