"""Articles pushed through a proxy that lies end exact: the oracle is the server's own database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from builder.errors import Unavailable
from builder.stages.push import AT_ONCE
from builder.stages.units import offer_of
from builder.store import queries
from builder.studio.client import StudioClient
from builder.studio.server import EmbeddedServer, ServerInfo
from tests.faults.conftest import TIMEOUT, Oracle, brief, schema_here, told, wanted
from tests.faults.proxy import before, seeded
from tests.project import at_work

SENTENCES, TASKS, BATCH, SHARE, SEED, RUNS = 1_500, 27, 2, 0.25, 5, 10


def test_articles_pushed_while_a_quarter_of_all_requests_is_spoiled_stand_there_once(
    project: Callable[[int], Path],
    studio_home: EmbeddedServer,
    studio_server: ServerInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(AT_ONCE, "article", BATCH)
    folder = project(SENTENCES)
    with before(studio_server.url, seeded(SEED, SHARE)) as proxy, at_work(folder, layout="article") as (bench, _):
        bench.__dict__["studio"] = StudioClient(proxy.url, studio_server.token, pause=brief, timeout=TIMEOUT)
        bench.pause = brief
        for _ in range(RUNS):
            with suppress(Unavailable):
                bench.push()
                break
        (number,) = queries.pushed_projects(bench.store)
        oracle, sentences = Oracle(studio_home, number), Counter(wanted(bench.store))
        copies = oracle.copies()
        batch = bench.store.db.execute("SELECT batch FROM task LIMIT 1").fetchone()[0]
        expected = {
            key: [told(offer_of(bench.store, key.split(), "combine@words1", schema_here(folder), batch)["result"])]
            for key in copies
        }

        assert dict.fromkeys(sentences, 1) == Counter(id for key in copies.elements() for id in key.split())
        assert (TASKS, {1}) == (len(copies), set(copies.values()))
        assert expected == oracle.predictions()
        assert {id: tuple(sorted(key.split())) for id, key in oracle.tasks().items()} == queries.task_sentences(
            bench.store, number
        )
        assert 0 == bench.push().taken
    imports = [asked for asked in proxy.trace if asked.fault and asked.path.endswith("/import?return_task_ids=true")]
    print(f"\n{TASKS} articles of {SENTENCES} sentences, {len(imports)} imports spoiled, {proxy.told()}")
    assert imports
