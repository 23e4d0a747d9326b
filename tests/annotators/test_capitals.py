"""English names by their capitals: cases, laws, and a floor on newswire of our own writing (newswire_en.jsonl)."""

import json
import pickle
import re
from pathlib import Path
from re import _parser as parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import capitals
from builder.annotators.english_names import around, layout, naming, runs, words
from builder.annotators.patterns import name_shapes
from builder.errors import UsageError
from tests.annotators.conftest import ENTITIES, schema_of
from tests.annotators.test_pattern import repeats
from tests.strategies import PAGES

NEWSWIRE = Path(__file__).parent / "newswire_en.jsonl"
PLACES = {"GPE": "PLACE", "LOCATION": "PLACE", "PERSON": "PERSON", "ORG": "ORG"}

CASES = [
    ("Uzbek President Shavkat Mirziyoyev spoke.", ("Shavkat Mirziyoyev", "PERSON")),
    ("Uzbek President Shavkat Mirziyoyev spoke.", ("Uzbek", "GPE")),
    ("Iran's Interim President Mohammad Mokhber", ("Interim President", "TITLE")),
    ("Zhang Yaqin, dean of the Institute", ("dean", "TITLE")),
    ("Gu Yue, vice president and head of marketing for them", ("vice president and head of marketing", "TITLE")),
    ("at Tsinghua University.", ("Tsinghua University", "ORG")),
    ("the World AI Conference (WAIC)", ("World AI Conference", "EVENT")),
    ("the World AI Conference (WAIC)", ("WAIC", "EVENT")),
    ("this year's WAIC is the first", ("WAIC", "EVENT")),
    ("the opening of WAIC 2024 in Shanghai", ("WAIC", "EVENT")),
    ("the 24th Meeting of the Council of Heads of State of the Union (SCO)", ("SCO", "ORG")),
    ("Xi pointed out that it was founded then.", ("Xi", "PERSON")),
    ("It has grown, Xi said, adding more.", ("Xi", "PERSON")),
    ("The EU Act on Artificial Intelligence passed.", ("EU Act on Artificial Intelligence", "DOCUMENT")),
    (
        "the 24th Meeting of the Council of Heads of State in Astana",
        ("24th Meeting of the Council of Heads of State", "EVENT"),
    ),
    ("He joined the Bank of England in May.", ("Bank of England", "ORG")),
    ("The Food and Drug Administration agreed.", ("Food and Drug Administration", "ORG")),
    ("Shares in Smith & Co fell.", ("Smith & Co", "ORG")),
    ("The firm, based in Dallas, Texas, closed.", ("Texas", "GPE")),
    ("Quillham shares rose in early trading.", ("Quillham", "ORG")),
    ("She lives in Quillham with her son.", ("Quillham", "GPE")),
    ('"Yes," said Quillham, 34, a nurse.', ("Quillham", "PERSON")),
    ("Quillham United 2 Marbury Town 1", ("Marbury Town", "ORG")),
    ("J. Smith met Ludwig van der Berg.", ("Ludwig van der Berg", "PERSON")),
    ("Khalid al-Masri left.", ("Khalid al-Masri", "PERSON")),
    ("Sonia O'Neill's win", ("Sonia O'Neill", "PERSON")),
    ("LONDON 1996-11-14", ("LONDON", "GPE")),
    ("LONDON , Aug 30 ( Reuter ) -", ("LONDON", "GPE")),
    ("1. Tomas Lindqvist (Sweden) 6.5", ("Tomas Lindqvist", "PERSON")),
    ("Spain 3 Norway 1", ("Norway", "GPE")),
    ("Leeds 2 Arsenal 1", ("Leeds", "ORG")),
    ("He flew to Leeds for talks.", ("Leeds", "GPE")),
    ("TENNIS - FISCHER BEATS NOVAK IN VIENNA.", ("VIENNA", "GPE")),
    ("The California-based firm closed.", ("California", "GPE")),
    ("Moody's cut its rating.", ("Moody's", "ORG")),
]


@pytest.fixture(scope="module")
def annotator(news):
    return capitals.build({}, news)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_name_is_found_and_typed(annotator, shown, text, expected):
    assert expected in shown(annotator, text)


@pytest.mark.parametrize(
    "text",
    [
        "However, the talks broke down.",
        "Prices of Dubai crude fell.",
        "Analysts said so.",
        "Results of matches played on Saturday:",
        "no capitals at all",
        "He spoke on Monday in March.",
        "I agree.",
        'It has become the "Shared River Spirit", they hoped.',
    ],
)
def test_ordinary_words_are_no_names(annotator, shown, text):
    assert set() == shown(annotator, text)


def test_of_chinese_it_abstains(annotator, make_sentence):
    (prediction,) = annotator.propose([make_sentence("习近平 met Xi Jinping", "zh")])

    assert prediction.entities is None


def test_a_schema_without_its_labels_makes_it_abstain(make_sentence):
    (prediction,) = capitals.build({}, schema_of(["DATE"])).propose([make_sentence("Tony Blair left.")])

    assert prediction.entities is None


