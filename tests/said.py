"""What a person says of a dataset, for tests: every key of `[card]` answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from builder.agreement import Reviewed, report
from builder.exporters.questions import QUESTIONS
from builder.ports import ReleaseInfo, Row
from builder.reviewing import Answer

AUTHORS = ("Wang, Wei (0000-0002-1825-0097)", "River News Team")
SAID = {
    **{one.key: f"What was said of {one.key}: 新闻 {{}} \\alpha." for one in QUESTIONS if one.key != "authors"},
    "written_by": "found",
    "annotated_by": "expert-generated",
    "homepage": "https://example.org/news",
    "doi": "10.5281/zenodo.1234",
    "citation": "",
}
CARD = {**SAID, "authors": AUTHORS}


def measured(info: ReleaseInfo, rows: Sequence[Row]) -> ReleaseInfo:
    """Give the info with what two people who agree, and one who does not, would have come to."""
    reviews = [
        Reviewed(row.sentence.id, row.document.id, row.sentence.language, len(row.sentence.text), _answers(row))
        for row in rows
    ]
    counts = {"proposed": 3, "accepted": 2, "moved": 1, "relabelled": 0, "added": 1, "rejected": 0}
    return replace(
        told(info),
        agreement={"suggested": report(reviews, info.schema).to_json()},
        acceptance=[{"annotator": name, "label": label, **counts} for name in ("", "jieba") for label in ("ORG", "no")],
    )


def _answers(row: Row) -> dict[str, Answer]:
    whole = Answer(tuple(gold.span for gold in row.gold.entities), row.gold.label)
    return {"reviewer-1": whole, "reviewer-2": whole, "reviewer-3": replace(whole, entities=whole.entities[:1])}


def told(info: ReleaseInfo) -> ReleaseInfo:
    """Give the info with everything said."""
    return replace(info, said=SAID, authors=AUTHORS)
