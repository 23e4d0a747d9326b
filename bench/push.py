"""Tasks of 500 characters with 20 proposals are made; how long our push takes against the SDK's raw import leaves.

    BUILDER_CACHE=… python -m bench.push [--tasks 10000] [--batch 250] [--turns 2] [--profile]

Both send the same JSON in requests of the same size to the same real Label Studio (started for this, on an empty
database), by turns, each into a project of its own. Ours is the whole verb: it reads its store, checks, commits what
it intends, sends, commits what arrived, and counts at the end. The SDK's is its import and nothing else; its tasks lie
ready in memory. Peak memory is that of the process that pushes, at a tenth of the tasks and at all of them.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builder.config import Project, parse_config
from builder.facts import Fact
from builder.model import Document, Entity, Label, Prediction, Sentence, Span, stable_id
from builder.offset_map import OffsetMap
from builder.reading import Kind, Sighting, Source
from builder.schema import read_schema
from builder.stages.duplicates import find_duplicates
from builder.store import queries
from builder.store.db import Store
from builder.studio.client import StudioClient
from builder.studio.codec import Passage, task_of
from builder.studio.label_config import instruction, label_config
from builder.studio.server import EmbeddedServer, ServerInfo
from builder.workbench import Workbench
from tests.fakes import WordCombiner

_OF_A_DOCUMENT = 20
_LABELS = ("PERSON", "ORG", "GPE", "LOCATION")

_ANNOTATOR = f"{WordCombiner.name}@{WordCombiner.fingerprint}"

_OURS = """
import cProfile, json, pstats, sys, time
from pathlib import Path
from bench.push import at_work, peak
from builder.stages.push import AT_ONCE
folder, url, token, batch, is_profiled = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
AT_ONCE["sentence"] = batch
with at_work(folder, url, token) as bench:
    seen, begin = cProfile.Profile(), time.perf_counter()
    if is_profiled == "yes":
        seen.enable()
    tally = bench.push()
    seconds = time.perf_counter() - begin
    seen.disable()
if is_profiled == "yes":
    pstats.Stats(seen, stream=sys.stderr).sort_stats("tottime").print_stats(30)
print(json.dumps([seconds, tally.done, peak()]))
"""

_RAW = """
import json, sys, time
from label_studio_sdk.client import LabelStudio
from bench.push import peak
path, url, token, batch, project = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
tasks = json.load(open(path, encoding="utf-8"))
sdk, begin = LabelStudio(base_url=url, api_key=token), time.perf_counter()
count = 0
for start in range(0, len(tasks), batch):
    part = tasks[start : start + batch]
    count += len(sdk.projects.import_tasks(id=project, request=part, return_task_ids=True).task_ids)
seconds = time.perf_counter() - begin
print(json.dumps([seconds, count, peak()]))
"""


def main() -> None:
    """Make the tasks, send them by turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=250)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = EmbeddedServer(Path(name) / "studio")
        try:
            compare(Path(name), home.start(print), asked)
        finally:
            home.stop()


