"""Pictures of a report: which are drawn, and what a person is told without matplotlib."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from builder import plotting
from builder.errors import UsageError
from builder.stages.evaluate import Request, combiner_at, evaluate
from tests.learner import Learner

TEXTS = ("习近平访问上海。", "习近平说话。", "林雨访问上海。", "上海开幕。")


def report(folder: Path, **asked: Any) -> dict[str, Any]:
    lines = [{"text": f"{n}。{text}", "spans": [[2, 4, "人"]]} for n in range(4) for text in TEXTS]
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return evaluate(Request(folder / "gold.jsonl", pairs="PERSON=人", **asked), combiner_at(folder))


def test_reliability_and_confusion_are_drawn_without_learning(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    drawn = plotting.plot(report(tmp_path), tmp_path / "new" / "plots")

    assert ["reliability-combined.svg", "confusion-combined.svg"] == [path.name for path in drawn]
    assert all(ElementTree.parse(path).getroot().tag.endswith("svg") for path in drawn)


def test_a_learning_curve_is_drawn_where_something_was_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setitem(sys.modules, "builder.annotators.stack", Learner().module)
    drawn = plotting.plot(report(tmp_path, folds=2, sizes=(2, 4)), tmp_path)

    assert {"learning-curve", "reliability-calibrated", "confusion-learnt-4"} <= {path.stem for path in drawn}
    assert "sentences learnt from" in (tmp_path / "learning-curve.svg").read_text("utf-8")


def test_letters_stay_letters(tmp_path: Path) -> None:
    """A viewer's fonts draw Chinese labels; matplotlib's own have none."""
    pytest.importorskip("matplotlib")
    plotting.plot(report(tmp_path), tmp_path)

    assert ">人<" in (tmp_path / "confusion-combined.svg").read_text("utf-8")


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = report(tmp_path)
    one, other = (plotting.plot(found, tmp_path / name) for name in ("one", "other"))

    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_without_matplotlib_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(UsageError, match=r'pip install "\.\[plots\]"'):
        plotting.plot({}, tmp_path / "plots")
    assert not (tmp_path / "plots").exists()
