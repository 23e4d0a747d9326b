"""CoNLL is right for Chinese, where Label Studio's own converter is not."""

import json

from builder.exporters import conll
from builder.model import Span
from builder.offset_map import copy
from tests.exporters.approved_rows import INFO, make_document, make_row, plain_row

TEXT = "王伟在北京市海淀区报案。"
SPANS = [Span(0, 2, "PER"), Span(3, 9, "LOC")]
INTERFACE = (
    '<View><Labels name="entity" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>'
    '<Text name="text" value="$text"/></View>'
)


def ours(tmp_path, rows, options=None):
    conll.build(options or {}).export(rows, INFO, tmp_path)
    return (tmp_path / "conll" / "train.conll").read_text("utf-8")


def theirs(tmp_path):
    from label_studio_sdk.converter import Converter

    def region(span):
        value = {"start": span.start, "end": span.end, "text": TEXT[span.start : span.end], "labels": [span.label]}
        return {"id": span.label, "from_name": "entity", "to_name": "text", "type": "labels", "value": value}

    annotation = {"id": 1, "was_cancelled": False, "result": [region(span) for span in SPANS]}
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [annotation]}
    (tmp_path / "tasks.json").write_text(json.dumps([task]), "utf-8")
    Converter(INTERFACE, str(tmp_path)).convert_to_conll2003(str(tmp_path / "tasks.json"), str(tmp_path), is_dir=False)
    return (tmp_path / "result.conll").read_text("utf-8")


def test_the_sentence_that_label_studios_converter_breaks_comes_out_right(tmp_path):
    tags = "B-PER I-PER O B-LOC I-LOC I-LOC I-LOC I-LOC I-LOC O O O".split()
    expected = "".join(f"{character} -X- _ {tag}\n" for character, tag in zip(TEXT, tags, strict=True))

    assert f"-DOCSTART- -X- O\n{TEXT} -X- _ B-PER\n\n" == theirs(tmp_path)
    assert f"-DOCSTART- -X- -X- O\n\n{expected}\n" == ours(tmp_path, [plain_row(TEXT, SPANS)])


def test_latin_words_are_tokens_by_default_and_characters_by_option(tmp_path):
    row = plain_row("在3M公司", [Span(1, 5, "ORG")])

    assert ["在", "3M", "公", "司"] == [line.split()[0] for line in ours(tmp_path, [row]).splitlines()[2:-1]]
    cut = ours(tmp_path, [row], {"tokenizer": "characters"})
    assert ["在", "3", "M", "公", "司"] == [line.split()[0] for line in cut.splitlines()[2:-1]]


def test_characters_hold_what_words_cut(tmp_path):
    row = plain_row("在3M公司", [Span(2, 5, "ORG")])

    told = [
        conll.build(options).export([row], INFO, tmp_path)["conll"] for options in ({}, {"tokenizer": "characters"})
    ]
    assert [["misaligned"], []] == [[loss.reason for loss in losses] for losses in told]


def test_sentences_stand_in_the_order_of_their_documents(tmp_path):
    source, document = make_document("甲乙丙丁戊己", (copy(0, 6),), "zh", "page.txt")
    rows = [make_row(source, document, at, at, at + 1, []) for at in range(6)]
    assert rows != sorted(rows, key=lambda row: row.sentence.id)

    lines = ours(tmp_path, rows[::-1]).split("\n\n")
    assert ["-DOCSTART-", *document.text] == [line.split()[0] for line in lines if line]
    ids = (tmp_path / "conll" / "train.ids").read_text("utf-8").split()
    assert [row.sentence.id for row in rows] == ids


def test_a_text_that_looks_like_a_new_document_is_none(tmp_path):
    told = ours(tmp_path, [plain_row("-DOCSTART- -X- O", [])])

    assert 1 == told.count("-DOCSTART-")


def test_no_token_is_a_line_of_blanks(tmp_path):
    told = ours(tmp_path, [plain_row("a\u3000\u2028 \x85b", [])])

    assert ["a", "b"] == [line.split()[0] for line in told.splitlines()[2:-1]]
