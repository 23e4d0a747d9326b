"""The search for cycles rests, and works again as before."""

import gc

import pytest

from builder.collector import collector_at_rest


@pytest.fixture(autouse=True)
def working():
    gc.enable()
    yield
    gc.enable()


def test_the_collector_rests_and_works_again():
    with collector_at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_an_error():
    with pytest.raises(ValueError, match="wrong"), collector_at_rest():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_what_rested_before_goes_on_resting():
    gc.disable()
    with collector_at_rest():
        pass
    assert not gc.isenabled()
