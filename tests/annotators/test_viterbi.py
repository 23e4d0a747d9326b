"""Our decoder finds the paths that jieba's finds."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators import reference_tagger
from builder.annotators.hidden_states import model
from builder.annotators.viterbi import Decoder

HAN = "的一是了在有人不会中大为上个国我以要他时来用们生到作地于出就分对成主发年动同工也能下过子说产种面而方后多"
ANY = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5)
RUN = st.text(st.one_of(st.sampled_from(HAN), st.sampled_from(HAN), ANY), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def decoder():
    return Decoder(model(*reference_tagger.hidden_markov_tables()))


@pytest.fixture(scope="module")
def expected():
    """Cut a run as jieba cuts what its dictionary leaves."""
    reference_tagger.shared()
    tagger = sys.modules["jieba.posseg"].dt

    def cut(run):
        return tuple(zip(*map(tuple, tagger._POSTokenizer__cut(run)), strict=True))

    return cut


@settings(max_examples=60, deadline=None)
@given(runs=st.lists(RUN, max_size=8))
def test_runs_side_by_side_are_cut_as_jieba_cuts_each(decoder, expected, runs):
    assert [expected(run) for run in runs] == decoder.cut(runs)


def test_hundreds_of_runs_are_cut_as_jieba_cuts_each(decoder, expected):
    runs = [HAN[at : at + 1 + at * step % 7] for at in range(len(HAN)) for step in range(1, 8)]

    assert [expected(run) for run in runs] == decoder.cut(runs)


@pytest.mark.parametrize("run", ["龘", "龘靐", "的龘", "龘的", "一龘龘一", "\u4e00\u9fd5"])
def test_characters_unheard_of_may_be_anything(decoder, expected, run):
    assert [expected(run)] == decoder.cut([run])


def test_a_long_run_among_short_ones(decoder, expected):
    runs = ["了", "的是" * 100, "在"]

    assert [expected(run) for run in runs] == decoder.cut(runs)
