"""The countries and territories of CLDR enter, in both languages; each leaves after its code, as texts spell it.

They are asked of babel once, which takes long to import, and kept in the user's cache folder; what is kept is named by
babel's own files. A kept file that does not fit is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from builder.annotators import built

_LANGUAGES = ("en", "zh")
_SKIPPED = frozenset(("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ"))
_LAYOUT = "1"
"""Of the kept file, and of the spellings in it."""
_KEPT = 1
_SOURCES = ("core.py", "localedata.py", *(f"locale-data/{name}.dat" for name in ("root", *_LANGUAGES)))

Listed = tuple[tuple[str, str], ...]
"""Codes, each with a name."""


@cache
def territories() -> Listed:
    """Name the countries and territories; no groups, no test codes."""
    if (name := _name()) is None:
        return tuple(_asked())
    path = built.folder("territories") / f"{name}-{_LAYOUT}.names"
    if (body := built.read(path)) is not None:
        return read(body)
    listed = tuple(_asked())
    built.keep(path, written(listed), _KEPT)
    return listed


def written(listed: Listed) -> bytes:
    """Write names as bytes."""
    return "\n".join(f"{code}\t{name}" for code, name in listed).encode()


def read(body: bytes) -> Listed:
    """Read what `written` gave."""
    pairs = (line.partition("\t") for line in body.decode().split("\n"))
    return tuple((code, name) for code, _, name in pairs)


def _name() -> str | None:
    """Name the bytes that the names come from; None where they are not files of their own."""
    spec = find_spec("babel")
    if spec is None or spec.origin is None:
        return None
    body = hashlib.blake2b(digest_size=16)
    try:
        for source in _SOURCES:
            body.update((Path(spec.origin).parent / source).read_bytes())
    except (OSError, ValueError):
        return None
    return body.hexdigest()


def _asked() -> Iterator[tuple[str, str]]:
    from babel import Locale

    for language in _LANGUAGES:
        names: Mapping[str, str] = Locale.parse(language).territories
        for code in sorted(code for code in names if len(code) == 2 and code not in _SKIPPED):
            yield from ((code, form) for form in _forms(names[code]))


def _forms(name: str) -> Iterator[str]:
    """Spell one CLDR name as texts spell it: 'Myanmar (Burma)' is also two names, '&' is also 'and'."""
    yield name
    if "&" in name:
        yield name.replace("&", "and")
    if "’" in name:
        yield name.replace("’", "'")
    if name.endswith(")") and " (" in name:
        yield from name[:-1].split(" (")
