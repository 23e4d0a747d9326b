"""The verb `stats`: options to figures of reviewing; no logic."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: builder stats --json")
@click.option(
    "--idle",
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Longer on one sentence was time elsewhere; an article may take so long for each of its sentences.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def stats(base: Path, idle: float, as_json: bool) -> None:
    """Show what proposals were worth, what reviewing costs, and how far people agree.

    Per annotator and label: how many proposals were accepted, moved, relabelled, rejected, and what people added. Per
    language: time and edits per 1,000 characters, against starting from nothing. Agreement with 95 % intervals.
    With --json: contract stats/1, see docs/contracts.md.
    """
    from builder import console
    from builder.workbench import opened

    if idle <= 0:
        raise click.BadParameter("it must be more than 0 seconds", param_hint="--idle")
    with opened(base, console.say) as bench:
        told = bench.stats(idle)
    console.as_json(told) if as_json else console.show_stats(told)
