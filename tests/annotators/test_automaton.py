"""What finds many terms at once, and its cache."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import automaton, built

LARGE = [f"甲{n:05}乙" for n in range(automaton._WORTH_KEEPING)]
TEXT = "看甲00007乙和甲00007，再看甲19999乙"
HITS = [(1, 8, 7), (18, 25, 19999)]


@pytest.fixture
def kept(tmp_path):
    assert sorted(automaton.finder(LARGE, tmp_path)(TEXT)) == HITS
    (path,) = tmp_path.glob("*")
    return path


def spoil(body):
    return [b"", body[:50], body[:-1], body[:40] + bytes([body[40] ^ 1]) + body[41:], b"\x80\x04N." + body[4:]]


def test_a_built_automaton_is_read_again(kept, monkeypatch):
    monkeypatch.setattr(built, "keep", lambda *_: pytest.fail("built twice"))

    assert HITS == sorted(automaton.finder(LARGE, kept.parent)(TEXT))


@pytest.mark.parametrize("how", range(5))
def test_a_damaged_file_is_built_again(kept, how):
    sound = kept.read_bytes()
    kept.write_bytes(spoil(sound)[how])

    assert HITS == sorted(automaton.finder(LARGE, kept.parent)(TEXT))
    assert sound == kept.read_bytes()


def test_the_file_of_other_terms_is_foreign(kept):
    others = [f"丙{term}" for term in LARGE]
    automaton.finder(others, kept.parent)
    (other,) = set(kept.parent.glob("*")) - {kept}
    kept.write_bytes(other.read_bytes())

    assert HITS == sorted(automaton.finder(LARGE, kept.parent)(TEXT))


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")

    assert HITS == sorted(automaton.finder(LARGE, tmp_path / "file")(TEXT))


def test_old_automata_are_deleted(tmp_path):
    for n in range(automaton._KEPT + 3):
        automaton.finder([f"{n}{term}" for term in LARGE], tmp_path)

    assert automaton._KEPT + 1 == len(list(tmp_path.glob("*")))


def test_few_terms_are_not_kept(tmp_path):
    automaton.finder(["甲"], tmp_path)

    assert [] == list(tmp_path.glob("*"))


@given(st.lists(st.text("甲乙a", min_size=1, max_size=3), min_size=1, unique=True), st.text("甲乙a\ud800", max_size=20))
def test_both_engines_find_the_same(terms, text):
    fast = automaton.finder(terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "daachorse", None)
        plain = automaton.finder(terms)

    assert sorted(fast(text)) == sorted(plain(text))
