"""Records: exact offsets, full provenance, no name of a person or of a machine's folders."""

import json
from dataclasses import replace

import pytest

from builder.errors import BrokenError
from builder.exporters.batches import content_of
from builder.exporters.features import views
from builder.exporters.order import PublishedRows, pseudonyms, published, split_place
from builder.exporters.records import Recorder
from builder.model import Span
from builder.text.tags import spans_from_tags
from tests.exporters.approved_rows import INFO, RAW_EN, RAW_ZH, SCHEMA, relabelled, sample_rows


def records(rows, view="records"):
    recorder = Recorder(SCHEMA, pseudonyms(rows))
    return [recorder.record(view, row) for row in rows]


def raw_of(record):
    return RAW_ZH if record["language"] == "zh" else RAW_EN


def test_every_view_has_the_columns_that_are_described():
    for view in views(SCHEMA):
        for record in records(sample_rows(), view.name):
            assert [column.name for column in view.columns] == list(record)


def test_offsets_are_code_points_of_the_text():
    for record in records(sample_rows()):
        for span in record["spans"]:
            assert span["text"] == record["text"][span["start"] : span["end"]]


def test_raw_pieces_replay_to_the_span():
    for record in records(sample_rows()):
        for span in record["spans"]:
            assert span["text"] == "".join(raw_of(record)[p["start"] : p["end"]] for p in span["pieces"])


def test_a_span_over_a_line_break_has_several_pieces():
    spans = records(sample_rows())[0]["spans"]

    assert [{"start": 0, "end": 3}, {"start": 4, "end": 6}] == next(s for s in spans if s["end"] == 5)["pieces"]


def test_spans_keep_who_proposed_and_what_a_person_did():
    spans = records(sample_rows())[0]["spans"]
    decisions = {s["text"]: (s["action"], s["proposed_by"], s["score"]) for s in spans}

    assert {
        "外交部网站": ("accepted", ["jieba@2b"], 0.9),
        "外交部": ("added", [], None),
        "𠮷野家": ("moved", ["jieba@2b"], 0.9),
        "M公": ("relabelled", ["jieba@2b"], 0.9),
        "3M公": ("accepted", ["jieba@2b"], 0.9),
    } == decisions


def test_thrown_out_proposals_are_kept_apart():
    record = records(sample_rows())[0]

    assert [{"start": 10, "end": 12, "label": 0, "score": 0.5, "proposed_by": ["jieba@2b"]}] == record["rejected"]


def test_no_address_and_no_folder_leaves():
    told = json.dumps([record | {"media_type": ""} for record in records(sample_rows())], ensure_ascii=False)

    assert not [secret for secret in ("example.org", "zoe", "someone", "/", "\\\\") if secret in told]


def test_sources_are_named_by_file_name():
    assert ["第一版.txt", "page.txt", "page.txt"] == [record["source"] for record in records(sample_rows())]


def test_reviewers_are_numbered_by_their_first_approval():
    expected = {"amy@example.org": "reviewer-1", "zoe@example.org": "reviewer-2", "bob@example.org": "reviewer-3"}

    assert expected == pseudonyms(sample_rows())


def test_the_guideline_version_of_other_guidelines_is_not_claimed():
    row = sample_rows()[0]
    older = replace(row, gold=replace(row.gold, approval=replace(row.gold.approval, schema_digest="older")))

    assert (None, "older") == tuple(records([older])[0][key] for key in ("guideline_version", "schema_digest"))


def test_tags_and_losses_together_hold_every_span():
    rows = sample_rows()
    recorder = Recorder(SCHEMA, pseudonyms(rows))
    for row in rows:
        record = recorder.record("tokens", row)
        names = ["O", *(f"{mark}-{name}" for name in SCHEMA.entity_names for mark in "BI")]
        tokens = list(zip(record["token_starts"], record["token_ends"], strict=True))
        held = spans_from_tags(tokens, [names[tag] for tag in record["ner_tags"]])
        lost = [loss.span for loss in recorder.lost(row)]

        assert sorted(gold.span for gold in row.gold.entities) == sorted([*held, *lost])


def test_nested_and_misaligned_spans_are_losses_with_their_reason():
    rows = sample_rows()
    lost = Recorder(SCHEMA, pseudonyms(rows)).lost(rows[0])

    assert [
        (Span(0, 3, "ORG"), "外交部", "overlapping"),
        (Span(14, 16, "ORG"), "M公", "misaligned"),
    ] == [(loss.span, loss.text, loss.reason) for loss in lost]


def test_token_texts_are_slices_of_the_text():
    for row, record in zip(sample_rows(), records(sample_rows(), "tokens"), strict=True):
        places = zip(record["token_starts"], record["token_ends"], strict=True)

        assert [row.sentence.text[start:end] for start, end in places] == record["tokens"]


def test_the_content_does_not_depend_on_the_order_of_rows():
    assert content_of(sample_rows(), INFO) == content_of(sample_rows()[::-1], INFO)


def resplit(rows):
    return [replace(row, split="validation") for row in rows]


@pytest.mark.parametrize("change", [relabelled, resplit, lambda rows: rows[1:]])
def test_any_change_changes_the_content(change):
    assert content_of(sample_rows(), INFO) != content_of(change(sample_rows()), INFO)


def test_a_label_in_another_place_of_the_schema_changes_the_content():
    turned = SCHEMA.model_copy(update={"sentence": SCHEMA.sentence[::-1]})

    assert content_of(sample_rows(), INFO) != content_of(sample_rows(), replace(INFO, schema=turned))


def test_a_sentence_released_twice_is_our_own_fault():
    with pytest.raises(BrokenError, match="twice"):
        list(published([*sample_rows(), sample_rows()[0]]))


def test_a_sentence_released_in_two_splits_is_our_own_fault():
    row = sample_rows()[0]

    with pytest.raises(BrokenError, match=f"sentence {row.sentence.id} is released twice"):
        published([row, replace(row, split="test")])


def test_rows_out_of_order_are_our_own_fault():
    rows = list(published(sample_rows()))[::-1]

    with pytest.raises(BrokenError, match="out of order"):
        list(PublishedRows(lambda: iter(rows), 3))


def test_rows_come_by_split_then_document_then_number():
    other = [replace(row.sentence, id=f"other {row.sentence.id}") for row in sample_rows()]
    again = [replace(row, sentence=one, split="dev") for row, one in zip(sample_rows(), other, strict=True)]
    rows = [*sample_rows(), *again]
    places = [(row.split, row.document.id, row.sentence.number) for row in published(rows)]
    order = ("train", "test", "dev")

    assert sorted(places, key=lambda place: (order.index(place[0]), *place[1:])) == places


def test_rows_can_be_read_again_and_are_not_put_in_order_twice():
    rows = published(sample_rows())

    assert rows is published(rows)
    assert (3, [*rows]) == (len(rows), [*rows])


def test_a_label_outside_the_schema_is_our_own_fault():
    smaller = SCHEMA.model_copy(update={"entity": SCHEMA.entity[:1]})

    with pytest.raises(BrokenError, match="'ORG' is not in"):
        content_of(sample_rows(), replace(INFO, schema=smaller))


def test_a_span_beyond_its_text_is_our_own_fault():
    row = sample_rows()[1]
    entity = replace(row.gold.entities[0], span=Span(0, 99, "PERSON"))

    with pytest.raises(BrokenError, match="beyond its text"):
        content_of([replace(row, gold=replace(row.gold, entities=(entity,)))], INFO)


def test_splits_come_in_their_usual_order():
    assert ["train", "validation", "test", "dev"] == sorted(["dev", "test", "train", "validation"], key=split_place)
