"""A frozen dataclass with slots enters; the same leaves, checked as before, and made in less than half the time.

The `__init__` that a frozen dataclass is given looks each field up by its name at each birth. This one sets the slots.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

Noun = TypeVar("Noun")


def swift(noun: type[Noun]) -> type[Noun]:
    """Give a frozen dataclass with slots another `__init__`: of the same fields and defaults, with the same check."""
    names = [field.name for field in fields(noun)]  # type: ignore[arg-type]
    lines = [f"def __init__(self, {', '.join(names)}):", *(f"    set_{name}(self, {name})" for name in names)]
    if hasattr(noun, "__post_init__"):
        lines.append("    self.__post_init__()")
    known = {f"set_{name}": getattr(noun, name).__set__ for name in names}
    exec("\n".join(lines), known)
    first, made = noun.__init__, known["__init__"]
    made.__defaults__, made.__annotations__, made.__qualname__ = (
        getattr(first, about) for about in ("__defaults__", "__annotations__", "__qualname__")
    )
    made.__module__ = noun.__module__
    noun.__init__ = made  # type: ignore[method-assign]
    return noun
