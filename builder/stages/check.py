"""Every damaged part of a project is named: its store, its journal, its releases; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from builder.config import Project
from builder.exporters.folder import verify
from builder.ports import Studio
from builder.stages.sweep import GONE
from builder.store import queries
from builder.store.check import Damage, damages
from builder.store.db import Store, locked

CONTRACT = "check/1"


def check(project: Project, *, full: bool = False, releases: bool = False) -> list[Damage]:
    """Look through what lies on this disk; a full look reads every byte, releases included.

    Raises:
        Unavailable: another builder works on the project.
    """
    with locked(project.hidden):
        return [*damages(project.hidden, full=full), *(_releases(project) if full or releases else ())]


def report(damages: Sequence[Damage]) -> dict[str, Any]:
    """Say what was found; the shape is a contract (check/1)."""
    return {"contract": CONTRACT, "damages": [{"where": one.where, "what": one.what} for one in damages]}


def _releases(project: Project) -> Iterator[Damage]:
    home = project.exports / project.config.project.name
    for folder in sorted(path for path in home.glob("[!.]*") if path.is_dir()):
        for problem in verify(folder):
            yield Damage(folder.relative_to(project.folder).as_posix(), problem)


def differences(store: Store, studio: Studio, project: int) -> Iterator[Damage]:
    """Compare what the server lists with what is known here; what was not pulled yet is one difference of its own."""
    states = {state.id: state for state in studio.list_tasks(project)}
    shown, seen = queries.task_sentences(store, project), queries.pulled_stamps(store, project)
    for task in sorted(shown.keys() - states.keys()):
        if seen.get(task) != GONE:
            yield Damage(f"task {task}", "was pushed, and is not on the server")
    for task in sorted(states.keys() - shown.keys()):
        yield Damage(f"task {task}", "is on the server, and nothing here tells of it; run: builder pull")
    for task in sorted(states.keys() & shown.keys()):
        if not states[task].is_readable:
            yield Damage(f"task {task}", "cannot be read: the server breaks down over it")
        elif sorted(states[task].sentences) != sorted(shown[task]):
            yield Damage(f"task {task}", "shows other sentences than were pushed")
        elif seen.get(task, "") != states[task].stamp and states[task].answers:
            yield Damage(f"task {task}", "was answered or changed since the last pull; run: builder pull")
