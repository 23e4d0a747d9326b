"""A report as text: aligned tables, every proposer, every note."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from builder.figures import aligned, lines_of
from builder.stages.evaluate import Request, combiner_at, evaluate
from tests.learner import Learner

LINES = [
    {"text": f"{n}日，习近平访问上海。", "spans": [[2 if n < 10 else 3, 3, "人"]][: n % 2], "label": "event"}
    for n in range(10)
]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setitem(sys.modules, "builder.annotators.stack", Learner().module)
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, LINES)), "utf-8")
    asked = Request(tmp_path / "gold.jsonl", folds=2, pairs="PERSON=人", wrong="combined")
    return evaluate(asked, combiner_at(tmp_path))


def test_columns_are_aligned_though_characters_are_wide() -> None:
    assert ["标签   P", "a     10"] == aligned([["标签", "P"], ["a", "10"]])


def test_every_proposer_and_note_is_shown(report: dict[str, Any]) -> None:
    shown = "\n".join(lines_of(report))

    assert [] == [row["proposer"] for row in report["rows"] if f"\n{row['proposer']}" not in shown]
    assert [] == [note for note in report["notes"] if note not in shown]


def test_the_summary_has_the_figures_of_the_report(report: dict[str, Any]) -> None:
    shown = list(lines_of(report))
    start = next(n for n, line in enumerate(shown) if line.startswith("all labels (micro)"))
    (line,) = [line for line in shown[start : start + 8] if line.startswith("jieba")]
    micro = next(one for one in report["rows"][0]["scores"] if one["label"] == "micro")

    assert [f"{micro['strict'][what]['value']:.3f}" for what in ("precision", "recall", "f1")] == line.split()[1:4]
    assert [str(micro["gold"]), str(micro["proposed"])] == line.split()[-3:-1]


def test_what_is_undefined_is_a_dash(report: dict[str, Any]) -> None:
    (line,) = [line for line in lines_of(report) if line.startswith("cues  ") and "–" in line][:1]

    assert "–" == line.split()[1]


def test_confusion_names_what_was_missed_and_what_is_spurious(report: dict[str, Any]) -> None:
    shown = list(lines_of(report))
    start = shown.index("combined: what was taken for what")

    assert "(missed)" in shown[start + 1]
    assert any(line.startswith("(spurious)") for line in shown[start : start + 6])


def test_sentence_labels_and_mistakes_come_last(report: dict[str, Any]) -> None:
    shown = "\n".join(lines_of(report))

    assert shown.index("sentence labels  ") < shown.index("combined, false: 习近平/人×10")
