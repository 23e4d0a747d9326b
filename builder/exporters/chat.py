"""Rows become conversations: `chat/SPLIT.jsonl`, a line of `messages` each, as TRL reads them: the `sft` view in JSON.

`chat/dataset_info.json` tells LLaMA-Factory how to read the same files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.exporters.derived import check_options, line, write
from builder.exporters.order import published
from builder.exporters.records import Recorder
from builder.exporters.sft import ROLES
from builder.ports import Losses, ReleaseInfo, Row


@dataclass(frozen=True, slots=True)
class ChatExporter:
    """Writes one file of conversations per split, and what LLaMA-Factory must know of them."""

    name: str = "chat"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; no span is lost."""
        recorder, written = Recorder(info.schema, {}), {}
        for split, its_rows in published(rows).in_splits():
            lines = (f"{line(recorder.record('sft', row))}\n" for row in its_rows)
            write(folder / self.name / f"{split}.jsonl", lines)
            written[f"{info.name}_{split}"] = _read_as(f"{split}.jsonl")
        write(folder / self.name / "dataset_info.json", [f"{line(written)}\n"])
        return {self.name: []}


def build(options: Mapping[str, str]) -> ChatExporter:
    """Build the exporter; it has no options."""
    check_options("chat", options, {})
    return ChatExporter()


def _read_as(file: str) -> dict[str, Any]:
    tags = {"role_tag": "role", "content_tag": "content", **{f"{role}_tag": role for role in ROLES}}
    return {"file_name": file, "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
