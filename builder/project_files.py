"""A new project's files."""

from __future__ import annotations

import re
from pathlib import Path

from builder.config import FILE, parse_config, template
from builder.errors import UsageError
from builder.schema import read_schema


def create(folder: Path, name: str | None, schema: str, sources: tuple[str, ...]) -> Path:
    """Write builder.toml and the folders it names; an existing project is left as it is.

    Raises:
        UsageError: the folder holds another project, or the schema is unknown.
    """
    path = folder / FILE
    slug = re.sub(r"[^a-z0-9_-]+", "-", (name or folder.resolve().name).lower()).strip("-_")[:41] or "dataset"
    text = template(slug, schema, sources)
    parse_config(text, str(path))
    read_schema(schema, folder)
    if path.exists():
        if path.read_text("utf-8") == text:
            return path
        raise UsageError(f"{path} exists already; edit it, or choose another folder")
    for source in sources:
        if not (folder / source).exists() and not Path(source).suffix:
            (folder / source).mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_text(text, "utf-8")
    aside.rename(path)
    return path
