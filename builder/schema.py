"""A label schema: what can be said about a sentence, and what each label means.

A TOML file enters, a frozen `LabelSchema` leaves; its digest names exactly what reviewers were asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from builder.errors import UsageError
from builder.model import Span, stable_id
from builder.reviewing import Answer

Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$", description="Colour on the review page, #rrggbb.")]
Hotkey = Annotated[str, Field(pattern=r"^[!-~]$", description="Key that picks the label on the review page.")]
# Text that XML, and so the review page, can hold: no control characters but tab and newline.
_Shown = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b-\x1f\ufffe\uffff]*$")]
Texts = Annotated[dict[Literal["zh", "en"], _Shown], Field(description="The text per interface language.")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelSpec(_Frozen):
    """One label: its title, colour, hotkey and guideline."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="The label as it is published.")]
    title: Texts
    color: Colour
    hotkey: Hotkey
    guideline: Texts


class LabelSchema(_Frozen):
    """Entity types, sentence labels and the overlap rule; label order is published, so only append."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$", description="Version of the guidelines.")]
    title: Texts
    overlap: Literal["flat", "nested"] = "flat"
    instruction: Texts
    entity: tuple[LabelSpec, ...] = Field(min_length=1)
    sentence: tuple[LabelSpec, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _names_and_keys_are_unique(self) -> LabelSchema:
        for what in ("name", "hotkey"):
            seen = [getattr(label, what) for label in (*self.entity, *self.sentence)]
            twice = sorted({value for value in seen if seen.count(value) > 1})
            if twice:
                raise ValueError(f"{what} used twice: {', '.join(twice)}")
        return self

    @cached_property
    def entity_names(self) -> tuple[str, ...]:
        """Name the entity types, in published order."""
        return tuple(label.name for label in self.entity)

    @cached_property
    def sentence_names(self) -> tuple[str, ...]:
        """Name the sentence labels, in published order."""
        return tuple(label.name for label in self.sentence)

    @cached_property
    def digest(self) -> str:
        """Name this exact schema, guidelines included."""
        return stable_id(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy; what was derived from the content is derived anew."""
        copied = super().model_copy(update=update, deep=deep)
        for derived in ("entity_names", "sentence_names", "digest"):
            copied.__dict__.pop(derived, None)
        return copied

    def problem(self, answer: Answer, text: str) -> str | None:
        """Say why an answer does not fit this schema and text, or None when it does."""
        for span in answer.entities:
            if span.label not in self.entity_names:
                return self._unknown(f"label {span.label!r}", span.label, self.entity_names)
        if answer.label is not None and answer.label not in self.sentence_names:
            return self._unknown(f"sentence label {answer.label!r}", answer.label, self.sentence_names)
        if any(len(text) < span.end for span in answer.entities):
            return f"a span ends beyond the {len(text)} characters of the sentence"
        if self.overlap == "flat" and (pair := first_overlap(answer.entities)):
            return f"{pair[0]} and {pair[1]} overlap, and schema {self.name!r} is flat"
        return None

    def _unknown(self, what: str, name: str, known: tuple[str, ...]) -> str:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        return f"{what} is not in schema {self.name!r}; {hint}"


def first_overlap(spans: tuple[Span, ...]) -> tuple[Span, Span] | None:
    """Find two spans that share a character."""
    ordered = sorted(spans)
    return next(((a, b) for a, b in zip(ordered, ordered[1:], strict=False) if a.overlaps(b)), None)


def shipped_folder() -> Path:
    """Find the folder of what is shipped as schemas: in the wheel, or in a checkout."""
    package = Path(__file__).parent
    return next(f for f in (package / "schemas", package.parent / "schemas") if f.is_dir())


def shipped_schemas() -> Mapping[str, Path]:
    """List the schemas that come with this package, by name."""
    return {path.stem: path for path in sorted(shipped_folder().glob("*.toml"))}


def read_schema(name_or_path: str, base: Path) -> LabelSchema:
    """Read a shipped schema by name, or a TOML file relative to `base`.

    Raises:
        UsageError: no such schema, or it is not sound.

    """
    shipped = shipped_schemas()
    path = shipped.get(name_or_path) or base / name_or_path
    if not path.is_file():
        near = get_close_matches(name_or_path, shipped, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"shipped: {', '.join(shipped)}"
        raise UsageError(f"no label schema {name_or_path!r}: neither shipped nor a file; {hint}")
    try:
        return LabelSchema.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {first_problem(error)}") from error


def first_problem(error: ValueError | RecursionError) -> str:
    """Say the first thing wrong with a TOML document, and where."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
