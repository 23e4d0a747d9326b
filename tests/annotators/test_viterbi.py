"""Our decoders, in numpy and in machine code, find the paths that jieba's finds."""

import sys
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators import reference_tagger, viterbi
from builder.annotators.hidden_states import model
from builder.annotators.viterbi import Decoder, Remembering, SideBySide

HAN = "的一是了在有人不会中大为上个国我以要他时来用们生到作地于出就分对成主发年动同工也能下过子说产种面而方后多"
ANY = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5)
CHANCES = st.sampled_from([-1.0, -2.0])


@st.composite
def models(draw):
    """Make a model of two or three tags and five characters; a sixth is unknown to it."""
    tags = draw(st.sampled_from(["ab", "abc"]))
    names = [(place, tag) for place in "BEMS" for tag in tags]
    start = {name: draw(CHANCES) if name[0] in "BS" else -3.14e100 for name in names}
    steps = {name: {} for name in names}
    for place, tag in names:
        inside = place in "BM"
        after = [(to, tag) for to in "EM"] if inside else [(to, other) for to in "BS" for other in tags]
        steps[place, tag] = {
            to: draw(CHANCES) for rank, to in enumerate(after) if inside or not rank or draw(st.booleans())
        }
    emissions = {name: {one: draw(CHANCES) for one in "一丁七万丈" if draw(st.booleans())} for name in names}
    may = st.lists(st.sampled_from(names), min_size=1, max_size=6, unique=True).map(tuple)
    allowed = {one: draw(may) for one in "一丁七万丈"} | {"上": tuple(names)}
    return start, steps, emissions, allowed


RUN = st.text(st.one_of(st.sampled_from(HAN), st.sampled_from(HAN), ANY), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def states():
    return model(*reference_tagger.hidden_markov_tables())


def compiled(states):
    """Give the decoder in machine code."""
    pytest.importorskip("numba")
    from builder.annotators.compiled_decoder import CompiledFinder

    return CompiledFinder(states).find


@pytest.fixture(scope="module", params=["numpy", "compiled"])
def cut(states, request):
    """Cut runs side by side."""
    decoder = Decoder(states, None if request.param == "numpy" else compiled(states))

    def cut(runs):
        text = "".join(runs)
        codes = np.array([*map(ord, text)], np.uint32)
        begins, numbers = decoder.words(codes, np.array([*map(len, runs)], np.intp))
        tags = [decoder.tags[number] for number in numbers.tolist()]
        borders = accumulate(map(len, runs), initial=0)
        return [words_of(text, begins.tolist(), tags, first, last) for first, last in pairwise(borders)]

    return cut


def words_of(text, begins, tags, first, last):
    """Give the words from one place to another, and their tags."""
    places = [at for at in range(first, last) if begins[at]]
    ends = [*places[1:], last]
    return tuple(text[at:end] for at, end in zip(places, ends, strict=True)), tuple(tags[at] for at in places)


@pytest.fixture(scope="module")
def expected():
    """Cut a run as jieba cuts what its dictionary leaves."""
    reference_tagger.shared()
    tagger = sys.modules["jieba.posseg"].dt

    def cut_alone(run):
        return tuple(zip(*map(tuple, tagger._POSTokenizer__cut(run)), strict=True))

    return cut_alone


@pytest.fixture(scope="module")
def theirs():
    """Give jieba's own decoder."""
    reference_tagger.shared()
    return sys.modules["jieba.posseg.viterbi"].viterbi


@settings(max_examples=60, deadline=None)
@given(runs=st.lists(RUN, max_size=8))
def test_runs_side_by_side_are_cut_as_jieba_cuts_each(cut, expected, runs):
    assert [expected(run) for run in runs] == cut(runs)


def test_hundreds_of_runs_are_cut_as_jieba_cuts_each(cut, expected):
    runs = [HAN[at : at + 1 + at * step % 7] for at in range(len(HAN)) for step in range(1, 8)]

    assert [expected(run) for run in runs] == cut(runs)


@pytest.mark.parametrize("many", [2, 5])
def test_how_many_runs_go_together_does_not_show(cut, expected, many, monkeypatch):
    monkeypatch.setattr(viterbi, "_SIDE_BY_SIDE", many)
    runs = [HAN[at : at + 1 + at % 5] + "龘" * (at % 11 == 0) for at in range(len(HAN))]

    assert [expected(run) for run in runs] == cut(runs)


def test_what_is_remembered_is_found_again(cut, expected, monkeypatch):
    monkeypatch.setattr(viterbi, "_REMEMBERED", 2)
    several = (["的是", "在", "的是"], ["在", "了一", "不"], ["的是", "人有"], [])

    assert [[*map(expected, runs)] for runs in several] == [*map(cut, several)]


def test_runs_of_more_than_sixteen_characters_are_not_remembered():
    asked = []

    def find(rows, lengths):
        asked.append(lengths.tolist())
        return rows + 1

    remembering, rows, lengths = Remembering(find), np.arange(34), np.array([16, 17, 1])

    assert [[*range(1, 35)]] * 2 == [remembering.find(rows, lengths).tolist() for _ in range(2)]
    assert [[17, 16, 1], [17]] == asked


@pytest.mark.parametrize("run", ["抨最", "孱陵", "仲跻伟", "的鼋驮着"])
def test_states_that_emit_nothing_tie(cut, expected, run):
    """What a state never gave costs so much that all else is lost in rounding: only the order of states decides."""
    assert [expected(run)] == cut([run])


@pytest.mark.parametrize("finder", [lambda states: SideBySide(states).find, compiled], ids=["numpy", "compiled"])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_model_is_followed_as_jieba_follows_it(theirs, finder, data):
    """Few and equal chances: nearly all paths tie, and many lead nowhere."""
    start, steps, emissions, allowed = data.draw(models())
    states = model(start, steps, emissions, allowed)
    runs = data.draw(st.lists(st.text("一丁七万丈三", min_size=1, max_size=6), min_size=1, max_size=20))
    runs.sort(key=len, reverse=True)
    rows = states.rows_of(np.array([ord(one) for run in runs for one in run], np.uint32))
    lengths = np.array([*map(len, runs)], np.intp)

    found = finder(states)(rows, lengths).tolist()

    paths = (theirs(run, allowed, start, steps, emissions)[1] for run in runs)
    assert [state for path in paths for state in path] == [states.names[number] for number in found]


@pytest.mark.parametrize("run", ["龘", "龘靐", "的龘", "龘的", "一龘龘一", "\u4e00\u9fd5"])
def test_characters_unheard_of_may_be_anything(cut, expected, run):
    assert [expected(run)] == cut([run])


def test_a_long_run_among_short_ones(cut, expected):
    runs = ["了", "的是" * 100, "在"]

    assert [expected(run) for run in runs] == cut(runs)
