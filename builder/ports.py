"""The four doors a plug-in can come through, as Protocols: Reader, Annotator, Studio, Exporter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from builder.model import Document, Gold, Prediction, Reject, Sentence
from builder.reading import Reading, Source
from builder.schema import LabelSchema


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
    """A task as the server lists it; `stamp` changes whenever an annotation on it does."""

    id: int
    sentence: str
    batch: str
    stamp: str
    answers: int


class Studio(Protocol):
    """A Label Studio server, under our nouns.

    Every method raises Unavailable when the server does not answer and UsageError when it refuses the token.
    """

    def open_project(self, marker: str, title: str, label_config: str, instruction: str, *, answers: int = 1) -> int:
        """Find the project that carries the marker, or create it for so many answers per task; give its id."""

    def find_project(self, marker: str) -> int | None:
        """Find the project that carries the marker."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create tasks with their predictions, all or nothing; give their ids in order."""

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        """Find the tasks of one push batch: sentence id → task id."""

    def list_tasks(self, project: int) -> list[TaskState]:
        """List every task of the project; complete, or an error."""

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        """Give every annotation of a task, verbatim."""

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
class ReleaseInfo:
    """What a release says of itself."""

    name: str
    version: str
    pretty_name: str
    license: str
    schema: LabelSchema
    builder_version: str
    counts: Mapping[str, int]


class Exporter(Protocol):
    """Rows become files of one format inside a release folder."""

    name: str

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> None:
        """Write the files; `folder` exists and is private to this run."""
