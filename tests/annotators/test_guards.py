"""What is skipped for speed could not have been found: words without a kind, places where no shape begins."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from builder.annotators.combine import touching
from builder.annotators.kinds import Kinds
from builder.annotators.patterns import numbers_zh
from builder.annotators.proposal import Found
from builder.annotators.words import Token, begins, ends, longest_of, words

_SHAPES = [*numbers_zh._DATES, *numbers_zh._QUANTITIES]
_PARTS = sorted({part for shape in _SHAPES for part in re.findall("[一-鿿“”]+", shape)} | set("0123456789-.:%第 ，"))
_TAILS = ("", "9个", "九日", "9%", "年", "9点")
_TEXTS = st.sampled_from([part + tail for part in _PARTS for tail in _TAILS]) | st.lists(
    st.sampled_from(_PARTS), max_size=6
).map("".join)


@given(_TEXTS)
def test_no_date_begins_where_none_is_looked_for(text: str) -> None:
    everywhere = re.compile("|".join(f"(?:{shape})" for shape in numbers_zh._DATES))
    assert [hit.span() for hit in everywhere.finditer(text)] == [hit.span() for hit in numbers_zh._DATE.finditer(text)]


@given(_TEXTS)
def test_no_quantity_begins_where_none_is_looked_for(text: str) -> None:
    everywhere = re.compile("|".join(f"(?:{shape})" for shape in numbers_zh._QUANTITIES))
    found = [hit.span() for hit in numbers_zh._QUANTITY.finditer(text)]
    assert [hit.span() for hit in everywhere.finditer(text)] == found


def test_a_quantity_begins_with_each_word_of_its_shapes() -> None:
    everywhere = re.compile("|".join(f"(?:{shape})" for shape in numbers_zh._QUANTITIES))
    texts = [part + tail for part in _PARTS for tail in _TAILS]
    assert [everywhere.findall(text) for text in texts] == [numbers_zh._QUANTITY.findall(text) for text in texts]


@given(st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1), st.text("ab.", max_size=20))
def test_terms_by_first_letter_match_as_the_longest_first(terms: list[str], text: str) -> None:
    longest = sorted(set(terms), key=lambda term: (-len(term), term))
    plain = re.compile("|".join(map(re.escape, longest)))
    found = [hit.span() for hit in re.finditer(longest_of(set(terms)), text)]
    assert [hit.span() for hit in plain.finditer(text)] == found


@given(st.text("记者总统说a\n", max_size=12), st.integers(0, 12), st.integers(1, 5))
def test_a_word_that_ends_here_is_one_that_a_pattern_finds(text: str, at: int, reach: int) -> None:
    at = min(at, len(text))
    pattern = re.compile(f"(?:{longest_of(words('role'))})$")
    assert (pattern.search(text[max(0, at - reach) : at]) is not None) == ends("role", text, at, reach)


@given(st.text("说道表示a", max_size=12), st.integers(0, 12), st.integers(1, 5))
def test_a_word_that_begins_here_is_one_that_a_pattern_finds(text: str, at: int, reach: int) -> None:
    pattern = re.compile(longest_of(words("speech")))
    assert (pattern.match(text[at : at + reach]) is not None) == begins("speech", text, at, reach)


def test_a_word_is_asked_once_what_it_can_be() -> None:
    asked: list[str] = []

    def kind_of(token: Token) -> int:
        asked.append(token.word)
        return 4

    kinds = Kinds(kind_of, lambda token: token.flag == "n")
    assert [5, 5, 4] == [kinds["山", "n"], kinds["山", "n"], kinds["山", "v"]]
    assert ["山", "山"] == asked


_PLACES = st.tuples(st.integers(0, 30), st.integers(1, 6)).map(lambda p: Found(p[0], p[0] + p[1], "ORG", 0.5))


@given(st.lists(_PLACES))
def test_parts_hold_everything_in_order_and_overlap_nothing_in_another(found: list[Found]) -> None:
    parts = list(touching(sorted(found)))
    assert sorted(found) == [one for part in parts for one in part]
    pairs = [(one, other) for part in parts for rest in parts if rest is not part for one in part for other in rest]
    assert not any(one.overlaps(other) for one, other in pairs)
