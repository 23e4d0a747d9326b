"""Verbs to stages; no logic."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder import __version__
from builder.cli_adjudicate import adjudicate
from builder.cli_check import check, restore
from builder.cli_diff import diff
from builder.cli_evaluate import evaluate
from builder.cli_prove import prove
from builder.cli_publish import publish
from builder.cli_schema import schema
from builder.cli_stats import stats
from builder.cli_status import status
from builder.cli_studio import backend
from builder.cli_watch import watch
from builder.errors import Rejected
from builder.exits import Verbs

if TYPE_CHECKING:
    from builder.flow import Tally
    from builder.workbench import Workbench

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")


def _told(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the project's folder and whether its answer is for programs."""
    return _as_json(click.pass_obj(verb))


_JOURNEY = """\b
Example:
  builder init news && cd news     # then put text files into sources/
  builder run                      # ingest, annotate, push; review in the browser
  builder run                      # pull and decide what is approved
  builder release v1
"""


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_JOURNEY)
@click.version_option(__version__, prog_name="builder")
@click.option("-C", "--project", default=".", type=click.Path(file_okay=False, path_type=Path), help="Project folder.")
@click.pass_context
def main(context: click.Context, project: Path) -> None:
    """Documents in; proposals reviewed by people in Label Studio; approved rows out as a Hugging Face dataset."""
    context.obj = project.resolve()


@main.command(epilog="Example: builder init news --source articles/")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option("--name", help="Name of the dataset; the folder's name if not given.")
@click.option("--schema", default="news", show_default=True, help="A shipped label schema, or a path to your own.")
@click.option("--source", "sources", multiple=True, default=("sources",), show_default=True, help="What to ingest.")
@click.pass_obj
def init(base: Path, folder: Path, name: str | None, schema: str, sources: tuple[str, ...]) -> None:
    """Make a project: a folder with builder.toml."""
    from builder import console
    from builder.project_files import create

    made = create(base / folder, name, schema, sources)
    console.answer(f"made {made}: put files into {', '.join(sources)}, then run: builder run")


@main.command(epilog="Example: builder ingest articles/ extra/today.txt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_told
def ingest(base: Path, paths: tuple[Path, ...], as_json: bool) -> None:
    """Read files that are new or changed; an unfit file is listed and the rest goes on."""
    with _workbench(base) as bench:
        _finish([bench.ingest([path.absolute() for path in paths])], as_json)


@main.command(epilog="Example: builder annotate")
@_told
def annotate(base: Path, as_json: bool) -> None:
    """Propose entities and a label for every new sentence."""
    with _workbench(base) as bench:
        _finish([bench.annotate()], as_json)


@main.command(epilog="Example: builder studio start && builder push")
@_told
def push(base: Path, as_json: bool) -> None:
    """Send proposed sentences to Label Studio, each exactly once."""
    from builder import console

    with _workbench(base) as bench:
        tally = bench.push()
        console.say(f"review at {bench.review_url()}")
        _finish([tally], as_json)


@main.command(epilog="Example: builder pull")
@click.option("--accept-deletions", default=0, metavar="N", help="Go on although up to N tasks or answers vanished.")
@click.option("--accept-restored", is_flag=True, help="Go on although the server is an older copy of itself.")
@_told
def pull(base: Path, accept_deletions: int, accept_restored: bool, as_json: bool) -> None:
    """Fetch what people did, into the journal and the store."""
    with _workbench(base) as bench:
        _finish([bench.pull(accept_deletions, accept_restored=accept_restored)], as_json)


main.add_command(watch)


@main.command(epilog="Example: builder pull && builder review")
@_told
def review(base: Path, as_json: bool) -> None:
    """Decide which answers are approved, and say why others are not."""
    from builder import console

    with _workbench(base) as bench:
        decided = bench.review()
    refused = [{"sentence": sentence, "reason": reason} for sentence, reason in decided.refusals]
    told = {"approved": len(decided.golds), "refused": refused}
    console.as_json(told) if as_json else console.show_review(decided)


main.add_command(adjudicate)


@main.command(epilog="Example: builder pull && builder train && builder annotate")
@_told
def train(base: Path, as_json: bool) -> None:
    """Learn from approved answers; annotate then proposes by it what nobody has answered."""
    from builder import console
    from builder.stages.train import as_record

    with _workbench(base) as bench:
        report = as_record(bench.train(console.bar))
    console.as_json(report) if as_json else console.show_training(report)


@main.command(epilog="Example: builder release v1")
@click.argument("version")
@_told
def release(base: Path, version: str, as_json: bool) -> None:
    """Write what is approved as a Hugging Face dataset: exports/NAME/VERSION."""
    from builder import console

    with _workbench(base) as bench:
        told = bench.summary(bench.release(version))
    console.as_json(told) if as_json else console.show_release(told)


main.add_command(diff)
main.add_command(prove)
main.add_command(publish)
main.add_command(status)


@main.command(epilog="Example: builder run --release v1")
@click.option("--release", "version", help="Also write this release at the end.")
@click.pass_obj
def run(base: Path, version: str | None) -> None:
    """Do all that is possible now: ingest, annotate, push, pull, review."""
    from builder import console

    with _workbench(base) as bench:
        tallies = bench.run_all()
        console.show_review(bench.review())
        console.answer(f"review at {bench.review_url()}{bench.login()}")
        if version:
            console.show_release(bench.summary(bench.release(version)))
    _finish(tallies, as_json=False)


@main.command(epilog="Example: builder retry ingest")
@click.argument("stage", type=click.Choice(["ingest", "annotate"]))
@_told
def retry(base: Path, stage: str, as_json: bool) -> None:
    """Do again what STAGE rejected: read the files anew, changed or not, or ask the annotators that failed."""
    with _workbench(base) as bench:
        _finish([bench.retry_ingest() if stage == "ingest" else bench.annotate(again=True)], as_json)


@main.command(epilog="Example: builder preview article.txt --json")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--schema", default="news", show_default=True, help="A shipped label schema, or a path to your own.")
@click.option("--structure", is_flag=True, help="Show joins, removed characters and flags at their places too.")
@_as_json
def preview(files: tuple[Path, ...], schema: str, structure: bool, as_json: bool) -> None:
    """Show what would be proposed for files, without a project.

    With --structure: ⏎ joined lines, ␣ a removed space, · another removed character, ⤳ a leap over other text.
    With --json, one object per sentence (contract preview/1, see docs/contracts.md).
    """
    from builder import console
    from builder.preview import preview_files

    lines, labels, rejected = preview_files(files, schema, structure=structure)
    if as_json:
        for line in lines:
            console.as_json(line)
    else:
        console.show_preview(lines, labels)
    for reject in rejected:
        console.fail(f"{reject.subject}: {reject.code}: {reject.reason}")
    if rejected:
        raise SystemExit(Rejected.exit_code)


main.add_command(evaluate)
main.add_command(stats)
main.add_command(check)
main.add_command(restore)
main.add_command(schema)


@main.command(epilog="Example: builder demo --interactive")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="demo")
@click.option("--interactive", is_flag=True, help="Review in the browser yourself instead of replaying a review.")
@click.pass_obj
def demo(base: Path, folder: Path, interactive: bool) -> None:
    """Run the whole job on the sample that ships with builder, in FOLDER."""
    from builder.demo import run_demo

    run_demo(base / folder, interactive=interactive)


