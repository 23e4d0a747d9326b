"""What would be proposed for a raw text, sentence by sentence, without a project. Contract preview/1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from builder import plugins
from builder.config import AnnotateTable
from builder.errors import Rejected, UsageError
from builder.model import Document, Entity, Kind, Prediction, Sentence, pieces_of, shown_path
from builder.ports import Reader, Reading
from builder.schema import LabelSchema, read_schema
from builder.text.structure import split_page

CONTRACT = "preview/1"


class Proposer(Protocol):
    """Anything that makes one prediction per sentence."""

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one prediction per sentence, in order."""


def preview(reading: Reading, name: str, proposer: Proposer) -> Iterator[dict[str, Any]]:
    """Yield one JSON-ready object per sentence; offsets are code points, half-open."""
    for document, sentences in split_page(reading.source.sha256, reading.text):
        for sentence, prediction in zip(sentences, proposer.propose(sentences), strict=True):
            yield _line(name, document, sentence, prediction)


def _line(name: str, document: Document, sentence: Sentence, prediction: Prediction) -> dict[str, Any]:
    pieces = pieces_of(document, sentence, 0, len(sentence.text))
    return {
        "contract": CONTRACT,
        "document": name,
        "article": document.article,
        "kind": sentence.kind.value,
        "text": sentence.text,
        "pieces": [list(piece) for piece in pieces],
        "entities": [_entity(entity, sentence.text) for entity in prediction.entities or ()],
        "label": _label(sentence, prediction),
        "flags": list(sentence.flags),
    }


def _entity(entity: Entity, text: str) -> dict[str, Any]:
    start, end, label = entity.span.start, entity.span.end, entity.span.label
    return {
        "start": start,
        "end": end,
        "label": label,
        "text": text[start:end],
        "score": entity.score,
        "by": list(entity.by),
    }


def _label(sentence: Sentence, prediction: Prediction) -> dict[str, Any] | None:
    """Only body sentences have a function to name."""
    label = prediction.label
    if label is None or sentence.kind is not Kind.BODY:
        return None
    return {"name": label.name, "score": label.score, "by": list(label.by)}


def preview_files(
    files: Sequence[Path], schema_name: str
) -> tuple[Iterator[dict[str, Any]], LabelSchema, list[tuple[Path, Rejected]]]:
    """Preview files with the default annotators; unfit files fill the list as the lines are consumed."""
    schema = read_schema(schema_name, Path.cwd())
    proposer = plugins.combiner(AnnotateTable().annotators, {}, schema)
    readers = {suffix: reader for reader in plugins.readers() for suffix in reader.suffixes}
    rejected: list[tuple[Path, Rejected]] = []

    def lines() -> Iterator[dict[str, Any]]:
        for path in files:
            try:
                yield from preview(_reading(readers, path), shown_path(path), proposer)
            except Rejected as error:
                rejected.append((path, error))

    return lines(), schema, rejected


def _reading(readers: Mapping[str, Reader], path: Path) -> Reading:
    if not path.exists():
        raise UsageError(f"no such file: {path}")
    if path.suffix.lower() not in readers:
        raise UsageError(f"no reader takes {path.name!r}; known endings: {', '.join(sorted(readers))}")
    return readers[path.suffix.lower()].read(path)
