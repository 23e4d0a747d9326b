"""The verb `diff`: two releases to their differences; no logic."""

from __future__ import annotations

from pathlib import Path

import click

_DIFF = """\b
Example:
  builder diff v1 v1.1                 # two versions of this project
  builder diff v1 v1.1 --json          # every change, for programs
  builder diff old/v1 new/v2           # two folders; no project is needed
"""
_SHOWN = 10


@click.command(epilog=_DIFF)
@click.argument("old")
@click.argument("new")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Name so many changes of each kind: {_SHOWN} for people, 10,000 for programs if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def diff(base: Path, old: str, new: str, limit: int | None, as_json: bool) -> None:
    """Say what differs between two releases, each hashed first; nothing is changed.

    Sentences and spans that were added, removed, moved or relabelled, by label, language, split and reviewer; labels,
    columns, guidelines; and whether it makes a major, a minor or a patch version.
    With --json: contract diff/1, see docs/contracts.md.
    """
    from builder import console
    from builder.diff_figures import lines_of_diff
    from builder.exporters.differences import LISTED
    from builder.stages.diff import pair_of

    pair = pair_of(base, old, new)
    if as_json:
        console.as_json(pair.diff(LISTED if limit is None else limit))
    else:
        told = pair.diff(_SHOWN if limit is None else limit)
        console.show_lines(lines_of_diff(told, pair.texts(told)))
