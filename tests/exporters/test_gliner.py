"""GLiNER's inclusive ends, and what its defaults would cut off without a word."""

import json

import pytest

from builder.exporters import gliner
from builder.model import Span
from tests.exporters.approved_rows import INFO, plain_row


def exported(tmp_path, text, spans):
    losses = gliner.build({}).export([plain_row(text, spans)], INFO, tmp_path)
    (example,) = json.loads((tmp_path / "gliner" / "train.json").read_text("utf-8"))
    return example, losses


def test_ends_are_inclusive_and_nested_spans_are_held(tmp_path):
    spans = [Span(0, 5, "ORG"), Span(0, 2, "GPE"), Span(6, 8, "ORG")]
    example, losses = exported(tmp_path, "北京市法院 3M", spans)

    assert list("北京市法院") + ["3M"] == example["tokenized_text"]
    assert [[0, 4, "ORG"], [0, 1, "GPE"], [5, 5, "ORG"]] == example["ner"]
    assert {"gliner": [], "gliner.defaults": []} == losses


@pytest.mark.parametrize(("span", "told"), [((0, 12), 0), ((0, 13), 1), ((383, 384), 0), ((384, 385), 1)])
def test_what_the_defaults_cut_off_is_told_and_still_in_the_file(tmp_path, span, told):
    example, losses = exported(tmp_path, "字" * 400, [Span(*span, "ORG")])

    assert 1 == len(example["ner"])
    assert ["truncated"] * told == [loss.reason for loss in losses["gliner.defaults"]]
