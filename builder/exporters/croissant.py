"""The views of a release and what is known of it become Croissant metadata: croissant.json. Pure.

Record sets are made from the same description as the parquet files; each file stands there with its sha256. Of the
responsible-AI fields those that can be counted are counted, the others are a person's words, absent while unsaid.
A list of records within a list of records is named and left out: the reader there is cannot take it apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.errors import BrokenError
from builder.exporters.citation import author_of, bibtex
from builder.exporters.features import Choice, Column, Many, Scalar, Struct, Type, tag_names
from builder.exporters.front_matter import ViewFiles, language_codes, three_numbers
from builder.exporters.hub_lists import spdx_of
from builder.exporters.questions import said
from builder.exporters.responsible import responsible
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo

CROISSANT = "croissant.json"
Node = dict[str, Any]

_CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_PARQUET = "application/x-parquet"
_TYPES = {"string": "sc:Text", "int32": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}
_TERMS = (
    "arrayShape citeAs column conformsTo:dct containedIn equivalentProperty extract field fileProperty fileObject "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex "
    "repeated replace samplingRate separator source subField transform"
).split()


def croissant(info: ReleaseInfo, summary: Summary, written: Sequence[ViewFiles], sums: Mapping[str, str]) -> str:
    """Write the file; `sums` has the sha256 of every parquet file."""
    return json.dumps(_dataset(info, summary, written, sums), ensure_ascii=False, indent=1) + "\n"


def _dataset(info: ReleaseInfo, summary: Summary, written: Sequence[ViewFiles], sums: Mapping[str, str]) -> Node:
    licence = spdx_of(info.license)
    page, days = said(info, "homepage"), max(summary.days, default="")
    told = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": info.name,
        "alternateName": info.pretty_name,
        "description": said(info, "summary") or f"{info.pretty_name or info.name}: sentences with named entities",
        "conformsTo": _CONFORMS,
        "version": three_numbers(info.version),
        "license": f"https://spdx.org/licenses/{licence}.html" if licence else info.license_link or info.license,
        "url": page,
        "creator": [_creator(name) for name in info.authors],
        "dateModified": days,
        "inLanguage": language_codes(summary),
        "keywords": ["named entity recognition", "sentence classification", "human reviewed"],
        "citeAs": bibtex(info, summary) if info.authors else "",
        "isLiveDataset": False,
        **responsible(info, summary),
        "distribution": [node for view in written for node in _files(view, sums)],
        "recordSet": [*_classes(info), *(_records(view) for view in written)],
    }
    return {key: value for key, value in told.items() if value not in ("", [], None)}


def _context() -> Node:
    terms = (term.partition(":") for term in _TERMS)
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        **{name: f"{place or 'cr'}:{name}" for name, _, place in terms},
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
    }


def _creator(name: str) -> Node:
    told = author_of(name)
    if "name" in told:
        return {"@type": "sc:Organization", "name": told["name"]}
    person = {"@type": "sc:Person", "name": f"{told['given-names']} {told['family-names']}"}
    return {**person, **({"url": told["orcid"]} if "orcid" in told else {})}


def _files(view: ViewFiles, sums: Mapping[str, str]) -> Iterator[Node]:
    for file in view.files:
        yield {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.file_bytes} B",
            "encodingFormat": _PARQUET,
            "sha256": sums[file.path],
        }
    yield {
        "@type": "cr:FileSet",
        "@id": _set_of(view),
        "name": _set_of(view),
        "description": f"The parquet files of {view.view.name}, one per split.",
        "encodingFormat": _PARQUET,
        "includes": f"{view.view.name}/*.parquet",
    }


def _set_of(view: ViewFiles) -> str:
    return f"files-of-{view.view.name}"


def _classes(info: ReleaseInfo) -> Iterator[Node]:
    """Give the names behind the numbers of labels, as small record sets of their own."""
    schema = info.schema
    for name, names, specs in (
        ("entity-types", schema.entity_names, schema.entity),
        ("sentence-labels", schema.sentence_names, schema.sentence),
        ("tags", tag_names(schema), ()),
    ):
        meanings = [spec.guideline.get("en") or next(iter(spec.guideline.values()), "") for spec in specs]
        columns = ("number", "name", *(("meaning",) if specs else ()))
        yield {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": "What the numbers of labels mean.",
            "dataType": "sc:Enumeration",
            "key": {"@id": f"{name}/number"},
            "field": [_plain(f"{name}/{column}", column) for column in columns],
            "data": [
                dict(zip((f"{name}/{column}" for column in columns), row, strict=False))
                for row in zip(range(len(names)), names, *((meanings,) if specs else ()), strict=True)
            ],
        }


def _plain(identity: str, column: str) -> Node:
    type_ = "sc:Integer" if column == "number" else "sc:Text"
    return {"@type": "cr:Field", "@id": identity, "name": identity, "dataType": type_}


def _records(view: ViewFiles) -> Node:
    name = view.view.name
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{sum(file.rows for file in view.files)} rows, content {view.content}.",
        "field": [_split(view), *(_column(view, column) for column in view.view.columns)],
    }


def _split(view: ViewFiles) -> Node:
    """Say the split, which only the name of the file tells."""
    name = view.view.name
    source = {
        "fileSet": {"@id": _set_of(view)},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": rf"^(?:.*/)?{re.escape(name)}/([^/]+)-\d+-of-\d+\.parquet$"},
    }
    return {**_field(f"{name}/split", "sc:Text"), "source": source}


def _column(view: ViewFiles, column: Column) -> Node:
    identity = f"{view.view.name}/{column.name}"
    source = {"fileSet": {"@id": _set_of(view)}, "extract": {"column": column.name}}
    type_ = column.type
    if isinstance(type_, Many) and isinstance(type_.of, Struct):
        inner = [_inner(identity, source, one) for one in type_.of.columns if not _is_records(one.type)]
        left_out = [one.name for one in type_.of.columns if _is_records(one.type)]
        told = f"Each also holds {', '.join(left_out)}, a list of records, which only the parquet files show."
        described = {"description": told} if left_out else {}
        return {**_field(identity, "", is_list=True), **described, "subField": inner}
    return {**_typed(identity, type_), "source": source}


def _inner(parent: str, source: Node, column: Column) -> Node:
    """Describe a column of the records in a list."""
    found = {**source, "transform": {"jsonPath": f"$.{column.name}"}}
    return {**_typed(f"{parent}/{column.name}", column.type), "source": found}


def _typed(identity: str, type_: Type) -> Node:
    if isinstance(type_, Scalar):
        return _field(identity, _TYPES[type_.dtype])
    if isinstance(type_, Choice):
        names = "; ".join(f"{place} {name}" for place, name in enumerate(type_.names))
        return {**_field(identity, "sc:Integer"), "description": f"Numbers of: {names}."}
    if isinstance(type_, Many) and not isinstance(type_.of, Struct):
        return {**_typed(identity, type_.of), "isArray": True, "arrayShape": "-1"}
    raise BrokenError(f"{identity}: a record that stands in no list has no place in Croissant")


def _is_records(type_: Type) -> bool:
    return isinstance(type_, Many) and isinstance(type_.of, Struct)


def _field(identity: str, type_: str, *, is_list: bool = False) -> Node:
    return {
        "@type": "cr:Field",
        "@id": identity,
        "name": identity,
        **({"dataType": type_} if type_ else {}),
        **({"isArray": True, "arrayShape": "-1"} if is_list else {}),
    }
