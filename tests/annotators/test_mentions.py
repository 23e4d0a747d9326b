"""Mentions as arrays are kept and parted as if they were looked at one by one."""

from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import parting
from builder.annotators.mentions import alike, by_text, longest, mentions_of, together
from builder.annotators.proposal import Found, longest_first

FOUND = st.lists(
    st.builds(
        lambda start, size, label, score: Found(start, start + size, label, score),
        st.integers(0, 40),
        st.integers(1, 6),
        st.sampled_from(("GPE", "LOCATION", "ORG", "PERSON")),
        st.sampled_from((0.6, 0.75, 0.9, 0.4875)),
    ),
    max_size=20,
)


def one_by_one(mentions):
    """Give mentions as what was found in one text."""
    return by_text(mentions, [0, 50])[0]


@given(FOUND)
def test_the_longest_are_those_of_a_plain_loop(found):
    kept = longest(together([mentions_of(found)]))

    assert longest_first(found) == one_by_one(kept)
    assert longest_first(found) == parting.longest(found)


@given(FOUND, FOUND)
def test_mentions_that_are_joined_stand_in_the_order_of_their_places_and_the_surest_first(some, others):
    joined = one_by_one(together([mentions_of(some), mentions_of(others)]))

    assert sorted([*some, *others], key=lambda one: (one.start, one.end, -one.score, one.label)) == joined


@given(FOUND)
def test_texts_are_given_their_own_with_places_of_their_own(found):
    kept, borders = longest_first(found), [0, 0, 10, 11, 30, 50]

    assert parting.by_text(kept, borders) == by_text(mentions_of(kept), borders)


def test_several_places_can_be_the_same():
    places = mentions_of([Found(1, 2, "GPE", 0.75), Found(3, 5, "GPE", 0.75)])

    assert one_by_one(places) == one_by_one(alike(places.starts, places.ends, "GPE", 0.75))
    assert [True, True] == places.are("GPE").tolist()
    assert [False, False] == places.are("ORG").tolist()
