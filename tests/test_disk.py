"""Folders are listed whole and in order, files are named by their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from builder.disk import files_in, force, sha256_of


def test_files_are_listed_by_path_and_folders_are_not(tmp_path: Path) -> None:
    for name in ("b/c.txt", "a.txt", "b/a/z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)

    assert ["a.txt", "b/a/z.txt", "b/c.txt"] == [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)]


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x00\xff" * 100_000)

    assert hashlib.sha256(b"\x00\xff" * 100_000).hexdigest() == sha256_of(tmp_path / "x")


def test_files_and_folders_can_be_forced_to_the_disk(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")

    force(tmp_path / "x")
    force(tmp_path)
