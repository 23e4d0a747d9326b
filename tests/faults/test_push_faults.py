"""A push through a proxy that lies ends exact; the SDK's own import and pager, through the same proxy, do not.

The oracle is the server's own database. `make soak` (BUILDER_SOAK=1) sends 10,000 tasks instead of 2,000.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from builder.errors import Unavailable
from builder.flow import batches
from builder.reading import Kind
from builder.stages.push import AT_ONCE
from builder.store import queries
from builder.store.db import Store
from builder.studio.client import StudioClient
from builder.studio.codec import Passage, task_of
from builder.studio.label_config import instruction, label_config
from builder.studio.process import wait_until
from builder.studio.server import EmbeddedServer, ServerInfo
from tests.faults.conftest import SOAK, TIMEOUT, Oracle, brief, schema_here, wanted
from tests.faults.proxy import FAULTS, Proxy, before, posts, seeded
from tests.project import at_work

TASKS, BATCH, SHARE, SEED = 10_000 if SOAK else 2_000, 40, 0.10, 20
FEW, FEW_A_BATCH = 12, 5

Projects = Callable[[int], Path]


def pushed(folder: Path, server: ServerInfo, proxy: Proxy, said: list[str] | None = None) -> int:
    """Push everything through the proxy; give the server's project."""
    with at_work(folder) as (bench, _):
        bench.__dict__["studio"] = StudioClient(proxy.url, server.token, pause=brief, timeout=TIMEOUT)
        bench.pause, bench.say = brief, said.append if said is not None else bench.say
        bench.push()
        (project,) = queries.pushed_projects(bench.store)
        return project


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_on_an_import_costs_nothing(
    fault: str,
    project: Projects,
    studio_home: EmbeddedServer,
    studio_server: ServerInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(AT_ONCE, "sentence", FEW_A_BATCH)
    folder = project(FEW)
    with at_work(folder) as (bench, _):
        expected = wanted(bench.store)
    with before(studio_server.url, posts(fault, 2)) as proxy:
        oracle = Oracle(studio_home, pushed(folder, studio_server, proxy))

    assert [fault] == [asked.fault for asked in proxy.trace if asked.fault]
    assert dict.fromkeys(expected, 1) == oracle.copies()
    assert {sentence: [result] for sentence, result in expected.items()} == oracle.predictions()


def test_a_server_that_loses_every_answer_is_given_up_without_a_double(
    project: Projects, studio_home: EmbeddedServer, studio_server: ServerInfo
) -> None:
    folder = project(FEW)
    with before(studio_server.url, posts("502 before", *range(1, 100))) as proxy:
        with pytest.raises(Unavailable, match="after 5 attempts"):
            pushed(folder, studio_server, proxy)
        imports = [asked for asked in proxy.trace if asked.path.endswith("/import?return_task_ids=true")]
    assert 5 == len(imports)
    with before(studio_server.url, posts("")) as proxy:
        oracle = Oracle(studio_home, pushed(folder, studio_server, proxy))
    assert {1} == set(oracle.copies().values())


def test_what_a_late_request_doubles_is_known_and_stays(
    project: Projects, studio_home: EmbeddedServer, studio_server: ServerInfo
) -> None:
    folder, said = project(FEW), list[str]()
    with before(studio_server.url, posts("late", 1)) as proxy:
        oracle = Oracle(studio_home, pushed(folder, studio_server, proxy, said))
        copies = until_doubled(oracle)
        pushed(folder, studio_server, proxy, said)

    with at_work(folder) as (bench, _):
        assert dict.fromkeys(wanted(bench.store), 2) == copies
        assert oracle.tasks().keys() == queries.task_sentences(bench.store, oracle.project).keys()
    assert [f"{FEW} tasks stand twice"] == [line.partition(" on ")[0] for line in said if "twice" in line]


def test_a_push_with_a_tenth_of_all_requests_spoiled_ends_exact_and_the_sdk_by_itself_does_not(
    project: Projects, studio_home: EmbeddedServer, studio_server: ServerInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(AT_ONCE, "sentence", BATCH)
    folder = project(TASKS)
    with at_work(folder) as (bench, _):
        expected, tasks = wanted(bench.store), made_tasks(bench.store, folder)
    with before(studio_server.url, seeded(SEED, SHARE)) as proxy:
        ours = Oracle(studio_home, pushed(folder, studio_server, proxy))
    with before(studio_server.url, seeded(SEED, SHARE)) as naive_proxy:
        naive_project, listed = sent_naively(tasks, folder, studio_server, naive_proxy)
    theirs = Oracle(studio_home, naive_project)

    print(f"\n{TASKS} tasks in requests of {BATCH}, {SHARE:.0%} of requests spoiled (seed {SEED})")
    for name, oracle, spoiled in (("builder", ours, proxy), ("SDK", theirs, naive_proxy)):
        print(f"{name:8} {figures(expected, oracle)}, spoiled {spoiled.told()}")
    print(f"SDK      its pager listed {len(set(listed))} of {len(theirs.tasks())} tasks")
    with at_work(folder) as (bench, _):
        assert ours.tasks().keys() == queries.task_sentences(bench.store, ours.project).keys()
    assert dict.fromkeys(expected, 1) == ours.copies()
    assert {sentence: [result] for sentence, result in expected.items()} == ours.predictions()
    assert dict.fromkeys(expected, 1) != theirs.copies()


def made_tasks(store: Store, folder: Path) -> list[dict[str, Any]]:
    """Make what a push is about to send."""
    schema = schema_here(folder)
    waiting = queries.sentences(store, queries.unpushed(store, (Kind.BODY,), "combine@words1"))
    shown = [(Passage(s, "", "", "", ""), queries.prediction(store, s.id, "combine@words1")) for s in waiting]
    return [task_of(passage, prediction, schema, "naive") for passage, prediction in shown]


def sent_naively(tasks: list[dict[str, Any]], folder: Path, server: ServerInfo, proxy: Proxy) -> tuple[int, list[int]]:
    """Import the same tasks by the SDK alone; on an error once more. Give the project and what is listed."""
    from label_studio_sdk.client import LabelStudio

    schema = schema_here(folder)
    studio = StudioClient(server.url, server.token)
    made = studio.open_project(uuid.uuid4().hex, "naive", label_config(schema), instruction(schema))
    sdk = LabelStudio(base_url=proxy.url, api_key=server.token)
    for batch in batches(tasks, BATCH):
        for _ in range(2):
            with suppress(Exception):
                sdk.projects.import_tasks(id=made, request=batch, return_task_ids=True)
                break
    listed: list[int] = []
    with suppress(Exception):
        listed.extend(task.id for task in sdk.tasks.list(project=made, page_size=100))
    return made, listed


def figures(expected: dict[str, str], oracle: Oracle) -> str:
    """Say what stands on the server."""
    copies = oracle.copies()
    lost, doubles = len(expected.keys() - copies.keys()), sum(copies.values()) - len(copies)
    return f"{len(expected)} wanted, {lost} lost, {doubles} duplicates"


def until_doubled(oracle: Oracle) -> dict[str, int]:
    """Wait until the late request has done its work."""
    wait_until(lambda: set(oracle.copies().values()) == {2}, 60.0)
    return dict(oracle.copies())
