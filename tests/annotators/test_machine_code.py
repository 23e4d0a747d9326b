"""What numba compiles is kept, read again, and made anew where it cannot be kept or read."""

import random

import numpy as np
import pytest

numba = pytest.importorskip("numba")

from builder.annotators import built, machine_code  # noqa: E402

SIGNATURE = (numba.float64, numba.float64)


def add(one, other):
    return one + other


def added_products(ones, others):
    total = 0.0
    for at in range(len(ones)):
        total += ones[at] * others[at]
    return total


@pytest.fixture
def compiled(tmp_path):
    """Compile as another process would, into a folder of its own."""
    return lambda: machine_code.compiled.__wrapped__(add, SIGNATURE, tmp_path / "kept")


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


def test_one_wrong_byte_has_the_machine_code_made_anew(compiled, tmp_path):
    compiled()
    (path,) = tmp_path.rglob("*.nbc")
    body = bytearray(path.read_bytes())
    body[len(body) * 2 // 3] ^= 1
    path.write_bytes(body)

    anew = compiled()

    assert (0, 3) == (hits(anew), anew(1, 2))
    assert 1 == hits(compiled())


def test_machine_code_without_a_seal_is_made_anew(compiled, tmp_path):
    compiled()
    (tmp_path / "kept" / "machine-code.seal").unlink()

    assert (0, 1) == (hits(compiled()), hits(compiled()))


def test_only_machine_code_is_deleted(compiled, tmp_path):
    compiled()
    (tmp_path / "kept" / "theirs.txt").write_text("kept")
    (tmp_path / "kept" / "machine-code.seal").write_bytes(b"spoilt")
    compiled()

    assert "kept" == (tmp_path / "kept" / "theirs.txt").read_text()


def test_machine_code_that_is_sealed_but_cannot_be_read_is_made_anew(compiled, tmp_path):
    compiled()
    for path in tmp_path.rglob("*.nb[ci]"):
        path.write_bytes(b"of another version")
    folder = tmp_path / "kept"
    built.keep(folder / "machine-code.seal", machine_code._digests(folder), others=0)

    assert 3 == compiled()(1, 2)
    assert (0, 1) == (hits(compiled()), hits(compiled()))


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


def test_sums_are_added_in_their_order_and_never_fused(tmp_path):
    drawn = random.Random(1)
    ones, others = np.array([[drawn.uniform(-1e6, 1e6) for _ in range(1001)] for _ in range(2)])
    signature = (numba.float64[::1], numba.float64[::1])

    assert added_products(ones, others) == machine_code.compiled(added_products, signature, tmp_path)(ones, others)
