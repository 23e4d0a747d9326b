"""The verb `prove`: a version to a proof; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from builder.errors import Rejected

_PROVE = """\b
Example:
  builder prove v1
  builder prove v1 --plot proof.svg
"""


@click.command(epilog=_PROVE)
@click.argument("version")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the proof (SVG) here too.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    metavar="N",
    help="Decides shuffles, samples, intervals and first weights.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def prove(base: Path, version: str, plot: Path | None, seed: int, as_json: bool) -> None:
    """Train on a release, and on shuffled copies of it, which must fail.

    The release is hashed, loaded with `datasets`, and learnt from; what was learnt is measured on the test split. The
    proof holds if the real F1 is surely higher than the best of the shuffled ones; else the exit code is 1. It is kept
    as .builder/proofs/VERSION.json, with a picture where matplotlib is installed.
    With --json: contract prove/1, see docs/contracts.md.
    """
    from builder import console, plotting
    from builder.config import read_project
    from builder.proof_figures import lines_of_proof
    from builder.stages.prove import keep
    from builder.stages.prove import prove as train

    if plot:
        plotting.check_plots()
    project = read_project(base)
    report = train(project, version, seed, console.bar)
    kept = keep(project, report)
    wanted = [kept.with_suffix(".svg")] if plotting.can_draw() else []
    drawn = [plotting.plot_proof(report, path) for path in (*wanted, *([plot] if plot else []))]
    if as_json:
        console.as_json(report)
    else:
        for line in lines_of_proof(report):
            console.answer(line)
    for path in (kept, *drawn):
        console.say(f"wrote {path}")
    if not report["holds"]:
        raise SystemExit(Rejected.exit_code)
