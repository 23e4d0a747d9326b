"""Sources become documents and sentences; what is unfit becomes a reject row and the rest goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

from builder.annotators.knowledge import knowledge
from builder.errors import Rejected
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Document, Reject, Sentence, shown_path
from builder.ports import Reader
from builder.readers.blobs import File
from builder.readers.dispatch import Found, Readers
from builder.readers.hf_dataset import is_left_out
from builder.reading import Attempt, Kind, Reading, Vanished
from builder.store import queries
from builder.store.db import Store
from builder.text.personal import personal_data
from builder.text.structure import split_page

_MARK = re.compile("#|!/")


class Cleaning(NamedTuple):
    """What a project asks of cleaning: its policy on personal data, and what it knows of names and languages.

    `terms` names a file of its own names. `latin` is `en`, or `detect` for text in Latin script.
    """

    personal: str = "allow"
    latin: str = "en"
    terms: str = ""


class Ingest:
    """Read every file that is new or changed."""

    name = "ingest"
    batch_size = 20

    def __init__(
        self,
        paths: Sequence[Path],
        readers: Sequence[Reader],
        base: Path,
        *,
        again: Collection[str] = (),
        cleaning: Cleaning = Cleaning(),  # noqa: B008 - frozen
    ) -> None:
        """Take files and folders; sources are named relative to `base` where they lie in it.

        Those named in `again` are read although their bytes are known.

        Raises:
            UsageError: a path does not exist, or no reader takes a file that was named itself.
        """
        self._readers = Readers(readers)
        self._base = base
        self._again = frozenset(again)
        self._cleaning = cleaning
        self.skipped: list[Path] = []
        self._folders: set[str] = set()
        self._seen: set[str] = set()
        # A file reached twice, as through a link, is read once: it has one name.
        self.files = list({file.name: file for file in self._found(paths)}.values())

    def todo(self, store: Store) -> Iterator[Found | Attempt | Vanished]:
        """Name refused files that are gone, and read those whose present bytes are not known, part by part."""
        yield from self._vanished(store)
        for file in self.files:
            if file.name in self._again or not _is_known(store, file):
                yield Attempt(file.name)
                yield from self._readers.read(file)

    def intend(self, batch: Sequence[Found | Attempt | Vanished]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[Found | Attempt | Vanished]) -> Outcome:
        """Clean and split what was read."""
        outcome, done = Outcome(), 0
        for found in batch:
            if isinstance(found, Reading):
                done += self._clean(found, outcome)
            elif isinstance(found, Reject):
                outcome.rejects.append(found)
            else:
                outcome.facts.append(found)
        return replace(outcome, done=done)

    def _clean(self, reading: Reading, outcome: Outcome) -> bool:
        """Add the facts of one reading, and say whether any of it went on.

        An article with personal data is refused where that is the policy.
        """
        known = knowledge(self._cleaning.terms, detects=self._cleaning.latin == "detect")
        outcome.facts.append(reading.source)
        articles = split_page(reading, known, is_masked=self._cleaning.personal == "mask")
        blocked = []
        for document, sentences in articles:
            if self._cleaning.personal == "block" and (kinds := _personal_kinds(document, sentences)):
                blocked.append(_blocked(reading, document, kinds))
            else:
                outcome.facts.extend((document, *sentences))
        outcome.rejects.extend(blocked)
        return not blocked or len(blocked) < len(articles)

    def _found(self, paths: Sequence[Path]) -> Iterator[File]:
        for path in paths:
            if path.is_dir():
                yield from self._within(path)
            elif self._name(path) in self._again:  # It may be of another kind by now: then it is refused, not wrong.
                yield File(path, self._name(path))
            else:
                yield self._readers.named(path, self._name(path))

    def _within(self, folder: Path) -> Iterator[File]:
        """Yield the files of a folder that a reader takes; the others are listed as skipped, but for hidden ones.

        Skipped too is what describes a saved dataset and is no part of its rows.

        Links to folders are not followed. A folder that cannot be looked into is yielded, to be listed as rejected.
        """
        self._folders.add(self._name(folder))
        for path in sorted(_walked(folder)):
            file = File(path, self._name(path))
            self._seen.add(file.name)
            if self._readers.takes(file) and not is_left_out(path):
                yield file
            else:
                self.skipped.append(path)

    def _vanished(self, store: Store) -> Iterator[Vanished]:
        """Yield the refused files of the folders that were looked at which are not there any more."""
        refused = {_file_of(reject.subject) for reject in queries.rejects(store) if reject.stage == self.name}
        here = {_file_of(name) for name in self._seen} if refused else set()
        for path in sorted(refused - here):
            within = {str(parent) for parent in PurePath(path).parents}
            # A folder that cannot be looked into was seen itself; what a hidden one holds was never seen.
            is_looked_for = within & self._folders and not within & self._seen
            if is_looked_for and (not os.path.lexists(self._base / path) or (self._base / path).is_dir()):
                yield Vanished(path)

    def _name(self, path: Path) -> str:
        whole = Path(os.path.realpath(path))
        return shown_path(whole.relative_to(self._base) if whole.is_relative_to(self._base) else whole)


def _walked(folder: Path) -> Iterator[Path]:
    """List what is in a folder and below, and the folders that cannot be looked into; hidden ones are left out."""
    closed: list[Path] = []
    for within, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(within, name) for name in names if not name.startswith("."))
    yield from closed


def _personal_kinds(document: Document, sentences: Sequence[Sentence]) -> list[str]:
    """Name the personal data in an article, its title and address; a publisher's own contact lines do not count."""
    counted = (sentence for sentence in sentences if sentence.kind not in (Kind.CONTACT, Kind.NAVIGATION))
    said = {flag.name for flag in personal_data(f"{document.title}\n{document.about.url}")}
    found = {name for sentence in counted for name in sentence.flag_names if name.startswith("personal:")}
    return sorted(found | said)


def _blocked(reading: Reading, document: Document, kinds: Sequence[str]) -> Reject:
    place = f"article {document.article + 1}"
    subject = "#".join((reading.source.path, *filter(None, [reading.record]), place))
    reason = f"{place} holds personal data ({', '.join(kinds)}); `[ingest] personal` says block"
    return Reject(Ingest.name, subject, "E_PERSONAL", reason, place)


def _file_of(subject: str) -> str:
    """Name the file of what was refused; of one with a mark in its own name, the part before it."""
    mark = _MARK.search(subject)
    return subject[: mark.start()] if mark else subject


def refused_paths(store: Store) -> frozenset[str]:
    """Name every path of which something was refused: of `a.zip!/b.csv#row 3` all of it, `a.zip!/b.csv` and `a.zip`."""
    subjects = [reject.subject for reject in queries.rejects(store) if reject.stage == Ingest.name]
    cut = (subject[: mark.start()] for subject in subjects for mark in _MARK.finditer(subject))
    return frozenset((*subjects, *cut))


def _is_known(store: Store, file: File) -> bool:
    latest = queries.latest_source(store, file.name)
    try:
        return latest is not None and latest == file.sha256
    except Rejected:
        return False
