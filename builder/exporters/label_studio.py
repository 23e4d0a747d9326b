"""Rows become Label Studio tasks with their annotations: `label-studio/SPLIT.json`, to be imported again, losslessly.

`label-studio/label_config.xml` is the labelling interface that they need. A region's `meta` says who proposed the span
and what a person did; a task's `meta` holds all else that `records` says of the sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from builder.exporters.derived import check_options, json_array, told, write
from builder.exporters.order import published
from builder.exporters.records import Record
from builder.ports import Losses, ReleaseInfo, Row
from builder.schema import LabelSchema, LabelSpec

_PLACE = ("start", "end", "label", "text")


@dataclass(frozen=True, slots=True)
class LabelStudioExporter:
    """Writes one array of tasks per split, and the labelling interface."""

    name: str = "label-studio"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; no span is lost."""
        ordered, home = published(rows), folder / self.name
        tell = told(ordered.people, info)
        write(home / "label_config.xml", [label_config(info.schema)])
        for split, its_rows in ordered.in_splits():
            write(home / f"{split}.json", json_array(_tasks(its_rows, tell)))
        return {self.name: []}


def build(options: Mapping[str, str]) -> LabelStudioExporter:
    """Build the exporter; it has no options."""
    check_options("label-studio", options, {})
    return LabelStudioExporter()


def label_config(schema: LabelSchema) -> str:
    """Write the labelling interface of a schema."""
    entities = "".join(_choice("Label", spec, background=spec.color) for spec in schema.entity)
    labels = "".join(_choice("Choice", spec) for spec in schema.sentence)
    return (
        f'<View>\n  <Labels name="entity" toName="text">\n{entities}  </Labels>\n'
        '  <Text name="text" value="$text" valueType="text"/>\n'
        f'  <Choices name="label" toName="text" choice="single">\n{labels}  </Choices>\n</View>\n'
    )


def _choice(tag: str, spec: LabelSpec, **more: str) -> str:
    given = {"value": spec.name, "hint": spec.title.get("en", spec.name), **more}
    return f"    <{tag} {' '.join(f'{key}={quoteattr(value)}' for key, value in given.items())}/>\n"


def _tasks(rows: Iterable[Row], tell: Callable[[Row], Record]) -> Iterator[dict[str, Any]]:
    for row in rows:
        record = tell(row)
        rest = {key: value for key, value in record.items() if key not in ("id", "text", "spans", "label")}
        result = [_entity(number, span) for number, span in enumerate(record["spans"])]
        yield {
            "data": {"id": record["id"], "text": record["text"]},
            "meta": {"split": row.split, **rest},
            "annotations": [{"was_cancelled": False, "result": [*result, _label(record["label"])]}],
        }


def _entity(number: int, span: Record) -> dict[str, Any]:
    """Say a span as `studio/codec.py` would; a test compares the two."""
    value = {"start": span["start"], "end": span["end"], "text": span["text"], "labels": [span["label"]]}
    about = {key: told for key, told in span.items() if key not in _PLACE}
    return {**_region("labels", "entity", f"e{number}", value), "meta": about}


def _label(name: str) -> dict[str, Any]:
    return _region("choices", "label", "label", {"choices": [name]})


def _region(kind: str, control: str, identity: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": identity, "from_name": control, "to_name": "text", "type": kind, "value": dict(value)}
