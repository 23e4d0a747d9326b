"""Measured agreement between people becomes a section of the card. Pure: every figure was made before.

Those who saw proposals and those who did not (the control arm) are measured apart: a proposal makes people agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.exporters.markdown import counted, joined, table
from builder.exporters.plots import Measured, Picture, intervals
from builder.ports import ReleaseInfo

Found = Mapping[str, Any]

_ARMS = {"suggested": "Proposals were shown", "control": "No proposal was shown"}
_MEANINGS = {
    "span_f1": "spans with the same bounds and label, of all that either marked (F1)",
    "span_alpha": "characters marked alike, beyond chance (Krippendorff's unitizing alpha)",
    "label_kappa": "equal sentence labels of two people, beyond chance (Cohen's kappa)",
    "label_alpha": "equal sentence labels, beyond chance (Krippendorff's alpha)",
}
_HEAD = "## How well the reviewers agreed\n\n"
_PAIRS_SHOWN = 30


def agreement(info: ReleaseInfo) -> tuple[str, list[Picture]]:
    """Write the section, and draw what has intervals."""
    if not info.agreement:
        return f"{_HEAD}Not measured in this release.", []
    drawn = [picture for arm, found in info.agreement.items() for picture in _pictures(arm, found)]
    parts = [_arm(arm, found, drawn) for arm, found in info.agreement.items()]
    told = (
        "Compared is what several people submitted for the same sentence before anybody decided between them, whether "
        "or not the sentence is in this release: to measure only what was approved would measure the rule. People who "
        "saw the same proposals agree more than people who saw none, so the two are never mixed. "
        "1 is complete agreement, 0 what chance would give (for F1: nothing in common). Intervals are 95 %, from "
        "{draws} draws of whole documents with seed {seed}."
    )
    first = next(iter(info.agreement.values()))
    return _HEAD + joined((told.format(draws=f"{first['draws']:,}", seed=first["seed"]), *parts)), drawn


def headlines(info: ReleaseInfo) -> list[str]:
    """Say in a line per arm how well people agreed, or why that is not known."""
    return [_headline(arm, found, len(info.agreement)) for arm, found in info.agreement.items()]


def _headline(arm: str, found: Found, arms: int) -> str:
    where = f"{_ARMS.get(arm, arm)}: " if 1 < arms else ""
    if not found["shared"]:
        return f"{where}cannot be known ({_why(found)})"
    rows = [row for row in _overall(found) if row["pair"] is None and row["statistic"] in ("span_f1", "label_alpha")]
    names = {"span_f1": "spans F1", "label_alpha": "sentence labels alpha"}
    figures = ", ".join(f"{names[row['statistic']]} {_figure(row)}" for row in rows)
    return f"{where}{figures}; on {counted(found['shared'], 'sentence')} that several people answered"


def _why(found: Found) -> str:
    """Give the reason why nothing could be compared."""
    reasons = [row["reason"] for row in _overall(found) if row["reason"]]
    return reasons[0] if reasons else "no sentence was answered by two people"


def _arm(arm: str, found: Found, drawn: Sequence[Picture]) -> str:
    head = (
        f"### {_ARMS.get(arm, arm)}\n\n{counted(found['sentences'], 'sentence')} answered by "
        f"{counted(len(found['annotators']), 'person', 'people')}; by two or more of them: {found['shared']:,}."
    )
    if not found["shared"]:
        return f"{head}\n\n**How well people agree cannot be known here: {_why(found)}.**"
    pictures = "\n\n".join(picture.markdown for picture in drawn if picture.path.endswith(f"-{arm}.svg"))
    whole = [_row(row) for row in _overall(found) if row["pair"] is None]
    pairs = [_row(row) for row in _overall(found) if row["pair"]]
    labels = [_row(row) for row in found["rows"] if row["label"] and row["pair"] is None and row["language"] is None]
    languages = [_row(row) for row in found["rows"] if row["language"] and row["label"] is None and row["pair"] is None]
    first = f" (the first {_PAIRS_SHOWN} of {len(pairs)})" if _PAIRS_SHOWN < len(pairs) else ""
    more = (("by label", labels), ("by language", languages), (f"by pair of reviewers{first}", pairs[:_PAIRS_SHOWN]))
    return joined(
        (head, _table(whole), pictures, *(f"#### Agreement {title}\n\n{_table(rows)}" for title, rows in more if rows))
    )


def _overall(found: Found) -> list[Found]:
    return [row for row in found["rows"] if row["label"] is None and row["language"] is None]


def _table(rows: Sequence[Sequence[object]]) -> str:
    return table(("of", "measured", "value", "95 %", "sentences", "documents", "why not"), rows)


def _row(row: Found) -> Sequence[object]:
    of = " and ".join(row["pair"] or ()) or row["label"] or row["language"] or "all"
    value = "–" if row["value"] is None else f"{row['value']:.2f}"
    interval = "–" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}"
    return of, _MEANINGS[row["statistic"]], value, interval, row["n"], row["documents"], row["reason"]


def _figure(row: Found) -> str:
    if row["value"] is None:
        return f"not known ({row['reason']})"
    return f"{row['value']:.2f}" + ("" if row["low"] is None else f" ({row['low']:.2f} to {row['high']:.2f})")


def _pictures(arm: str, found: Found) -> Iterator[Picture]:
    """Draw the figures per label that have an interval."""
    for statistic, name, title in (
        ("span_f1", "agreement-spans", "Agreement on spans by entity type (F1, 95 %)"),
        ("label_alpha", "agreement-labels", "Agreement on sentence labels (alpha, 95 %)"),
    ):
        rows = [
            Measured(row["label"] or "all", row["value"], row["low"], row["high"])
            for row in found["rows"]
            if row["statistic"] == statistic and not row["pair"] and not row["language"] and row["low"] is not None
        ]
        if rows:
            yield intervals(f"{name}-{arm}", title, rows)
