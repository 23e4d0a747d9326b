"""An environment is whole or absent; a small wheel stands for the 900 MB of the real one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from builder.errors import BrokenError, Unavailable
from builder.studio import environment
from builder.studio.environment import Environment, ensure, environment_name, server_version

VERSION = server_version(environment.LOCK.read_text("utf-8"))

MANAGE = """
import os, pathlib, sys
assert sys.argv[1] == "migrate", sys.argv
folder = pathlib.Path(os.environ["LABEL_STUDIO_BASE_DATA_DIR"])
(folder / "label_studio.sqlite3").write_text("migrated")
"""


def make_wheel(folder: Path, manage: str) -> Path:
    """Write a wheel named label-studio that holds only a manage.py."""
    wheel = folder / "label_studio-1.0-py3-none-any.whl"
    info = "label_studio-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("label_studio/__init__.py", "")
        packed.writestr("label_studio/manage.py", manage)
        packed.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: label-studio\nVersion: 1.0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return wheel


def use_lock(folder: Path, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock that wheel; nothing is looked for anywhere else."""
    lock = folder / "server.lock"
    lock.write_text(f"--no-index\n--find-links {folder}\nlabel-studio==1.0 \\\n    --hash=sha256:{digest}\n", "utf-8")
    monkeypatch.setattr(environment, "LOCK", lock)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lock the small wheel; give the folder for environments."""
    wheel = make_wheel(tmp_path, MANAGE)
    use_lock(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest(), monkeypatch)
    return tmp_path / "environments"


def installed(made: Environment) -> str:
    listing = [str(made.python), "-I", "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze"]
    return subprocess.run(listing, capture_output=True, text=True, check=True).stdout


def test_it_is_made_once_and_half_made_ones_are_made_again(small: Path) -> None:
    said: list[str] = []
    made = ensure(small, said.append)
    assert "label-studio==1.0" in installed(made)
    assert "migrated" == made.template.read_text("utf-8")
    assert 2 == len(said)

    assert made == ensure(small, said.append)
    assert 2 == len(said)

    # As after a kill -9: packages without their marker, and a stray file of the attempt before.
    (made.python.parents[2] / ".complete").unlink()
    stray = made.python.with_name("stray")
    stray.touch()
    assert made == ensure(small, said.append)
    assert 3 == len(said)
    assert not stray.exists()


def test_a_package_that_is_not_the_locked_one_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_lock(tmp_path, "0" * 64, monkeypatch)
    with pytest.raises(Unavailable, match="(?s)could not install the Label Studio server.*[Hh]ash"):
        ensure(small, lambda message: None)
    assert [] == list(small.glob("*/.complete"))


def test_a_failing_migration_leaves_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = make_wheel(tmp_path, "raise SystemExit('disk is full')")
    use_lock(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest(), monkeypatch)
    with pytest.raises(Unavailable, match="disk is full"):
        ensure(tmp_path / "environments", lambda message: None)
    assert [] == list((tmp_path / "environments").glob("*/template.sqlite3"))


def test_the_name_says_version_python_and_lock() -> None:
    lock = environment.LOCK.read_text("utf-8")
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"

    assert environment_name(lock).startswith(f"{VERSION}-{python}-")
    assert environment_name(lock) != environment_name(lock + "\n")


def test_a_lock_without_a_server_is_broken() -> None:
    with pytest.raises(BrokenError):
        server_version("django==5.2\n")


def test_every_line_of_the_lock_is_hashed_and_names_no_registry() -> None:
    lock = environment.LOCK.read_text("utf-8")
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]

    assert [] == [pin for pin in pins if "==" not in pin or not pin.endswith("\\")]
    assert "://" not in lock
    assert f"label-studio=={VERSION} \\" in pins


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))
    assert tmp_path / "label-studio" == environment.default_folder()

    monkeypatch.delenv("BUILDER_CACHE")
    assert ("annotation-dataset-builder", "label-studio") == environment.default_folder().parts[-2:]
