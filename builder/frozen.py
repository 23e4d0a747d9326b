"""A frozen dataclass with slots enters; the same leaves, checked as before, and made in less than half the time.

The `__init__` that a frozen dataclass is given looks each field up by its name at each birth. This one sets the slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import ParamSpec, TypeVar

Noun = TypeVar("Noun")
Parts = ParamSpec("Parts")


def swift(noun: type[Noun]) -> type[Noun]:
    """Give a frozen dataclass with slots another `__init__`: of the same fields and defaults, with the same check.

    Raises:
        TypeError: a field has a default_factory, or is given by name only, or not at all.
    """
    names = _names(noun)
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


def maker(noun: Callable[Parts, Noun]) -> Callable[Parts, Noun]:
    """Give what makes this frozen dataclass with slots by the thousand: the same, checked as before, twice as fast.

    Each is born as something of the same slots that may still be changed, and turns into the noun.

    Raises:
        TypeError: a field has a default_factory, or is given by name only, or not at all.
    """
    names = _names(noun)
    lines = [f"def make({', '.join(names)}):", "    made = Unborn()", *(f"    made.{name} = {name}" for name in names)]
    lines.append("    made.__class__ = noun")
    if hasattr(noun, "__post_init__"):
        lines.append("    made.__post_init__()")
    known = {"Unborn": type("Unborn", (), {"__slots__": tuple(names)}), "noun": noun}
    exec("\n".join([*lines, "    return made"]), known)
    made: Callable[Parts, Noun] = known["make"]  # type: ignore[assignment]
    made.__defaults__ = noun.__init__.__defaults__
    return made


def _names(noun: object) -> list[str]:
    """List the fields, all of which are plain: what is made here knows no others, and would be silently wrong."""
    all_fields = fields(noun)  # type: ignore[arg-type]
    for field in all_fields:
        if field.default_factory is not MISSING or field.kw_only or not field.init:
            raise TypeError(f"{field.name} is no plain field: default_factory, kw_only and init=False are unknown here")
    return [field.name for field in all_fields]
