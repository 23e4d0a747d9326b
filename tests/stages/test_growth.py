"""Four times the pages take four times the steps of SQLite: no verb looks through the store for each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from tests.fakes import WordCombiner
from tests.project import accepted, answer_all, at_work

FEW, MORE = 5, 20
SENTENCES = 10
EVERY = 20  # Steps of SQLite's machine between two ticks.


class Later(WordCombiner):
    """What proposes after the annotators changed: another sentence label."""

    fingerprint, label = "words2", "statement"


def write_pages(folder: Path, pages: int) -> None:
    numbers = count()
    (folder / "sources").mkdir(parents=True)
    for page in range(pages):
        said = " ".join(f"Speaker Maria{next(numbers)} told river {next(numbers)} of it." for _ in range(SENTENCES))
        (folder / "sources" / f"{page:03}.txt").write_text(f"Page {page} of the river\n\n{said}\n", "utf-8")


def steps_of(folder: Path, pages: int) -> dict[str, int]:
    """Count the steps that SQLite takes in each verb of a project with so many pages."""
    write_pages(folder, pages)
    ticks = Counter[str]()
    with at_work(folder) as (bench, studio):

        def counted(name: str, verb: Callable[[], Any]) -> None:
            bench.store.db.set_progress_handler(lambda: ticks.update([name]), EVERY)
            verb()
            bench.store.db.set_progress_handler(None, 0)

        for name in ("ingest", "annotate", "push"):
            counted(name, getattr(bench, name))
        bench.__dict__["combiner"] = Later()
        counted("annotate anew", bench.annotate)
        counted("push anew", bench.push)
        assert pages * SENTENCES <= len(studio.payloads())
        answer_all(studio)
        counted("pull", bench.pull)
        for task in studio.payloads()[::2]:
            fewer = accepted(task["data"]["text"], task["predictions"][0]["result"], "statement")
            studio.submit(task["id"], fewer[1:], person=2)
        counted("pull what changed", bench.pull)
        for name in ("review", "adjudicate", "status", "differences"):
            counted(name, getattr(bench, name))
        counted("stats", lambda: bench.stats(300.0))
        counted("release", lambda: bench.release("v1"))
        counted("push nothing", bench.push)
        studio.lose()
        counted("restore", bench.restore)
        counted("restore nothing", bench.restore)
    return ticks


def test_the_steps_of_no_verb_grow_faster_than_the_pages(tmp_path):
    few, more = steps_of(tmp_path / "few", FEW), steps_of(tmp_path / "more", MORE)

    assert 16 == len(more)
    assert {} == {name: (few[name], more[name]) for name in more if 1.25 * MORE / FEW < more[name] / few[name]}
