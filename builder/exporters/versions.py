"""Versions of releases: which came before which, and how much a new one must say. Pure.

`v1` is 1.0.0 and `v1.2` is 1.2.0. A major version may change the labels or the columns, a minor one the rows, a patch
nothing that a model is trained on. As in 0.y.z anything may change, a minor version is enough there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from builder.errors import UsageError

_NUMBER = r"(0|[1-9][0-9]*)"
_CORE = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?")
_NUMBERED = re.compile(r"v?([0-9]+)\.[0-9]+\.[0-9]+")
_APPENDED = "appended"
_ROWS = {
    "sentences": {
        "added": "{} added",
        "removed": "{} removed",
        "moved": "{} moved to another split",
        "reworded": "{} with another text",
        "relabelled": "{} with another label",
        "renamed": "{} with another id",
    },
    "spans": {"added": "{} added", "removed": "{} removed", "moved": "{} moved", "relabelled": "{} relabelled"},
}
_BREAKING = frozenset(("schema name", "offsets"))


class Level(IntEnum):
    """How much differs between two releases, or how much a version says."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Three numbers; what stands behind them makes it a candidate, which promises nothing."""

    major: int
    minor: int = 0
    patch: int = 0
    candidate: str = ""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}{self.candidate and '-'}{self.candidate}"

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Give the three numbers."""
        return self.major, self.minor, self.patch

    def over(self, other: Version) -> Level:
        """Say what this version, coming after another, may change."""
        if self.major != other.major:
            return Level.MAJOR
        if self.minor != other.minor:
            return Level.MINOR if self.major else Level.MAJOR
        return Level.PATCH

    def raised(self, level: Level) -> Version:
        """Give the least version after this that may change so much."""
        if level < Level.MINOR:
            return Version(self.major, self.minor, self.patch + 1)
        if level < Level.MAJOR or not self.major:
            return Version(self.major, self.minor + 1)
        return Version(self.major + 1)


def parsed(name: str) -> Version | None:
    """Read a version; nothing if no rule can hold for it, as for `2026-11` or `2026.01`."""
    core, _, candidate = name.partition("-")
    found = _CORE.fullmatch(core)
    if not found or ("-" in name and (core.count(".") < 2 or not candidate)):
        return None
    major, minor, patch = (int(number or 0) for number in found.groups())
    return Version(major, minor, patch, candidate)


def previous(name: str, others: Iterable[str]) -> str | None:
    """Find the release that a new one follows: the greatest below it, candidates aside.

    Raises:
        UsageError: another name stands for the same version, or this one looks like one and cannot be compared.
    """
    new, known = parsed(name), {other: found for other in others if (found := parsed(other))}
    if new is None:
        _check_comparable(name, known)
        return None
    for other, found in known.items():
        if found == new and other != name:
            raise UsageError(f"{name} is the same version as {other}, which exists; choose another")
    below = {found: other for other, found in known.items() if not found.candidate and found.numbers < new.numbers}
    return below[max(below)] if below else None


def _check_comparable(name: str, known: Mapping[str, Version]) -> None:
    """Let a name pass that follows no rule, unless it would evade the one that others of its major version follow."""
    found = _NUMBERED.match(name)
    for other, version in known.items():
        if found and int(found[1]) == version.major:
            raise UsageError(
                f"{name} cannot be compared with {other}: write three numbers without leading zeros, or name a "
                f"candidate, like {version.raised(Level.PATCH)}-rc1"
            )


def required(diff: Mapping[str, Any]) -> tuple[Level, list[str]]:
    """Say how much differs between two releases, and what of it weighs most; `diff` is as diff/1 without these."""
    reasons: dict[Level, list[str]] = {level: [] for level in reversed(Level)}
    for one in diff["labels"]:
        level = Level.MINOR if one["change"] == _APPENDED else Level.MAJOR
        reasons[level].append(f"{one['layer']} label {one['label']} {one['change']}")
    reasons[Level.MAJOR] += [f"column {one['column']} {one['change']}" for one in diff["columns"]]
    for one in diff["formats"]:
        reasons[Level.MAJOR if one["change"] == "removed" else Level.MINOR].append(
            f"format {one['format']} {one['change']}"
        )
    for fact in diff["facts"]:
        reasons[Level.MAJOR if fact["fact"] in _BREAKING else Level.PATCH].append(f"another {fact['fact']}")
    for what, kinds in _ROWS.items():
        counts = diff[what]["counts"]
        reasons[Level.MINOR] += [
            wording.format(counted(counts[kind], what)) for kind, wording in kinds.items() if counts[kind]
        ]
    if diff["old"]["content_sha256"] != diff["new"]["content_sha256"]:
        reasons[Level.PATCH].append("another provenance")
    return next(((level, found) for level, found in reasons.items() if found), (Level.NONE, []))


def check_rule(name: str, last: str, others: Iterable[str], diff: Mapping[str, Any]) -> None:
    """Let a version pass that says enough.

    Raises:
        UsageError: it says too little; the message names the least that would do.
    """
    new, old = parsed(name), parsed(last)
    level = Level[diff["change"].upper()]
    if new is None or old is None or level <= new.over(old):
        return
    taken = {found.numbers for other in others if (found := parsed(other)) and not found.candidate}
    least = old.raised(level)
    while least.numbers in taken:
        least = least.raised(level)
    told = ", ".join(diff["reasons"][:3]) + (" and more" if diff["reasons"][3:] else "")
    would = "a patch" if new.over(old) is Level.PATCH else "a minor version"
    named = f"{'v' * name.startswith('v')}{least}"
    raise UsageError(f"{name} would be {would}, but {told} since {last}: call it {named} or greater")


def counted(number: int, noun: str) -> str:
    """Count things by their plural: `1 span`, `2 spans`."""
    return f"{number} {noun.removesuffix('s') if number == 1 else noun}"
