"""Many rows at once say exactly what a `Recorder` says of each: columns, losses and nothing else."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.exporters.columns import Gatherer
from builder.exporters.features import views
from builder.exporters.order import pseudonyms
from builder.exporters.records import Recorder
from builder.exporters.tables import Deriver, batch_of
from builder.model import Document, Entity, Flag, Sentence, Span, stable_id, text_digest
from builder.offset_map import OffsetMap, Piece, block, copy
from builder.ports import Row
from builder.reading import About, Kind, Source
from builder.reviewing import Action, Approval, Gold, GoldSpan
from tests.exporters.approved_rows import SCHEMA, sample_rows

WORDS = st.sampled_from(["", "a", "é", "😀", "https://a.b/c?d=1", "新闻", '"\\\n\x00'])
TEXTS = st.text(st.sampled_from("a1sé汉字，😀𠮷\"\\\n\u3000\u0301\u200d\x00\x1f'.- "), min_size=1, max_size=12)
PEOPLE = st.lists(st.sampled_from(["a@x", "b@x", "c@x"]), min_size=1, max_size=3, unique=True)
SCORES = st.none() | st.floats(0, 1)
PROPOSERS = st.lists(st.sampled_from(["jieba@1", "字典@2"]), max_size=2).map(tuple)


@st.composite
def offsets(draw, text):
    """Copies and blocks in any order; now and then the raw text itself."""
    if draw(st.booleans()):
        return OffsetMap.identity(len(text))
    at, raw, segments = 0, 0, []
    while at < len(text):
        size, gap = draw(st.integers(1, len(text) - at)), draw(st.integers(0, 2))
        pieces = draw(st.sampled_from([[], [Piece(raw + gap, raw + gap + size)], [Piece(raw + gap, raw + gap + 1)]]))
        is_copy = draw(st.booleans())
        segments.append(copy(raw + gap, raw + gap + size) if is_copy else block(text[at : at + size], pieces))
        at, raw = at + size, raw + gap + size
    return OffsetMap(raw + 3, segments)


@st.composite
def spans(draw, text):
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))), draw(st.sampled_from(SCHEMA.entity_names)))


@st.composite
def rows(draw, number):
    before, text, after = draw(st.just("") | TEXTS), draw(TEXTS), draw(st.just("") | TEXTS)
    whole = before + text + after
    source = Source(
        text_digest(whole), draw(st.sampled_from(["/a/b.txt", "C:\\x\\y.txt", "z"])), 1, "utf-8", "text/plain"
    )
    about = About("", draw(WORDS), draw(WORDS), "", draw(WORDS))
    language, flags = draw(st.sampled_from(["zh", "en", "zh-Hans", "und"])), draw(st.lists(WORDS, max_size=2))
    document = Document(
        stable_id(number), source.sha256, 0, language, "", whole, draw(offsets(whole)), draw(WORDS), about, tuple(flags)
    )
    found = draw(st.lists(st.builds(Flag, st.just(0), st.just(1), st.sampled_from(["x", "y"])), max_size=2))
    bounds = (len(before), len(before) + len(text))
    sentence = Sentence(
        stable_id(number, "s"),
        document.id,
        number,
        *bounds,
        Kind.BODY,
        language,
        text,
        tuple(found),
        draw(st.booleans()),
    )
    return Row(sentence, document, source, draw(golds(sentence)), "train")


@st.composite
def golds(draw, sentence):
    entities = st.builds(GoldSpan, spans(sentence.text), st.sampled_from([*Action][:4]), PROPOSERS, SCORES)
    refused = st.builds(Entity, spans(sentence.text), st.floats(0, 1), PROPOSERS)
    people = draw(PEOPLE)
    approval = Approval(
        sentence.id,
        tuple(stable_id(person) for person in people),
        text_digest(sentence.text),
        draw(st.sampled_from([SCHEMA.digest, "older"])),
        tuple(people),
        "single",
        draw(st.sampled_from(["2026-01-01T00:00:00Z", ""])),
    )
    return Gold(
        sentence.id,
        tuple(draw(st.lists(entities, max_size=4, unique_by=lambda gold: gold.span))),
        draw(st.sampled_from(SCHEMA.sentence_names)),
        draw(st.sampled_from([*Action])),
        draw(PROPOSERS),
        draw(SCORES),
        tuple(draw(st.lists(refused, max_size=2))),
        approval,
    )


MANY = st.integers(0, 4).flatmap(lambda count: st.tuples(*(rows(number) for number in range(count))))


RECORDS = views(SCHEMA)[0]


def batch(given_rows, view=RECORDS):
    return batch_of(view, Gatherer(SCHEMA, pseudonyms(given_rows)).gather(given_rows))


@settings(max_examples=300, deadline=None)
@given(MANY)
@example(tuple(sample_rows()))
@example(())
def test_batches_of_every_view_are_the_records_of_each_row(given_rows):
    recorder, deriver, records = Recorder(SCHEMA, pseudonyms(given_rows)), Deriver(SCHEMA), batch(given_rows)
    for view in views(SCHEMA):
        made = deriver.derive(view.name, records)
        made.batch.validate(full=True)

        assert [recorder.record(view.name, row) for row in given_rows] == made.batch.to_pylist()

    assert [loss for row in given_rows for loss in recorder.lost(row)] == deriver.derive("tokens", records).lost


@settings(max_examples=200, deadline=None)
@given(MANY)
@example(tuple(sample_rows()))
def test_every_span_is_found_again_in_the_answer_of_sft(given_rows):
    made = Deriver(SCHEMA).derive("sft", batch(given_rows)).batch.to_pylist()
    for row, record in zip(given_rows, made, strict=True):
        text, told = row.sentence.text, json.loads(record["messages"][1]["content"])
        found = []
        for span in told["spans"]:
            starts = [at for at in range(len(text)) if text.startswith(span["text"], at)]
            start = starts[span.get("occurrence", 1) - 1]
            found.append(Span(start, start + len(span["text"]), span["label"]))

        assert sorted(gold.span for gold in row.gold.entities) == found
        assert row.gold.label == told["label"]
        assert record["messages"][0]["content"].endswith(text)


def test_questions_are_chinese_for_chinese_and_english_for_the_rest():
    made = Deriver(SCHEMA).derive("sft", batch(sample_rows())).batch.to_pylist()

    assert ["找", "F", "F"] == [record["messages"][0]["content"][0] for record in made]


def test_pieces_can_be_left_out():
    view = views(SCHEMA, pieces=False)[0]
    expected = [Recorder(SCHEMA, pseudonyms(sample_rows())).record("records", row) for row in sample_rows()]
    for record in expected:
        for owner in (record, *record["spans"]):
            del owner["pieces"]

    assert expected == batch(sample_rows(), view).to_pylist()


def test_a_label_outside_the_schema_names_its_sentence():
    row = sample_rows()[1]
    smaller = SCHEMA.model_copy(update={"entity": SCHEMA.entity[:1]})

    with pytest.raises(BrokenError, match=f"sentence {row.sentence.id}: 'GPE' is not in"):
        Gatherer(smaller, pseudonyms([row])).gather([row])


@pytest.mark.parametrize("where", ["entities", "rejected"])
def test_a_span_beyond_its_text_is_our_own_fault(where):
    row, span = sample_rows()[1], Span(0, 99, "PERSON")
    beyond = (GoldSpan(span, Action.ADDED),) if where == "entities" else (Entity(span, 0.5, ()),)

    with pytest.raises(BrokenError, match="beyond its text"):
        Gatherer(SCHEMA, pseudonyms([row])).gather([replace(row, gold=replace(row.gold, **{where: beyond}))])
