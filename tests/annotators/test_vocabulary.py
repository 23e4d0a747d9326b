"""Tagged words have numbers, and what is known by number is what is known of the word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import fast_tagger
from builder.annotators.kinds import Kinds
from builder.annotators.tagger import Tagger
from builder.annotators.tiling import MARK, tiled_by
from builder.annotators.vocabulary import Vocabulary
from builder.annotators.words import Token

TAGGED = st.lists(st.tuples(st.sampled_from("山河海𠮷\ud800"), st.sampled_from(("n", "v"))))


@given(st.lists(TAGGED))
def test_a_tagged_word_is_found_again_by_its_number(batches):
    vocabulary = Vocabulary()
    numbers = [vocabulary.numbers(*zip(*batch, strict=True)) for batch in batches if batch]

    words, flags, lengths = vocabulary.columns
    assert [batch for batch in batches if batch] == [
        list(zip(words[some], flags[some], strict=True)) for some in numbers
    ]
    assert [len(word) for word in words] == lengths.tolist()


@given(st.lists(TAGGED, min_size=1))
def test_bits_by_number_are_those_of_each_word(batches):
    kinds = Kinds(lambda token: ord(token.word) * 2 + (token.flag == "n"))
    for batch in batches:
        tiling = tiled_by(["x"], [[Token(0, 1, *one) for one in batch]])

        first, second = (kinds.of(tiling.vocabulary)[tiling.numbers].tolist() for _ in range(2))
        assert [kinds[one] for one in [*batch, (MARK, "x")]] == first == second


@pytest.mark.parametrize("by", ["rjieba", "machine code"])
def test_a_vocabulary_grown_too_large_is_left_to_those_who_hold_it(monkeypatch, by):
    if by == "machine code":
        pytest.importorskip("numba")
        monkeypatch.setattr(fast_tagger, "_WORTH_COMPILING", 0)
    monkeypatch.setattr(fast_tagger, "_REMEMBERED", 3)
    tagger = Tagger()
    first, second, third = (
        tiling for text in ("上海和北京", "广州和深圳", "上海和北京") for tiling in tagger.tilings([text])
    )

    assert first.vocabulary is not second.vocabulary is not third.vocabulary
    assert ["广州", "和", "深圳", MARK] == second.words
    assert (["上海", "和", "北京", MARK], first.words, first.flags) == (first.words, third.words, third.flags)