def test_an_unknown_option_is_refused(news):
    with pytest.raises(UsageError, match="has no option 'size'"):
        capitals.build({"size": "big"}, news)


def test_a_sentence_is_judged_alone(annotator, make_sentence):
    one, other = make_sentence("Quillham shares rose."), make_sentence("Quillham , 34 , left.")

    assert [annotator.propose([one])[0], annotator.propose([other])[0]] == annotator.propose([one, other])


def test_it_travels_to_other_processes(annotator, make_sentence):
    sentence = make_sentence("Tony Blair left Paris.")

    assert annotator.propose([sentence]) == pickle.loads(pickle.dumps(annotator)).propose([sentence])


@given(
    PAGES
    | st.lists(st.sampled_from("Al-Ain of & the Bank Smith 'S O' U.S. ( , 1 1996-01-01 - $ GOAL".split())).map(" ".join)
)
def test_every_span_lies_inside_its_text(text):
    (found,) = naming.find([text])
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 <= one.score <= 1
        assert one.label in ENTITIES


@given(st.text(min_size=1, max_size=60))
def test_writing_a_headline_small_moves_no_character(text):
    assert len(text) == len(layout.lowered(text)) or not text.isascii()


SHARDS = [
    "al-",
    "el-",
    "d'",
    "d’",
    "St.",
    "Jr. ",
    "Inc.",
    "'s",
    "’s",
    " of ",
    " & ",
    " van ",
    "l-",
    *"ABSTaetdl.-' ’(1_É\n",
]


@given(st.lists(st.sampled_from(SHARDS), max_size=12).map("".join))
def test_leaping_to_capitals_finds_the_same_runs(text):
    assert [hit.span() for hit in runs._ANY_RUN.finditer(text)] == [hit.span() for hit in runs.runs_of(text)]


@given(
    st.lists(st.sampled_from([*SHARDS, "Booing ", "Poor ", "Roger", "President ", "Paris "]), max_size=8).map("".join)
)
def test_a_run_that_opens_no_otherwise_holds_the_same_names_anywhere(text):
    for run in (hit.group() for hit in runs.runs_of(text)):
        assert runs.opens_otherwise(run) or runs.pieces(run, opens=True) == runs.pieces(run, opens=False)


@given(
    st.lists(st.lists(st.sampled_from("match cup Cup match-cup é 5 \0 \ud800".split(" "))).map(" ".join), max_size=4)
)
def test_the_words_of_sport_of_each_text_are_counted_once(texts):
    expected = [len({"match", "cup"} & set(text.split())) for text in texts]

    assert expected == layout.words_of_sport(texts)


def test_what_is_silent_after_a_name_says_nothing():
    rests = ("", "said", " said", "(Spain)", "1", "'s mother", "-based")
    met = {f"{after}{rest}" for after in around._SILENT_AFTER for rest in rests if len(after) == 2 or not rest}

    assert [] == [text for text in met if around._RIGHT.match(text) or "," in text[:2]]


def test_what_is_silent_before_a_name_says_nothing():
    said = []
    for before in around._SILENT_BEFORE:
        for word in ("i", "in", "o", "of", "Mr", "M", "beat"):
            around._look_left(f"{word}{before}", len(word + before), True, said)

    assert [] == said


@given(
    st.lists(st.sampled_from("has have had also would will was is said 5 X - to-day ,".split()), min_size=1, max_size=4)
)
def test_the_next_word_is_the_same_read_by_itself(words):
    text = f" {' '.join(words)}"
    either, alone = around._RIGHT.match(text), around._NEXT.match(text)

    assert text[:2] not in around._A_WORD or either["next"] == alone[1]


def compiled():
    modules = (around, layout, naming, runs, words)
    held = [value for module in modules for value in vars(module).values() if isinstance(value, re.Pattern)]
    titles = (name_shapes._title_pattern(), name_shapes._role_after_comma(), name_shapes._role_pattern())
    return [*held, *titles, name_shapes._NEXT_NAME]


@pytest.mark.parametrize("expression", compiled(), ids=lambda expression: expression.pattern[:20])
def test_no_expression_repeats_without_a_bound_inside_another(expression):
    assert 1 >= max(repeats(parser.parse(expression.pattern, expression.flags)))


def test_newswire_stays_above_its_floor(annotator, make_sentence):
    records = [json.loads(line) for line in NEWSWIRE.read_text("utf-8").split("\n") if line]
    gold, found = set(), set()
    for number, record in enumerate(records):
        adjectives = {(s, e) for s, e, label in record["spans"] if label == "NATIONALITY"}
        gold |= {(number, s, e, PLACES[label]) for s, e, label in record["spans"] if label in PLACES}
        for entity in annotator.propose([make_sentence(record["text"], "en")])[0].entities:
            start, end, label = entity.span.start, entity.span.end, entity.span.label
            if label in PLACES and (start, end) not in adjectives:
                found.add((number, start, end, PLACES[label]))

    assert 0.92 < 2 * len(gold & found) / (len(gold) + len(found))
