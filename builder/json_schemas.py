"""The JSON Schemas of what people write (builder.toml, label schemas, crosswalks), made from what checks them.

`python -m builder.json_schemas schemas` writes them; editors that read `#:schema` then complete and check.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from builder.config_tables import Config
from builder.errors import UsageError
from builder.evaluation.crosswalk import Crosswalk
from builder.schema import LabelSchema

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "builder.schema.json": (Config, "builder.toml"),
    "label-schema.schema.json": (LabelSchema, "A label schema of builder"),
    "crosswalk.schema.json": (Crosswalk, "A tag set beside a label schema of builder"),
}


def generated() -> dict[str, str]:
    """Make each file's text, by file name."""
    return {name: _written(model, title) for name, (model, title) in _MODELS.items()}


def write(folder: Path) -> list[Path]:
    """Write the files into a folder."""
    for name, text in generated().items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in _MODELS]


def main(arguments: Sequence[str]) -> None:
    """Write the files into the folder named on the command line.

    Raises:
        UsageError: no such folder.
    """
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        raise UsageError("name a folder that exists: python -m builder.json_schemas schemas")
    write(Path(arguments[0]))


def _written(model: type[BaseModel], title: str) -> str:
    schema: dict[str, Any] = {"$schema": _DRAFT, **model.model_json_schema(by_alias=True), "title": title}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
