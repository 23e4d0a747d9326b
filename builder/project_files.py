"""A new project's files."""

from __future__ import annotations

import json
import re
from pathlib import Path

from builder.config import FILE, parse_config
from builder.environment import KEY_VARIABLE
from builder.errors import UsageError
from builder.schema import read_schema


def create(
    folder: Path, name: str | None, schema: str, sources: tuple[str, ...], licence: str = "", card: str = ""
) -> Path:
    """Write builder.toml and the folders it names; an existing project is left as it is.

    `card` is a whole [card] table, where it is known already.

    Raises:
        UsageError: the folder holds another project, or the schema is unknown.
    """
    path = folder / FILE
    slug = re.sub(r"[^a-z0-9_-]+", "-", (name or folder.resolve().name).lower()).strip("-_")[:41] or "dataset"
    text = template(slug, schema, sources, licence, card)
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


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(_quoted(text) for text in texts)


def template(name: str, schema: str, sources: tuple[str, ...], licence: str = "", card: str = "") -> str:
    """Write a builder.toml that shows every default."""
    given = {"name": _quoted(name), "schema": _quoted(schema), "licence": _quoted(licence)}
    return _TEMPLATE.format(**given, listed=_listed(sources), key=KEY_VARIABLE, card=card or _CARD)


_TEMPLATE = """\
# What each key means: docs/configuration.md
[project]
name = {name}            # folder name of the releases
schema = {schema}          # a shipped label schema, or a path to your own

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
url = ""                  # your own Label Studio (key in {key}); empty: the embedded one
title = ""                # title of the review project
backends = false          # true: the embedded one may ask ML backends on this machine, see docs/backend.md
layout = "sentence"       # a task shows one sentence with its neighbours; or a whole "article"
interface = "both"        # the review page speaks "zh", "en" or both

[review]
rule = "single"           # single; agree:2 … agree:9 equal answers; agree:2:0.9 nearly equal ones; adjudicated
labels = {{}}               # rules of some labels, e.g. {{ decision = "agree:2" }}
groups = []               # groups of people who all answer, each in a project of its own, e.g. ["a", "b"]
hide = false              # true: people answer without seeing a proposal
control = 0.0             # share of the sentences that people answer without seeing one
trust_api = []            # accounts whose answers count although posted through the API

[release]
pretty_name = ""
license = {licence}              # e.g. cc-by-4.0; or "other", with the two below
license_name = ""
license_link = ""
splits = {{ train = 0.8, validation = 0.1, test = 0.1 }}   # shares of rows
exporters = ["huggingface"]    # also conll, spacy, gliner, brat, chat, csv, label-studio
pieces = true             # every row says where in its source file its characters stand
without_flags = ["replacement"]   # sentences with one of these flags are left out

{card}"""

_CARD = """\
[card]                    # only you can say it, in Markdown; until then the card says that it is not said
summary = ""              # what the dataset is, in a paragraph
rationale = ""            # why it was made
uses = ""                 # what it is meant for
misuses = ""              # what it is not meant for
collection = ""           # how the source texts were found, chosen and fetched
writers = ""              # who wrote the source texts
written_by = ""           # found, crowdsourced, expert-generated, machine-generated, other
rights = ""               # who holds the rights in the source texts, and how they may be used
annotators = ""           # who the reviewers are: training, first language, pay
annotated_by = ""         # expert-generated, crowdsourced, other
personal = ""             # personal or sensitive information: what there is, what was done
limitations = ""          # where it falls short
biases = ""               # what is over- or under-represented, what views it carries
impact = ""               # what it may do to people
maintenance = ""          # who looks after it, for how long, what becomes of reported errors
contact = ""              # where questions and errors are reported
authors = []              # who is to be cited, e.g. ["Wang, Wei (0000-0002-1825-0097)", "River News Team"]
funding = ""              # this and what follows may stay empty
homepage = ""
paper = ""
doi = ""
citation = ""             # BibTeX; empty: made of the authors, title and version
"""
