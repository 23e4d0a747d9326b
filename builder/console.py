"""The only file that prints: progress and notes on standard error, answers on standard output.

`rich` is imported when something is shown, so that `builder --help` stays quick.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

from builder import figures, flow
from builder.flow import Stage, Tally
from builder.model import Reject
from builder.rendering import harmless, packed, page_of, sentence_shown
from builder.schema import LabelSchema
from builder.stages.review import Review
from builder.store.db import Store

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_MARGIN = 10
_SIGNS = {"+ ": "green", "- ": "red", "~ ": "yellow"}
# Of so many refusals of one kind each is named, of more only a few.
_NAMED, _NAMED_OF_MANY = 20, 3


def say(message: str) -> None:
    """Note something for the person at the terminal."""
    _console(stderr=True).print(harmless(message), style="dim", markup=False, highlight=False, soft_wrap=True)


def fail(message: str) -> None:
    """Say what went wrong, in one line."""
    shown = harmless(f"error: {message}")
    _console(stderr=True).print(shown, style="bold red", markup=False, highlight=False, soft_wrap=True)


def show_trace() -> None:
    """Show where the error now being handled came from: nobody foresaw it."""
    sys.stderr.write(harmless(traceback.format_exc()))


def answer(message: str, style: str | None = None) -> None:
    """Print an answer for the person who asked."""
    _console().print(harmless(message), style=style, markup=False, highlight=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """Print one JSON document on one line, for programs: in UTF-8, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(packed(value))
    sys.stdout.buffer.flush()


def run_with_progress(stage: Stage[Any], store: Store, processes: int = 1) -> Tally:
    """Run a stage under a progress bar, and say what it did."""
    with bar(stage.name, lambda: getattr(stage, "waiting", None)) as advance:
        tally = flow.run(stage, store, advance, processes)
    show_tally(tally)
    return tally


def show_tally(tally: Tally) -> None:
    """Say what a stage did, and why it refused what it refused."""
    say(f"{tally.stage:>9}: {told_of(tally)}")
    for line in folded(tally.rejected):
        say(f"{'':>9}  {line}")


