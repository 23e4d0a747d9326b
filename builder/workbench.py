"""A project opened for work: its store, its proposers and its Label Studio, and one method per verb.

Every verb can be run again at any time; it does what is missing and nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder import flow, plugins
from builder.annotators.isolation import close, isolated
from builder.approval import Rule
from builder.config import Project, read_project
from builder.environment import hub_token
from builder.errors import Unavailable, UsageError
from builder.exchange import Exchange
from builder.exporters.history import told_of
from builder.flow import Run, Say, Tally
from builder.readers import hub
from builder.reviewing import REVIEW
from builder.servers import connect, embedded
from builder.stages.annotate import Annotate, annotator_id
from builder.stages.duplicates import find_duplicates
from builder.stages.ingest import Cleaning, Ingest, refused_paths
from builder.stages.publish import hub_at, publish, report
from builder.stages.publishable import publishable
from builder.stages.release import release, summary
from builder.stages.review import Review, review, rule_of
from builder.stages.status import status
from builder.store import queries
from builder.store.check import Damage
from builder.store.db import Store, put_aside

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner
    from builder.annotators.taught import Taught
    from builder.stages.proposers import Bar
    from builder.stages.train import Trained
    from builder.studio.client import StudioClient

# So many skipped files are named.
_NAMED = 5


@dataclass
class Workbench:
    """One project at work."""

    project: Project
    store: Store
    say: Say
    run: Run = flow.run
    pause: Callable[[float], None] = time.sleep

    @cached_property
    def combiner(self) -> Combiner:
        """Build the configured annotators and what combines them."""
        return self._combined(self._taught())

    @cached_property
    def studio(self) -> StudioClient:
        """Connect to the project's Label Studio.

        Raises:
            Unavailable: it does not run.
            UsageError: no key is set, or it is refused.
        """
        return connect(self.project)

    @property
    def exchange(self) -> Exchange:
        """Face the server."""
        return Exchange(self.project, self.store, self.studio, self.say, self.run, self.pause)

    @property
    def rule(self) -> Rule:
        """Read the approval rule."""
        return rule_of(self.project.config.review)

    def ingest(self, paths: Sequence[Path] = ()) -> Tally:
        """Read files that are new or changed.

        Raises:
            Unavailable: the hub did not answer; what is here was read.
        """
        away: list[Unavailable] = []
        found = [file for path in paths or self.project.sources() for file in self._expanded(path, away)]
        stage = Ingest(found, plugins.readers(), self.project.folder.resolve(), cleaning=self._cleaning())
        if stage.skipped:
            names = sorted(path.name for path in stage.skipped)
            rest = f" and {len(names) - _NAMED} more" if _NAMED < len(names) else ""
            self.say(f"{len(names)} files skipped, no reader takes them: {', '.join(names[:_NAMED])}{rest}")
        tally = self._ingested(stage)
        if away:
            raise away[0]
        return tally

    def retry_ingest(self) -> Tally:
        """Read again every file of which something was refused, changed or not."""
        again, base = refused_paths(self.store), self.project.folder.resolve()
        named = [base / path for path in sorted(again) if (base / path).is_file()]
        sources = [path for path in self.project.sources() if not hub.address_of(path)]
        stage = Ingest([*sources, *named], plugins.readers(), base, again=again, cleaning=self._cleaning())
        stage.files = [file for file in stage.files if file.name in again]
        return self._ingested(stage)

    def _cleaning(self) -> Cleaning:
        table = self.project.config.ingest
        terms = self.project.annotator_options.get("gazetteer", {}).get("terms", "")
        return Cleaning(table.personal, table.latin, terms)

    def _ingested(self, stage: Ingest) -> Tally:
        """Read, and tell which documents repeat one another."""
        tally = self.run(stage, self.store, processes=self.project.config.ingest.processes)
        find_duplicates(self.store)
        if duplicates := queries.count_duplicates(self.store):
            count, clusters = len(queries.live_documents(self.store)), queries.count_clusters(self.store)
            self.say(f"{count} documents, {duplicates} duplicates of them in {clusters} clusters")
        return tally

    def annotate(self, *, again: bool = False) -> Tally:
        """Propose for what nobody proposed yet, or `again` where an annotator failed."""
        find_duplicates(self.store)  # An ingest may have been killed before it looked.
        kinds, among = self.project.config.ingest.review_kinds, self.project.config.ingest.among
        table = self.project.config.annotate
        combiner = isolated(self.combiner, table.seconds)
        try:
            stage = Annotate(combiner, kinds, among, again=again)
            tally = self.run(stage, self.store, processes=table.processes)
        finally:
            close(combiner)
        if failed := sorted({reject.place for reject in tally.rejected}):
            self.say(f"{', '.join(failed)} failed; the others were heard. When it is mended: builder retry annotate")
        return tally

    def train(self, bar: Bar | None = None) -> Trained:
        """Learn from what is approved; from then on `annotate` proposes by it where nobody has answered yet."""
        from builder.stages.train import train  # numpy takes a while to import

        find_duplicates(self.store)
        golds = self.review().golds
        trained = train(self.store, self._combined(None), golds, self.project.config.train.apart, bar)
        self.__dict__.pop("combiner", None)
        return trained

    def push(self) -> Tally:
        """Send proposed sentences to Label Studio: to everybody, or to every group."""
        find_duplicates(self.store)
        return self.exchange.push(annotator_id(self.combiner))

    def pull(self, accept_deletions: int = 0, *, accept_restored: bool = False) -> Tally:
        """Fetch what people did."""
        return self.exchange.pull(accept_deletions, accept_restored=accept_restored)

    def adjudicate(self) -> Tally:
        """Send what people disagree on to the adjudication project, the most at stake first."""
        return self.exchange.adjudicate()

    def restore(self) -> list[Tally]:
        """Make lost projects again on the server, with everything people did; nothing is added twice."""
        return self.exchange.restore()

    def review(self) -> Review:
        """Decide what is approved."""
        if left := queries.count_superseded_answers(self.store):
            self.say(
                f"{left} answered sentences stand in earlier versions of changed files; they are kept, and left out"
            )
        found = review(self.store, self.project.schema, self.rule, self._unpulled())
        if found.adrift:
            self.say(f"{len(found.adrift)} regions are left out: {', '.join(found.adrift[:_NAMED])}")
        return found

    def release(self, version: str) -> Path:
        """Write what is approved as a Hugging Face dataset."""
        find_duplicates(self.store)
        golds = self.review().golds
        table = self.project.config.release
        exporters = [plugins.exporter(name, table.options.get(name, {})) for name in table.exporters]
        made = release(self.store, self.project, version, golds, exporters)
        self.say(told_of(made))
        return made

    def publish(self, version: str, name: str, endpoint: str, **how: bool) -> dict[str, Any]:
        """Put a release on a hub; `how` may say `private` and `pull_request`."""
        released = publishable(self.store, self.project, version)
        return report(
            publish(self.store, released, hub_at(endpoint, hub_token().get_secret_value()), name, self.say, **how)
        )

    def summary(self, release: Path) -> dict[str, Any]:
        """Say what a release holds, and what it leaves out."""
        return summary(self.store, self.project, release)

    def run_all(self) -> list[Tally]:
        """Do everything up to the pull; the embedded Label Studio is started if need be."""
        tallies = [self.ingest(), self.annotate()]
        if not self.project.config.studio.url:
            embedded(self.project).start(self.say)
        return [*tallies, self.push(), self.pull(), self.adjudicate()]

    def status(self, *, published: bool = False) -> dict[str, Any]:
        """Count what each stage has done and what waits."""
        return status(self.store, self.project, annotator_id(self.combiner), published=published)

    def differences(self) -> list[Damage]:
        """Compare the server's tasks with what is known here."""
        return self.exchange.differences()

    def stats(self, idle: float) -> dict[str, Any]:
        """Measure how reviewing goes."""
        from builder.stages.stats import stats  # numpy takes a while to import

        return stats(self.store, self.project.schema, self.rule, idle)

    def login(self) -> str:
        """Say how to log in to the embedded Label Studio; nothing for a server of the user's own."""
        if self.project.config.studio.url:
            return ""
        server = embedded(self.project)
        return f"\nlog in as {server.start(self.say).email}; the password is in {server.credentials}"

    def review_url(self) -> str:
        """Say where people review, and where is decided what they disagree on."""
        found = self.exchange.pushed()
        return "\n".join(f"{self.studio.project_url(project)}{_named(role)}" for role, project in found.items())

    def _expanded(self, path: Path, away: list[Unavailable]) -> list[Path]:
        """Bring what is on the hub into the project's hidden folder; leave all else as it is."""
        address = hub.address_of(path)
        try:
            return hub.hub_files(address, self.project.hidden / "hub") if address else [path]
        except Unavailable as error:
            away.append(error)
            return []

    def _taught(self) -> Taught | None:
        """Read what was learnt, if it is to be heard."""
        from builder.stages.train import newest_taught

        wanted = self.project.config.annotate.learnt
        return newest_taught(self.store.folder, self.project.schema.digest) if wanted else None

    def _combined(self, taught: Taught | None) -> Combiner:
        names = self.project.config.annotate.annotators
        return plugins.combiner(names, self.project.annotator_options, self.project.schema, taught)

    def _unpulled(self) -> frozenset[str]:
        """Name the sentences edited since the last pull; when the server is away, say that nobody looked."""
        try:
            return self.exchange.unpulled()
        except (Unavailable, UsageError) as error:
            self.say(f"edits since the last pull are not seen: {error}")
            return frozenset()


def _named(role: str) -> str:
    return "" if role == REVIEW else f"  ({role})"


def rebuilt(project: Project, say: Say, run: Run = flow.run) -> None:
    """Put the index aside and make it again: people's answers from the journal, all else from the sources."""
    aside = put_aside(project.hidden)
    say(f"the index until now is kept as {aside}" if aside else "there was no index")
    with opened(project.folder, say, run) as bench:
        bench.ingest()
        bench.annotate()
    say("what changed on Label Studio since is read by: builder pull")


@contextmanager
def opened(start: Path, say: Say, run: Run = flow.run) -> Iterator[Workbench]:
    """Open the project at `start` or above it."""
    project = read_project(start)
    with Store(project.hidden) as store:
        yield Workbench(project, store, say, run)
