"""Nouns to rows of builder.db, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from builder.facts import Fact
from builder.model import Document, Entity, Flag, Label, Prediction, Sentence, Span, TakenUp
from builder.offset_map import OffsetMap
from builder.reading import About, Kind, Source
from builder.reviewing import Action, Annotation, Approval, Gold, GoldSpan
from builder.splitting import Placed
from builder.text.duplicates import Cluster

Row = Sequence[Any]

# Made once: `json.dumps` makes one at each call.
_PACKER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def packed(value: object) -> str:
    """Write a value as compact JSON."""
    return _PACKER.encode(value)


class Ready(NamedTuple):
    """Facts of one kind, of which there are many, as the rows that they become: they travel light, are added fast."""

    kind: type
    rows: Sequence[Row]


def ready(facts: Iterable[Fact | Ready]) -> list[Fact | Ready]:
    """Turn into rows what can be, and leave everything in its order."""
    made: list[Fact | Ready] = []
    for kind, same in groupby(facts, type):
        if row_of := _READY.get(kind):
            made.append(Ready(kind, [*map(row_of, same)]))
        else:
            made.extend(same)
    return made


def source_row(source: Source) -> Row:
    """Order the columns of `source`."""
    return astuple(source)


def document_row(document: Document) -> Row:
    """Order the columns of `document`."""
    d, a = document, document.about
    about = packed([a.url, a.published, a.fetched, a.licence])
    offsets = packed(d.offsets.to_json())
    return (d.id, d.source, d.article, d.language, d.title, d.text, offsets, d.record, a.key, about, packed(d.flags))


def document_of(row: Row) -> Document:
    """Make a document from its columns."""
    id, source, article, language, title, text, offsets, record, key, about, flags = row
    return Document(
        id=id,
        source=source,
        article=article,
        language=language,
        title=title,
        text=text,
        offsets=OffsetMap.from_json(json.loads(offsets)),
        record=record,
        about=About(key, *json.loads(about)),
        flags=tuple(json.loads(flags)),
    )


def sentence_row(sentence: Sentence) -> Row:
    """Order the columns of `sentence`."""
    s = sentence
    flags = packed([[f.start, f.end, f.name] for f in s.flags]) if s.flags else "[]"
    return (s.id, s.document, s.number, s.start, s.end, s.kind.value, s.language, s.text, flags, int(s.in_quote))


def sentence_of(row: Row) -> Sentence:
    """Make a sentence from its columns."""
    id, document, number, start, end, kind, language, text, flags, in_quote = row
    flagged = tuple(_flag_of(flag, len(text)) for flag in json.loads(flags))
    return Sentence(id, document, number, start, end, Kind(kind), language, text, flagged, bool(in_quote))


def cluster_rows(cluster: Cluster) -> list[Row]:
    """Order the columns of `cluster`, one row per member."""
    name = cluster.name
    return [(m.document, name, int(m.is_representative), m.relation.value, m.score) for m in cluster.members]


def prediction_row(prediction: Prediction) -> Row:
    """Order the columns of `prediction`; an abstention is NULL."""
    found, label = prediction.entities, prediction.label
    entities = None if found is None else f"[{','.join(map(_written, found))}]"
    told = f"[{(_remembered_end if label.score else _end)(label.name, label.score, label.by)}" if label else None
    return (prediction.sentence, prediction.annotator, entities, told)


def prediction_of(row: Row) -> Prediction:
    """Make a prediction from its columns."""
    entities = None if row[2] is None else tuple(_entity_of(e) for e in json.loads(row[2]))
    return Prediction(row[0], row[1], entities, None if row[3] is None else _label_of(json.loads(row[3])))


def taken_up_row(taken: TakenUp) -> Row:
    """Give what names it."""
    return (taken.sentence, taken.annotator)


def annotation_row(annotation: Annotation) -> Row:
    """Order the columns of `annotation` behind its number."""
    a = annotation
    return (a.key, a.author, a.content, int(a.deleted), packed(a.body), int(a.is_draft))


def annotation_of(row: Row) -> Annotation:
    """Make an annotation from (key, sentences, author, deleted, body, draft)."""
    key, sentences, author, deleted, body, draft = row
    return Annotation(key, tuple(json.loads(sentences)), author, json.loads(body), bool(deleted), bool(draft))


def annotation_entry(annotation: Annotation) -> dict[str, Any]:
    """Say an annotation as the journal holds it."""
    a = annotation
    entry = {"key": a.key, "sentences": [*a.sentences], "author": a.author, "body": a.body, "deleted": a.deleted}
    return entry | ({"draft": True} if a.is_draft else {})


def annotation_in(entry: Mapping[str, Any]) -> Annotation:
    """Make an annotation from what the journal holds; before there were tasks of several sentences, it held one."""
    sentences = entry["sentences"] if "sentences" in entry else [entry["sentence"]]
    key, author, body = entry["key"], entry["author"], entry["body"]
    return Annotation(key, tuple(sentences), author, body, entry["deleted"], entry.get("draft", False))


def gold_row(gold: Gold) -> Row:
    """Order the columns of `gold`."""
    a = gold.approval
    body = {
        "entities": [[*_span(g.span), g.action, g.proposed_by, g.score] for g in gold.entities],
        "label": [gold.label, gold.label_action, gold.label_proposed_by, gold.label_score],
        "rejected": [_entity(entity) for entity in gold.rejected],
        "approval": [a.sentence, a.contents, a.text_sha256, a.schema_digest, a.approvers, a.rule, a.at, a.is_party],
    }
    return (gold.sentence, packed(body))


def gold_of(row: Row) -> Gold:
    """Make gold from its columns."""
    body = json.loads(row[1])
    label, action, proposers, score = body["label"]
    sentence, contents, text, schema, approvers, rule, at, *party = body["approval"]
    return Gold(
        sentence=row[0],
        entities=tuple(
            GoldSpan(Span(start, end, name), Action(done), tuple(by), sure)
            for start, end, name, done, by, sure in body["entities"]
        ),
        label=label,
        label_action=Action(action),
        label_proposed_by=tuple(proposers),
        label_score=score,
        rejected=tuple(_entity_of(entity) for entity in body["rejected"]),
        approval=Approval(sentence, tuple(contents), text, schema, tuple(approvers), rule, at, *party),
    )


def approval_row(approval: Approval) -> Row:
    """Order the columns of `approval`."""
    a = approval
    contents, approvers = packed(a.contents), packed(a.approvers)
    return (a.id, a.sentence, contents, a.text_sha256, a.schema_digest, approvers, a.rule, a.at, int(a.is_party))


def approval_of(row: Row) -> Approval:
    """Make an approval from its columns."""
    _, sentence, contents, text, schema, approvers, rule, at, party = row
    contents, approvers = tuple(json.loads(contents)), tuple(json.loads(approvers))
    return Approval(sentence, contents, text, schema, approvers, rule, at, bool(party))


def approval_entry(approval: Approval) -> dict[str, Any]:
    """Say an approval as the journal holds it."""
    a = approval
    answers = {"sentence": a.sentence, "contents": [*a.contents], "text_sha256": a.text_sha256}
    by = {"schema": a.schema_digest, "approvers": [*a.approvers], "rule": a.rule, "at": a.at, "party": a.is_party}
    return answers | by


def approval_in(entry: Mapping[str, Any]) -> Approval:
    """Make an approval from what the journal holds."""
    e = entry
    contents, approvers = tuple(e["contents"]), tuple(e["approvers"])
    return Approval(
        e["sentence"], contents, e["text_sha256"], e["schema"], approvers, e["rule"], e["at"], e["party"]
    )  # fmt: skip


def splits_entry(version: str, placed: Iterable[Placed]) -> dict[str, Any]:
    """Say where documents stand as the journal holds it: one entry for all that a version places."""
    ordered = sorted(placed, key=lambda one: one.document)
    return {"version": version, "documents": [[p.document, p.group, p.split, p.text, p.place] for p in ordered]}


def ledger_rows(number: int, entry: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Order the columns of `ledger`, one row per document of an entry of this number."""
    version = entry["version"]
    return [
        (number, document, group, split, version, text, place)
        for document, group, split, text, place in entry["documents"]
    ]


