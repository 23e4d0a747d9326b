"""An evaluate/1 report enters; lines of text for a person leave: tables with aligned columns. Prints nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

_HEAD = ["", "P", "R", "F1", "95 %", "partial P", "R", "F1", "95 %", "gold", "proposed"]
_TOUCHED = ("answers", "approvals", "tasks")
_MATRIX_KINDS = ("combined", "learnt")


def lines_of(report: Record) -> Iterator[str]:
    """Write the whole report: what was read, one line per proposer, then each proposer in full."""
    yield from _about(report)
    yield ""
    yield from aligned([["all labels (micro)", *_HEAD[1:], "ECE"], *map(_summary, report["rows"])])
    for row in report["rows"]:
        yield from _in_full(row)
    for row in report["rows"]:
        if row["kind"] in _MATRIX_KINDS:
            yield from _matrix(f"{row['proposer']}: what was taken for what", row["confusion"])
    yield from _sentences(report["rows"])
    if report["mistakes"]:
        yield from _mistakes(report["mistakes"])


def rows_of_release(told: Record) -> list[tuple[str, object]]:
    """Say what a release holds, and what it leaves out: what, and how many."""
    left = told["left_out"]
    rows = [(f"rows in {split}", count or "none") for split, count in told["rows"].items()]
    rows += [("of documents", told["documents"]), ("answered, not approved", told["refused"])]
    rows += [("approved, left out for a flag", told["flagged"])] if told["flagged"] else []
    rows += [("approved, left out: their group stands in another split", left["group"])] if left["group"] else []
    rows += [("approved, left out: their text stands in another split", left["text"])] if left["text"] else []
    return [*rows, ("not reviewed", told["unreviewed"])]


def notes_of_release(told: Record) -> Iterator[str]:
    """Say what needs an explanation: what stands in two splits, what is left out for that, which splits are empty."""
    if told["leakage"] is not None:
        found = ", ".join(f"{count} {name}" for name, count in told["leakage"].items())
        yield f"in two splits, measured on what was written: {found}"
    if any(told["left_out"].values()):
        yield "what is left out stands in a split that needs more protection; losses.json lists it"
    if empty := [split for split, count in told["rows"].items() if not count]:
        yield f"no rows in {', '.join(empty)}: a document falls whole into one split, and these got none"


def lines_of_training(report: Record) -> Iterator[str]:
    """Write a train/1 report."""
    kept = "kept as" if report["is_new"] else "the same as"
    parts = ", ".join(report["parts"])
    yield f"learnt from {report['taught']} approved sentences ({parts}), {kept} {report['version']}"
    before, after = report["strict_f1"]["before"], report["strict_f1"]["after"]
    if before and after:
        spans = f"F1 {before['value']:.3f} before, {after['value']:.3f} now ({_interval(after)})"
        yield f"on {report['apart']} sentences set apart: {spans}"
    else:
        yield f"{report['apart']} sentences are set apart so far; that is too little to measure on"
    for one in report["silenced"]:
        yield f"not heard: {one['annotator']} on {one['label']} in {one['language']}, wrong too often"


def lines_of_schema(report: Record) -> Iterator[str]:
    """Write a schema-diff/1 report: what is different, whom it touches, what is suggested, planned and next."""
    yield " → ".join(f"{one['name']} {one['version']} ({one['digest']})" for one in (report["old"], report["new"]))
    if report["changes"]:
        yield from aligned([["", *_TOUCHED], *map(_change, report["changes"])])
    else:
        yield "nothing is different"
    for one in report["suggestions"]:
        yield f"perhaps {one['option']}: {one['why']}"
    if report["plan"]:
        yield from _plan(report["plan"])
    elif report["is_wording"]:
        yield "answers are carried"
    else:
        yield "to go on: builder schema migrate --dry-run"
    if report["recorded"]:
        yield "recorded; now the review page must ask for the new labels: builder annotate && builder push"
        yield "what is to be reviewed again counts when it was updated there: builder pull && builder review"


def _change(change: Record) -> list[str]:
    names = " → ".join(", ".join(change[side]) for side in ("old", "new") if change[side])
    counts = ("" if change[what] is None else str(change[what]) for what in _TOUCHED)
    return [f"{change['kind']} {change['layer']}: {names}", *counts]


def _plan(plan: Record) -> Iterator[str]:
    yield f"{plan['carried']} approvals carried, {plan['again']} to be reviewed again, {plan['newly']} new"
    for one in plan["reasons"]:
        yield f"  {one['sentences']:>5}  {one['reason']}"
    yield from plan["notes"]


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Align columns: the first to the left, the others to the right; wide characters count twice."""
    table = [list(row) for row in rows]
    wide = [max(_width(row[n]) for row in table if n < len(row)) for n in range(max(map(len, table)))]
    return [
        "  ".join(
            cell + " " * (wide[n] - _width(cell)) if n == 0 else " " * (wide[n] - _width(cell)) + cell
            for n, cell in enumerate(row)
        ).rstrip()
        for row in table
    ]


