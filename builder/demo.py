"""The whole job on the sample that ships: pages in, a review, a Hugging Face dataset out, loaded.

Without `--interactive` two recorded readings are replayed through the server's API, each as the account of its reader:
one of every sentence, and one of every third, made apart. Where they differ nothing is approved.
"""

from __future__ import annotations

import json
import shlex
import shutil
import time
import webbrowser
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder import console
from builder.errors import BrokenError, UsageError
from builder.exporters.loading import load_release
from builder.model import Span, stable_id
from builder.project_files import create
from builder.reviewing import Answer
from builder.servers import embedded
from builder.stages.annotate import annotator_id
from builder.store import queries
from builder.studio import accounts
from builder.studio.client import StudioClient
from builder.studio.codec import result_of
from builder.studio.server import ServerInfo
from builder.workbench import Workbench, opened

READINGS = {
    "first-reader@builder.localhost": "review.jsonl",
    "second-reader@builder.localhost": "second-review.jsonl",
}
VERSION = "v1"
_POLL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer: what a reader decided for a sentence, or that they skipped it."""

    answer: Answer
    lead_time: float
    cancelled: bool


def run_demo(folder: Path, *, interactive: bool) -> None:
    """Do the whole job in `folder`; running it again does only what is missing."""
    sample = sample_folder()
    create(folder, "demo", "news", ("sources",), "cc0-1.0", (sample / "card.toml").read_text("utf-8"))
    for page in sorted(sample.glob("*.txt")):
        shutil.copyfile(page, folder / "sources" / page.name)
    with opened(folder, console.say, console.run_with_progress) as bench:
        bench.ingest()
        bench.annotate()
        server = embedded(bench.project)
        info = server.start(console.say)
        try:
            bench.push()
            if interactive:
                wait_for_person(bench, info)
            else:
                replay(bench, info, {email: read_review(sample / name) for email, name in READINGS.items()})
            bench.pull()
            reviewed = bench.review()
            console.show_review(reviewed)
            if not reviewed.golds:
                raise UsageError("nothing is approved yet, so nothing is released")
            release = bench.release(VERSION)
        finally:
            server.stop()
            if interactive:
                console.say(way_on(bench, folder))
        summarise(bench, release)


def sample_folder() -> Path:
    """Find the sample pages, in an installed package or in a checkout."""
    package = Path(__file__).parent
    places = [package / "examples" / "news", package.parent / "examples" / "news"]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise BrokenError("the sample pages are not installed")
    return found


def read_review(path: Path) -> dict[str, Recorded]:
    """Read a recorded review, by sentence text."""
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return {
        row["text"]: Recorded(
            Answer(tuple(Span(*entity) for entity in row["entities"]), row["label"]), row["lead_time"], row["cancelled"]
        )
        for row in rows
    }


def replay(bench: Workbench, info: ServerInfo, readings: dict[str, dict[str, Recorded]]) -> None:
    """Submit the recorded answers that are not there yet, through the API, as the accounts of their readers."""
    console.say(f"no person at work here: replaying the recorded review as {' and '.join(readings)}")
    for email, recorded in readings.items():
        # Made from the owner's own secret, so that running the demo again finds the same account.
        token = accounts.join(info.url, info.token, email, stable_id(info.password, email), "Recorded Review")
        reader = StudioClient(info.url, token)
        for task, text in _open_tasks(bench, email, readings.keys()):
            if told := recorded.get(text):
                result = [] if told.cancelled else result_of(told.answer, text)
                reader.submit(task, result, lead_time=told.lead_time, cancelled=told.cancelled)


def wait_for_person(bench: Workbench, info: ServerInfo) -> None:
    """Open the review in the browser and wait until every task is answered; Ctrl-C stops waiting."""
    url = bench.review_url()
    console.answer(f"review at {url}\nlog in as {info.email} with the password {info.password}")
    console.answer("press Ctrl+Enter on each task; this goes on when all are answered, or at Ctrl-C")
    webbrowser.open(url)
    try:
        console.count_up("reviewed", lambda: _answered(bench), _POLL_SECONDS, time.sleep)
    except KeyboardInterrupt:
        console.say("going on with what is answered so far")


def way_on(bench: Workbench, folder: Path) -> str:
    """Say that the server does not run any more, and how a person goes on reviewing."""
    builder = f"builder -C {shlex.quote(str(_shown(folder)))}"
    version = "v2" if bench.status()["release"]["versions"] else VERSION
    return f"Label Studio was stopped; to review on: {builder} run, and then: {builder} run --release {version}"


def summarise(bench: Workbench, release: Path) -> None:
    """Load the release as a stranger would, and say what came of the pages."""
    loaded = load_release(release)
    counts = bench.status()
    proposals = queries.count_proposed_spans(bench.store, annotator_id(bench.combiner))
    rows = [
        ("documents", counts["ingest"]["documents"]),
        ("sentences", counts["ingest"]["sentences"]),
        ("sentences in review", counts["push"]["tasks"]),
        ("proposals (spans)", proposals),
        ("approved", counts["review"]["approved"]),
        ("rejected", counts["review"]["refused"]),
        *((f"rows in {split}", len(found)) for split, found in loaded["records"].items()),
    ]
    console.show_table(f"load_dataset({str(_shown(release))!r}, 'records')", rows)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _open_tasks(bench: Workbench, reader: str, readers: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the tasks that this reader did not answer, nor anybody who is no reader, each with its sentence."""
    project, people = bench.studio.find_project(bench.store.marker), bench.studio.people()
    for state in bench.studio.list_tasks(project) if project is not None else []:
        sentence = queries.find_sentence(bench.store, *state.sentences)
        given = bench.studio.list_annotations(state.id) if state.answers else ()
        authors = {people.get(body["completed_by"] or 0, "") for body in given}
        if sentence and authors <= {*readers} - {reader}:
            yield state.id, sentence.text


def _answered(bench: Workbench) -> tuple[int, int]:
    """Count the answered tasks, and all of them."""
    project = bench.studio.find_project(bench.store.marker)
    states = bench.studio.list_tasks(project) if project is not None else []
    return sum(bool(state.answers) for state in states), len(states)
