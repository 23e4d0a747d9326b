"""The reader for each blob: by what its content shows, else by its ending. What lies within is read in turn."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from builder.errors import Rejected, UsageError
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers.blobs import File, content_of, head_of, source_of
from builder.readers.sniffing import media_type_of
from builder.reading import Raw, Reading, Sighting, Source

Found = Source | Reading | Raw | Sighting | Reject

_DEEPEST = 4
"""Archives within archives."""
_NOT_KEPT = frozenset({"E_IO", "E_TOO_LARGE", "E_DEPTH"})


class Readers:
    """Every installed reader, and who reads what."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        """Take the readers; of two for one ending or type, the first."""
        self._by_suffix = {suffix: reader for reader in reversed(readers) for suffix in reader.suffixes}
        self._by_type = {kind: reader for reader in reversed(readers) for kind in reader.media_types}

    @property
    def suffixes(self) -> list[str]:
        """List the file endings that some reader takes."""
        return sorted(filter(None, self._by_suffix))

    def takes(self, blob: Blob) -> bool:
        """Whether some reader reads its ending or its content.

        A blob that cannot be looked at is taken, so that it is listed as rejected.
        """
        if self._named(blob) is not None:
            return True
        try:
            return self._find(blob) is not None
        except Rejected:
            return True

    def named(self, path: Path, name: str = "") -> File:
        """Give the file that a person named.

        Raises:
            UsageError: it does not exist, or no reader takes it.
        """
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
        file = File(path, name)
        if not self.takes(file):
            raise UsageError(f"no reader takes {path.name!r}; known endings: {', '.join(self.suffixes)}")
        return file

    def read(self, blob: Blob) -> Iterator[Found]:
        """Read a blob and all that lies within it; an unfit part is a reject, and the rest goes on.

        Its bytes, and that it was read to its end, come last.
        """
        try:
            reader = self._find(blob)
            if reader is None:
                shown = media_type_of(head_of(blob))
                what = f"its content is {shown}, which no reader takes" if shown else "no reader takes it"
                raise Rejected(f"{what}; known endings: {', '.join(self.suffixes)}", "E_TYPE")
            if _DEEPEST < blob.depth:
                raise Rejected(f"lies in more than {_DEEPEST} archives", "E_DEPTH")
            yield from self._parts(reader, blob)
            named = _named_type(blob)
            yield replace(source_of(blob, media_type_of(head_of(blob)) or named), named_type=named)
            yield _raw(blob)
            yield Sighting(blob.name, blob.sha256)
        except Rejected as error:
            if error.code not in _NOT_KEPT:
                yield _raw(blob)
            yield Reject("ingest", blob.name, error.code, str(error), error.place)

    def _parts(self, reader: Reader, blob: Blob) -> Iterator[Found]:
        for found in reader.read(blob):
            if isinstance(found, Reading):
                yield replace(found, source=replace(found.source, named_type=_named_type(blob)))
            elif isinstance(found, Reject):
                yield found
            else:
                yield from self.read(found)

    def _find(self, blob: Blob) -> Reader | None:
        shown = media_type_of(head_of(blob))
        if shown and not shown.startswith("text/"):
            return self._by_type.get(shown)
        return self._by_type.get(shown) or self._named(blob)

    def _named(self, blob: Blob) -> Reader | None:
        return self._by_suffix.get(PurePath(blob.name).suffix.lower())


def _named_type(blob: Blob) -> str:
    """Name the media type that a file's ending promises."""
    return mimetypes.guess_type(PurePath(blob.name).name, strict=False)[0] or ""


def _raw(blob: Blob) -> Raw:
    return Raw(blob.sha256, blob.path if isinstance(blob, File) else content_of(blob, blob.size))
