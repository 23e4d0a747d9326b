"""One description of every view of a release, from which its column types are said in each dialect that needs them.

A label schema enters; views of named, typed columns leave, and with them the `huggingface` metadata of a parquet
file and the `features` of a README. Nothing here knows a row or writes a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from builder.schema import LabelSchema


@dataclass(frozen=True, slots=True)
class Scalar:
    """A plain value."""

    dtype: Literal["string", "int32", "float64", "bool"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a fixed list of names, stored as its place in the list: a `ClassLabel`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values of one type."""

    of: Scalar | Choice | Struct


@dataclass(frozen=True, slots=True)
class Struct:
    """A record of named columns."""

    columns: tuple[Column, ...]


Type = Scalar | Choice | Many | Struct


@dataclass(frozen=True, slots=True)
class Column:
    """A name and a type."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the released rows: a configuration of the dataset."""

    name: str
    columns: tuple[Column, ...]


DEFAULT_VIEW = "records"
OFFSETS = "code points, end exclusive"
"""How `start` and `end` count, in every view."""
TEXT, NUMBER, SCORE = Scalar("string"), Scalar("int32"), Scalar("float64")
TRUTH = Scalar("bool")
TEXTS, NUMBERS = Many(TEXT), Many(NUMBER)
PIECES = Many(Struct((Column("start", NUMBER), Column("end", NUMBER))))
MESSAGES = Many(Struct((Column("role", TEXT), Column("content", TEXT))))


def views(schema: LabelSchema, *, pieces: bool = True) -> tuple[View, ...]:
    """Describe every view of a release under this schema; `records` comes first, with or without raw pieces."""
    return (
        View(DEFAULT_VIEW, _records(schema) if pieces else _without(_records(schema), "pieces")),
        View("tokens", _tokens(schema)),
        View("sentences", _columns(id=TEXT, text=TEXT, label=Choice(schema.sentence_names))),
        View("sft", _columns(id=TEXT, messages=MESSAGES)),
    )


def tag_names(schema: LabelSchema) -> tuple[str, ...]:
    """Name the tags in published order: O, then B- and I- of each entity type in schema order."""
    return ("O", *(f"{mark}-{name}" for name in schema.entity_names for mark in "BI"))


def metadata(view: View) -> dict[str, Any]:
    """Describe a view as the `huggingface` entry of a parquet schema.

    The older encoding (`Sequence` for lists of values, `[{…}]` for lists of records) is the one that every version of
    `datasets` since 2.19 reads; `List` breaks all before 4.
    """
    return {"info": {"features": {column.name: _metadata(column.type) for column in view.columns}}}


def readme_features(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Describe columns as the `features` list of a README's `dataset_info`."""
    return [{"name": column.name, **_readme(column.type)} for column in columns]


def _records(schema: LabelSchema) -> tuple[Column, ...]:
    entity, sentence = Choice(schema.entity_names), Choice(schema.sentence_names)
    spans = _columns(
        start=NUMBER, end=NUMBER, label=entity, text=TEXT, action=TEXT, proposed_by=TEXTS, score=SCORE, pieces=PIECES
    )
    rejected = _columns(start=NUMBER, end=NUMBER, label=entity, score=SCORE, proposed_by=TEXTS)
    return (
        *_columns(
            id=TEXT, doc_id=TEXT, sentence_id=NUMBER, language=TEXT, text=TEXT, kind=TEXT, spans=Many(Struct(spans))
        ),
        *_columns(label=sentence, label_action=TEXT, label_proposed_by=TEXTS, label_score=SCORE),
        *_columns(rejected=Many(Struct(rejected)), pieces=PIECES, source=TEXT, source_sha256=TEXT, encoding=TEXT),
        *_columns(media_type=TEXT, record=TEXT, url=TEXT, published=TEXT, source_license=TEXT, in_quote=TRUTH),
        *_columns(flags=TEXTS, document_flags=TEXTS, approvers=TEXTS, approved_at=TEXT, rule=TEXT, content_ids=TEXTS),
        *_columns(schema_digest=TEXT, guideline_version=TEXT, text_sha256=TEXT),
    )


def _tokens(schema: LabelSchema) -> tuple[Column, ...]:
    return (
        *_columns(id=TEXT, document_id=TEXT, sentence_id=NUMBER, tokens=TEXTS),
        *_columns(token_starts=NUMBERS, token_ends=NUMBERS, ner_tags=Many(Choice(tag_names(schema)))),
    )


def _without(columns: Sequence[Column], name: str) -> tuple[Column, ...]:
    """Leave out every column of this name, in records inside records too."""
    return tuple(Column(column.name, _bare(column.type, name)) for column in columns if column.name != name)


def _bare(type_: Type, name: str) -> Type:
    if isinstance(type_, Many) and isinstance(type_.of, Struct):
        return Many(Struct(_without(type_.of.columns, name)))
    return type_


def _columns(**types: Type) -> tuple[Column, ...]:
    return tuple(Column(name, type_) for name, type_ in types.items())


def _metadata(type_: Type) -> Any:
    if isinstance(type_, Scalar):
        return {"dtype": type_.dtype, "_type": "Value"}
    if isinstance(type_, Choice):
        return {"names": list(type_.names), "_type": "ClassLabel"}
    if isinstance(type_, Struct):
        return {column.name: _metadata(column.type) for column in type_.columns}
    if isinstance(type_.of, Struct):
        return [_metadata(type_.of)]
    return {"feature": _metadata(type_.of), "_type": "Sequence"}


def _readme(type_: Type) -> dict[str, Any]:
    if isinstance(type_, Scalar):
        return {"dtype": type_.dtype}
    if isinstance(type_, Choice):
        return {"dtype": _class_label(type_)}
    if isinstance(type_, Struct):
        return {"struct": readme_features(type_.columns)}
    if isinstance(type_.of, Struct):
        return {"list": readme_features(type_.of.columns)}
    # `list` of plain values has no `.feature` before 4; `sequence` of records is a record of lists from 4 on.
    return {"sequence": type_.of.dtype if isinstance(type_.of, Scalar) else _class_label(type_.of)}


def _class_label(choice: Choice) -> dict[str, Any]:
    return {"class_label": {"names": {str(place): name for place, name in enumerate(choice.names)}}}
