"""The verbs `check` and `restore`: options to a look at the project, and to its recovery; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from builder.errors import BrokenError, Rejected, UsageError

_CHECK = """\b
Example:
  builder check                    # the journal's chain and the index; seconds
  builder check --full             # every byte of store, journal and releases
  builder check --server           # Label Studio holds what was pushed
  builder check --rebuild          # make the index again from the journal and the sources
"""


@click.command(epilog=_CHECK)
@click.option("--full", is_flag=True, help="Read every byte, releases included, and derive the index again.")
@click.option("--server", is_flag=True, help="Compare with the tasks on Label Studio too.")
@click.option("--release", "releases", is_flag=True, help="Hash the releases too.")
@click.option("--rebuild", is_flag=True, help="Put the index aside and make it again, then check it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def check(base: Path, full: bool, server: bool, releases: bool, rebuild: bool, as_json: bool) -> None:
    """Name every damaged part of the project; exit 4 if there is one. Nothing is changed, but for --rebuild.

    With --json: contract check/1, see docs/contracts.md.
    """
    from builder import console
    from builder.config import read_project
    from builder.stages.check import check as look
    from builder.stages.check import report
    from builder.store.seal import INDEX
    from builder.workbench import opened, rebuilt

    project = read_project(base)
    if not (project.hidden / INDEX).exists() and not rebuild:
        raise UsageError("there is nothing to check yet; begin with: builder ingest")
    if rebuild:
        rebuilt(project, console.say, console.run_with_progress)
    damages = look(project, full=full, releases=releases)
    if server and not damages:
        with opened(base, console.say) as bench:
            damages += bench.differences()
    told = report(damages)
    console.as_json(told) if as_json else console.show_check(told)
    if damages:
        raise SystemExit(BrokenError.exit_code)


@click.command(epilog="Example: builder restore")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document per stage for programs.")
@click.pass_obj
def restore(base: Path, as_json: bool) -> None:
    """Make a review project that Label Studio lost again: its tasks, and every answer from the journal.

    Result, author, skip and lead time are as they were; ids and dates are the server's own, and drafts stay in the
    journal. It can be killed and run again: nothing is given back twice. Everybody who answered needs an account.
    """
    from builder import console
    from builder.workbench import opened

    with opened(base, console.say, console.run_with_progress) as bench:
        tallies = bench.restore()
    for tally in tallies if as_json else ():
        console.as_json(console.tally_json(tally))
    # What begins with N_ is a note: the record went on.
    if any(not reject.code.startswith("N_") for tally in tallies for reject in tally.rejected):
        raise SystemExit(Rejected.exit_code)
