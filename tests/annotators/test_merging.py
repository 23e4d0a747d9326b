"""What is computed for many words at once is what a plain loop would find."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import lexicon, merging, organisations
from builder.annotators.kinds import (
    ENDS_ORGANISATION,
    IS_INSTITUTION,
    IS_LOOSE_END,
    IS_VERB,
    PLACE,
    STOPS,
    SURNAME,
    TAGGED_PERSON,
)
from builder.annotators.line import Line
from builder.annotators.parting import longest
from builder.annotators.proposal import Found, longest_first
from builder.annotators.tiling import MARK, tiled
from builder.annotators.words import longest_of
from tests.annotators.conftest import numbered

TITLES = lexicon.column("titles", "zh")
BITS = (ENDS_ORGANISATION, IS_INSTITUTION, IS_LOOSE_END, IS_VERB, STOPS)
ROWS = st.lists(st.lists(st.sets(st.sampled_from(BITS), max_size=2).map(sum), min_size=7, max_size=7), max_size=5)
FOUND = st.builds(
    lambda start, size, label: Found(start, start + size, label, 0.5),
    st.integers(0, 40),
    st.integers(1, 6),
    st.sampled_from(("GPE", "ORG")),
)


def grown(row):
    """Count the words of the organisation before a row, one word after the other."""
    last = verbs = 0
    for size, kind in enumerate(row, 1):
        verbs += kind & IS_VERB != 0
        if kind & STOPS or 1 < verbs or (verbs and kind & IS_INSTITUTION):
            break
        if kind & ENDS_ORGANISATION and not (size == 1 and kind & IS_LOOSE_END):
            last = size
    return last


@given(ROWS)
def test_organisations_grow_as_word_by_word(rows):
    kinds = np.array(rows, np.int32).reshape(-1, 7)

    assert [grown(row) for row in rows] == organisations._ends(kinds, STOPS, ENDS_ORGANISATION).tolist()


@given(st.lists(st.sampled_from([*TITLES, "国", "长", "席", "\ud800", MARK]), max_size=8).map("".join))
def test_titles_are_those_of_a_pattern_that_takes_the_longest(text):
    tiling = tiled([text], *numbered([*text, MARK], "x " * (len(text) + 1)))
    hits = [hit.span() for hit in re.finditer(longest_of(TITLES), text)]
    runs_on = merging._TITLE_RUNS_ON

    assert [(start, end) for start, end in hits if text[end : end + 1] not in runs_on] == [
        title[:2] for title in merging._titles(tiling)
    ]


@given(st.lists(FOUND, max_size=20))
def test_the_longest_of_each_group_are_the_longest_of_all(found):
    assert longest_first(found) == longest(found)


@given(
    st.sampled_from(("省", "市", "大", "团")),
    st.sampled_from(("委", "政府", "人民政府", "部", "")),
    st.text("书记部长宣传"),
)
def test_no_committee_is_where_none_is_looked_for(first, second, rest):
    word = first + second + rest
    hits = [pattern.match(word) for pattern in (organisations._COMMITTEE, organisations._MINISTER)]

    assert [hit[0] for hit in hits if hit] == [hit[0] for hit in organisations._committees(word)]


def test_words_are_given_by_what_they_and_the_next_can_be():
    tiling = tiled(["江苏省"], *numbered(["江苏", "省", MARK], "ns n x"))
    line = Line(tiling, np.array([PLACE, SURNAME, 0], np.int32), ())

    assert [(0, PLACE, (0, 2, "江苏", "ns"))] == list(line.which(PLACE | TAGGED_PERSON, then=SURNAME))
    assert [] == list(line.which(SURNAME, then=SURNAME))


def test_a_text_closes_at_its_end_and_before_a_comma():
    tiling = tiled(["好，人", "大"], *numbered(["好", "，", "人", MARK, "大", MARK], "a x n x a x"))
    line = Line(tiling, np.zeros(6, np.int32), ())

    assert [False, True, False, True, False, True] == [line.closes(end) for end in range(6)]