@main.group(cls=Verbs, epilog="Example: builder studio start")
def studio() -> None:
    """Start, stop and look at the project's own Label Studio."""


@studio.command(epilog="Example: builder studio start")
@_told
def start(base: Path, as_json: bool) -> None:
    """Start it on 127.0.0.1; the first time it is installed, which takes some minutes."""
    from builder import console
    from builder.config import read_project
    from builder.servers import embedded

    server = embedded(read_project(base))
    info = server.start(console.say)
    if as_json:
        console.as_json({"running": True, "url": info.url, "email": info.email, "credentials": str(server.credentials)})
    else:
        console.answer(
            f"Label Studio runs at {info.url}\nlog in as {info.email}; the password is in {server.credentials}"
        )


@studio.command(epilog="Example: builder studio stop")
@click.pass_obj
def stop(base: Path) -> None:
    """Stop it; its data stay."""
    from builder import console
    from builder.config import read_project
    from builder.servers import embedded

    console.answer("stopped" if embedded(read_project(base)).stop() else "it was not running")


@studio.command("status", epilog="Example: builder studio status --json")
@_told
def studio_status(base: Path, as_json: bool) -> None:
    """Say whether it runs, and where."""
    from builder import console
    from builder.config import read_project
    from builder.servers import embedded

    found = embedded(read_project(base)).status()
    if as_json:
        console.as_json({"running": found.running, "healthy": found.healthy, "url": found.url, "log": str(found.log)})
    else:
        console.answer(f"running at {found.url}" if found.healthy else f"not running; log: {found.log}")


studio.add_command(backend)


@contextmanager
def _workbench(base: Path) -> Iterator[Workbench]:
    from builder import console
    from builder.workbench import opened

    with opened(base, console.say, console.run_with_progress) as bench:
        yield bench


def _finish(tallies: list[Tally], as_json: bool) -> None:
    """Print what was done for programs, and exit with 1 when records were rejected."""
    from builder import console

    if as_json:
        for tally in tallies:
            console.as_json(console.tally_json(tally))
    if any(tally.rejected for tally in tallies):
        sys.exit(Rejected.exit_code)
