"""The four doors a plug-in can come through, as Protocols: Reader, Annotator, Studio, Exporter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from builder.model import Document, Prediction, Reject, Sentence, Span
from builder.reading import Reading, Source
from builder.reviewing import Gold
from builder.schema import LabelSchema
from builder.splitting import Splits


class Blob(Protocol):
    """Bytes someone pointed at: a file, or a member of an archive."""

    @property
    def name(self) -> str:
        """Say where it lies: a path, or `archive.zip!/member`."""

    @property
    def size(self) -> int:
        """Count the bytes."""

    @property
    def depth(self) -> int:
        """Count the archives around it."""

    @property
    def container(self) -> str:
        """Give the sha256 of the archive around it; empty for a file."""

    @property
    def sha256(self) -> str:
        """Name the bytes."""

    def open(self) -> BinaryIO:
        """Open the bytes; the file can seek."""


class Reader(Protocol):
    """Blobs of some media types become readings.

    A reader yields what it finds in order: readings; blobs that lie within (an archive's members); rejects for
    parts that are unfit, the rest going on. It never holds more than one part, and changes nothing.
    """

    name: str
    suffixes: frozenset[str]
    """File endings in lower case, each with its dot."""
    media_types: frozenset[str]

    def read(self, blob: Blob) -> Iterator[Reading | Blob | Reject]:
        """Read one blob.

        Raises:
            Rejected: the whole is unfit; nothing of it is lost.

        """


class Annotator(Protocol):
    """Sentences become predictions: pure, batched, deterministic."""

    @property
    def name(self) -> str:
        """The entry point's name."""

    @property
    def fingerprint(self) -> str:
        """Name code version, options and lexicon: another fingerprint may propose otherwise."""

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one prediction per sentence, in order."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as the server lists it, and whose sentences it shows; `stamp` changes when an annotation on it does."""

    id: int
    sentences: tuple[str, ...]
    batch: str
    stamp: str
    answers: int
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """The stamps of a project's tasks, of all or of those that moved lately, and what the whole project holds.

    `recent` counts the tasks that were asked for; if these are more than was wanted, `stamps` has none of them.
    """

    stamps: Mapping[int, str]
    tasks: int
    answers: int
    recent: int


@dataclass(frozen=True, slots=True)
class TaskRead:
    """What a task shows and what was answered, verbatim; nothing of either if the server cannot give it back."""

    id: int
    data: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]]
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Offered:
    """A prediction that stands at a task, and whether reviewers see it."""

    id: int
    result: Sequence[Mapping[str, Any]]
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A task as it is now: whether anybody has begun on it, and the predictions at it, oldest first."""

    task: int
    is_begun: bool
    offered: tuple[Offered, ...]


class Studio(Protocol):
    """A Label Studio server, under our nouns.

    Every method raises Unavailable when the server does not answer and UsageError when it refuses the token.
    """

    def open_project(self, marker: str, title: str, label_config: str, instruction: str, *, answers: int = 1) -> int:
        """Find the project that carries the marker, or create it for so many answers per task; give its id."""

    def find_project(self, marker: str) -> int | None:
        """Find the project that carries the marker."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create tasks with their predictions, all or nothing; give their ids in order.

        Unavailable here means that nobody knows what arrived; `find_batch` tells, but not what is still at work.
        """

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        """Find the tasks of one push batch: sentence id → task id."""

    def list_tasks(self, project: int) -> list[TaskState]:
        """List every task of the project; complete, or an error."""

    def count_tasks(self, project: int) -> int:
        """Count the tasks of the project, whoever made them."""

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        """Give every annotation of a task, verbatim."""

    def give_back(self, task: int, body: Mapping[str, Any], unique_id: str, author: int | None) -> str:
        """Answer a task as it was answered before, in its author's name; give what tells the answer from all others.

        That is `id:time of birth`; nothing if the task has an answer of this name.
        """

    def invite(self) -> str:
        """Give the address at which people make their accounts."""

    def list_stamps(self, project: int, since: str = "", at_most: int | None = None) -> Listing:
        """List the stamp of every task, ours or not, or of those changed after a time; complete, or an error.

        More than `at_most` of those are only counted.

        A stamp reads `changed/answers/skipped`; the first part is a time, which a draft does not move.
        """

    def read_tasks(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        """Read these tasks; one that is not there any more is left out, one that cannot be read is named."""

    def read_drafts(self, project: int) -> dict[int, list[dict[str, Any]] | None]:
        """Give what anybody has begun and not submitted, by task, verbatim; None where it cannot be read."""

    def project_of(self, task: int) -> int | None:
        """Find the project that holds a task now; nothing if the task is not there."""

    def look_at(self, project: int, tasks: Sequence[int]) -> list[Look]:
        """Look at tasks afresh; one that is not there any more is left out."""

    def offer(self, task: int, prediction: Mapping[str, Any]) -> int:
        """Show reviewers of a task one more prediction; give its id."""

    def retire(self, prediction: int) -> None:
        """Show a prediction no longer; it stays, so that who opened the task before can still submit."""

    def people(self) -> dict[int, str]:
        """Give the e-mail address of every account, by id."""


@dataclass(frozen=True, slots=True)
class Row:
    """One approved sentence with all that a release says of it."""

    sentence: Sentence
    document: Document
    source: Source
    gold: Gold
    split: str


@dataclass(frozen=True, slots=True)
class LostSpan:
    """A released span that some view of the release cannot hold, and why; `text` is what it covers."""

    sentence: str
    span: Span
    text: str
    reason: str


Losses = Mapping[str, Sequence[LostSpan]]
"""What each view could not hold, by the view's name; a view that holds everything lists nothing."""


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What a release says of itself; `personal` is the policy on personal data: allow, mask, block or unknown.

    `pieces` tells whether it says where in the raw sources its texts stand; `lost` is what exporters that ran before
    could not hold; `options` are those of each exporter, by its name; `changes` is what differs from the release before
    (diff/1), if there is one that could be compared; `splits` tells how it is divided. `said` are a person's answers to
    what cannot be counted, by the keys of `[card]`, and `authors` whom to cite. `agreement` holds an agreement/1 for
    those who saw proposals and one for those who did not, `acceptance` what became of proposals by annotator and label;
    both name people by their pseudonyms.
    """

    name: str
    version: str
    pretty_name: str
    license: str
    schema: LabelSchema
    builder_version: str
    counts: Mapping[str, int]
    personal: str = ""
    pieces: bool = True
    lost: Losses = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    license_name: str = ""
    license_link: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    authors: Sequence[str] = ()
    agreement: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    acceptance: Sequence[Mapping[str, Any]] = ()
    changes: Mapping[str, Any] | None = None
    splits: Splits = Splits()  # noqa: RUF009 - frozen


class Exporter(Protocol):
    """Rows become files of one format inside a release folder: pure, deterministic, whatever the order of rows.

    It writes below `folder / name` only; `builder.exporter_contract` says all that is asked of one.
    """

    name: str

    def export(self, rows: Collection[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files, and tell every span that they do not hold; `folder` exists and is private to this run.

        A release gives rows in published order, to be read as often as needed; more of them than fit in memory.
        """
