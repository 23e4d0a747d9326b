"""What goes to Label Studio and comes back: every project there that serves a store, one for all or one per group.

Everything can be run again at any time; it does what is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from builder import flow
from builder.approval import Rule
from builder.config import Project
from builder.errors import UsageError
from builder.flow import Run, Say, Tally, total
from builder.model import Sentence
from builder.ports import Studio
from builder.reviewing import ADJUDICATION
from builder.stages import projects
from builder.stages.adjudicate import Adjudicate, settler
from builder.stages.carrying import Carrying
from builder.stages.check import differences
from builder.stages.delivery import Delivery, Reconcile, check_whole, reconcile
from builder.stages.disagreement import disputes
from builder.stages.pull import Pull, unpulled
from builder.stages.push import Push
from builder.stages.refresh import Refresh
from builder.stages.restore import give_up_lost, lost_roles, restore
from builder.stages.restore_cases import restore_cases
from builder.stages.review import rule_of
from builder.store import queries
from builder.store.check import Damage
from builder.store.db import Store


@dataclass(frozen=True)
class Exchange:
    """A store, and the server with its projects."""

    project: Project
    store: Store
    studio: Studio
    say: Say
    run: Run
    pause: Callable[[float], None]

    @property
    def rule(self) -> Rule:
        """Read the approval rule."""
        return rule_of(self.project.config.review)

    def push(self, annotator: str) -> Tally:
        """Send what this annotator proposed: to everybody, or to every group."""
        roles = projects.review_roles(self.project.config.review.groups)
        return total([self._push(role, annotator) for role in roles])

    def pull(self, accept_deletions: int = 0, *, accept_restored: bool = False) -> Tally:
        """Fetch what people did.

        Raises:
            UsageError: there is no project, or one is missing; what the others hold was fetched.
        """
        tallies, (found, missing) = [], self._look()
        for role, id in found.items() if missing else self.pushed().items():
            projects.remember_project(self.store, id, role)
            # A task whose batch is unknown would hide what its reviewer was shown.
            flow.run(settler(Delivery(self.studio, id, self.pause), role), self.store)
            stage = Pull(self.studio, id, accept_deletions, accept_restored=accept_restored)
            tallies.append(self.run(stage, self.store))
        for problem in missing.values():
            raise problem
        return total(tallies)

    def adjudicate(self) -> Tally:
        """Send what people disagree on to the adjudication project, the most at stake first."""
        waiting = disputes(self.store, Carrying(self.store, self.project.schema), self.rule, self.unpulled())
        if not waiting and ADJUDICATION not in self.found():
            return Tally(Adjudicate.name, 0, ())
        delivery = Delivery(self.studio, self._opened(ADJUDICATION), self.pause)
        check_whole(delivery, self.store)
        flow.run(settler(delivery, ADJUDICATION), self.store)
        tally = self.run(Adjudicate(delivery, self.project.schema, waiting), self.store)
        if delivery.unknown:
            flow.run(Reconcile(delivery), self.store)
        return tally

    def restore(self) -> list[Tally]:
        """Make lost projects again on the server, with everything people did; nothing is added twice."""
        roles = projects.known_roles(self.store, self.project.config.review.groups)
        lost = lost_roles(self.studio, self.store, roles)
        give_up_lost(self.studio, self.store, lost)
        return [tally for role in lost for tally in self._restore(role)]

    def differences(self) -> list[Damage]:
        """Compare the server's tasks with what is known here."""
        return [found for id in self.pushed().values() for found in differences(self.store, self.studio, id)]

    def unpulled(self) -> frozenset[str]:
        """Name the sentences edited since the last pull; of a project that is missing nobody knows, which is told."""
        found, missing = self._look()
        for problem in missing.values():
            self.say(f"edits since the last pull are not seen: {problem}")
        return frozenset().union(*(unpulled(self.store, self.studio, id) for id in found.values()))

    def pushed(self) -> dict[str, int]:
        """Give the projects on the server, by what they are for.

        Raises:
            UsageError: there is none.
        """
        if not (found := self.found()):
            raise UsageError("Label Studio holds no review of this project; send one with: builder push")
        return found

    def found(self) -> dict[str, int]:
        """Find the projects on the server, by what they are for.

        Raises:
            UsageError: one with tasks is not there.
        """
        found, missing = self._look()
        for problem in missing.values():
            raise problem
        return found

    def _look(self) -> tuple[dict[str, int], dict[str, UsageError]]:
        return projects.find_projects(self.studio, self.store, self.project.config.review.groups)

    def _push(self, role: str, annotator: str) -> Tally:
        config, schema = self.project.config, self.project.schema
        delivery = Delivery(self.studio, self._opened(role), self.pause)
        if not queries.count(self.store, "intent WHERE role = ?", role):
            # An index made anew: what stands on the server already must not be sent again.
            flow.run(Pull(self.studio, delivery.project), self.store)
            projects.check_layout(self.store, config.studio.layout, role)
        check_whole(delivery, self.store)
        flow.run(settler(delivery, role), self.store)
        self._refresh(role, delivery.project, annotator)
        table = config.ingest
        blind = self._is_blind if config.review.hide or config.review.control else None
        stage = Push(
            delivery, schema, table.review_kinds, annotator, table.among, role, config.studio.layout, is_blind=blind
        )
        tally = self.run(stage, self.store)
        reconcile(delivery, self.store, self.say)
        return tally

    def _refresh(self, role: str, id: int, annotator: str) -> None:
        """Show new proposals where nobody has begun, unless people are to see none."""
        if self.project.config.review.hide:
            return
        stage = Refresh(self.studio, id, self.project.schema, annotator, role, pause=self.pause)
        if newer := flow.run(stage, self.store).done:
            self.say(f"{newer} tasks that nobody has begun show new proposals")

    def _is_blind(self, sentence: Sentence) -> bool:
        """Whether people see no proposal; who sees those of a part of an article has seen some."""
        is_whole = self.project.config.studio.layout == "article"
        name = sentence.document if is_whole else sentence.id
        return projects.is_blind(self.store, self.project.config.review, name)

    def _restore(self, role: str) -> list[Tally]:
        if role == ADJUDICATION:
            id, schema = self._opened(role), self.project.schema
            return restore_cases(self.studio, self.store, id, schema, self.rule, self.run, self.pause)
        title, schema, style = self.project.title, self.project.schema, self.project.config.studio.style
        return restore(self.studio, self.store, title, schema, self._people(role), self.run, self.pause, role, style)

    def _opened(self, role: str) -> int:
        title, schema, style = self.project.title, self.project.schema, self.project.config.studio.style
        return projects.open_project(self.studio, self.store, title, schema, self._people(role), role, style)

    def _people(self, role: str) -> int:
        is_one = role == ADJUDICATION
        return 1 if is_one else projects.people_per_task(self.rule, self.project.config.review.groups)
