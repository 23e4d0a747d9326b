"""Rows become the columns of the records view: flat lists, one for each value at any depth, all rows one after another.

A path names a list: `id`; `spans`, how many spans each row has; `spans[].start`, the starts of all of them. What a
`Recorder` says of each row, these say of many. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import PureWindowsPath
from typing import Any

from builder.exporters.records import Recorder
from builder.model import Entity, pieces_of, text_digest
from builder.ports import Row
from builder.reviewing import GoldSpan
from builder.schema import LabelSchema

Columns = dict[str, Sequence[Any]]


class Gatherer:
    """Gathers the columns of rows, for one schema and one set of pseudonyms."""

    def __init__(self, schema: LabelSchema, people: Mapping[str, str]) -> None:
        self._recorder = Recorder(schema, people)
        self._people = people
        self._guidelines = {schema.digest: schema.version}
        self._entities = {name: place for place, name in enumerate(schema.entity_names)}
        self._labels = {name: place for place, name in enumerate(schema.sentence_names)}

    def gather(self, rows: Sequence[Row]) -> Columns:
        """Gather the columns of these rows.

        Raises:
            BrokenError: a label is not in the schema, or a span ends beyond its text.
        """
        try:
            return {**_places(rows), **self._answers(rows), **self._approvals(rows)}
        except (KeyError, IndexError):
            deque(map(self._recorder.record, ["records"] * len(rows), rows), maxlen=0)  # says which row it is
            raise

    def _answers(self, rows: Sequence[Row]) -> Columns:
        golds = [row.gold for row in rows]
        spans = [sorted(gold.entities, key=_span_place) for gold in golds]
        rejected = [sorted(gold.rejected, key=_entity_place) for gold in golds]
        return {
            **self._spans(rows, spans),
            **_pieces(rows, spans),
            **self._rejected(rows, rejected),
            "label": [self._labels[gold.label] for gold in golds],
            "label_action": [gold.label_action for gold in golds],
            **_listed("label_proposed_by", [gold.label_proposed_by for gold in golds]),
            "label_score": [gold.label_score for gold in golds],
        }

    def _spans(self, rows: Sequence[Row], spans_of: Sequence[Sequence[GoldSpan]]) -> Columns:
        golds = [gold for spans in spans_of for gold in spans]
        texts = [row.sentence.text for row, spans in zip(rows, spans_of, strict=True) for _ in spans]
        _check_ends((gold.span.end for gold in golds), texts)
        return {
            "spans": [*map(len, spans_of)],
            "spans[].start": [gold.span.start for gold in golds],
            "spans[].end": [gold.span.end for gold in golds],
            "spans[].label": [self._entities[gold.span.label] for gold in golds],
            "spans[].text": [text[gold.span.start : gold.span.end] for text, gold in zip(texts, golds, strict=True)],
            "spans[].action": [gold.action for gold in golds],
            **_listed("spans[].proposed_by", [gold.proposed_by for gold in golds]),
            "spans[].score": [gold.score for gold in golds],
        }

    def _rejected(self, rows: Sequence[Row], rejected_of: Sequence[Sequence[Entity]]) -> Columns:
        entities = [entity for rejected in rejected_of for entity in rejected]
        texts = (row.sentence.text for row, rejected in zip(rows, rejected_of, strict=True) for _ in rejected)
        _check_ends((entity.span.end for entity in entities), texts)
        return {
            "rejected": [*map(len, rejected_of)],
            "rejected[].start": [entity.span.start for entity in entities],
            "rejected[].end": [entity.span.end for entity in entities],
            "rejected[].label": [self._entities[entity.span.label] for entity in entities],
            "rejected[].score": [entity.score for entity in entities],
            **_listed("rejected[].proposed_by", [entity.by for entity in entities]),
        }

    def _approvals(self, rows: Sequence[Row]) -> Columns:
        approvals, people = [row.gold.approval for row in rows], self._people
        return {
            **_listed("approvers", [sorted(people[person] for person in one.approvers) for one in approvals]),
            "approved_at": [one.at for one in approvals],
            "rule": [one.rule for one in approvals],
            **_listed("content_ids", [sorted(one.contents) for one in approvals]),
            "schema_digest": [one.schema_digest for one in approvals],
            "guideline_version": [self._guidelines.get(one.schema_digest) for one in approvals],
        }


@lru_cache(maxsize=1024)
def file_name(path: str) -> str:
    """Name a file without its folders, whichever slash parts them."""
    return PureWindowsPath(path).name


def _places(rows: Sequence[Row]) -> Columns:
    sentences, documents = [row.sentence for row in rows], [row.document for row in rows]
    sources, about = [row.source for row in rows], [document.about for document in documents]
    return {
        "id": [sentence.id for sentence in sentences],
        "doc_id": [document.id for document in documents],
        "sentence_id": [sentence.number for sentence in sentences],
        "language": [sentence.language for sentence in sentences],
        "text": [sentence.text for sentence in sentences],
        "kind": [sentence.kind for sentence in sentences],
        "source": [file_name(source.path) for source in sources],
        "source_sha256": [source.sha256 for source in sources],
        "encoding": [source.encoding for source in sources],
        "media_type": [source.media_type for source in sources],
        "record": [document.record for document in documents],
        "url": [one.url for one in about],
        "published": [one.published for one in about],
        "source_license": [one.licence for one in about],
        "in_quote": [sentence.in_quote for sentence in sentences],
        **_listed("flags", [sentence.flag_names if sentence.flags else () for sentence in sentences]),
        **_listed("document_flags", [document.flags for document in documents]),
        "text_sha256": [text_digest(sentence.text) for sentence in sentences],
    }


def _pieces(rows: Sequence[Row], spans_of: Sequence[Sequence[GoldSpan]]) -> Columns:
    whole, parts = _PieceColumns(), _PieceColumns()
    for row, spans in zip(rows, spans_of, strict=True):
        sentence, tiling = row.sentence, row.document.offsets.tiling
        (origin, low, high), *more = tiling.cut(sentence.start, sentence.end)
        if more or origin < 0:
            whole.add(pieces_of(row.document, sentence, 0, len(sentence.text)))
            for gold in spans:
                parts.add(pieces_of(row.document, sentence, gold.span.start, gold.span.end))
        else:  # most sentences stand in the source as they are
            whole.add(((origin + low, origin + high),))
            for gold in spans:
                parts.add(((origin + low + gold.span.start, origin + low + gold.span.end),))
    return {**whole.columns("pieces"), **parts.columns("spans[].pieces")}


class _PieceColumns:
    def __init__(self) -> None:
        self.counts: list[int] = []
        self.edges: list[int] = []

    def add(self, pieces: Sequence[tuple[int, int]]) -> None:
        self.counts.append(len(pieces))
        for piece in pieces:
            self.edges += piece

    def columns(self, path: str) -> Columns:
        return {path: self.counts, f"{path}[].start": self.edges[::2], f"{path}[].end": self.edges[1::2]}


def _listed(path: str, lists: Sequence[Sequence[str]]) -> Columns:
    return {path: [*map(len, lists)], f"{path}[]": [*chain.from_iterable(lists)]}


def _check_ends(ends: Iterable[int], texts: Iterable[str]) -> None:
    if any(len(text) < end for end, text in zip(ends, texts, strict=True)):
        raise IndexError("a span ends beyond its text")


def _span_place(gold: GoldSpan) -> tuple[int, int, str]:
    return gold.span.start, gold.span.end, gold.span.label


def _entity_place(entity: Entity) -> tuple[int, int, str, float, tuple[str, ...]]:
    return entity.span.start, entity.span.end, entity.span.label, entity.score, entity.by
