"""What a Label Studio that validates predictions strictly says of ours: its own check, run here on both layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.reviewing import Layout, PageStyle
from builder.schema import read_schema
from builder.studio.label_config import label_config
from tests.contract.test_studio import article_task, task

SCHEMA = read_schema("news", Path())
BOTH: list[tuple[Layout, dict[str, Any]]] = [
    ("sentence", task(SCHEMA, 1)),
    ("article", article_task(SCHEMA)),
    ("article", article_task(SCHEMA, None)),
]


def problems(layout: Layout, prediction: dict[str, Any]) -> list[str]:
    from label_studio_sdk.label_interface import LabelInterface

    page = LabelInterface(label_config(SCHEMA, PageStyle(layout)))
    page.validate()
    return list(page.validate_prediction(prediction, return_errors=True))


@pytest.mark.parametrize(("layout", "sent"), BOTH, ids=["sentence", "article", "article without labels"])
def test_our_predictions_pass(layout: Layout, sent: dict[str, Any]) -> None:
    (prediction,) = sent["predictions"]

    assert [] == problems(layout, prediction)


def test_the_sentences_of_an_article_do_not_pass_on_the_page_of_one() -> None:
    (prediction,) = article_task(SCHEMA)["predictions"]

    assert any("sentence" in problem for problem in problems("sentence", prediction))
