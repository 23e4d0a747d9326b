"""builder.toml becomes a frozen Config; every default is visible, an unknown key names the nearest known one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from builder.config_tables import Config
from builder.errors import UsageError
from builder.schema import LabelSchema, first_problem, read_schema

FILE = "builder.toml"
_FILES = (
    ("gazetteer", "terms"),
    ("pattern", "file"),
    ("precomputed", "file"),
    ("linear", "model"),
    ("crf", "model"),
    ("llm", "cache"),
    ("spacy", "model"),
    ("transformers", "model"),
    ("gliner", "model"),
)
"""Options of annotators that name a file or folder."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder: its configuration, its label schema, and where its things are."""

    folder: Path
    config: Config
    schema: LabelSchema

    @property
    def hidden(self) -> Path:
        """Name the folder of the store, the journal and the embedded server."""
        return self.folder / ".builder"

    @property
    def exports(self) -> Path:
        """Name the folder where releases land."""
        return self.folder / "exports"

    @property
    def title(self) -> str:
        """Title the review project: 3 to 50 characters."""
        return (self.config.studio.title or f"{self.config.project.name} review")[:50]

    @property
    def annotator_options(self) -> dict[str, dict[str, str]]:
        """Give the options of each annotator; files of terms and patterns lie relative to the project."""
        options = {name: dict(given) for name, given in self.config.annotate.options.items()}
        for name, option in _FILES:
            file = options.get(name, {}).get(option)
            # spaCy's models may also be installed packages, which have a name and no folder.
            if file and (name != "spacy" or (self.folder / file).exists()):
                options[name][option] = str(self.folder / file)
        return options

    def sources(self) -> list[Path]:
        """Name the configured sources."""
        return [self.folder / source for source in self.config.ingest.sources]


def read_project(start: Path) -> Project:
    """Read the project at `start` or in a folder above it.

    Raises:
        UsageError: there is none, or its configuration is not sound.
    """
    found = next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)
    if found is None:
        raise UsageError(f"no {FILE} in {start} or above; make a project with: builder init")
    config = parse_config(_text_of(found / FILE), str(found / FILE))
    schema = read_schema(config.project.schema_, found)
    names = (*schema.sentence_names, *schema.entity_names)
    if strange := [name for name in config.review.labels if name not in names]:
        near = get_close_matches(strange[0], names, n=1) or names
        what = f"{strange[0]!r} is no label of schema {schema.name!r}; did you mean {near[0]!r}?"
        raise UsageError(f"{found / FILE}: review.labels: {what}")
    return Project(found, config, schema)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def parse_config(text: str, where: str = FILE) -> Config:
    """Read the text of a builder.toml; `where` names it in errors."""
    try:
        return Config.model_validate(tomllib.loads(text))
    except ValidationError as error:
        problem = _unknown_key(error) or _unfit_value(error) or first_problem(error)
        raise UsageError(f"{where}: {problem}") from error
    except (ValueError, RecursionError) as error:  # numbers too long to read and brackets without end count too
        raise UsageError(f"{where}: not TOML: {error}") from error


def _unknown_key(error: ValidationError) -> str | None:
    """Say which key is unknown, and the nearest one that is known."""
    for problem in error.errors():
        if problem["type"] == "extra_forbidden":
            *path, key = (str(part) for part in problem["loc"])
            near = get_close_matches(key, _keys(path), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_keys(path))}"
            return f"unknown key {'.'.join([*path, key])!r}; {hint}"
    return None


def _unfit_value(error: ValidationError) -> str | None:
    """Say what a key means when its value has another form."""
    first = error.errors()[0]
    if first["type"] != "string_pattern_mismatch" or len(first["loc"]) != 2:
        return None
    table, key = (str(part) for part in first["loc"])
    model: Any = Config.model_fields[table].annotation
    meaning = next(field.description for name, field in model.model_fields.items() if key in (name, field.alias))
    return f"{table}.{key}: {first['input']!r} does not fit: {meaning}"


def _keys(path: list[str]) -> list[str]:
    """List the keys of a table."""
    model: Any = Config
    for part in path:
        model = model.model_fields[part].annotation
    return [field.alias or name for name, field in model.model_fields.items()]
