"""builder.toml becomes a frozen Config; every default is visible, an unknown key names the nearest known one."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from builder.errors import UsageError
from builder.reading import Kind
from builder.schema import LabelSchema, first_problem, read_schema
from builder.text.flags import NAMES

FILE = "builder.toml"
KEY_VARIABLE = "BUILDER_STUDIO_KEY"
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


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectTable(_Table):
    """Which project this is."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$",
        description="Folder name of the releases: a-z, 0-9, - and _, 41 at most, a letter or digit first.",
    )
    schema_: str = Field("news", alias="schema", description="A shipped label schema, or a path to your own.")


class IngestTable(_Table):
    """What goes in."""

    sources: tuple[str, ...] = Field(("sources",), description="Files and folders, relative to this file.")
    review_kinds: tuple[Kind, ...] = Field((Kind.BODY,), description="Kinds of sentences that people review.")
    processes: int = Field(
        1, ge=1, le=256, description="Processes that clean and split what was read, this one included."
    )
    duplicates: Literal["representative", "all"] = Field(
        "representative", description="Of documents that repeat one another: review one (representative), or all."
    )

    personal: Literal["allow", "mask", "block"] = Field(
        "allow", description="Personal data: flagged only, written as asterisks, or the article refused."
    )
    latin: Literal["en", "detect"] = Field("en", description="The language of Latin script: English, or looked up.")

    @property
    def among(self) -> Literal["live", "offered"]:
        """Name the sentences that go on to people: every live one, or those of documents that nothing stands for."""
        return "live" if self.duplicates == "all" else "offered"


class AnnotateTable(_Table):
    """Who proposes."""

    annotators: tuple[str, ...] = Field(
        ("jieba", "gazetteer", "pattern", "capitals", "cues"), min_length=1, description="Entry points, in order."
    )
    processes: int = Field(1, ge=1, le=256, description="Processes that propose, this one included.")
    seconds: float = Field(
        60.0, gt=0, le=86_400, description="Time that a plug-in may take for a batch; then it is stopped and retried."
    )
    learnt: bool = Field(True, description="Whether what `builder train` learnt proposes too.")
    options: dict[str, dict[str, str]] = Field({}, description="Options per annotator.")


class TrainTable(_Table):
    """What teaches."""

    apart: float = Field(0.1, ge=0, lt=1, description="Share of the documents that is only measured on, for ever.")


class StudioTable(_Table):
    """Where people review."""

    url: str = Field("", description="Your own Label Studio; empty means the embedded server.")
    title: str = Field("", max_length=50, description="Title of the review project; empty means the project's name.")


class ReviewTable(_Table):
    """What counts as approved."""

    rule: str = Field("single", pattern=r"^(single|agree:[2-9])$", description="single, or agree:N equal answers.")
    trust_api: tuple[str, ...] = Field(
        (), description="Accounts whose answers count although they came through the API, not the interface."
    )


class ReleaseTable(_Table):
    """What comes out."""

    pretty_name: str = Field("", description="Title on the dataset card.")
    license: str = Field("", description="Licence id of the dataset as the Hub lists it, e.g. cc-by-4.0.")
    splits: dict[str, Annotated[float, Field(gt=0)]] = Field(
        {"train": 0.8, "validation": 0.1, "test": 0.1}, min_length=1, description="Share of documents per split."
    )
    exporters: tuple[str, ...] = Field(("huggingface",), min_length=1, description="Entry points, in order.")
    without_flags: tuple[str, ...] = Field(
        ("replacement",), description="Sentences with one of these flags are left out."
    )

    @field_validator("without_flags")
    @classmethod
    def _flags_are_known(cls, flags: tuple[str, ...]) -> tuple[str, ...]:
        strange = [name for name in flags if name not in NAMES]
        if strange:
            near = get_close_matches(strange[0], NAMES, n=1) or list(NAMES)
            raise ValueError(f"there is no flag {strange[0]!r}; did you mean {near[0]!r}?")
        return flags

    @field_validator("splits")
    @classmethod
    def _splits_are_named_as_the_hub_allows(cls, splits: dict[str, float]) -> dict[str, float]:
        strange = [name for name in splits if not name.isidentifier() or name == "all"]
        if strange:
            raise ValueError(f"{strange[0]!r} cannot name a split")
        return splits


class Config(_Table):
    """The whole of builder.toml."""

    project: ProjectTable
    ingest: IngestTable = IngestTable()
    annotate: AnnotateTable = AnnotateTable()
    train: TrainTable = TrainTable()
    studio: StudioTable = StudioTable()
    review: ReviewTable = ReviewTable()
    release: ReleaseTable = ReleaseTable()


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


def studio_key() -> SecretStr | None:
    """Read the API key of the user's own Label Studio from the environment."""
    key = os.environ.get(KEY_VARIABLE)
    return SecretStr(key) if key else None


def read_project(start: Path) -> Project:
    """Read the project at `start` or in a folder above it.

    Raises:
        UsageError: there is none, or its configuration is not sound.
    """
    found = next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)
    if found is None:
        raise UsageError(f"no {FILE} in {start} or above; make a project with: builder init")
    config = parse_config(_text_of(found / FILE), str(found / FILE))
    return Project(found, config, read_schema(config.project.schema_, found))


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
    except tomllib.TOMLDecodeError as error:
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
