"""The verb `adjudicate`: disputes to Label Studio; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from builder.errors import Rejected


@click.command(epilog="Example: builder pull && builder review && builder adjudicate")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def adjudicate(base: Path, as_json: bool) -> None:
    """Send what people disagree on to Label Studio, for an adjudicator to decide; pull fetches that too."""
    from builder import console
    from builder.workbench import opened

    with opened(base, console.say, console.run_with_progress) as bench:
        tally = bench.adjudicate()
        console.say(f"decide and review at {bench.review_url()}")
    if as_json:
        console.as_json(console.tally_json(tally))
    if tally.rejected:
        raise SystemExit(Rejected.exit_code)
