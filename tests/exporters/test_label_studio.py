"""What goes to Label Studio is what its own codec says and reads, with all provenance beside it."""

import json

import pytest

from builder.exporters import label_studio
from builder.exporters.derived import told
from builder.exporters.order import pseudonyms
from builder.reviewing import Answer
from builder.studio.codec import answer_of, result_of
from tests.exporters.approved_rows import INFO, SCHEMA, sample_rows


@pytest.fixture
def tasks(tmp_path):
    label_studio.build({}).export(sample_rows(), INFO, tmp_path)
    paths = sorted((tmp_path / "label-studio").glob("*.json"))
    return {task["data"]["id"]: task for path in paths for task in json.loads(path.read_text("utf-8"))}


def test_regions_are_those_of_our_codec(tasks):
    for row in sample_rows():
        answer = Answer(tuple(sorted(gold.span for gold in row.gold.entities)), row.gold.label)
        result = tasks[row.sentence.id]["annotations"][0]["result"]
        plain = [{key: value for key, value in region.items() if key != "meta"} for region in result]

        assert result_of(answer, row.sentence.text) == plain
        assert answer == answer_of(result, row.sentence.text)


def test_nothing_that_records_say_is_lost(tasks):
    rows = sample_rows()
    tell = told(pseudonyms(rows), INFO)
    for row in rows:
        task, record = tasks[row.sentence.id], tell(row)
        (annotation,) = task["annotations"]
        *regions, label = annotation["result"]
        spans = [{**region["value"], "label": region["value"]["labels"][0], **region["meta"]} for region in regions]
        for span in spans:
            del span["labels"]
        again = {**task["data"], "spans": spans, "label": label["value"]["choices"][0], **task["meta"]}

        assert row.split == again.pop("split")
        assert record == again


def test_a_decision_rides_with_its_span(tasks):
    task = next(task for task in tasks.values() if "外交部" in task["data"]["text"])
    decisions = {r["value"]["text"]: r["meta"]["action"] for r in task["annotations"][0]["result"] if "meta" in r}

    assert {"𠮷野家": "moved", "M公": "relabelled", "外交部": "added"}.items() <= decisions.items()
    assert [{"start": 10, "end": 12, "label": "PERSON", "score": 0.5, "proposed_by": ["jieba@2b"]}] == task["meta"][
        "rejected"
    ]


def test_no_text_is_taken_for_the_address_of_one():
    from xml.etree import ElementTree

    (shown,) = ElementTree.fromstring(label_studio.label_config(SCHEMA)).iter("Text")
    assert "text" == shown.get("valueType")


def test_a_title_cannot_break_the_interface():
    strange = SCHEMA.entity[0].model_copy(update={"title": {"en": '"><script>&'}})

    from xml.etree import ElementTree

    read = ElementTree.fromstring(label_studio.label_config(SCHEMA.model_copy(update={"entity": (strange,)})))
    assert ['"><script>&'] == [label.get("hint") for label in read.iter("Label")]
