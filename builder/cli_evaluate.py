"""The verb `evaluate`: options to a request; no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from builder.errors import Rejected

_EVALUATE = """\b
Example:
  builder evaluate --gold pages.jsonl
  builder evaluate --gold dev.jsonl --map PERSON=PER,GPE=LOC,LOCATION=LOC,ORG=ORG
  builder evaluate --gold dev.jsonl --train train.jsonl --sizes 100,300,1000 --plots plots/
"""
_file = click.Path(path_type=Path)


def _numbers(context: click.Context, parameter: click.Parameter, text: str) -> tuple[int, ...]:
    """Read whole numbers of at least 1, comma-separated."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if not all(part.isascii() and part.isdigit() and 0 < int(part) for part in parts):
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 100,300,1000")
    return tuple(int(part) for part in parts)


@click.command(epilog=_EVALUATE)
@click.option("--gold", type=_file, help='JSON lines {"text", "spans": [[start, end, label], …]}; or what is approved.')
@click.option("--train", type=_file, help="Learn from this file of the same form, and measure what is learnt too.")
@click.option("--sizes", default="", callback=_numbers, metavar="N,…", help="Learn from so many sentences, one by one.")
@click.option("--map", "pairs", default="", metavar="OURS=THEIRS,…", help="Which label of ours is which of the file's.")
@click.option("--crosswalk", default="", help="A shipped map: msra, peoples-daily, ontonotes, cluener, conll-2003.")
@click.option("--annotators", default="", metavar="NAME,…", help="Who proposes; the project's, or the default ones.")
@click.option("--folds", default=0, metavar="K", help="Learn from the gold itself, by cross-validation.")
@click.option("--seed", default=0, show_default=True, help="Decides samples, folds and intervals.")
@click.option("--plots", type=click.Path(file_okay=False, path_type=Path), help="Draw pictures into this folder.")
@click.option("--wrong", default="", metavar="PROPOSER", help="List what this one most often gets wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def evaluate(base: Path, /, annotators: str, plots: Path | None, as_json: bool, **asked: Any) -> None:
    """Measure the annotators on labelled text, or in a project on what people approved.

    Strict and partial precision, recall and F1 with 95 % intervals for each annotator, their union, majority vote and
    combination, and for what is learnt; confusion and calibration. With --json: contract evaluate/1, docs/contracts.md.
    """
    from builder import console, plotting
    from builder.stages.evaluate import Request, approved_at, combiner_at
    from builder.stages.evaluate import evaluate as measure

    if plots:
        plotting.check_plots()
    names = [name.strip() for name in annotators.split(",") if name.strip()]
    request = Request(**asked)
    approved = [] if request.gold else approved_at(base)
    report = measure(request, combiner_at(base, names), console.bar, approved)
    console.as_json(report) if as_json else console.show_evaluation(report)
    for path in plotting.plot(report, plots) if plots else []:
        console.say(f"drew {path}")
    for reject in report["rejects"]:
        console.fail(f"{reject['file']}: {reject['place']}: {reject['code']}: {reject['reason']}")
    if report["rejects"]:
        raise SystemExit(Rejected.exit_code)
