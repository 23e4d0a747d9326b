"""What would be proposed for a raw text, sentence by sentence, without a project. Contract preview/1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from builder import plugins
from builder.annotators.knowledge import knowledge
from builder.config_tables import AnnotateTable
from builder.errors import UsageError
from builder.model import Document, Entity, Prediction, Reject, Sentence, pieces_of
from builder.readers.dispatch import Readers
from builder.reading import Kind, Reading
from builder.schema import LabelSchema, read_schema
from builder.text.changes import Changes
from builder.text.structure import split_page

CONTRACT = "preview/1"


class Proposer(Protocol):
    """Anything that makes one prediction per sentence."""

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one prediction per sentence, in order."""


def preview(reading: Reading, name: str, proposer: Proposer, *, structure: bool = False) -> Iterator[dict[str, Any]]:
    """Yield one JSON-ready object per sentence; offsets are code points, half-open.

    With `structure` each also tells what cleaning did to it, and where its flags are.
    """
    for document, sentences in split_page(reading, knowledge()):
        changes = Changes(document.offsets, reading.text) if structure else None
        for sentence, prediction in zip(sentences, proposer.propose(sentences), strict=True):
            line = _line(name, document, sentence, prediction, reading.start)
            yield line | {"structure": _structure(document, sentence, changes, reading.start)} if changes else line


def _structure(document: Document, sentence: Sentence, changes: Changes, first: int) -> dict[str, Any]:
    within = [
        change._replace(raw_start=first + change.raw_start, raw_end=first + change.raw_end)
        for change in changes.within(sentence.start, sentence.end)
    ]
    return {
        "record": document.record,
        "title": document.title,
        "language": sentence.language,
        "flags": [{"start": flag.start, "end": flag.end, "name": flag.name} for flag in sentence.flags],
        "document_flags": list(document.flags),
        "changes": [change._asdict() for change in within],
    }


def _line(name: str, document: Document, sentence: Sentence, prediction: Prediction, first: int) -> dict[str, Any]:
    pieces = pieces_of(document, sentence, 0, len(sentence.text))
    return {
        "contract": CONTRACT,
        "document": name,
        "article": document.article,
        "kind": sentence.kind.value,
        "text": sentence.text,
        "pieces": [[first + start, first + end] for start, end in pieces],
        "entities": [_entity(entity, sentence.text) for entity in prediction.entities or ()],
        "label": _label(sentence, prediction),
        "flags": list(sentence.flag_names),
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
    files: Sequence[Path], schema_name: str, *, structure: bool = False
) -> tuple[Iterator[dict[str, Any]], LabelSchema, list[Reject]]:
    """Preview files with the default annotators; unfit ones fill the list as the lines are consumed.

    Raises:
        UsageError: a folder is named, or what does not exist or no reader takes.
    """
    if folder := next((path for path in files if path.is_dir()), None):
        raise UsageError(f"{folder} is a folder; name files, as in {folder}/*: a folder is read by builder ingest")
    schema = read_schema(schema_name, Path.cwd())
    proposer = plugins.combiner(AnnotateTable().annotators, {}, schema)
    readers = Readers(plugins.readers())
    rejected: list[Reject] = []

    def lines() -> Iterator[dict[str, Any]]:
        for path in files:
            for found in readers.read(readers.named(path)):
                if isinstance(found, Reading):
                    yield from preview(found, found.source.path, proposer, structure=structure)
                elif isinstance(found, Reject):
                    rejected.append(found)

    return lines(), schema, rejected
