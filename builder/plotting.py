"""An evaluate/1 or prove/1 report enters; pictures (SVG) leave: reliability, confusion, learning curve, or the proof.

The one door to matplotlib, which is an extra and is imported when a picture is asked for.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Record = Mapping[str, Any]
Draw = Callable[["Axes"], None]

_SIZE = (6.0, 4.5)
# Letters stay letters, drawn by the viewer's fonts: a label may be Chinese. The salt makes twice the same bytes.
_STYLE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "builder", "font.family": "sans-serif"}


def check_plots() -> None:
    """Say early that pictures cannot be drawn here.

    Raises:
        UsageError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UsageError('pictures need matplotlib; in the clone of builder: pip install ".[plots]"') from error


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        check_plots()
    except UsageError:
        return False
    return True


def plot(report: Record, folder: Path) -> list[Path]:
    """Draw what the report has figures for; give the files.

    Raises:
        UsageError: matplotlib is not installed.
    """
    check_plots()
    folder.mkdir(parents=True, exist_ok=True)
    return [_drawn(folder / f"{name}.svg", draw) for name, draw in _pictures(report)]


def plot_proof(report: Record, path: Path) -> Path:
    """Draw what was learnt from a release beside what was learnt from shuffled answers.

    Raises:
        UsageError: matplotlib is not installed.
    """
    check_plots()
    proofs = [proof for proof in report["proofs"] if proof["scores"]]
    height = 1.2 + 0.35 * sum(2 + len(proof["scores"]) for proof in proofs)
    return _drawn(path, *(partial(_proof, proof=proof) for proof in proofs), size=(_SIZE[0], height))


def _proof(axes: Axes, proof: Record) -> None:
    """Draw F1 per label with intervals: real answers, shuffled ones and, for labels, the commonest one."""
    scores = proof["scores"]
    for which, mark, below in (("real", "o", -0.15), ("shuffled", "x", 0.15), ("majority", "s", 0.3)):
        known = [(n + below, score[which]) for n, score in enumerate(scores) if score[which]]
        known = [(at, figure) for at, figure in known if figure["low"] is not None]
        if not known:
            continue
        values = [figure["value"] for _, figure in known]
        ends = [[figure["value"] - figure["low"] for _, figure in known], [f["high"] - f["value"] for _, f in known]]
        axes.errorbar(values, [at for at, _ in known], xerr=ends, fmt=mark, capsize=3, label=which)
    axes.set_yticks(range(len(scores)), [f"{score['label']} ({score['gold']})" for score in scores])
    title = f"{proof['view']}, {proof['learner']}: {'holds' if proof['holds'] else 'does not hold'}"
    axes.set(xlabel="F1", xlim=(-0.02, 1.02), ylim=(len(scores) - 0.4, -0.6), title=title)
    axes.legend(loc="best")


def _pictures(report: Record) -> list[tuple[str, Draw]]:
    """Name each picture that there are figures for."""
    pictures: list[tuple[str, Draw]] = []
    if report["curve"]:
        pictures.append(("learning-curve", partial(_curve, report=report)))
    for row in report["rows"]:
        if row["kind"] not in ("combined", "calibrated", "learnt"):
            continue
        name = re.sub(r"[^\w]+", "-", row["proposer"])
        if row["calibration"]["bins"]:
            pictures.append((f"reliability-{name}", partial(_reliability, row=row)))
        if row["confusion"] and row["kind"] != "calibrated":
            pictures.append((f"confusion-{name}", partial(_confusion, row=row)))
    return pictures


def _drawn(path: Path, *draws: Draw, size: tuple[float, float] = _SIZE) -> Path:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=size, layout="constrained")
        for number, draw in enumerate(draws, 1):
            draw(figure.add_subplot(len(draws), 1, number))
        figure.savefig(path, format="svg", metadata={"Date": None})
    return path


def _curve(axes: Axes, report: Record) -> None:
    """Draw F1 by sentences learnt from, with its interval, beside what needs no learning."""
    points = sorted(report["curve"], key=lambda point: point["sentences"])
    sizes = [point["sentences"] for point in points]
    for kind, style in (("strict_f1", "-o"), ("partial_f1", "--s")):
        axes.plot(sizes, [point[kind]["value"] or 0 for point in points], style, label=kind.replace("_f1", " F1"))
    known = [point for point in points if point["strict_f1"]["low"] is not None]
    low, high = ([point["strict_f1"][end] for point in known] for end in ("low", "high"))
    axes.fill_between([point["sentences"] for point in known], low, high, alpha=0.2, label="95 % (strict)")
    axes.set(xlabel="sentences learnt from", ylabel="F1, all labels", ylim=(0, 1), title="Learning curve")
    axes.legend(loc="lower right")


def _reliability(axes: Axes, row: Record) -> None:
    """Draw the share that is right by score; the diagonal is a score that can be taken at its word."""
    bins = row["calibration"]["bins"]
    axes.plot([0, 1], [0, 1], ":", color="grey")
    width = [one["high"] - one["low"] for one in bins]
    axes.bar([one["low"] for one in bins], [one["right"] for one in bins], width, align="edge", alpha=0.4)
    axes.plot([one["score"] for one in bins], [one["right"] for one in bins], "o")
    for one in bins:
        axes.annotate(str(one["cases"]), (one["score"], one["right"]), textcoords="offset points", xytext=(0, 6))
    title = f"{row['proposer']}: ECE {row['calibration']['ece']:.3f} ({row['calibration']['spans']} spans)"
    axes.set(xlabel="score", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.05), title=title)


def _confusion(axes: Axes, row: Record) -> None:
    """Draw what was taken for what; shades are shares of each gold label."""
    counts = {(cell["gold"], cell["proposed"]): cell["count"] for cell in row["confusion"]}
    labels = [*row["labels"], None]
    table = [[counts.get((gold, proposed), 0) for proposed in labels] for gold in labels]
    axes.imshow([[n / max(sum(line), 1) for n in line] for line in table], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    _numbers(axes, table)
    axes.set_xticks(range(len(labels)), [label or "(missed)" for label in labels], rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), [label or "(spurious)" for label in labels])
    axes.set(xlabel="proposed", ylabel="gold", title=f"{row['proposer']}: what was taken for what")


def _numbers(axes: Axes, table: Sequence[Sequence[int]]) -> None:
    for across, line in enumerate(table):
        for along, count in enumerate(line):
            dark = 0.5 < count / max(sum(line), 1)
            axes.text(along, across, str(count), ha="center", va="center", color="white" if dark else "black")