def _span(span: Span) -> list[Any]:
    return [span.start, span.end, span.label]


def _entity(entity: Entity) -> list[Any]:
    return [*_span(entity.span), entity.score, entity.by]


def _written(entity: Entity) -> str:
    """Write what `packed` makes of `_entity`; there are millions, and they end in the same few ways."""
    span, score = entity.span, entity.score
    end = _remembered_end if score else _end  # 0.0 is equal to -0.0
    return f"[{span.start},{span.end},{end(span.label, score, entity.by)}"


def _end(*parts: str | float | tuple[str, ...]) -> str:
    """Write the end of a list."""
    return packed(parts)[1:]


_remembered_end = lru_cache(1 << 14, typed=True)(_end)


def _entity_of(packed_entity: list[Any]) -> Entity:
    start, end, label, score, by = packed_entity
    return Entity(Span(start, end, label), score, tuple(by))


def _label_of(packed_label: list[Any]) -> Label:
    name, score, by = packed_label
    return Label(name, score, tuple(by))


def _flag_of(packed_flag: Any, length: int) -> Flag:
    """Make a flag; before flags had a place, only their names were kept."""
    return Flag(0, length, packed_flag) if isinstance(packed_flag, str) else Flag(*packed_flag)


_READY: Mapping[type, Callable[[Any], Row]] = {
    Sentence: sentence_row,
    TakenUp: taken_up_row,
    Prediction: prediction_row,
}
