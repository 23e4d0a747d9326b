"""What is computed for many words at once is what a plain loop would find."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import lexicon, merging, organisations, places
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
from builder.annotators.mentions import Mentions, by_text, mentions_of
from builder.annotators.proposal import Found, longest_first
from builder.annotators.tiling import MARK, tiled
from builder.annotators.words import longest_of
from tests.annotators.conftest import numbered

TITLES = lexicon.column("titles", "zh")
BITS = (ENDS_ORGANISATION, IS_INSTITUTION, IS_LOOSE_END, IS_VERB, STOPS)
ROWS = st.lists(st.lists(st.sets(st.sampled_from(BITS), max_size=2).map(sum), min_size=7, max_size=7), max_size=5)
FOUND = st.builds(
    lambda start, size, label: Found(start, start + size, label, 0.6),
    st.integers(0, 40),
    st.integers(1, 6),
    st.sampled_from(("GPE", "ORG", "PERSON")),
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
        *zip(*(edges.tolist() for edges in merging._titles(tiling)[:2]), strict=True)
    ]


def is_held(title, mentions):
    """Whether a person, place or organisation stands right beside a title that none but a person holds."""
    if any(mention.covers(title) for mention in mentions if mention.label != "PERSON"):
        return False
    before = any(mention.end == title.start for mention in mentions)
    return before or any(mention.start == title.end and mention.label == "PERSON" for mention in mentions)


@given(st.lists(FOUND, max_size=20), st.lists(FOUND, max_size=8))
def test_a_title_is_held_as_one_by_one(found, titles):
    mentions, titles = longest_first(found), [one._replace(label="TITLE") for one in longest_first(titles)]
    held = [title for title in titles if is_held(title, mentions)]
    free = [one for one in mentions if not any(one.overlaps(title) for title in held)]

    ((entitled),) = by_text(merging._entitled(mentions_of(mentions), mentions_of(titles)), [0, 50])
    assert sorted([*free, *held]) == entitled


def test_words_without_an_end_in_reach_are_no_beginnings():
    kinds = np.zeros(20, np.int32)
    kinds[[8, 19]] = ENDS_ORGANISATION
    line = Line(tiled(["好" * 19], *numbered("好" * 19 + MARK, "x " * 20)), kinds)

    assert [1, 7, 12, 18] == organisations._with_an_end_in_reach(line, np.array([0, 1, 7, 8, 11, 12, 18, 19])).tolist()


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
    line = Line(tiling, np.array([PLACE, SURNAME, 0], np.int32))

    assert [(0, PLACE, (0, 2, "江苏", "ns"))] == list(line.which(PLACE | TAGGED_PERSON, then=SURNAME))
    assert [] == list(line.which(SURNAME, then=SURNAME))


def test_a_text_closes_at_its_end_and_before_a_comma():
    tiling = tiled(["好，人", "大"], *numbered(["好", "，", "人", MARK, "大", MARK], "a x n x a x"))
    line = Line(tiling, np.zeros(6, np.int32))

    assert [False, True, False, True, False, True] == [line.closes(end) for end in range(6)]


@given(st.text("访驻中美华方法面国墨英两国系关 \n好\ud800𠮷", max_size=12))
def test_places_of_one_character_are_those_of_the_patterns_alone(text):
    line = Line(tiled([text], *numbered([*text, MARK], "x " * (len(text) + 1))), np.zeros(len(text) + 1, np.int32))
    told = [(*hit.span(), "GPE", 0.6) for hit in places._SHORT_AFTER.finditer(text)]
    pairs = [(at, at + 1, "GPE", 0.75) for hit in places._pair_pattern().finditer(text) for at in range(*hit.span())]

    assert by_text(mentions_of([*told, *pairs]), [0, 99]) == by_text(join(places._short_ones(line)), [0, 99])


def join(parts):
    """Join mentions as they come."""
    return Mentions(*map(np.concatenate, zip(*parts, strict=True)))
