"""A released row becomes the record of each view. Pure.

Rows enter; plain dictionaries with the columns of `features` leave, labels as their places in the published order.
A span that a view cannot hold leaves as a lost span. People leave as pseudonyms, paths as file names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any

from builder.errors import BrokenError
from builder.exporters.features import tag_names
from builder.exporters.sft import answer, in_chinese, questions
from builder.model import Entity, Span, pieces_of, text_digest
from builder.offset_map import Piece
from builder.ports import Losses, LostSpan, Row
from builder.reviewing import GoldSpan
from builder.schema import LabelSchema
from builder.text.tags import bio_tags, fit
from builder.text.tokens import tokenize

Record = dict[str, Any]


class Recorder:
    """Makes the record of each view, for one schema and one set of pseudonyms."""

    def __init__(self, schema: LabelSchema, people: Mapping[str, str]) -> None:
        self._guidelines = {schema.digest: schema.version}
        self._people = people
        self._entities = {name: place for place, name in enumerate(schema.entity_names)}
        self._labels = {name: place for place, name in enumerate(schema.sentence_names)}
        self._questions = questions(schema)
        self._tags = {name: place for place, name in enumerate(tag_names(schema))}

    def record(self, view: str, row: Row) -> Record:
        """Make the record of a row in the view of this name."""
        made: Record = getattr(self, f"_{view}")(row)
        return made

    def lost(self, row: Row) -> list[LostSpan]:
        """List the spans of a row that the tokens view cannot hold."""
        text = row.sentence.text
        losses = fit(tokenize(text), _spans(row)).lost
        return [LostSpan(row.sentence.id, span, text[span.start : span.end], str(why)) for span, why in losses]

    def _records(self, row: Row) -> Record:
        sentence, approval = row.sentence, row.gold.approval
        return {
            "id": sentence.id,
            "doc_id": row.document.id,
            "sentence_id": sentence.number,
            "language": sentence.language,
            "text": sentence.text,
            "kind": str(sentence.kind),
            "spans": [self._span(row, gold) for gold in sorted(row.gold.entities, key=lambda gold: gold.span)],
            **self._label(row),
            "rejected": [self._rejected(row, entity) for entity in sorted(row.gold.rejected)],
            "pieces": _pieces(row, 0, len(sentence.text)),
            "source": PureWindowsPath(row.source.path).name,  # splits at both kinds of slash
            "source_sha256": row.source.sha256,
            "encoding": row.source.encoding,
            "media_type": row.source.media_type,
            "record": row.document.record,
            "url": row.document.about.url,
            "published": row.document.about.published,
            "source_license": row.document.about.licence,
            "in_quote": sentence.in_quote,
            "flags": list(sentence.flag_names),
            "document_flags": list(row.document.flags),
            "approvers": sorted(self._people[person] for person in approval.approvers),
            "approved_at": approval.at,
            "rule": approval.rule,
            "content_ids": sorted(approval.contents),
            "schema_digest": approval.schema_digest,
            # An approval under other guidelines does not know their version, only their digest.
            "guideline_version": self._guidelines.get(approval.schema_digest),
            "text_sha256": text_digest(sentence.text),
        }

    def _tokens(self, row: Row) -> Record:
        text = row.sentence.text
        tokens = tokenize(text)
        tags = bio_tags(tokens, fit(tokens, _spans(row)).held)
        return {
            "id": row.sentence.id,
            "document_id": row.document.id,
            "sentence_id": row.sentence.number,
            "tokens": [text[start:end] for start, end in tokens],
            "token_starts": [start for start, _ in tokens],
            "token_ends": [end for _, end in tokens],
            "ner_tags": [_place(self._tags, tag, row) for tag in tags],
        }

    def _sentences(self, row: Row) -> Record:
        label = _place(self._labels, row.gold.label, row)
        return {"id": row.sentence.id, "text": row.sentence.text, "label": label}

    def _sft(self, row: Row) -> Record:
        sentence, label = row.sentence, row.gold.label
        _place(self._labels, label, row)
        asked = f"{self._questions[in_chinese(sentence.language)]}{sentence.text}"
        spans = [(span.start, sentence.text[span.start : span.end], span.label) for span in sorted(_spans(row))]
        told = (("user", asked), ("assistant", answer(sentence.text, spans, label)))
        return {"id": sentence.id, "messages": [{"role": role, "content": content} for role, content in told]}

    def _label(self, row: Row) -> Record:
        return {
            "label": _place(self._labels, row.gold.label, row),
            "label_action": str(row.gold.label_action),
            "label_proposed_by": list(row.gold.label_proposed_by),
            "label_score": row.gold.label_score,
        }

    def _span(self, row: Row, gold: GoldSpan) -> Record:
        span = gold.span
        return {
            **self._place_of(row, span),
            "text": row.sentence.text[span.start : span.end],
            "action": str(gold.action),
            "proposed_by": list(gold.proposed_by),
            "score": gold.score,
            "pieces": _pieces(row, span.start, span.end),
        }

    def _rejected(self, row: Row, entity: Entity) -> Record:
        return {**self._place_of(row, entity.span), "score": entity.score, "proposed_by": list(entity.by)}

    def _place_of(self, row: Row, span: Span) -> Record:
        if len(row.sentence.text) < span.end:
            raise BrokenError(f"sentence {row.sentence.id}: {span} ends beyond its text")
        return {"start": span.start, "end": span.end, "label": _place(self._entities, span.label, row)}


def losses_of(lost: Losses, left_out: Sequence[Record] = ()) -> dict[str, Any]:
    """Pack the loss report: every view by name, with what it could not hold, and the rows that are left out."""
    told = {view: {"lost": len(spans), "spans": [_loss(loss) for loss in spans]} for view, spans in lost.items()}
    return {"version": 2, "views": told, "left_out": [*left_out]}


def _loss(loss: LostSpan) -> Record:
    span = loss.span
    place = {"start": span.start, "end": span.end, "label": span.label}
    return {"id": loss.sentence, **place, "text": loss.text, "reason": loss.reason}


def _spans(row: Row) -> list[Span]:
    return [gold.span for gold in row.gold.entities]


def _pieces(row: Row, start: int, end: int) -> list[dict[str, int]]:
    return [_range(piece) for piece in pieces_of(row.document, row.sentence, start, end)]


def _range(piece: Piece) -> dict[str, int]:
    return {"start": piece.start, "end": piece.end}


def _place(places: Mapping[str, int], name: str, row: Row) -> int:
    if name not in places:
        raise BrokenError(f"sentence {row.sentence.id}: {name!r} is not in the release's label schema")
    return places[name]
