"""The verb `watch`: options to a pull that goes on; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from builder.errors import Rejected

_WATCH = """\b
Example:
  builder watch                    # every 30 seconds, until Ctrl+C
  builder watch --every 300
  builder watch --once             # one pull, told line by line, for scripts
"""


@click.command(epilog=_WATCH)
@click.option("--every", default=30.0, show_default=True, type=click.FloatRange(min=1), help="Seconds between pulls.")
@click.option("--once", is_flag=True, help="Pull once and end.")
@click.pass_obj
def watch(base: Path, every: float, once: bool) -> None:
    """Keep fetching what people do, one line per change, until Ctrl+C; other commands may run meanwhile."""
    from builder import console
    from builder.watching import pull_once
    from builder.watching import watch as keep

    try:
        if not once:
            keep(base, every, console.answer, console.say)
        elif not pull_once(base, console.answer, console.say):
            raise SystemExit(Rejected.exit_code)
    except KeyboardInterrupt:
        console.say("stopped watching; everything told is kept")
