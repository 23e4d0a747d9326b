"""The one door to numba: a function enters; the same in machine code leaves.

The machine code is kept in the user's cache folder; where it cannot be kept, or what is kept is not what was written,
it is made anew: damaged code is never run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba

from builder.annotators import built
from builder.disk import files_in, sha256_of

_UNREADABLE = (pickle.UnpicklingError, EOFError, LookupError, ValueError, TypeError, AttributeError, ImportError)
"""What reading another version's machine code may raise."""
inlined: Callable[[Any], Any] = numba.njit(inline="always")
"""Marks what is called by a compiled function alone."""


def made_for(function: Callable[..., Any], folder: Path | None, *given: Any) -> Any:
    """Compile a function for what it will be given; the machine code is kept in this folder, or the user's."""
    return compiled(function, tuple(map(numba.typeof, given)), folder or built.folder("machine-code"))


@cache
def compiled(function: Callable[..., Any], signature: tuple[Any, ...], folder: Path) -> Any:
    """Compile a function for these types, or read what was compiled and kept."""
    try:
        return _kept(function, signature, folder)
    except _UNREADABLE:
        with suppress(OSError):
            _delete(folder)
    except (OSError, RuntimeError):  # no place to keep it
        pass
    return numba.njit([signature], nogil=True)(function)


def _kept(function: Callable[..., Any], signature: tuple[Any, ...], folder: Path) -> Any:
    """Read machine code only if its seal fits, since a few wrong bits of it could end the process."""
    seal = folder / "machine-code.seal"
    if built.read(seal) != _digests(folder):
        _delete(folder)
    with _keeping(folder):
        ready = numba.njit([signature], cache=True, nogil=True)(function)
    if ready.stats.cache_misses:
        built.keep(seal, _digests(folder), others=0)
    return ready


def _digests(folder: Path) -> bytes:
    return "".join(f"{sha256_of(path)} {path.relative_to(folder)}\n" for path in _code_in(folder)).encode()


def _delete(folder: Path) -> None:
    for path in _code_in(folder):
        path.unlink(missing_ok=True)


def _code_in(folder: Path) -> list[Path]:
    """List the machine code and its indexes."""
    return [path for path in files_in(folder) if path.suffix in (".nbc", ".nbi")]


@contextmanager
def _keeping(folder: Path) -> Iterator[None]:
    """Have numba keep what it compiles in a folder."""
    settings: Any = numba.config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = before
