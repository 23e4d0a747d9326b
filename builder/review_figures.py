"""Figures of reviewing (stats/1) become lines for people; nothing is computed but sums and shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_COUNTED = ("proposed", "accepted", "moved", "relabelled", "rejected", "added")
_HEADLINES = ("span_f1", "span_alpha", "label_kappa", "label_alpha")

Cells = Sequence[object]


def acceptance_rows(told: Mapping[str, Any]) -> Iterator[Cells]:
    """Sum proposals and their fate by annotator and label."""
    yield ("annotator", "label", *_COUNTED, "accepted %")
    sums: dict[tuple[str, str], list[int]] = {}
    for row in told["acceptance"]:
        counts = sums.setdefault((row["annotator"], row["label"]), [0] * len(_COUNTED))
        sums[row["annotator"], row["label"]] = [a + row[name] for a, name in zip(counts, _COUNTED, strict=True)]
    for (annotator, label), counts in sums.items():
        yield (annotator or "(people)", label, *counts, f"{counts[1] / counts[0]:.0%}" if counts[0] else "–")


def effort_rows(told: Mapping[str, Any]) -> Iterator[Cells]:
    """Say what the work cost, with and without proposals."""
    yield (
        "shown",
        "language",
        "answers",
        "characters",
        "minutes",
        "s / 1,000 ch.",
        "edits / 1,000 ch.",
        "from scratch",
    )
    for row in told["effort"]:
        per = (_shown(row[name]) for name in ("seconds_per_1000", "edits_per_1000", "from_scratch_per_1000"))
        minutes = f"{row['seconds'] / 60:.1f}"
        yield (row["arm"], row["language"], row["answers"], row["characters"], minutes, *per)


def agreement_rows(told: Mapping[str, Any]) -> Iterator[Cells]:
    """Say how far people agree over all labels and languages; the rest is in the JSON."""
    yield ("agreement", "shown", "between", "value", "95 %", "sentences", "")
    for arm, rows in ((arm, found["rows"]) for arm, found in told["agreement"].items()):
        for row in rows:
            if row["statistic"] in _HEADLINES and row["language"] is None and row["label"] is None:
                between = " and ".join(row["pair"]) if row["pair"] else "everybody"
                interval = "" if row["low"] is None else f"{row['low']:.2f}–{row['high']:.2f}"
                yield (row["statistic"], arm, between, _shown(row["value"]), interval, row["n"], row["reason"])


def aligned(rows: Iterable[Cells]) -> list[str]:
    """Set rows in columns; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return ["  ".join(_set(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def _set(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
