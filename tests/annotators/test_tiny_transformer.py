"""A tiny transformer learns tags from tokens; without torch it says what is missing."""

import pytest

from builder.annotators import tiny_transformer

NAMES = ("Anna", "Ben", "Carl", "Dora", "Emil", "Fay")
LEARN = [["Mr", name, "went", "to", place] for name in NAMES for place in ("Rome", "Oslo", "Bonn")]
RIGHT = ["O", "B-PER", "O", "O", "B-LOC"]
ASKED = [["Mr", "Gus", "went", "to", "Lima"], [], ["to", "Rome"] * 200]


@pytest.fixture(scope="module")
def found():
    pytest.importorskip("torch", exc_type=ImportError)
    pytest.importorskip("transformers")
    steps = []
    told = tiny_transformer.tagged(LEARN, [RIGHT] * len(LEARN), ASKED, 0, steps.append)
    return told, steps


def test_it_learns_and_tags_every_token(found):
    told, steps = found

    assert RIGHT == told[0]
    assert [len(sentence) for sentence in ASKED] == [len(tags) for tags in told]
    assert tiny_transformer.STEPS == sum(steps)


def test_a_seed_decides_everything_and_nothing_outside_is_touched(found):
    import torch

    before, threads = torch.random.get_rng_state(), torch.get_num_threads()

    assert found[0] == tiny_transformer.tagged(LEARN, [RIGHT] * len(LEARN), ASKED, 0)
    assert bool((before == torch.random.get_rng_state()).all())
    assert threads == torch.get_num_threads()


@pytest.mark.parametrize("lacking", ["torch", "transformers", ""])
def test_what_is_not_installed_is_named(lacking, monkeypatch):
    monkeypatch.setattr(tiny_transformer, "find_spec", lambda package: None if package == lacking else object())

    assert lacking == tiny_transformer.missing()
