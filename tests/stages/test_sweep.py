"""What moved lately and what is known make a whole, or every row is listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builder.ports import Listing
from builder.stages.sweep import GONE, Stamp, moved_back, present_stamps, unreadable

START = datetime(2026, 1, 1, tzinfo=UTC)


def stamp(minutes: float, answers: int = 0, skipped: int = 0) -> str:
    return f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.%fZ}/{answers}/{skipped}"


@dataclass
class Server:
    """A project whose tasks are stamps; remembers how it was asked."""

    tasks: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def list_stamps(self, project: int, since: str = "", at_most: int | None = None) -> Listing:
        self.asked.append(since)
        counted = sum(Stamp.parse(stamp).answers for stamp in self.tasks.values())
        after = datetime.fromisoformat(since) if since else datetime(1, 1, 1, tzinfo=UTC)
        recent = {task: stamp for task, stamp in self.tasks.items() if after < Stamp.parse(stamp).changed}
        is_few = at_most is None or len(recent) <= at_most
        return Listing(recent if is_few else {}, len(self.tasks), counted, len(recent))


def test_a_quiet_server_is_asked_only_for_what_moved_lately():
    server = Server({1: stamp(0, 1), 2: stamp(100, 0, 1)})

    assert server.tasks == present_stamps(server, 1, dict(server.tasks))
    assert ["2026-01-01T01:30:00.000000Z"] == server.asked


def test_of_many_that_moved_lately_only_the_latest_are_listed_and_the_others_counted(monkeypatch):
    monkeypatch.setattr("builder.stages.sweep._FEW", 2)
    tasks = {number: stamp(100 - number) for number in range(6)} | {6: stamp(80)}
    server = Server(dict(tasks))

    assert tasks == present_stamps(server, 1, tasks)
    assert ["01:30:00", "01:39:00"] == [asked[11:19] for asked in server.asked]
    server.tasks[6] = stamp(98)  # A slow request: it changed a task before the newest change that was seen.
    assert server.tasks == present_stamps(server, 1, tasks)
    assert "" == server.asked[-1]


def test_a_vanished_task_makes_it_list_every_row():
    server = Server({1: stamp(0), 2: stamp(100)})
    seen = {**server.tasks, 3: stamp(1)}

    assert server.tasks == present_stamps(server, 1, seen)
    assert "" == server.asked[-1]


def test_a_vanished_task_does_not_hide_behind_a_new_one():
    seen = {1: stamp(0), 2: stamp(100)}
    server = Server({2: stamp(100), 3: stamp(101)})

    assert server.tasks == present_stamps(server, 1, seen)


def test_an_answer_that_vanished_without_moving_its_task_is_seen():
    seen = {1: stamp(0, 2), 2: stamp(100)}
    server = Server({1: stamp(0, 1), 2: stamp(100)})

    assert server.tasks == present_stamps(server, 1, seen)


def test_a_server_restored_from_a_backup_is_seen():
    seen = {1: stamp(0, 1), 2: stamp(100, 1)}
    server = Server({1: stamp(0, 1), 2: stamp(50, 1)})
    present = present_stamps(server, 1, seen)

    assert server.tasks == present
    assert [2] == moved_back(seen, present)


def test_a_whole_second_is_not_earlier_than_its_parts():
    assert [] == moved_back({1: "2026-01-01T00:00:01Z/0/0"}, {1: "2026-01-01T00:00:01.5Z/0/0"})
    assert [1] == moved_back({1: "2026-01-01T00:00:01.5Z/0/0"}, {1: "2026-01-01T00:00:01Z/0/0"})


def test_a_task_that_is_gone_or_could_not_be_read_is_still_compared():
    seen = {1: GONE, 2: unreadable(stamp(5)), 3: stamp(100)}
    server = Server({2: stamp(5), 3: stamp(100)})

    assert {2: stamp(5), 3: stamp(100)} == present_stamps(server, 1, seen)
    assert 1 == len(server.asked)
    assert [2] == moved_back(seen, {2: stamp(4)})


minutes = st.integers(0, 300)
tasks = st.dictionaries(
    st.integers(1, 12), st.builds(stamp, minutes, st.integers(0, 2), st.integers(0, 1)), max_size=12
)
acts = st.lists(st.tuples(st.sampled_from(["answer", "skip", "delete", "unanswer", "create"]), st.integers(1, 14)))


@given(tasks, acts)
def test_whatever_happens_on_the_server_all_of_it_is_seen(before: dict[int, str], happened: list[tuple[str, int]]):
    """Every act moves the time of its task, but for deletions."""
    server, now = Server(dict(before)), 301.0
    for act, task in happened:
        now += 1
        known = Stamp.parse(server.tasks[task]) if task in server.tasks else None
        if act == "create" and known is None:
            server.tasks[task] = stamp(now)
        elif act == "delete":
            server.tasks.pop(task, None)
        elif act == "answer" and known:
            server.tasks[task] = stamp(now, known.answers + 1, known.skipped)
        elif act == "skip" and known:
            server.tasks[task] = stamp(now, known.answers, known.skipped + 1)
        elif act == "unanswer" and known and known.answers:
            at = server.tasks[task].split("/")[0]
            server.tasks[task] = f"{at}/{known.answers - 1}/{known.skipped}"

    assert server.tasks == present_stamps(server, 1, before)
