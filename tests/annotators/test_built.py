"""What was built before is read again, if it is what was written."""

import os

import pytest

from builder.annotators import built


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "made" / "name.kind"
    built.keep(path, b"built", 2)
    return path


def test_what_was_kept_is_read(kept):
    assert b"built" == built.read(kept)


def test_nothing_was_kept(tmp_path):
    assert built.read(tmp_path / "name.kind") is None


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-1], lambda b: b + b"x", lambda b: b"x" + b[1:]])
def test_what_was_changed_is_not_read(kept, spoil):
    kept.write_bytes(spoil(kept.read_bytes()))

    assert built.read(kept) is None


def test_what_lies_under_another_name_is_not_read(kept):
    assert built.read(kept.rename(kept.with_stem("other"))) is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")

    built.keep(tmp_path / "file" / "name.kind", b"built", 2)

    assert built.read(tmp_path / "file" / "name.kind") is None


def test_the_oldest_of_its_kind_is_deleted(kept):
    for number in range(3):
        path = kept.with_stem(f"name{number}")
        built.keep(path, b"built", 2)
        os.utime(path, (number + 1, number + 1))
    built.keep(kept.with_stem("last"), b"built", 2)
    (kept.parent / "name.other").write_bytes(b"")

    assert ["last.kind", "name.kind", "name2.kind", "name.other"] == [
        path.name for path in sorted(kept.parent.iterdir(), key=lambda path: (path.suffix, path.name))
    ]


def test_the_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))

    assert tmp_path / "kind" == built.folder("kind")
