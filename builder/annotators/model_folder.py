"""A folder that someone trained a model into: there, named by its bytes, free of files that run when they are read."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from builder.disk import files_in, sha256_of
from builder.errors import UsageError

_RUNS = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".py"})


def need(annotator: str, packages: tuple[str, ...], extra: str) -> None:
    """Make sure that packages are installed, without importing them.

    Raises:
        UsageError: it names the extra to install.
    """
    if missing := [package for package in packages if find_spec(package) is None]:
        raise UsageError(
            f'annotator {annotator!r} needs the package {missing[0]}; in the clone of builder: pip install ".[{extra}]"'
        )


def digest_of(folder: Path) -> str:
    """Name the files of a folder and their bytes."""
    body = hashlib.sha256()
    for path in files_in(folder):
        body.update(path.relative_to(folder).as_posix().encode() + b"\0" + bytes.fromhex(sha256_of(path)))
    return body.hexdigest()


def check_safe(annotator: str, folder: Path) -> None:
    """Refuse a folder whose weights would run code when they are read, or that holds code.

    Raises:
        UsageError: it names the file.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _RUNS:
            raise UsageError(
                f"annotator {annotator!r}: {path} may run code when it is read; save the weights as .safetensors"
            )
