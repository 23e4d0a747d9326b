"""Standoff files keep their offsets whatever a text holds; conversations give every span back."""

import json

from builder.exporters import brat, chat
from builder.exporters.records import Recorder
from builder.model import Span
from tests.exporters.approved_rows import EN, INFO, SCHEMA, plain_row, sample_rows
from tests.exporters.reading_back import brat_document


def answers(tmp_path, row):
    chat.build({}).export([row], INFO, tmp_path)
    messages = json.loads((tmp_path / "chat" / "train.jsonl").read_text("utf-8"))["messages"]
    return [message["content"] for message in messages]


def test_offsets_hold_however_line_ends_are_read(tmp_path):
    row = plain_row("甲\r\n乙\t丙\u2028丁", [Span(0, 4, "ORG"), Span(3, 6, "GPE"), Span(7, 8, "GPE")])
    brat.build({}).export([row], INFO, tmp_path)
    path = tmp_path / "brat" / "train" / f"{row.document.id}.txt"

    assert [brat_document(path, newline) for newline in (None, "")] == [
        ("甲  乙 丙 丁\n", [Span(0, 4, "ORG"), Span(3, 6, "GPE"), Span(7, 8, "GPE")])
    ] * 2


def test_a_document_is_one_text_of_its_approved_sentences(tmp_path):
    rows = [row for row in sample_rows() if row.document is EN]
    brat.build({}).export([row for row in rows if row.split == "train"], INFO, tmp_path)

    assert "Xi Jinping visits China's\n" == (tmp_path / "brat" / "train" / f"{EN.id}.txt").read_text("utf-8")


def test_brats_configuration_names_the_entity_types(tmp_path):
    brat.build({}).export(sample_rows(), INFO, tmp_path)
    told = (tmp_path / "brat" / "annotation.conf").read_text("utf-8")

    assert ["[entities]", *SCHEMA.entity_names, "", "[relations]"] == told.splitlines()[:6]


def test_an_entity_whose_text_occurs_again_says_which_one_it_is(tmp_path):
    row = plain_row("中国中国的中国人", [Span(2, 4, "GPE"), Span(5, 8, "PERSON")])
    *_, answer = answers(tmp_path, row)

    assert {
        "spans": [{"text": "中国", "occurrence": 2, "label": "GPE"}, {"text": "中国人", "label": "PERSON"}],
        "label": "no",
    } == json.loads(answer)


def test_the_labels_are_told_in_the_language_of_the_sentence(tmp_path):
    chinese, _ = answers(tmp_path, plain_row("中国", []))
    english, _ = answers(tmp_path, plain_row("China", [], language="en"))

    assert "实体类型：PERSON（PERSON）、ORG" in chinese
    assert "Entity types: PERSON (PERSON), ORG" in english
    assert (chinese[-5:], english[-15:]) == ("句子：中国", "Sentence: China")


def test_conversations_are_the_sft_view(tmp_path):
    rows = sample_rows()
    chat.build({}).export(rows, INFO, tmp_path)
    told = [json.loads(line) for path in (tmp_path / "chat").glob("*.jsonl") for line in path.open(encoding="utf-8")]
    recorder = Recorder(SCHEMA, {})

    assert {row.sentence.id: recorder.record("sft", row) for row in rows} == {one["id"]: one for one in told}
