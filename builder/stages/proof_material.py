"""A release leaves as what a model learns from and is measured on: read through `datasets`, as a trainer would.

What is learnt from is what the views `tokens` and `sentences` say. What is right is what `records` says, in characters:
so tags that stand at wrong places are seen, although a model may learn them well.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import UsageError
from builder.exporters.features import DEFAULT_VIEW
from builder.exporters.folder import LOSSES
from builder.exporters.loading import Part, load_parts
from builder.model import Span
from builder.stages.proposers import Bar
from builder.text.tags import strict_spans

LEARN, MEASURES = "train", ("test", "validation")
"""The split to learn from, and those to measure on: the first that there is."""
MOST = 3_000
"""Sentences of a split that are looked at; of more, so many are drawn."""
_COLUMNS = {
    "tokens": ("id", "tokens", "token_starts", "token_ends", "ner_tags"),
    "sentences": ("id", "text", "label"),
    DEFAULT_VIEW: ("id", "doc_id", "spans", "label"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as the views show it, and what is right of it: `spans` and `right`."""

    id: str
    document: str
    tokens: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    tags: tuple[str, ...]
    spans: frozenset[Span]
    text: str
    label: str
    right: str

    @property
    def agrees(self) -> bool:
        """Whether the tags and the label say what is right."""
        return self.label == self.right and self.spans == frozenset(strict_spans(self.places, self.tags))


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from, what is measured on, and how many sentences the two splits hold."""

    split: str
    learn: Sequence[Sentence]
    measure: Sequence[Sentence]
    held: tuple[int, int]
    entities: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def amiss(self) -> list[str]:
        """Name the sentences whose views contradict one another."""
        return [one.id for one in (*self.learn, *self.measure) if not one.agrees]


def read_material(folder: Path, seed: int, bar: Bar) -> Material:
    """Read a release.

    Raises:
        UsageError: it holds no dataset, nothing to learn from or nothing to measure on.
    """
    if missing := [view for view in _COLUMNS if not (folder / view).is_dir()]:
        raise UsageError(f"{folder} has no {missing[0]}: the exporter 'huggingface' did not write it")
    views = {}
    with bar("load", len(_COLUMNS)) as advance:
        for view, columns in _COLUMNS.items():
            views[view] = load_parts(folder, view, columns, lambda split, rows: _picks(split, rows, seed))
            advance(1)
    there = views[DEFAULT_VIEW]
    split = next((split for split in MEASURES if split in there), None)
    if LEARN not in there or split is None:
        raise UsageError(
            f"{folder} has the splits {', '.join(there)}: a proof learns from {LEARN} and measures on "
            f"{' or '.join(MEASURES)}; set `splits` in [release], approve more documents, and release a new version"
        )
    lost = _lost(folder)
    learn, measure = (_sentences({view: parts[name] for view, parts in views.items()}, lost) for name in (LEARN, split))
    entities, labels = _named(views)
    return Material(split, learn, measure, (there[LEARN].rows, there[split].rows), entities, labels)


def _named(views: dict[str, dict[str, Part]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name every entity type and sentence label that any view names."""
    told = {view: parts[LEARN].names for view, parts in views.items()}
    tags = [tag.partition("-")[2] for tag in told["tokens"]["ner_tags"] if tag != "O"]
    entities = dict.fromkeys((*told[DEFAULT_VIEW]["spans"], *tags))
    return tuple(entities), tuple(dict.fromkeys((*told[DEFAULT_VIEW]["label"], *told["sentences"]["label"])))


def _picks(split: str, rows: int, seed: int) -> Sequence[int]:
    """Draw the rows of a split to look at: the same of every view, since all have the same order."""
    if split not in (LEARN, *MEASURES):
        return ()
    return range(rows) if rows <= MOST else sorted(random.Random(f"{seed} {split}").sample(range(rows), MOST))


def _lost(folder: Path) -> set[tuple[str, Span]]:
    """Name the spans that the tags are known not to hold."""
    told = json.loads((folder / LOSSES).read_bytes())["views"].get("tokens", {"spans": []})["spans"]
    return {(one["id"], Span(one["start"], one["end"], one["label"])) for one in told}


def _sentences(parts: dict[str, Part], lost: set[tuple[str, Span]]) -> list[Sentence]:
    """Put the views of the same sentences side by side."""
    rows = {view: {row["id"]: row for row in _rows(part)} for view, part in parts.items()}
    tokens, texts, records = (rows[view] for view in _COLUMNS)
    if not tokens.keys() == texts.keys() == records.keys():
        raise UsageError("the views of this release hold different sentences, so it proves nothing; release it anew")
    names = {view: part.names for view, part in parts.items()}
    made = []
    for id, row in tokens.items():
        record, of = records[id], names[DEFAULT_VIEW]
        places = zip(row["token_starts"], row["token_ends"], strict=True)
        spans = {Span(one["start"], one["end"], of["spans"][one["label"]]) for one in record["spans"]}
        made.append(
            Sentence(
                id, record["doc_id"], tuple(row["tokens"]), tuple(places),
                tuple(names["tokens"]["ner_tags"][tag] for tag in row["ner_tags"]),
                frozenset(span for span in spans if (id, span) not in lost),
                texts[id]["text"], names["sentences"]["label"][texts[id]["label"]], of["label"][record["label"]],
            )
        )  # fmt: skip
    return made


def _rows(part: Part) -> Iterator[dict[str, Any]]:
    names = list(part.columns)
    return (dict(zip(names, row, strict=True)) for row in zip(*part.columns.values(), strict=True))