def compare(folder: Path, server: ServerInfo, asked: argparse.Namespace) -> None:
    """Send a tenth to warm up and to see memory grow, then all of it by turns."""
    print(f"{asked.tasks} tasks in requests of {asked.batch}")
    _, _, few = ours(folder / "warm", server, asked, asked.tasks // 10)
    took: dict[str, list[float]] = {"builder": [], "SDK": []}
    peak = 0.0
    for turn in range(asked.turns):
        seconds, count, peak = ours(folder / f"turn {turn}", server, asked, asked.tasks)
        took["builder"].append(seconds)
        print(f"builder {seconds:.1f} s, {count / seconds:.0f} tasks/s, peak {peak:.0f} MiB", flush=True)
        seconds, count, raw_peak = raw(folder / f"turn {turn}", server, asked)
        took["SDK"].append(seconds)
        print(f"SDK     {seconds:.1f} s, {count / seconds:.0f} tasks/s, peak {raw_peak:.0f} MiB", flush=True)
    ratio = statistics.median(took["builder"]) / statistics.median(took["SDK"])
    print(f"ratio of the medians {ratio:.3f}; our peak {few:.0f} MiB at a tenth, {peak:.0f} MiB at all")


def ours(folder: Path, server: ServerInfo, asked: argparse.Namespace, tasks: int) -> tuple[float, int, float]:
    """Push a new project of so many tasks, in a process of its own."""
    make(folder, tasks)
    return told(_OURS, folder, server.url, server.token, asked.batch, "yes" if asked.profile else "no")


def raw(folder: Path, server: ServerInfo, asked: argparse.Namespace) -> tuple[float, int, float]:
    """Import the same JSON by the SDK, in a process of its own."""
    schema = read_schema("news", folder)
    with Store(folder / ".builder") as store:
        ids = [row[0] for row in store.db.execute("SELECT id FROM live ORDER BY document, number")]
        pairs = ((s, queries.prediction(store, s.id, _ANNOTATOR)) for s in queries.sentences(store, ids))
        tasks = [task_of(Passage(s, "t", s.text, s.text, "made"), p, schema, "raw") for s, p in pairs]
    path = folder / "tasks.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    studio = StudioClient(server.url, server.token)
    project = studio.open_project(uuid.uuid4().hex, "raw", label_config(schema), instruction(schema))
    return told(_RAW, path, server.url, server.token, asked.batch, project)


def told(code: str, *arguments: object) -> tuple[float, int, float]:
    """Run a program; give its seconds, tasks and peak of memory."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    seconds, count, peak = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    return seconds, count, peak


def peak() -> float:
    """Give the most memory that this program has held, in MiB; `getrusage` counts that of its parent too."""
    (line,) = [line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def make(folder: Path, tasks: int) -> None:
    """Make a project with so many proposed sentences, as ingest and annotate leave it."""
    folder.mkdir()
    dice, salt = random.Random(5), uuid.uuid4().hex
    with Store(folder / ".builder") as store:
        store.add([Source(salt, "made.txt", 1, "utf-8", "text/plain")])
        for number in range(0, tasks, _OF_A_DOCUMENT):
            store.add([*document(dice, f"{salt} {number}", salt, number, min(_OF_A_DOCUMENT, tasks - number))])
        store.add([Sighting("made.txt", salt)])
        find_duplicates(store)


def document(dice: random.Random, name: str, source: str, article: int, count: int) -> Iterator[Fact]:
    """Make one article of sentences and their predictions."""
    texts = ["".join(dice.choices("河畔论坛开幕林在江心岛说六相连陈雨表示同意 abcdefgh", k=500)) for _ in range(count)]
    id = stable_id(name)
    yield Document(id, source, article, "zh", name[:20], "".join(texts), OffsetMap.identity(500 * count))
    for number, text in enumerate(texts):
        sentence = Sentence(stable_id(id, number), id, number, 500 * number, 500 * number + 500, Kind.BODY, "zh", text)
        yield sentence
        spans = [Span(at, at + 4, dice.choice(_LABELS)) for at in range(0, 500, 25)]
        entities = tuple(Entity(span, 0.5, ("x@1",)) for span in spans)
        yield Prediction(sentence.id, _ANNOTATOR, entities, Label("event", 0.5, ("x@1",)))


@contextmanager
def at_work(folder: Path, url: str, token: str) -> Iterator[Workbench]:
    """Open a project made here, beside the real server."""
    project = Project(folder, parse_config('[project]\nname = "bench"\n'), read_schema("news", folder))
    with Store(project.hidden) as store:
        bench = Workbench(project, store, lambda message: None)
        bench.__dict__["combiner"] = WordCombiner()
        bench.__dict__["studio"] = StudioClient(url, token)
        yield bench


if __name__ == "__main__":
    main()
