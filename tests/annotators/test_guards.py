"""What is skipped for speed could not have been found: words without a kind, places where no shape begins."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import combine, proposal
from builder.annotators.combine import touching
from builder.annotators.kinds import Kinds
from builder.annotators.openings import Joined, Openings
from builder.annotators.patterns import english, marks, numbers_zh
from builder.annotators.proposal import Found
from builder.annotators.words import Token, begins, ends, longest_of, words
from builder.model import Entity, Span
from builder.text.graphemes import is_edge

_SHAPES = [*numbers_zh._DATES, *numbers_zh._QUANTITIES]
_PARTS = sorted({part for shape in _SHAPES for part in re.findall("[一-鿿“”]+", shape)} | set("0123456789-.:%第 ，"))
_TAILS = ("", "9个", "九日", "9%", "年", "9点")
_TEXTS = st.sampled_from([part + tail for part in _PARTS for tail in _TAILS]) | st.lists(
    st.sampled_from(_PARTS), max_size=6
).map("".join)


_EXPRESSIONS = {
    "zh dates": (numbers_zh._DATE, numbers_zh._DATES_BEGIN),
    "zh quantities": (numbers_zh._QUANTITY, numbers_zh._QUANTITIES_BEGIN),
    "en dates": (english._DATE, english._DATES_BEGIN),
    "en quantities": (english._QUANTITY, english._QUANTITIES_BEGIN),
    "books": (marks._BOOK, marks._BOOKS_BEGIN),
    "quotations": (marks._QUOTED, marks._QUOTATIONS_BEGIN),
}
_NEIGHBOURS = [
    *"5０.．,:$-/第一年a _A\n\u212a\u0301“",
    "",
    "in ",
    "近",
    "about ",
    "US",
    "Ů",
    "ﬃ",
    "\U00020bb7",
    "\ud800",
]


def _begins_like(expression):
    """Write what matches begin with: looking around is taken out, since Hypothesis would mostly fail to satisfy it."""
    bare = re.sub(r"\(\?<?[!=](?:\\.|\[[^\]]*\]|\([^()]*\)|[^()\[\\])*\)", "", expression.pattern)
    return st.from_regex(re.compile(bare, expression.flags), fullmatch=True)


@pytest.mark.parametrize(("expression", "openings"), _EXPRESSIONS.values(), ids=_EXPRESSIONS)
@given(data=st.data())
def test_no_shape_begins_where_none_is_looked_for(expression, openings, data):
    parts = st.sampled_from(_NEIGHBOURS) | st.sampled_from(_PARTS) | _begins_like(expression)
    texts = data.draw(st.lists(st.lists(parts, max_size=6).map("".join), max_size=4))

    expected = [(rank, hit.span()) for rank, text in enumerate(texts) for hit in expression.finditer(text)]
    assert expected == [(rank, hit.span()) for rank, hit in openings.matches(expression, Joined(texts))]


@pytest.mark.parametrize(("expression", "openings"), list(_EXPRESSIONS.values())[:2], ids=["dates", "quantities"])
def test_a_chinese_shape_begins_with_each_word_of_its_own(expression, openings):
    characters = sorted({character for part in _PARTS for character in part} | set("0５〇○零￥"))
    pairs = [one + other + tail for one in characters for other in characters for tail in ("", "年", "日", "9月")]
    texts = [part + tail for part in _PARTS for tail in _TAILS] + pairs

    expected = [(rank, hit.span()) for rank, text in enumerate(texts) for hit in expression.finditer(text)]
    assert expected == [(rank, hit.span()) for rank, hit in openings.matches(expression, Joined(texts))]


def test_where_case_is_ignored_all_alike_are_looked_for():
    everything = list(map(chr, (*range(0xD800), *range(0xE000, 0x10000))))
    for letter in "abcdefghijklmnopqrstuvwxyz$5":
        same = re.compile(re.escape(letter), re.IGNORECASE)
        openings = Openings({"": [(letter,)]}, any_case=True)
        assert [one for one in everything if same.match(one)] == [
            everything[rank] for rank, _ in openings.matches(same, Joined(everything))
        ]


def test_only_texts_that_are_asked_about_are_looked_at():
    openings, texts = Openings({"": ["ab"]}), Joined(["ab", "", "xab", "b"])
    hits = openings.matches(re.compile("ab"), texts, np.array([False, True, True, True]))

    assert [(2, (1, 3))] == [(rank, hit.span()) for rank, hit in hits]
    assert [0, 2] == openings.texts(texts)


def test_nothing_is_found_in_no_texts():
    assert [] == list(Openings({"": ["ab"]}).matches(re.compile("ab"), Joined([])))


def test_a_text_is_chinese_by_its_characters():
    assert [False, True, False, True] == Joined(["abc", "a中", "か", "中"]).chinese.tolist()


def test_nothing_that_stands_apart_clings_to_what_it_follows():
    apart = [*proposal._APART, *map(chr, range(ord("一"), ord("鿿") + 1))]

    assert [] == [one for one in apart if not is_edge(f"a{one}", 1)]


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


_BALLOTS = st.lists(st.tuples(_PLACES, st.sampled_from(["ORG", "GPE"]), st.floats(0.1, 1)), max_size=6)


@given(_BALLOTS, st.lists(st.floats(combine._NAME_GATE, 1), min_size=1, max_size=2))
def test_a_sure_name_around_all_others_wins_as_if_all_were_weighed(
    ballots: list[tuple[Found, str, float]], beliefs: list[float]
) -> None:
    rows = [(f.start, f.end, label, belief) for f, label, belief in ballots] + [(0, 40, "ORG", one) for one in beliefs]
    entity = Entity(Span(0, 1, "ORG"), 0.5, ("a@1",))
    votes = sorted((*row[:3], turn, row[3], entity) for turn, row in enumerate(rows))
    outer = combine._outermost(votes)
    places = {vote[:3]: [other for other in votes if other[:3] == vote[:3]] for vote in votes}
    agreed = [Found(*place, combine.agreement(same)) for place, same in places.items()]
    weighed = combine.resolve([combine.rivalled(one, agreed) for one in agreed], nested=False)
    assert weighed == [Found(*outer[0][:3], combine.agreement(outer))]
