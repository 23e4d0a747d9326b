"""Counts of right proposals enter; how far each annotator is believed, by label and language, leaves.

Before anything is counted, priors speak; every count moves them, and enough bad counts silence an annotator for a
label. Pure, and JSON both ways; nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.errors import UsageError

# Strict precision per annotator and label by builder evaluate, averaged over the corpora that have the label with
# our boundaries: People's Daily dev (PERSON, GPE + LOCATION, ORG), CLUENER train (PERSON, ORG, TITLE), Weibo train
# (PERSON, gazetteer's GPE + LOCATION). The rest is unmeasured: no corpus at hand has dates, counts or documents.
_UNMEASURED = 0.6
_PRIORS: Mapping[tuple[str, str], float] = {
    ("jieba", "PERSON"): 0.55,
    ("jieba", "GPE"): 0.87,
    ("jieba", "LOCATION"): 0.87,
    ("jieba", "ORG"): 0.69,
    ("jieba", "TITLE"): 0.76,
    # Of English news, by sentences of our own with much of the lists of names taken away.
    ("capitals", "PERSON"): 0.80,
    ("capitals", "GPE"): 0.82,
    ("capitals", "LOCATION"): 0.82,
    ("capitals", "ORG"): 0.72,
    ("gazetteer", "PERSON"): 0.75,
    ("gazetteer", "GPE"): 0.82,
    ("gazetteer", "LOCATION"): 0.82,
    ("gazetteer", "ORG"): 0.69,
}

# In English a known town is as often a club, a company or a person, and `capitals` reads what stands around it.
_PRIORS_EN: Mapping[tuple[str, str], float] = {
    ("gazetteer", "GPE"): 0.45,
    ("gazetteer", "LOCATION"): 0.45,
    ("gazetteer", "ORG"): 0.75,
}

Cell = tuple[str, str, str]
"""An annotator, a label, a language."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many proposals were seen, and how many of them were right."""

    right: int
    seen: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.seen:
            raise UsageError(f"{self.right} of {self.seen} proposals cannot be right")


@dataclass(frozen=True, slots=True)
class Weights:
    """How far each annotator is believed: a prior worth `strength` proposals, and what was counted since.

    An annotator with a measured precision below `gate`, on at least `least` proposals, is silent for that label in
    that language.
    """

    counts: Mapping[Cell, Count] = field(default_factory=dict)
    strength: float = 20.0
    gate: float = 0.3
    least: int = 30

    def precision(self, annotator: str, label: str, language: str) -> float:
        """Estimate how often this annotator's proposal of this label is right."""
        count = self.counts.get((annotator, label, language), Count(0, 0))
        return (count.right + self.strength * prior(annotator, label, language)) / (count.seen + self.strength)

    def silences(self, annotator: str, label: str, language: str) -> bool:
        """Whether this annotator was wrong too often to be heard."""
        count = self.counts.get((annotator, label, language))
        return count is not None and self.least <= count.seen and count.right < self.gate * count.seen

    def silenced(self, annotators: Sequence[str]) -> list[Cell]:
        """List what of these annotators is not heard."""
        return [cell for cell in sorted(self.counts) if cell[0] in annotators and self.silences(*cell)]

    def to_json(self) -> dict[str, Any]:
        """Give plain lists and numbers, the same for equal weights."""
        rows = [[*cell, count.right, count.seen] for cell, count in sorted(self.counts.items())]
        return {"counts": rows, "strength": self.strength, "gate": self.gate, "least": self.least}


def priors() -> dict[str, float]:
    """List what is believed before anything is counted, for fingerprints."""
    everywhere = {f"{annotator} {label}": value for (annotator, label), value in sorted(_PRIORS.items())}
    return everywhere | {f"{annotator} {label} en": value for (annotator, label), value in sorted(_PRIORS_EN.items())}


def prior(annotator: str, label: str, language: str) -> float:
    """Say how far an annotator is believed before anything is counted."""
    everywhere = _PRIORS.get((annotator, label), _UNMEASURED)
    return _PRIORS_EN.get((annotator, label), everywhere) if language == "en" else everywhere


def weights_of(plain: Mapping[str, Any]) -> Weights:
    """Read what `to_json` gave.

    Raises:
        UsageError: it is not of that shape.
    """
    try:
        counts = {
            (str(annotator), str(label), str(language)): Count(int(right), int(seen))
            for annotator, label, language, right, seen in plain["counts"]
        }
        return Weights(counts, float(plain["strength"]), float(plain["gate"]), int(plain["least"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"these are no weights of annotators ({error!r})") from error
