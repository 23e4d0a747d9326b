"""Values become Markdown in which any text stays text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Draw a table; a cell may hold any text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: object) -> str:
    """Write any text as text: it ends no cell, and is no element, link or picture."""
    return re.sub(r"[\\|\[]", r"\\\g<0>", " ".join(str(value).split())).replace("<", "&lt;")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Count things in words."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Iterable[str]) -> str:
    """Name things as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def joined(parts: Iterable[str]) -> str:
    """Put the parts that say anything one under the other."""
    return "\n\n".join(part for part in parts if part)
