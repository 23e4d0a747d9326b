"""A tagger of tokens: it learns from tokens alone, and what it learns it says of names it has never seen."""

import pytest

from builder.annotators.crf.token_tagger import shape, taught

NAMES = ("Anna", "Ben", "Carl", "Dora", "Emil", "Fay")
LEARN = [["Mr", name, "went", "to", place] for name in NAMES for place in ("Rome", "Oslo", "Bonn")]
TAGS = [["O", "B-PER", "O", "O", "B-LOC"]] * len(LEARN)


def test_names_it_has_never_seen_are_tagged_by_what_stands_around_them():
    assert [["O", "B-PER", "O", "O", "B-LOC"]] == taught(LEARN, TAGS).tag([["Mr", "Gus", "went", "to", "Lima"]])


def test_a_sentence_is_tagged_alike_alone_and_among_others():
    tagger, sentences = taught(LEARN, TAGS), [["to", "Rome"], [], ["Mr", "Zoe", "went"], ["𠮷"], LEARN[0]]

    assert tagger.tag(sentences) == [tagger.tag([sentence])[0] for sentence in sentences]
    assert [len(sentence) for sentence in sentences] == [len(tags) for tags in tagger.tag(sentences)]


def test_the_same_rows_give_the_same_weights():
    one, other = taught(LEARN, TAGS).weights, taught(LEARN, TAGS).weights

    assert one.states.tolist() == other.states.tolist()
    assert one.features.tolist() == other.features.tolist()


@pytest.mark.parametrize(
    ("token", "expected"), [("Anna", "Xx"), ("3.5", "0.0"), ("王", "字"), ("IBM", "X"), ("e-mail", "x-x"), ("", "")]
)
def test_a_shape_says_what_kinds_of_characters_there_are(token, expected):
    assert expected == shape(token)
