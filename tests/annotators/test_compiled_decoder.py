"""What numba compiles is kept, read again, and made anew where it cannot be kept or read."""

import numpy as np
import pytest

numba = pytest.importorskip("numba")

from builder.annotators import compiled_decoder  # noqa: E402

SIGNATURE = (numba.float64, numba.float64)


def add(one, other):
    return one + other


@pytest.fixture
def compiled(tmp_path):
    """Compile as another process would, into a folder of its own."""
    return lambda: compiled_decoder.compiled.__wrapped__(add, SIGNATURE, tmp_path / "kept")


def hits(function):
    return sum(function.stats.cache_hits.values())


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_machine_code_is_kept_and_read_again(compiled):
    assert (0, 1) == (hits(compiled()), hits(compiled()))


@pytest.mark.parametrize("body", [b"", b"spoilt", b"\x80\x05]\x94."])
def test_spoilt_machine_code_is_made_anew(compiled, tmp_path, body):
    compiled()
    for path in kept(tmp_path):
        path.write_bytes(body)

    assert 3 == compiled()(1, 2)
    compiled()
    assert 1 == hits(compiled())


def test_half_of_the_machine_code_is_none(compiled, tmp_path):
    compiled()
    for path in kept(tmp_path):
        path.write_bytes(path.read_bytes()[:-100])

    assert 3 == compiled()(1, 2)


def test_without_a_place_to_keep_it_machine_code_is_made_all_the_same(compiled, tmp_path, monkeypatch):
    (tmp_path / "kept").write_text("a file where the folder would be")

    assert 3 == compiled()(1, 2)


def test_the_settings_of_numba_stay_as_they_were(compiled, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "theirs")
    compiled()

    assert "theirs" == numba.config.CACHE_DIR


def test_sums_are_added_in_their_order_and_never_fused(compiled):
    large, small = 1e16, 1.0

    assert (large + small) + small == compiled()(compiled()(large, small), small)
    assert np.float64(0.1) + np.float64(0.2) == compiled()(0.1, 0.2)
