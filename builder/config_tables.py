"""The tables of builder.toml: every key with its default, its meaning and what it takes."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from builder.reading import Kind
from builder.reviewing import Interface, Layout, PageStyle


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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
    backends: bool = Field(False, description="Whether the embedded server may ask ML backends on this machine.")
    layout: Layout = Field(
        "sentence", description="What a task shows: one sentence with its neighbours, or an article."
    )
    interface: Interface = Field("both", description="Language of titles, guidelines and messages on the review page.")

    @property
    def style(self) -> PageStyle:
        """Say how the review page looks."""
        return PageStyle(self.layout, self.interface)


_RULE = r"^(single|adjudicated|agree:[2-9](:(0(\.\d+)?|1(\.0+)?))?)$"


class ReviewTable(_Table):
    """What counts as approved, and who is shown what."""

    rule: str = Field(
        "single",
        pattern=_RULE,
        description="single, or agree:N equal answers, agree:N:THRESHOLD nearly equal ones, adjudicated.",
    )
    labels: dict[str, Annotated[str, Field(pattern=_RULE)]] = Field({}, description="Rules of some labels.")
    groups: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")], ...] = Field(
        (), description="Groups of people who all answer, each in a project of its own."
    )
    hide: bool = Field(False, description="Whether people answer without seeing a proposal.")
    control: float = Field(0.0, ge=0, le=1, description="Share of the sentences that people answer without one.")
    trust_api: tuple[str, ...] = Field(
        (), description="Accounts whose answers count although they came through the API, not the interface."
    )

    @field_validator("groups")
    @classmethod
    def _groups_are_named_once(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for name in groups if 1 < groups.count(name)]:
            raise ValueError(f"group {twice[0]!r} is named twice")
        return groups


class ReleaseTable(_Table):
    """What comes out."""

    pretty_name: str = Field("", description="Title on the dataset card.")
    license: str = Field(
        "",
        description="Licence id of the dataset as the Hub lists it, e.g. cc-by-4.0; or other, named below.",
    )
    license_name: str = Field("", description="Name of a licence that the Hub does not list.")
    license_link: str = Field("", description="Where that licence stands: an https address, or LICENSE.")
    splits: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        {"train": 0.8, "validation": 0.1, "test": 0.1},
        min_length=1,
        description="Share of the rows per split; the last one is protected most.",
    )
    exporters: tuple[str, ...] = Field(("huggingface",), min_length=1, description="Entry points, in order.")
    options: dict[str, dict[str, str]] = Field({}, description="Options per exporter.")
    pieces: bool = Field(True, description="Whether every row says where in its source file its characters stand.")
    without_flags: tuple[str, ...] = Field(
        ("replacement",), description="Sentences with one of these flags are left out."
    )

    @field_validator("without_flags")
    @classmethod
    def _flags_are_known(cls, flags: tuple[str, ...]) -> tuple[str, ...]:
        from builder.text.flags import NAMES  # takes long to import, and hardly any project names flags

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


class CardTable(_Table):
    """What only a person can say of the dataset, in Markdown; what is empty is named on the card as not said yet."""

    summary: str = Field("", description="What the dataset is, in a paragraph.")
    rationale: str = Field("", description="Why it was made.")
    uses: str = Field("", description="What it is meant for.")
    misuses: str = Field("", description="What it is not meant for, or does not fit.")
    collection: str = Field("", description="How the source texts were found, chosen and fetched.")
    writers: str = Field("", description="Who wrote the source texts.")
    written_by: Literal["", "found", "crowdsourced", "expert-generated", "machine-generated", "other"] = Field(
        "", description="How the source texts came about: found, written for this by a crowd, experts or a machine."
    )
    rights: str = Field("", description="Who holds the rights in the source texts, and how they may be used.")
    annotators: str = Field("", description="Who the reviewers are: training, first language, pay.")
    annotated_by: Literal["", "expert-generated", "crowdsourced", "other"] = Field(
        "", description="What the reviewers are, in the hub's words."
    )
    personal: str = Field("", description="What personal or sensitive information it holds, what was done about it.")
    limitations: str = Field("", description="Where it falls short.")
    biases: str = Field("", description="What is over- or under-represented, and what views it carries.")
    impact: str = Field("", description="What it may do to people, for good and for ill.")
    maintenance: str = Field("", description="Who looks after it, for how long, and what becomes of reported errors.")
    contact: str = Field("", description="Where questions and errors are reported.")
    authors: tuple[str, ...] = Field(
        (),
        description="Who is to be cited: `Family, Given` and an ORCID in brackets, if any; or a team.",
    )
    funding: str = Field("", description="Who paid for it; may stay empty.")
    homepage: str = Field("", description="Address of its own page or code; may stay empty.")
    paper: str = Field("", description="What describes it: a reference or an address; may stay empty.")
    doi: str = Field("", description="Its DOI, such as 10.5281/zenodo.1234; may stay empty.")
    citation: str = Field("", description="BibTeX; empty: made of the authors, title and version.")

    @field_validator("authors")
    @classmethod
    def _authors_have_names(cls, authors: tuple[str, ...]) -> tuple[str, ...]:
        if any(not name.strip() for name in authors):
            raise ValueError("an author has no name")
        return authors


class Config(_Table):
    """The whole of builder.toml."""

    project: ProjectTable
    ingest: IngestTable = IngestTable()
    annotate: AnnotateTable = AnnotateTable()
    train: TrainTable = TrainTable()
    studio: StudioTable = StudioTable()
    review: ReviewTable = ReviewTable()
    release: ReleaseTable = ReleaseTable()
    card: CardTable = CardTable()
