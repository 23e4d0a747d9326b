"""A lost Label Studio project is made again from the journal: its tasks, what they showed, and every answer to them.

Result, label, span, author, skip and lead time are as they were; ids and dates are the server's own. Each answer
carries a name made of its content, which the server takes once, so that restoring again adds nothing. Drafts stay in
the journal only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from builder.approval import last_change
from builder.errors import UsageError
from builder.facts import Fact
from builder.flow import Outcome, Tally
from builder.model import Reject
from builder.ports import Studio
from builder.reviewing import REVIEW, Annotation, GivenBack, Lost, PageStyle, did
from builder.schema import LabelSchema
from builder.stages.carrying import Carrying
from builder.stages.delivery import Delivery, Settle
from builder.stages.projects import marker_of, open_project
from builder.stages.pull import Pull
from builder.stages.push import Push
from builder.stages.units import Unit, units_of
from builder.store import losses, queries, standing
from builder.store.db import Store

FEW_PAUSES = (1.0,)
Waiting = tuple[Annotation, tuple[int, ...]]
"""An answer that was given, and the tasks that show its sentences now: the first, then its twins from late imports."""


def restore(
    studio: Studio,
    store: Store,
    title: str,
    schema: LabelSchema,
    people: int,
    run: Callable[..., Tally],
    pause: Callable[[float], None],
    role: str = REVIEW,
    style: PageStyle | None = None,
) -> list[Tally]:
    """Make a role's project again, which was given up: its tasks, then the answers, then read them as any others."""
    project = open_project(studio, store, title, schema, people, role, style)
    # Almost none of these batches was ever sent there: do not ask long.
    delivery = Delivery(studio, project, pause)
    run(Settle(delivery, role, FEW_PAUSES), store)
    left_out = carry_proposals(store, schema, role)
    tasks = RestoreTasks(delivery, schema, (), "", role=role, layout=(style or PageStyle()).layout)
    sent = run(tasks, store)
    return [
        replace(sent, rejected=(*sent.rejected, *left_out)),
        run(RestoreAnswers(studio, project, role), store),
        run(Pull(studio, project), store),
    ]


def give_up_lost(studio: Studio, store: Store, roles: Sequence[str]) -> None:
    """Forget the ids of the projects that the server does not hold, once their answers can come back.

    All at once, before any is made again: a new project may get the id of an old one of another role.

    Raises:
        UsageError: somebody who answered has no account there; nothing was done.
    """
    here = {role: studio.find_project(marker_of(store, role)) for role in roles}
    lost = [Lost(id, role) for role in roles for id in queries.pushed_projects(store, role) if id != here[role]]
    given = [answer for project in lost for answer in losses.answers_in(store, project.project)]
    check_people([*(answer for role in roles for answer in losses.lost_answers(store, role)), *given], studio)
    store.add(lost)


def lost_roles(studio: Studio, store: Store, roles: Sequence[str]) -> list[str]:
    """Name the roles of which the server does not hold the project with the tasks pushed, or was found not to before.

    Raises:
        UsageError: nothing was lost, now or before.
    """
    if not any(queries.pushed_projects(store, role) for role in roles) and not queries.count(store, "lost"):
        raise UsageError("nothing is lost: nothing was pushed to Label Studio yet")
    lost = [
        role for role in roles if queries.count(store, "lost WHERE role = ?", role) or _is_lost(studio, store, role)
    ]
    if not lost:
        raise UsageError("nothing is lost: Label Studio holds the project with the tasks that were pushed")
    return lost


def _is_lost(studio: Studio, store: Store, role: str) -> bool:
    known = queries.pushed_projects(store, role)
    return bool(known) and studio.find_project(marker_of(store, role)) not in known


def check_people(answers: Sequence[Annotation], studio: Studio) -> None:
    """See that everybody whose answers come back has an account there.

    Raises:
        UsageError: somebody has none.
    """
    missing = sorted({answer.author for answer in answers} - {*studio.people().values(), ""})
    if missing:
        raise UsageError(
            f"these people answered, and have no account on this Label Studio: {', '.join(missing)}; "
            f"let each sign up at {studio.invite()}, then run the same command again"
        )


def carry_proposals(store: Store, schema: LabelSchema, role: str) -> tuple[Reject, ...]:
    """Say what was shown under earlier labels in the present ones; tell what has to be left out."""
    carrying, made, told = Carrying(store, schema), list[Fact](), list[Reject]()
    for sentence, annotator, digest in losses.unrestored(store, role):
        if annotator and digest != schema.digest:
            offered, lost = carrying.offered(queries.prediction(store, sentence, annotator), digest)
            made.append(replace(offered, annotator=_under(annotator, schema.digest)))
            why = f"sent again without what was proposed as {', '.join(lost)}: schema {schema.name} has no such label"
            told += [Reject("restore", sentence, "N_PROPOSAL", why)] * bool(lost)
    store.add(made)
    return tuple(told)


