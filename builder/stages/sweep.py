"""Which tasks stand on the server and in which state: all of them, from as few rows as prove it.

What was read before and what moved since make a whole when the counts of the project agree; else every row is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from builder.ports import Listing, Studio

GONE = "deleted"
"""The stamp of a task that is not on the server any more."""

_UNREADABLE = "unreadable "

# A request may be at work on the server for a while before others see what it wrote under its first time, so what moved
# shortly before the last pull is listed again; the longest of these that is few enough, the others are counted.
_OVERLAPS = (timedelta(minutes=10), timedelta(minutes=1), timedelta(seconds=5))
_FEW = 1000


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a task: when it changed, how many answers and how many skipped ones it has."""

    changed: datetime
    answers: int
    skipped: int

    @classmethod
    def parse(cls, stamp: str) -> Stamp:
        """Read `changed/answers/skipped`."""
        changed, answers, skipped = stamp.removeprefix(_UNREADABLE).split("/")
        return cls(datetime.fromisoformat(changed).astimezone(UTC), int(answers), int(skipped))


def unreadable(stamp: str) -> str:
    """Mark the stamp of a task that could not be read, so that the next pull tries again."""
    return _UNREADABLE + stamp


def present_stamps(studio: Studio, project: int, seen: Mapping[int, str]) -> dict[int, str]:
    """Give the stamp of every task on the server; `seen` are those of the last pull.

    Raises:
        Unavailable: it cannot be known now.
    """
    known = {task: Stamp.parse(stamp) for task, stamp in seen.items() if stamp != GONE}
    recent = _recent(studio, project, known) if known else None
    if recent is None:
        return dict(studio.list_stamps(project).stamps)
    return {task: seen[task].removeprefix(_UNREADABLE) for task in known} | recent


def _recent(studio: Studio, project: int, known: Mapping[int, Stamp]) -> dict[int, str] | None:
    """List what moved lately; None if that and what is known are not all there is."""
    newest, counted = max(stamp.changed for stamp in known.values()), dict[datetime, int]()
    for overlap in _OVERLAPS:
        since, is_last = newest - overlap, overlap == _OVERLAPS[-1]
        listing = studio.list_stamps(project, f"{since:%Y-%m-%dT%H:%M:%S.%fZ}", None if is_last else _FEW)
        counted[since] = listing.recent
        if len(listing.stamps) == listing.recent:
            break
    return dict(listing.stamps) if _is_whole(listing, known, counted) else None


def moved_back(seen: Mapping[int, str], present: Mapping[int, str]) -> list[int]:
    """List the tasks that changed longer ago than when they were read: the server is an older copy of itself."""
    both = {task: stamp for task, stamp in seen.items() if task in present and stamp != GONE}
    moved = {task: stamp for task, stamp in both.items() if stamp.removeprefix(_UNREADABLE) != present[task]}
    return [task for task, stamp in moved.items() if Stamp.parse(present[task]).changed < Stamp.parse(stamp).changed]


def _is_whole(listing: Listing, known: Mapping[int, Stamp], counted: Mapping[datetime, int]) -> bool:
    """Whether what is known and what moved lately are all there is.

    Every new task and every answer moves the time of its task. So with as many tasks and answers as the server counts,
    nothing vanished; and as many moved since each time as should have, or an older copy of the server answers.
    """
    recent = {task: Stamp.parse(stamp) for task, stamp in listing.stamps.items()}
    whole = {**known, **recent}
    answers = sum(stamp.answers for stamp in whole.values())
    is_listed = all(task in recent for task, stamp in known.items() if max(counted) < stamp.changed)
    moved = {since: sum(since < stamp.changed for stamp in whole.values()) for since in counted}
    return moved == counted and is_listed and (len(whole), answers) == (listing.tasks, listing.answers)