def told_of(tally: Tally) -> str:
    """Say how much a stage did; of a pull, that a task was looked at does not mean that somebody answered it."""
    if not tally.taken:
        return "nothing to do"
    looked = f"{_count(tally.done, 'task')} looked at, {_count(tally.answers, 'answer')}"
    done = looked if tally.stage == "pull" else f"{tally.done} done"
    return done + (f", {len(tally.rejected)} rejected" if tally.rejected else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"


def folded(rejects: Sequence[Reject]) -> list[str]:
    """Say what was refused and why, a line for each; of very many of one kind a few are named, and all counted."""
    kinds: dict[tuple[str, str], list[Reject]] = {}
    for reject in rejects:
        kinds.setdefault((reject.code, reject.place if reject.stage == "annotate" else ""), []).append(reject)
    lines = []
    for (code, place), alike in kinds.items():
        named = alike if len(alike) <= _NAMED else alike[:_NAMED_OF_MANY]
        lines += [_refusal(reject) for reject in named]
        if len(named) < len(alike):
            by = f" by {place}" if place else ""
            lines.append(f"… {len(alike) - len(named)} more {code}{by}; all of them: builder status --json")
    return lines


def _refusal(reject: Reject) -> str:
    place = "" if not reject.place or reject.place in reject.subject else f" ({reject.place})"
    return f"{reject.subject}{place}: {reject.code}: {reject.reason}"


def tally_json(tally: Tally) -> dict[str, Any]:
    """Say a tally as JSON."""
    rejected = [{"subject": r.subject, "code": r.code, "reason": r.reason} for r in tally.rejected]
    return {"stage": tally.stage, "done": tally.done, "rejected": rejected}


def show_review(review: Review) -> None:
    """Say how many answers are approved, and why others are not."""
    answer(f"{len(review.golds)} approved, {len(review.refusals)} not")
    reasons: dict[str, int] = {}
    for _, reason in review.refusals:
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        answer(f"  {count:>5}  {reason}")


def show_release(told: Mapping[str, Any]) -> None:
    """Say what a release holds, and what it leaves out."""
    show_table(f"released {told['release']}", figures.rows_of_release(told))
    for line in figures.notes_of_release(told):
        answer(line)


def show_lines(lines: Iterable[str]) -> None:
    """Print a report line by line: what came in green, what went in red, what changed in yellow."""
    for line in lines:
        answer(line, _SIGNS.get(line[:2]))


def show_published(told: Mapping[str, Any]) -> None:
    """Say where a version stands now, and what is still to be done."""
    answer(figures.line_of_published(told))
    answer(f"  {told['url']}")
    if told["pull_request"]:
        answer("  when it is merged, run the same command again: it sets the tag")


def show_training(report: Mapping[str, Any]) -> None:
    """Say what was learnt, and how it does on what is set apart."""
    for line in figures.lines_of_training(report):
        answer(line)


def show_table(title: str, rows: Iterable[Sequence[object]]) -> None:
    """Print a small table: what, and how many."""
    from rich.table import Table

    table = Table.grid(padding=(0, 3))
    table.add_column(style="cyan", no_wrap=True)
    for row in rows:
        table.add_row(*(harmless(f"  {cell}") for cell in row))
    answer(title)
    _console().print(table)


def show_status(counts: Mapping[str, Any]) -> None:
    """Print a project's status for a person."""
    rows = [
        (stage, ", ".join(f"{value} {name}" for name, value in counts[stage].items() if name != "versions"))
        for stage in ("ingest", "annotate", "push", "pull", "review")
    ]
    rows.append(("release", ", ".join(counts["release"]["versions"]) or "none yet"))
    rows += [("published", figures.line_of_published(one)) for one in counts["release"].get("published", ())]
    show_table(counts["project"], rows)
    for stage, rejects in groupby(counts["rejects"], lambda reject: reject["stage"]):
        for line in folded([Reject(**reject) for reject in rejects]):
            answer(f"  {stage}: {line}")


def show_check(told: Mapping[str, Any]) -> None:
    """Name what is damaged, or say that nothing is."""
    for damage in told["damages"]:
        answer(f"{damage['where']}: {damage['what']}")
    if not told["damages"]:
        answer("sound: everything looked at is what was written")


def show_stats(told: Mapping[str, Any]) -> None:
    """Print how reviewing goes."""
    from builder.review_figures import acceptance_rows, agreement_rows, aligned, effort_rows

    if not told["answers"]:
        answer("nobody has answered yet; review some tasks, then run: builder pull")
        return
    for rows in (acceptance_rows, effort_rows, agreement_rows):
        for line in aligned(rows(told)):
            answer(line)
        answer("")


def show_evaluation(report: Mapping[str, Any]) -> None:
    """Print how well each proposer did."""
    for line in figures.lines_of(report):
        answer(line)


def show_preview(lines: Iterable[Mapping[str, Any]], schema: LabelSchema) -> None:
    """Print sentences with their proposals in the schema's colours, kinds in the margin."""
    console = _console()
    colours = {label.name: label.color for label in (*schema.entity, *schema.sentence)}
    page, is_empty = None, True
    for line in lines:
        if "structure" in line and page != (page := page_of(line)):
            console.print(page, style="dim", markup=False, highlight=False, soft_wrap=True)
        sentence = sentence_shown(line, colours, is_coloured=bool(console.color_system))
        console.print(_beside(line["kind"], sentence, is_folded=console.is_terminal), soft_wrap=not console.is_terminal)
        is_empty = False
    if not is_empty:
        console.print(_legend(schema), soft_wrap=not console.is_terminal)


def _beside(kind: str, sentence: Text, *, is_folded: bool) -> Table | Text:
    """Put a sentence beside its kind; on one line, unless it is folded for a screen."""
    from rich.table import Table
    from rich.text import Text

    if not is_folded:
        return Text(f"{kind:<{_MARGIN}} ").append_text(sentence)
    row = Table.grid(padding=(0, 1))
    row.add_column(width=_MARGIN, style="dim", no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(kind, sentence)
    return row


def _legend(schema: LabelSchema) -> Text:
    from rich.text import Text

    legend = Text(" " * (_MARGIN + 1))
    for label in schema.entity:
        legend.append(f" {label.name} ", style=f"bold white on {label.color}").append(" ")
    return legend


def count_up(name: str, count: Callable[[], tuple[int, int]], pause: float, sleep: Callable[[float], None]) -> None:
    """Show a bar of (done, all) and ask again every `pause` seconds until all is done."""
    from rich.progress import Progress

    with Progress(console=_console(stderr=True)) as progress:
        bar = progress.add_task(name)
        done, whole = count()
        while done < whole:
            progress.update(bar, completed=done, total=whole)
            sleep(pause)
            done, whole = count()
        progress.update(bar, completed=done, total=whole)


@contextmanager
def bar(name: str, total: int | Callable[[], int | None] | None = None) -> Iterator[Callable[[int], None]]:
    """Show how much is done, how quickly, and how long the rest takes where the total is known by then."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = _console(stderr=True)
    rate, left = TextColumn("{task.fields[rate]}"), TimeRemainingColumn()
    columns = (TextColumn(f"{name:>9}"), BarColumn(), MofNCompleteColumn(), rate, TimeElapsedColumn(), left)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        shown = progress.add_task(name, total=None, rate="")

        def advance(count: int) -> None:
            task = progress.tasks[shown]
            rate = rate_shown(task.completed + count, task.elapsed or 0.0)
            progress.update(shown, advance=count, total=total() if callable(total) else total, rate=rate)

        yield advance


def rate_shown(done: float, seconds: float) -> str:
    """Say how many records a second are done; nothing before there is a rate."""
    return f"{done / seconds:,.0f}/s" if done and seconds else ""


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr)
