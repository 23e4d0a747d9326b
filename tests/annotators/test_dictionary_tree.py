"""The dictionary as a tree holds every word with its weight and tag, and nothing else; what is kept is checked."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import dictionary_tree, reference_tagger
from builder.annotators.dictionary_tree import BITS, tree

COUNTED = st.dictionaries(st.text("中国人民A1.", min_size=1, max_size=6), st.integers(1, 10**6), min_size=1)


def found(made):
    """List the words with their weights and tags, by walking from each node up to the top."""
    told = {}
    for node, slot in enumerate(made.slots.tolist()):
        rank, word, above = slot & (1 << BITS) - 1, "", slot
        if 0 < slot and rank:
            while 0 < above:
                word, above = chr(above >> BITS & 0xFFFF) + word, made.slots[above >> 2 * BITS].item()
            told[word] = made.weights[rank].item(), made.names[made.tags[node]].item()
    return told


@given(COUNTED)
def test_every_word_is_found_with_its_weight_and_tag(counts):
    tags, total = {word: word[-1] for word in counts}, sum(counts.values()) + 1

    expected = {word: (math.log(count) - math.log(total), word[-1]) for word, count in counts.items()}
    assert expected == found(tree(counts, total, tags))


def test_a_word_that_the_tagger_never_finds_is_left_out():
    counts = {"卡·恩": 5, "𠮷野": 5, "没有": 0, "恩": 5}

    assert ["恩"] == [*found(tree(counts, 20, dict.fromkeys(counts, "n")))]


def test_what_is_kept_is_what_was_made(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))
    monkeypatch.setattr(reference_tagger, "read_words", lambda: ({"中国": 3, "中": 2}, 5, {"中国": "ns", "中": "f"}))
    first = dictionary_tree.shipped()
    monkeypatch.setattr(reference_tagger, "read_words", lambda: pytest.fail("it is read again"))
    second = dictionary_tree.shipped()

    assert [array.tolist() for array in first] == [array.tolist() for array in second]


def test_what_is_kept_and_spoilt_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))
    monkeypatch.setattr(reference_tagger, "read_words", lambda: ({"中国": 3}, 5, {"中国": "ns"}))
    dictionary_tree.shipped()
    (path,) = (tmp_path / "tagger").glob("*.tree")
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    assert {"中国"} == {*found(dictionary_tree.shipped())}
