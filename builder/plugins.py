"""Entry points by name, loaded only when named.

A plug-in is a `build` function and a line in its own `pyproject.toml`; the built-in ones use the same door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from builder.collector import collector_at_rest
from builder.errors import UsageError
from builder.ports import Annotator, Exporter, Reader
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner
    from builder.annotators.taught import Taught


def annotator(name: str, options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build an annotator by its entry point's name."""
    with collector_at_rest():
        made: Annotator = _load("annotators", name)(options, schema)
    return made


def combiner(
    names: Sequence[str],
    options: Mapping[str, Mapping[str, str]],
    schema: LabelSchema,
    taught: Taught | None = None,
) -> Combiner:
    """Build annotators by name, and what combines them, by what approvals taught if they did."""
    made = [annotator(name, options.get(name, {}), schema) for name in names]
    if taught is None:
        from builder.annotators.combine import Combiner

        return Combiner(made, schema)
    from builder.annotators.taught import TaughtCombiner

    return TaughtCombiner(made, schema, taught)


def readers() -> list[Reader]:
    """Build every installed reader."""
    return [entry.load()({}) for entry in sorted(entry_points(group="builder.readers"), key=lambda e: e.name)]


def exporter(name: str, options: Mapping[str, str]) -> Exporter:
    """Build an exporter by its entry point's name."""
    made: Exporter = _load("exporters", name)(options)
    return made


@cache
def _installed(kind: str) -> Mapping[str, EntryPoint]:
    """List what is installed, once: every package of the environment is asked."""
    return {entry.name: entry for entry in entry_points(group=f"builder.{kind}")}


def _load(kind: str, name: str) -> Callable[..., Any]:
    known = _installed(kind)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"installed: {', '.join(sorted(known)) or 'none'}"
        raise UsageError(f"no {kind.removesuffix('s')} {name!r} is installed; {hint}")
    try:
        build: Callable[..., Any] = known[name].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{kind.removesuffix('s')} {name!r} cannot be imported: {error}") from error
    return build
