"""A project's own patterns enter, as TOML; places in a text leave, in time that grows with the text and no faster.

The one door of RE2, which never tries again: `(a+)+$` takes as long as `a+$`. What RE2 cannot do, references to groups
and looking around, is refused when the file is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.annotators.proposal import Found
from builder.errors import Rejected, UsageError
from builder.schema import LabelSchema, first_problem

MOST_MATCHES = 1_000
"""So often one pattern may match in one sentence: each match may take as long as the text, all of them its square."""
_MEMORY = 64 << 20  # A pattern whose automaton needs more is refused, or runs in less and slower.
_LONGEST_FILE = 1 << 20
_KEY = re.compile(r"""[\s{,]*(?:pattern|"pattern"|'pattern')\s*=""")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pattern: str = Field(min_length=1)
    label: str
    score: float = Field(0.8, ge=0, le=1)
    group: int | str = 0


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: tuple[_Entry, ...]


@dataclass(frozen=True)
class UserPatterns:
    """The patterns of one file, ready to be searched for."""

    path: str
    text: str
    entries: tuple[_Entry, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the labels they propose."""
        return tuple(sorted({entry.label for entry in self.entries}))

    def find(self, text: str) -> Iterator[Found]:
        """Find every match of every pattern.

        Raises:
            Rejected: one matches very often.
        """
        # RE2 reads UTF-8, which has no lone surrogates; their places stay.
        readable = _SURROGATE.sub("\ufffd", text)
        for entry, compiled in zip(self.entries, _compiled(self.entries), strict=True):
            group = compiled.groupindex.get(entry.group, entry.group)  # RE2 gives places by number only.
            for count, match in enumerate(compiled.finditer(readable)):
                if count == MOST_MATCHES:
                    raise Rejected(f"{self.path}: {entry.pattern!r} matches over {count} times here", "E_MATCHES")
                start, end = match.span(group)
                if start < end:
                    yield Found(start, end, entry.label, entry.score)


def read_patterns(path: str, schema: LabelSchema) -> UserPatterns:
    """Read a file of patterns.

    Raises:
        UsageError: it cannot be read, or a pattern is not sound; it names the line.
    """
    text = _text_of(Path(path))
    try:
        entries = _File.model_validate(tomllib.loads(text)).pattern
    except ValidationError as error:
        raise UsageError(f"{path}: {first_problem(error)}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error
    places = _places(text, len(entries))
    for place, entry in zip(places, entries, strict=True):
        if problem := _problem(entry, schema):
            raise UsageError(f"{path}: {place}: {problem}")
    return UserPatterns(path, text, entries)


def _text_of(path: Path) -> str:
    try:
        if _LONGEST_FILE < path.stat().st_size:
            raise UsageError(f"{path}: over {_LONGEST_FILE} bytes of patterns")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _places(text: str, count: int) -> list[str]:
    """Say where each entry stands: its line, or its number where lines cannot tell."""
    lines = [f"line {number}" for number, line in enumerate(text.split("\n"), 1) if _KEY.match(line)]
    return lines if len(lines) == count else [f"pattern {number}" for number in range(1, count + 1)]


def _problem(entry: _Entry, schema: LabelSchema) -> str | None:
    """Say what is wrong with an entry."""
    try:
        (compiled,) = _compiled((entry,))
    except re2.error as error:
        return f"{entry.pattern!r}: {_said(error)}; the engine knows no \\1, (?=…), (?!…), (?<=…), (?<!…)"
    except (UnicodeEncodeError, ValueError) as error:
        return f"{entry.pattern!r}: {error}"
    if entry.label not in schema.entity_names:
        return f"the schema has no entity type {entry.label!r}; it has {', '.join(schema.entity_names)}"
    known = [*range(compiled.groups + 1), *compiled.groupindex]
    if entry.group not in known:
        return f"{entry.pattern!r} has no group {entry.group!r}; it has {', '.join(map(str, known))}"
    return None


def _said(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


@lru_cache(maxsize=16)
def _compiled(entries: Sequence[_Entry]) -> tuple[Any, ...]:
    """Compile patterns, once per process."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return tuple(re2.compile(entry.pattern, options) for entry in entries)
