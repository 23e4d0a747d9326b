"""A prove/1 report enters; lines of text for a person leave. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.figures import Record, aligned

_BEATEN = {True: "holds", False: "does not hold"}


def lines_of_proof(report: Record) -> Iterator[str]:
    """Write a proof: what was learnt from and measured on, one table per learner, and the verdict."""
    told = (f"{_share(report[part])} of {report[part]['split']}" for part in ("learn", "measure"))
    yield f"{report['name']} {report['version']}: learnt from {', measured on '.join(told)}"
    for proof in report["proofs"]:
        yield ""
        yield from _lines_of(proof)
    yield ""
    if count := report["amiss"]["sentences"]:
        yield f"{count} sentences say other things in tokens or sentences than in records: {report['amiss']['first']} …"
    yield f"the proof {_BEATEN[report['holds']]}: SHA256SUMS {report['sums'][:12]}…, seed {report['seed']}"


def _share(part: Record) -> str:
    sampled = f"{part['sentences']} sentences"
    return sampled if part["sentences"] == part["held"] else f"{sampled} (of {part['held']})"


def _lines_of(proof: Record) -> Iterator[str]:
    name = f"{proof['view']}, {proof['learner']}"
    if proof["why"]:
        yield f"{name}: {proof['why']}"
        return
    beside = "" if proof["decides"] else ", decides nothing"
    yield f"{name}: {_BEATEN[proof['holds']]} ({proof['decisive']}{beside})"
    head = ["strict F1" if proof["view"] == "tokens" else "F1", "real", "95 %", "shuffled", "95 %"]
    has_majority = any(score["majority"] for score in proof["scores"])
    rows = [head + ["commonest", "95 %"] * has_majority + ["gold"]]
    for score in proof["scores"]:
        figures = (score[which] for which in ("real", "shuffled", "majority") if score[which])
        rows.append([score["label"], *(cell for figure in figures for cell in _cells(figure)), str(score["gold"])])
    yield from aligned(rows)


def _cells(figure: Record) -> list[Any]:
    value = "–" if figure["value"] is None else f"{figure['value']:.3f}"
    return [value, "–" if figure["low"] is None else f"{figure['low']:.3f}–{figure['high']:.3f}"]
