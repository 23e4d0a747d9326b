"""Files become documents and sentences; an unfit file becomes a reject row and the rest goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from builder.errors import Rejected, UsageError
from builder.flow import Outcome
from builder.model import Fact, Raw, Reject, shown_path
from builder.ports import Reader, Reading
from builder.store import queries
from builder.store.db import Store
from builder.text.structure import split_page


class Ingest:
    """Read every file that is new or changed."""

    name = "ingest"
    batch_size = 20

    def __init__(self, paths: Sequence[Path], readers: Sequence[Reader], base: Path) -> None:
        """Take files and folders; sources are named relative to `base` where they lie in it.

        Raises:
            UsageError: a path does not exist, or no reader takes a file that was named itself.
        """
        self._readers = {suffix: reader for reader in readers for suffix in reader.suffixes}
        self._base = base
        self.skipped: list[Path] = []
        self.files = list(self._found(paths))

    def todo(self, store: Store) -> Iterator[Path]:
        """List the files whose present bytes are not known under their name."""
        return (path for path in self.files if not self._is_known(store, path))

    def intend(self, batch: Sequence[Path]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[Path]) -> Outcome:
        """Read, clean and split."""
        outcome = Outcome()
        for path in batch:
            name = self._name(path)
            try:
                reading = self._readers[path.suffix.lower()].read(path)
                outcome.facts.extend(facts_of(reading, name))
            except Rejected as error:
                outcome.rejects.append(Reject(self.name, name, error.code, str(error)))
        return outcome

    def _found(self, paths: Sequence[Path]) -> Iterator[Path]:
        for path in paths:
            if path.is_dir():
                yield from self._within(path)
            elif not path.exists():
                raise UsageError(f"no such file or folder: {path}")
            elif path.suffix.lower() not in self._readers:
                raise UsageError(f"no reader takes {path.name!r}; known endings: {', '.join(sorted(self._readers))}")
            else:
                yield path

    def _within(self, folder: Path) -> Iterator[Path]:
        """Yield the files of a folder that a reader takes; the others are listed as skipped, but for hidden ones."""
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
            if path.suffix.lower() in self._readers:
                yield path
            else:
                self.skipped.append(path)

    def _is_known(self, store: Store, path: Path) -> bool:
        latest = queries.latest_source(store, self._name(path))
        return latest is not None and latest == _digest(path)

    def _name(self, path: Path) -> str:
        whole = path.resolve()
        return shown_path(whole.relative_to(self._base) if whole.is_relative_to(self._base) else whole)


def facts_of(reading: Reading, name: str) -> Iterable[Fact]:
    """Make the facts of one reading, its source under this name."""
    source = reading.source
    yield Raw(source.sha256, reading.raw)
    yield type(source)(source.sha256, name, source.size, source.encoding, source.media_type)
    for document, sentences in split_page(source.sha256, reading.text):
        yield document
        yield from sentences


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
