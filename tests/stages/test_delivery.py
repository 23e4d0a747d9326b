"""A batch whose outcome is unknown is looked up and completed in the same run; nothing is lost, doubles are known."""

from __future__ import annotations

from typing import Any

import pytest

from builder.errors import Unavailable, UsageError
from builder.stages import delivery
from builder.stages.delivery import Delivery
from builder.store import queries, standing
from tests.fakes import FakeStudio
from tests.project import at_work


class Faults:
    """Raise at a step so many times, or for ever; remember all steps."""

    def __init__(self, step: str, times: int, after: float = 0.0) -> None:
        self.step, self.left, self.after, self.steps = step, times, after, list[str]()

    def __call__(self, step: str) -> None:
        self.steps.append(step)
        if step == self.step and self.left:
            self.left -= 1
            raise Unavailable("connection reset", after=self.after)


class ZombieStudio(FakeStudio):
    """A server whose client gives up on the first import; the request is done when its tasks were looked for twice."""

    asleep: tuple[int, Any] | None = None
    looks = 0

    def import_tasks(self, project, tasks):
        if self.looks == 0 and self.asleep is None:
            self.asleep = (project, list(tasks))
            raise Unavailable("timed out")
        return super().import_tasks(project, tasks)

    def find_batch(self, project, batch):
        found = super().find_batch(project, batch)
        self.looks += 1
        if self.looks == 2 and self.asleep:
            super().import_tasks(*self.asleep)
        return found


def keys(studio):
    return sorted(payload["data"]["builder_key"] for payload in studio.payloads())


def wanted(bench):
    return sorted(row[0] for row in bench.store.db.execute("SELECT id FROM live WHERE kind = 'body'"))


@pytest.mark.parametrize("step", ["before import", "after import"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_lost_answer_is_settled_in_the_same_run(folder, step, times):
    with at_work(folder, Faults(step, times)) as (bench, studio):
        tally = bench.push()

        assert wanted(bench) == keys(studio)
        assert len(wanted(bench)) == tally.done


def test_an_answer_lost_after_the_tasks_arrived_sends_nothing_again(folder):
    faults = Faults("after import", 1)
    with at_work(folder, faults) as (bench, _):
        bench.push()

    assert 1 == faults.steps.count("before import")


def test_the_pauses_grow_and_a_server_that_names_one_is_left_alone_so_long(folder):
    pauses: list[float] = []
    with at_work(folder, Faults("before import", 3)) as (bench, _):
        bench.pause = pauses.append
        bench.push()
    assert [1.0, 2.0, 4.0] == pauses


@pytest.mark.parametrize(("after", "expected"), [(7.0, 7.0), (0.5, 1.0), (9_000.0, 60.0)])
def test_retry_after_is_honoured_within_reason(folder, after, expected):
    pauses: list[float] = []
    with at_work(folder, Faults("before import", 1, after)) as (bench, _):
        bench.pause = pauses.append
        bench.push()
    assert [expected] == pauses


def test_a_server_that_takes_nothing_is_given_up_and_the_next_run_resumes(folder):
    faults = Faults("before import", -1)
    with at_work(folder, faults) as (bench, _), pytest.raises(Unavailable, match="after 5 attempts: connection reset"):
        bench.push()
    assert 5 == faults.steps.count("before import")
    with at_work(folder) as (bench, studio):
        bench.push()
        assert wanted(bench) == keys(studio)


def test_a_look_up_waits_for_a_server_that_starts_anew(folder):
    with at_work(folder, Faults("after import", 1)) as (bench, studio):
        away = Faults("find", 5)
        fault = studio._fault
        studio._fault = lambda step: (fault(step), away(step))
        bench.push()

        assert wanted(bench) == keys(studio)


def test_what_a_request_made_after_its_client_gave_up_is_an_alias_and_stays(folder):
    said: list[str] = []
    with at_work(folder) as (bench, _):
        studio = bench.__dict__["studio"] = ZombieStudio(folder / "server.db")
        bench.say = said.append
        bench.push()
        known = queries.task_sentences(bench.store, 1)

        assert sorted(wanted(bench) * 2) == keys(studio)
        assert {payload["id"] for payload in studio.payloads()} == known.keys()
        assert len(wanted(bench)) == standing.count_aliases(bench.store, 1)
        assert [f"{len(wanted(bench))} tasks stand twice"] == [line.partition(" on ")[0] for line in said]
        assert 0 == bench.push().taken


def test_a_project_is_not_listed_when_every_request_was_answered(folder):
    faults = Faults("never", 0)
    with at_work(folder, faults) as (bench, _):
        bench.push()

    assert 0 == faults.steps.count("find")
    assert 0 == faults.steps.count("list")


def test_a_task_that_came_after_the_last_look_is_found_by_the_next_push(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        twin = studio.copy_task(studio.payloads()[0]["id"])
        bench.push()

        assert twin in queries.task_sentences(bench.store, 1)


def test_a_batch_too_heavy_for_one_request_is_sent_in_several(tmp_path, monkeypatch):
    studio, requests = FakeStudio(tmp_path / "server.db"), []
    monkeypatch.setattr(studio, "_fault", requests.append)
    monkeypatch.setattr(delivery, "_HEAVIEST", 1_000)
    project = studio.open_project("m", "t", "", "")
    tasks = [
        {"data": {"builder_key": f"s{n}", "builder_batch": "b", "text": "x" * 200}, "predictions": []} for n in range(3)
    ]
    sent = Delivery(studio, project).deliver("b", tasks)

    assert ["s0", "s1", "s2"] == [task.sentence for task in sent]
    assert 3 == requests.count("before import")


def test_a_server_put_back_to_an_older_backup_is_sent_nothing(folder):
    """Some tasks are gone, new sentences wait: sent now, they would get the ids of the lost ones."""
    with at_work(folder) as (bench, studio):
        bench.push()
        lost = studio.payloads()[-2:]
        for task in lost:
            studio.delete_task(task["id"])
        (folder / "sources" / "c.txt").write_text("News\n\nAnna and Tom met again on Monday.\n", "utf-8")
        bench.ingest()
        bench.annotate()
        before = keys(studio)
        with pytest.raises(UsageError, match="2 tasks that were pushed are not .* pull --accept-deletions 2"):
            bench.push()
        assert before == keys(studio)
        bench.pull(accept_deletions=2)

        assert 1 == bench.push().done
        assert 1 + len(before) == len(keys(studio))


def test_a_task_of_somebody_else_in_the_project_hides_no_task_of_ours(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        project = next(iter(queries.pushed_projects(bench.store)))
        studio._db.execute("INSERT INTO task (project, data, predictions) VALUES (?, ?, '[]')", (project, FOREIGN))
        bench.push()

        assert len(wanted(bench)) == len(queries.task_sentences(bench.store, project))


FOREIGN = '{"text": "not ours", "builder_batch": "", "builder_key": ""}'
