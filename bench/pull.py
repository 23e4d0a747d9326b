"""How long a pull takes when one task in a hundred changed, beside Label Studio's own export of the whole project.

Needs a running server: `python -m bench.pull URL TOKEN [TASKS]`. The project it makes stays there.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder import flow
from builder.stages.delivery import Delivery
from builder.stages.pull import Pull, unpulled
from builder.stages.push import Push
from builder.studio import wire
from builder.studio.client import StudioClient
from builder.studio.codec import label_region
from builder.studio.label_config import instruction, label_config
from tests.project import at_work

_PER_FILE = 100
_WORDS = "Anna Berta Carl Dora Emil Fritz Greta Hans Ida Jan Karl Lena Max Nora Otto Paul Quirin Rosa Stefan Tina"


class Answered(StudioClient):
    """A client whose every imported task is answered already: the interface would take an hour for them."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Import tasks with one answer each."""
        answer = [{"result": [label_region("event")], "completed_by": 1, "lead_time": 3.0, "was_cancelled": False}]
        return super().import_tasks(project, [{**task, "annotations": answer} for task in tasks])


def main(url: str, token: str, tasks: int = 10_000) -> None:
    """Print seconds and ratios."""
    studio, folder = Answered(url, token), Path(tempfile.mkdtemp())
    _write(folder / "sources", tasks)
    with at_work(folder) as (bench, _):
        _timed("ingest and annotate", lambda: (bench.ingest(), bench.annotate()))
        schema = bench.project.schema
        project = studio.open_project(str(uuid.uuid4()), "bench", label_config(schema), instruction(schema))
        push = Push(Delivery(studio, project), schema, bench.project.config.ingest.review_kinds, "combine@words1")
        _timed("push", lambda: flow.run(push, bench.store))
        first, tally = _timed("first pull", lambda: flow.run(Pull(studio, project), bench.store))
        print(f"  {tally.done} tasks read")
        _timed("nothing changed", lambda: flow.run(Pull(studio, project), bench.store))
        changed = sorted(studio.list_stamps(project).stamps)[::100]
        _timed(f"answering {len(changed)} tasks", lambda: [_answer(studio, task) for task in changed])
        _timed("what is not pulled yet", lambda: unpulled(bench.store, studio, project))
        again, tally = _timed("pull of the changed", lambda: flow.run(Pull(studio, project), bench.store))
        print(f"  {tally.done} tasks read")
        with wire.connect(url, timeout=600, headers={"Authorization": f"Token {token}"}) as http:
            whole, _ = _timed(
                "export?exportType=JSON", lambda: http.get(f"/api/projects/{project}/export?exportType=JSON")
            )
            snapshot, _ = _timed("snapshot export", lambda: _snapshot(http, project))
    print(
        f"pull of 1 % / export {again / whole:.3f}; of 1 % / snapshot {again / snapshot:.3f};"
        f" first / export {first / whole:.2f}"
    )


def _write(folder: Path, sentences: int) -> None:
    folder.mkdir(parents=True)
    for file in range(sentences // _PER_FILE):
        lines = [
            f"{_WORDS} met on day {file * _PER_FILE + line}, {'and they talked for long ' * 15}then."
            for line in range(_PER_FILE)
        ]
        (folder / f"{file:04}.txt").write_text(f"Day {file}\n\n" + "\n\n".join(lines) + "\n", "utf-8")


def _answer(studio: StudioClient, task: int) -> None:
    studio.submit(task, [label_region("statement")], lead_time=2.0)


def _snapshot(http: Any, project: int) -> int:
    made = http.post(f"/api/projects/{project}/exports/", json={}).json()["id"]
    while http.get(f"/api/projects/{project}/exports/{made}").json()["status"] not in ("completed", "failed"):
        time.sleep(0.2)
    size = len(http.get(f"/api/projects/{project}/exports/{made}/download?exportType=JSON").content)
    http.delete(f"/api/projects/{project}/exports/{made}")
    return size


def _timed(what: str, do: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    done = do()
    seconds = time.perf_counter() - begun
    print(f"{what:>24}: {seconds:8.2f} s", flush=True)
    return seconds, done


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
