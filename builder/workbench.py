"""A project opened for work: its store, its proposers and its Label Studio, and one method per verb.

Every verb can be run again at any time; it does what is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder import flow, plugins
from builder.annotators.isolation import close, isolated
from builder.approval import Rule
from builder.config import KEY_VARIABLE, Project, read_project, studio_key
from builder.errors import Unavailable, UsageError
from builder.flow import Tally
from builder.readers import hub
from builder.stages.annotate import Annotate, annotator_id
from builder.stages.duplicates import find_duplicates
from builder.stages.ingest import Cleaning, Ingest, refused_paths
from builder.stages.pull import Pull, unpulled
from builder.stages.push import Push, Settle, check_pushed_here, open_project
from builder.stages.release import release
from builder.stages.review import Review, review
from builder.stages.status import status
from builder.store import queries
from builder.store.db import Store

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner
    from builder.annotators.taught import Taught
    from builder.stages.proposers import Bar
    from builder.stages.train import Trained
    from builder.studio.client import StudioClient
    from builder.studio.server import EmbeddedServer

# So many skipped files are named.
_NAMED = 5

Say = Callable[[str], None]
Run = Callable[..., Tally]
"""How a stage is run: plainly, or under a progress bar."""


@dataclass
class Workbench:
    """One project at work."""

    project: Project
    store: Store
    say: Say
    run: Run = flow.run

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
    def rule(self) -> Rule:
        """Read the approval rule."""
        return Rule.parse(self.project.config.review.rule, self.project.config.review.trust_api)

    def ingest(self, paths: Sequence[Path] = ()) -> Tally:
        """Read files that are new or changed.

        Raises:
            Unavailable: the hub did not answer; what is here was read.
        """
        away: list[Unavailable] = []
        found = [file for path in paths or self.project.sources() for file in self._expanded(path, away)]
        stage = Ingest(found, plugins.readers(), self.project.folder.resolve(), cleaning=self._cleaning())
        if stage.skipped:
            named = ", ".join(sorted(path.name for path in stage.skipped)[:_NAMED])
            self.say(f"{len(stage.skipped)} files skipped, no reader takes them: {named}")
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
        """Send proposed sentences to Label Studio."""
        project = open_project(self.studio, self.store, self.project.title, self.project.schema, self.rule.people)
        if not queries.count(self.store, "intent"):
            # An index made anew: what stands on the server already must not be sent again.
            flow.run(Pull(self.studio, project), self.store)
        flow.run(Settle(self.studio, project), self.store)
        find_duplicates(self.store)
        table, name = self.project.config.ingest, annotator_id(self.combiner)
        stage = Push(self.studio, project, self.project.schema, table.review_kinds, name, table.among)
        return self.run(stage, self.store)

    def pull(self, accept_deletions: int = 0) -> Tally:
        """Fetch what people did."""
        project = self._pushed_project()
        # A task whose batch is unknown would hide what its reviewer was shown.
        flow.run(Settle(self.studio, project), self.store)
        return self.run(Pull(self.studio, project, accept_deletions), self.store)

    def review(self) -> Review:
        """Decide what is approved."""
        if left := queries.count_superseded_answers(self.store):
            self.say(
                f"{left} answered sentences stand in earlier versions of changed files; they are kept, and left out"
            )
        return review(self.store, self.project.schema, self.rule, self._unpulled())

    def release(self, version: str) -> Path:
        """Write what is approved as a Hugging Face dataset."""
        find_duplicates(self.store)
        golds = self.review().golds
        exporters = [plugins.exporter(name) for name in self.project.config.release.exporters]
        return release(self.store, self.project, version, golds, exporters)

    def run_all(self) -> list[Tally]:
        """Do everything up to the pull; the embedded Label Studio is started if need be."""
        tallies = [self.ingest(), self.annotate()]
        if not self.project.config.studio.url:
            embedded(self.project).start(self.say)
        return [*tallies, self.push(), self.pull()]

    def status(self) -> dict[str, Any]:
        """Count what each stage has done and what waits."""
        return status(self.store, self.project, annotator_id(self.combiner))

    def login(self) -> str:
        """Say how to log in to the embedded Label Studio; nothing for a server of the user's own."""
        if self.project.config.studio.url:
            return ""
        server = embedded(self.project)
        return f"\nlog in as {server.start(self.say).email}; the password is in {server.credentials}"

    def review_url(self) -> str:
        """Say where people review."""
        return self.studio.project_url(self._pushed_project())

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

    def _pushed_project(self) -> int:
        found = self.studio.find_project(self.store.marker)
        if found is None:
            check_pushed_here(self.store, found)
            raise UsageError(f"{self.studio.url} holds no review of this project; send one with: builder push")
        return found

    def _unpulled(self) -> frozenset[str]:
        """Name the sentences edited since the last pull; when the server is away, say that nobody looked."""
        try:
            project = self.studio.find_project(self.store.marker)
            return unpulled(self.store, self.studio, project) if project is not None else frozenset()
        except (Unavailable, UsageError) as error:
            self.say(f"edits since the last pull are not seen: {error}")
            return frozenset()


@contextmanager
def opened(start: Path, say: Say, run: Run = flow.run) -> Iterator[Workbench]:
    """Open the project at `start` or above it."""
    project = read_project(start)
    with Store(project.hidden) as store:
        yield Workbench(project, store, say, run)


def embedded(project: Project) -> EmbeddedServer:
    """Give the project's own Label Studio.

    Raises:
        UsageError: the project uses a server of yours.
    """
    from builder.studio.server import EmbeddedServer

    if project.config.studio.url:
        raise UsageError(f"this project uses {project.config.studio.url}; builder starts and stops only its own server")
    return EmbeddedServer(project.hidden / "studio")


def connect(project: Project) -> StudioClient:
    """Connect to the project's Label Studio: the user's own, or the embedded one."""
    from builder.studio.client import StudioClient

    url, key = project.config.studio.url, studio_key()
    if not url:
        server = embedded(project)
        if not server.status().healthy:
            raise Unavailable("this project's Label Studio does not run; start it with: builder studio start")
        info = server.start(lambda message: None)
        return StudioClient(info.url, info.token)
    if key is None:
        raise UsageError(f"set {KEY_VARIABLE} to your API key of {url} (Account & Settings there)")
    return StudioClient(url, key.get_secret_value())
