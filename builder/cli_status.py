"""The verb `status`: options to counts; no logic."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: builder status --json")
@click.option("--published", is_flag=True, help="With --json: say where releases were published too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def status(base: Path, published: bool, as_json: bool) -> None:
    """Show what each stage has done, what waits, what was rejected, and where releases were published.

    With --json: contract status/1, see docs/contracts.md.
    """
    from builder import console
    from builder.workbench import opened

    with opened(base, console.say) as bench:
        counts = bench.status(published=published or not as_json)
    console.as_json(counts) if as_json else console.show_status(counts)
