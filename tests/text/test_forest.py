"""Numbers are connected exactly when links lead from one to the other."""

from hypothesis import given
from hypothesis import strategies as st

from builder.text.forest import Forest

numbers = st.integers(0, 11)


@given(st.lists(st.tuples(numbers, numbers), max_size=14))
def test_numbers_share_the_least_of_all_that_links_reach(links):
    forest = Forest(12)
    for one, other in links:
        forest.join(one, other)

    assert [min(reached(place, links)) for place in range(12)] == [forest.root(place) for place in range(12)]


def reached(start, links):
    """Follow links, either way, until nothing new is found."""
    found, before = {start}, set()
    while found != before:
        before = set(found)
        found |= {end for link in links if found & set(link) for end in link}
    return found