def _about(report: Record) -> Iterator[str]:
    for what in ("gold", "train"):
        if found := report[what]:
            languages = ", ".join(f"{code} {n}" for code, n in found["languages"].items())
            yield (
                f"{what}: {found['file']}: {found['sentences']} sentences in {found['groups']} groups ({languages}), "
                f"{found['spans']} spans, {found['labelled']} sentence labels"
            )
    for one in report["map"]["scored"]:
        if [one["name"]] != one["ours"] or [one["name"]] != one["theirs"]:
            yield f"scored as {one['name']}: ours {', '.join(one['ours'])}; theirs {', '.join(one['theirs'])}"
    yield from (f"note: {note}" for note in report["notes"])
    yield f"intervals: {report['draws']} draws of groups, seed {report['seed']}"


def _summary(row: Record) -> list[str]:
    score = next(s for s in row["scores"] if s["language"] is None and s["label"] == "micro")
    return [row["proposer"], *_cells(score), _number(row["calibration"]["ece"])]


def _in_full(row: Record) -> Iterator[str]:
    """Write the scores of a proposer per label, and per language where there are several."""
    if not any(score["proposed"] for score in row["scores"]):
        yield from ("", f"{row['proposer']}: proposed no entity")
        return
    trained = f", learnt from {row['trained_on']} sentences" if row["trained_on"] is not None else ""
    abstained = f", abstained on {row['abstained']} sentences" if row["abstained"] else ""
    table = [_HEAD]
    for score in row["scores"]:
        language = f"{score['language']} " if score["language"] else ""
        table.append([f"{language}{score['label']}", *_cells(score)])
    yield from ("", f"{row['proposer']}{trained}{abstained}", *aligned(table))


def _cells(score: Record) -> list[str]:
    cells = []
    for kind in ("strict", "partial"):
        cells += [_number(score[kind][what]["value"]) for what in ("precision", "recall", "f1")]
        cells.append(_interval(score[kind]["f1"]))
    return [*cells, str(score["gold"]), str(score["proposed"])]


def _matrix(title: str, cells: Sequence[Record]) -> Iterator[str]:
    """Write counts of gold (rows) by proposed (columns)."""
    if not cells:
        return
    counts = {(cell["gold"], cell["proposed"]): cell["count"] for cell in cells}
    golds = sorted({gold or "" for gold, _ in counts if gold}) + [None] * any(gold is None for gold, _ in counts)
    found = sorted({p or "" for _, p in counts if p}) + [None] * any(p is None for _, p in counts)
    head = ["gold \\ proposed", *(label or "(missed)" for label in found)]
    table = [[gold or "(spurious)", *(str(counts.get((gold, p), 0)) for p in found)] for gold in golds]
    yield from ("", title, *aligned([head, *table]))


def _sentences(rows: Sequence[Record]) -> Iterator[str]:
    """Write how the sentence labels fared."""
    labelling = [row for row in rows if row["sentence"]]
    if not labelling:
        return
    table = [["sentence labels", "accuracy", "95 %", "macro F1", "95 %", "sentences"]]
    for row in labelling:
        accuracy, f1 = row["sentence"]["accuracy"], row["sentence"]["macro_f1"]
        figures = [_number(accuracy["value"]), _interval(accuracy), _number(f1["value"]), _interval(f1)]
        table.append([row["proposer"], *figures, str(row["sentence"]["sentences"])])
    yield from ("", *aligned(table))
    for row in labelling:
        if row["kind"] == "combined":
            yield from _matrix("combined: sentence labels", row["sentence"]["confusion"])


def line_of_published(told: Record) -> str:
    """Say where a version stands, in one line."""
    where = f"{told['version']} on {told['repository']}"
    return f"{where}, tag {told['tag']}" if told["tag"] else f"{where}, proposed: {told['pull_request']}"


def _mistakes(found: Record) -> Iterator[str]:
    yield ""
    for kind in ("false", "missed"):
        listed = ", ".join(f"{one['text']}/{one['label']}×{one['count']}" for one in found[kind])
        yield f"{found['proposer']}, {kind}: {listed or 'none'}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(figure: Record) -> str:
    return "–" if figure["low"] is None else f"{figure['low']:.3f}–{figure['high']:.3f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
