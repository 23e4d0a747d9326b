"""What is looked for first, since it is quick, never hides what the long way would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text import kinds
from builder.text.damage import misread, repeats
from builder.text.damage.splitting import Words
from builder.text.damage.words import lists, patterns, signs
from builder.text.scripts import HAN
from tests.text.test_flags import words

LISTED = [(name, one) for name in ("contact", "skip") for one in kinds._lists()[name]]
TORN = st.lists(st.text("轮统值主席国会议勃勾彗噬瓮上海由。", max_size=12), max_size=6)


@pytest.mark.parametrize(("name", "pattern"), LISTED)
def test_what_a_list_of_lines_matches_holds_one_of_its_signs(name: str, pattern: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.from_regex(re.compile(pattern, re.IGNORECASE)))
    def holds(text: str) -> None:
        assert kinds._found(name, text)

    holds()


@pytest.mark.parametrize("pattern", lists()["misread"])
def test_what_was_surely_misread_holds_one_of_its_signs(pattern: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.from_regex(re.compile(pattern.replace("{HAN}", HAN))))
    def holds(text: str) -> None:
        assert any(sign.search(text) for sign in signs("misread"))

    holds()


@given(st.text('。”."!（( 图摄供新中社张三Photo:/A'))
def test_a_caption_is_found_by_its_end_as_by_a_search(text: str) -> None:
    assert (kinds._pattern("caption").search(text) is not None) == kinds._is_caption(text)


@given(TORN)
def test_variants_are_found_as_by_splitting_every_sentence(texts: list[str]) -> None:
    sentences = [*texts, "接任轮值主席国。", "担任轮值主席国。", "由统值主席国。"]
    quick = misread.variants(sentences, Words(words))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(misread, "_may_vary", lambda *_: True)
        assert misread.variants(sentences, Words(words)) == quick


@given(st.text("会议勃勾彗噬瓮上海由未来", max_size=30))
def test_runs_are_found_as_by_splitting_every_sentence(text: str) -> None:
    quick = misread.single_runs(text, Words(words))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(misread, "_leaves_run", lambda *_: True)
        assert misread.single_runs(text, Words(words)) == quick


@given(st.text("他说ab ,，"))
def test_loops_are_found_as_by_trying_every_sentence(text: str) -> None:
    tried = [match for looped in (repeats._LOOPED_HAN, repeats._LOOPED_LATIN) for match in looped.finditer(text)]

    assert repeats.doubled(text) == [match.span() for match in tried if 1 < len({*match[1]})]


def test_the_long_way_finds_what_is_looked_for() -> None:
    assert patterns("misread").search("在末来的十年")
    assert [(1, 3)] == misread.variants(["接任轮值主席国。", "担任轮值主席国。", "由统值主席国。"], Words(words))[2]
