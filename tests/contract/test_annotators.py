"""What any annotator must keep to, whoever wrote it; here the built-in ones are held to it."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators import combine, cues, gazetteer, jieba_names, pattern
from builder.errors import UsageError
from builder.model import Sentence
from builder.reading import Kind
from builder.schema import LabelSchema

ENTITIES = ["PERSON", "TITLE", "ORG", "GPE", "LOCATION", "EVENT", "DOCUMENT", "DATE", "QUANTITY", "CONCEPT"]
LABELS = ["event", "statement", "proposal", "decision", "background"]
PIECES = [
    "国家主席习近平", "7月4日上午", "在阿斯塔纳", "《上海宣言》", "“上海精神”", "约1000人",
    "总统托卡耶夫", "，", "。", " ", "·", "😀", "👩‍👩‍👧", "𠮷", "𠀀",
    "Chinese President Xi Jinping ", "the World AI Conference (WAIC) ", "on July 4, 2024",
    "more than 500 ", "U.S. ", '"big family"', "\n", "\ud800", "Mr. ", "(SCO)",
    "第24次会议", "中国人民银行", "é", "é", "\u200b", "\x00", "％", "100%", "said Gu.", "'", "’s ",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(min_size=1, max_size=40), st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
)


def schema_of(entities, labels, overlap="flat"):
    both = {"zh": "-", "en": "-"}
    specs = [
        {"name": name, "title": both, "color": "#000000", "hotkey": chr(97 + rank), "guideline": both}
        for rank, name in enumerate([*entities, *labels])
    ]
    return LabelSchema.model_validate(
        {"name": "news", "version": "1.0.0", "title": both, "overlap": overlap, "instruction": both,
         "entity": specs[: len(entities)], "sentence": specs[len(entities) :]}
    )  # fmt: skip


def sentence(text, number=0, language="zh"):
    return Sentence(f"s{number}", "d", number, 0, len(text), Kind.BODY, language, text)


NEWS = schema_of(ENTITIES, LABELS)
STRANGE = schema_of(["Gene", "Protein"], ["yes", "no"])
MODULES = (jieba_names, gazetteer, pattern, cues)


def combined(schema):
    return combine.Combiner([module.build({}, schema) for module in MODULES], schema)


BUILT = {built.name: built for built in (*(module.build({}, NEWS) for module in MODULES), combined(NEWS))}
every_annotator = pytest.mark.parametrize("annotator", BUILT.values(), ids=BUILT.keys())
BATCH = [
    sentence("国家主席习近平7月4日上午在阿斯塔纳出席上海合作组织成员国元首理事会第二十四次会议。", 1),
    sentence("President Xi Jinping said on Thursday that more than 500 companies came.", 2, "en"),
    sentence("😀𠮷野家在上海𠀀", 3),
]


@every_annotator
def test_an_empty_batch_gives_no_predictions(annotator):
    assert [] == annotator.propose([])


@every_annotator
def test_each_sentence_gets_one_prediction_in_order(annotator):
    assert ["s1", "s2", "s3", "s1"] == [p.sentence for p in annotator.propose([*BATCH, BATCH[0]])]


@every_annotator
def test_a_prediction_carries_name_and_fingerprint(annotator):
    assert {f"{annotator.name}@{annotator.fingerprint}"} == {p.annotator for p in annotator.propose(BATCH)}


@every_annotator
def test_a_sentence_is_judged_alone(annotator):
    assert annotator.propose(BATCH) == [annotator.propose([one])[0] for one in BATCH]


@every_annotator
def test_a_pickled_copy_proposes_the_same(annotator):
    annotator.propose(BATCH)
    copy = pickle.loads(pickle.dumps(annotator))

    assert (annotator.fingerprint, annotator.propose(BATCH)) == (copy.fingerprint, copy.propose(BATCH))


@every_annotator
@pytest.mark.parametrize("language", ["zh", "en"])
@settings(max_examples=80, deadline=None)
@given(text=TEXTS)
def test_spans_lie_inside_and_start_and_end_on_a_character_that_counts(annotator, language, text):
    (prediction,) = annotator.propose([sentence(text, language=language)])
    for entity in prediction.entities or ():
        inside = text[entity.span.start : entity.span.end]
        assert entity.span.end <= len(text)
        assert inside == inside.strip()
        assert {inside[0], inside[-1]}.isdisjoint('，。、“”"《》,;:')
        assert entity.span.label in ENTITIES
        assert entity.by
        assert annotator.name == "combine" or (prediction.annotator,) == entity.by


@every_annotator
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_the_same_text_gives_the_same_predictions(annotator, text):
    assert annotator.propose([sentence(text)]) == annotator.propose([sentence(text)])


@settings(max_examples=120, deadline=None)
@given(text=TEXTS)
def test_the_combined_proposal_fits_a_flat_schema(text):
    (prediction,) = BUILT["combine"].propose([sentence(text)])
    spans = [entity.span for entity in prediction.entities]

    assert not [(a, b) for a in spans for b in spans if a != b and a.overlaps(b)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_schema_without_a_known_label_makes_it_abstain(module):
    predictions = module.build({}, STRANGE).propose(BATCH)

    assert {(None, None)} == {(p.entities, p.label) for p in predictions}


def test_the_combined_proposal_abstains_when_everyone_does():
    assert {(None, None)} == {(p.entities, p.label) for p in combined(STRANGE).propose(BATCH)}


@every_annotator
def test_building_again_gives_the_same_fingerprint(annotator):
    again = {one.name: one for one in (*(module.build({}, NEWS) for module in MODULES), combined(NEWS))}

    assert annotator.fingerprint == again[annotator.name].fingerprint


@pytest.mark.parametrize("module", MODULES)
def test_an_unknown_option_is_refused_by_its_name(module):
    with pytest.raises(UsageError, match="no option 'colour'"):
        module.build({"colour": "blue"}, NEWS)