def _under(annotator: str, digest: str) -> str:
    """Name the proposals of an annotator as they are said in a schema that came later."""
    return f"{annotator} under {digest}"


def _name(store: Store, sentence: str, annotator: str, digest: str) -> str:
    said = _under(annotator, digest)
    is_known = queries.count(store, "prediction WHERE sentence = ? AND annotator = ?", sentence, said)
    return said if is_known else annotator


class RestoreTasks(Push):
    """Send what people were shown before, as they were shown it."""

    name = "restore"

    def todo(self, store: Store) -> Iterator[Unit]:
        """List the sentences that were pushed and stand in no task, as tasks; those answered as one stay one."""
        digest = self._schema.digest
        shown = {id: _name(store, id, by, digest) for id, by, _ in losses.unrestored(store, self._role)}
        answers = losses.lost_answers(store, self._role) if self._layout == "article" else ()
        return units_of(store, shown, self._layout, _together(answers, shown))


def _together(answers: Iterable[Annotation], shown: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Say which sentences were answered together, each once; they must stand in one task for the answer to come back.

    The tasks that nobody answered may be cut anew.
    """
    taken = set[str]()
    for answer in answers:
        if shown.keys() >= {*answer.sentences} and taken.isdisjoint(answer.sentences):
            taken.update(answer.sentences)
            yield answer.sentences


class RestoreAnswers:
    """Give back every answer."""

    name = "restore answers"
    batch_size = 20

    def __init__(self, studio: Studio, project: int, role: str) -> None:
        self._studio, self._project, self._role = studio, project, role
        self._ids = {email: id for id, email in studio.people().items()}
        self._known, self._on = set[str](), dict[int, list[Annotation]]()

    def todo(self, store: Store) -> Sequence[Waiting]:
        """List what was said in lost projects and waits, each with its task of now."""
        there = standing.standing_tasks(store, self._project)
        waiting = [(answer, _present(tasks, there)) for answer, tasks in self.waiting(store)]
        self._known = losses.keys_given_back(store)
        for answer, tasks in waiting:
            self._on.setdefault(tasks[0], []).append(answer)
        return waiting

    def waiting(self, store: Store) -> Iterator[Waiting]:
        """Find the answers given in lost projects, and the tasks of each, in the order of their ids."""
        tasks = dict[tuple[str, ...], tuple[int, ...]]()
        for task, sentences in queries.task_sentences(store, self._project).items():
            tasks[sentences] = (*tasks.get(sentences, ()), task)
        for answer in sorted(losses.lost_answers(store, self._role), key=last_change):
            if twins := tasks.get(tuple(sorted(answer.sentences))):
                yield answer, twins

    def intend(self, batch: Sequence[Waiting]) -> list[Fact]:
        """Only give back; `builder pull` reads it."""
        return []

    def work(self, batch: Sequence[Waiting]) -> Outcome:
        """Give back what is not there yet, and say under which key each stands."""
        facts, done = list[Fact](), 0
        for answer, tasks in batch:
            name, author = str(uuid5(NAMESPACE_OID, answer.content)), self._ids.get(answer.author)
            made = self._studio.give_back(tasks[0], answer.body, name, author)
            done += bool(made)
            if key := f"{self._project}:{tasks[0]}:{made}" if made else self._found(answer, tasks):
                self._known.add(key)
                facts.append(GivenBack(answer.content, key))
        return Outcome([*facts], done=done)

    def _found(self, answer: Annotation, tasks: Sequence[int]) -> str:
        """Find the key of an answer that was given back when nobody heard of it: as it was, or changed since.

        The server tells nobody the name that it knows. It is what its author said there and nobody knows of, best
        what no other answer that waits says.
        """
        author = self._ids.get(answer.author)
        waiting = [one for one in self._on.get(tasks[0], ()) if one is not answer]
        others = [did(one.body) for one in waiting if author in (None, self._ids.get(one.author))]
        bodies = [(body, task) for task in tasks for body in self._studio.list_annotations(task)]
        there = {self._key(*one): one[0] for one in sorted(bodies, key=lambda one: int(one[0]["id"]))}
        strange = {key: body for key, body in there.items() if key not in self._known}
        own = {key: body for key, body in strange.items() if author in (None, body.get("completed_by"))}
        alike = [key for key, body in own.items() if did(body) == did(answer.body)]
        changed = [key for key, body in own.items() if did(body) not in others]
        return next(iter((*alike, *changed, *own)), "")

    def _key(self, body: Mapping[str, Any], task: int) -> str:
        return f"{self._project}:{task}:{body['id']}:{body['created_at']}"


def _present(tasks: tuple[int, ...], there: Collection[int]) -> tuple[int, ...]:
    """Name those of the tasks that are not known to be gone, if there are any."""
    return tuple(task for task in tasks if task in there) or tasks
