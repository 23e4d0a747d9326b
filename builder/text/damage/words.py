"""The word lists of damage: damage.toml, read once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from builder.text.scripts import HAN


@cache
def lists() -> dict[str, list[str]]:
    """Read all lists by name."""
    return tomllib.loads((files("builder.text.damage") / "damage.toml").read_text("utf-8"))


@cache
def patterns(name: str) -> re.Pattern[str]:
    """Compile one list: any of its patterns may match."""
    return re.compile("|".join(lists()[name]).replace("{HAN}", HAN))


@cache
def signs(name: str) -> tuple[re.Pattern[str], ...]:
    """Compile what a match of a list always holds: quick to look for, and rarely there."""
    return tuple(map(re.compile, lists()[f"{name}_signs"]))


@cache
def characters(name: str) -> frozenset[str]:
    """Read a list that is one string of characters."""
    return frozenset(lists()[name][0])


@cache
def alike() -> dict[str, str]:
    """Tell of a character which others it may have been."""
    return {row[0]: row[1:] for row in lists()["alike"]}
