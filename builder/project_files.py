"""A new project's files."""

from __future__ import annotations

import json
import re
from pathlib import Path

from builder.config import FILE, KEY_VARIABLE, parse_config
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


def _quoted(text: str) -> str:
    """Write a TOML string; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def template(name: str, schema: str, sources: tuple[str, ...]) -> str:
    """Write a builder.toml that shows every default."""
    listed = ", ".join(_quoted(source) for source in sources)
    return f"""\
# What each key means: docs/configuration.md
[project]
name = {_quoted(name)}            # folder name of the releases
schema = {_quoted(schema)}          # a shipped label schema, or a path to your own

[ingest]
sources = [{listed}]     # files and folders, relative to this file
review_kinds = ["body"]   # see docs/configuration.md
processes = 1             # processes that clean and split what was read
duplicates = "representative"   # of documents that repeat one another, review one; or "all"
personal = "allow"        # personal data is flagged; "mask" writes asterisks, "block" refuses the article
latin = "en"              # the language of text in Latin script; "detect" looks it up, see docs/configuration.md

[annotate]
annotators = ["jieba", "gazetteer", "pattern", "capitals", "cues"]
processes = 1             # processes that propose
learnt = true             # what builder train learnt proposes too
seconds = 60              # time that a plug-in may take for a batch; then it is stopped, see docs/configuration.md

[train]
apart = 0.1               # share of the documents that is only measured on

[studio]
url = ""                  # your own Label Studio (key in {KEY_VARIABLE}); empty: the embedded one
title = ""                # title of the review project

[review]
rule = "single"           # single, or agree:2 … agree:9 equal answers
trust_api = []            # accounts whose answers count although posted through the API

[release]
pretty_name = ""
license = ""              # e.g. cc-by-4.0
splits = {{ train = 0.8, validation = 0.1, test = 0.1 }}   # shares of documents
exporters = ["huggingface"]
without_flags = ["replacement"]   # sentences with one of these flags are left out
"""
