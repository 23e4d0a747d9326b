"""Learnt models are kept whole, named by content, and refused when changed."""

from __future__ import annotations

import json

import pytest

from builder.errors import UsageError
from builder.store.model_files import MANIFEST, checked, keep, newest


def writes(text):
    def write(folder):
        (folder / "part").mkdir()
        (folder / "part" / "weights.json").write_text(text, "utf-8")

    return write


def test_nothing_is_newest_before_anything_was_learnt(tmp_path):
    assert newest(tmp_path / "models") is None


def test_a_version_is_kept_with_what_is_said_of_it(tmp_path):
    version = keep(tmp_path, writes("{}"), {"learnt_from": 3})

    assert (newest(tmp_path), checked(version)["learnt_from"]) == (version, 3)


def test_the_same_content_is_the_same_version(tmp_path):
    first = keep(tmp_path, writes("{}"), {})

    assert keep(tmp_path, writes("{}"), {}) == first
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_versions_are_numbered_and_the_last_is_the_newest(tmp_path):
    names = [keep(tmp_path, writes(str(number % 2)), {}).name for number in range(12)]

    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, 13)]
    assert newest(tmp_path).name == names[-1]


def test_what_a_killed_process_left_is_no_version(tmp_path):
    (tmp_path / ".tmp" / "part").mkdir(parents=True)

    assert newest(tmp_path) is None
    assert keep(tmp_path, writes("{}"), {}).name.startswith("0001-")


def tamper_content(version):
    (version / "part" / "weights.json").write_text("[]")


def tamper_missing(version):
    (version / "part" / "weights.json").unlink()


def tamper_strange(version):
    (version / "more.bin").write_bytes(b"x")


def tamper_manifest(version):
    (version / MANIFEST).write_text("{")


def tamper_form(version):
    manifest = json.loads((version / MANIFEST).read_text())
    (version / MANIFEST).write_text(json.dumps(manifest | {"form": "model/99"}))


@pytest.mark.parametrize("tamper", [tamper_content, tamper_missing, tamper_strange, tamper_manifest, tamper_form])
def test_a_version_that_is_not_what_was_written_is_refused(tmp_path, tamper):
    version = keep(tmp_path, writes("{}"), {})
    tamper(version)

    with pytest.raises(UsageError, match="builder train"):
        checked(version)
