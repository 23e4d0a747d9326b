"""An environment is whole or absent; a small wheel stands for the 900 MB of the real one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.errors import BrokenError, Unavailable
from builder.studio import environment
from builder.studio.environment import Environment, ensure, environment_name, server_version

VERSION = server_version(environment.LOCK.read_text("utf-8"))

MANAGE = """
import os, pathlib, sys
assert sys.argv[1] == "migrate", sys.argv
if pathlib.Path({full!r}).exists():
    raise SystemExit("disk is full")
folder = pathlib.Path(os.environ["LABEL_STUDIO_BASE_DATA_DIR"])
(folder / "label_studio.sqlite3").write_text("migrated")
"""


def make_wheel(folder: Path, manage: str) -> str:
    """Write a wheel named label-studio that holds only a manage.py; give its sha256."""
    wheel = folder / "label_studio-1.0-py3-none-any.whl"
    info = "label_studio-1.0.dist-info"
    files = {
        "label_studio/__init__.py": "",
        "label_studio/manage.py": manage,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: label-studio\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name), content)  # undated: the same wheel twice has the same digest
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@dataclass
class Story:
    """One environment through its troubles: a forged package, a full disk, a good run, a needless one."""

    folder: Path
    said: list[str] = field(default_factory=list)
    forged: str = ""
    full: str = ""
    complete_after: dict[str, bool] = field(default_factory=dict)
    template_after: dict[str, bool] = field(default_factory=dict)
    made: Environment | None = None

    def attempt(self, name: str) -> str:
        try:
            self.made = ensure(self.folder, self.said.append)
            problem = ""
        except Unavailable as error:
            problem = str(error)
        self.complete_after[name] = bool(list(self.folder.glob("*/.complete")))
        self.template_after[name] = bool(list(self.folder.glob("*/template.sqlite3")))
        return problem


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Tell it once: a virtual environment takes seconds to make."""
    folder = tmp_path_factory.mktemp("wheels")
    full, lock = folder / "full", folder / "server.lock"
    digest = make_wheel(folder, MANAGE.format(full=str(full)))
    # Nothing is looked for anywhere else.
    lock.write_text(f"--no-index\n--find-links {folder}\nlabel-studio==1.0 \\\n    --hash=sha256:{digest}\n", "utf-8")
    told = Story(tmp_path_factory.mktemp("environments"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "LOCK", lock)
        make_wheel(folder, "raise SystemExit('forged')")
        told.forged = told.attempt("forged")
        next(told.folder.glob("*/venv")).joinpath("stray").touch()
        make_wheel(folder, MANAGE.format(full=str(full)))
        full.touch()
        told.full = told.attempt("full")
        full.unlink()
        assert not told.attempt("good")
        assert not told.attempt("again")
    return told


def test_a_package_that_is_not_the_locked_one_is_refused(story: Story) -> None:
    assert story.forged.startswith("could not install the Label Studio server")
    assert "hash" in story.forged.lower()
    assert not story.complete_after["forged"]


def test_what_a_failed_attempt_left_is_cleared_away(story: Story) -> None:
    assert [] == list(story.folder.glob("*/venv/stray"))
    assert story.complete_after["full"]


def test_a_failing_migration_leaves_no_database_and_says_why(story: Story) -> None:
    assert "disk is full" in story.full
    assert not story.template_after["full"]


def test_a_good_run_gives_the_locked_packages_and_a_migrated_database(story: Story) -> None:
    assert story.made
    listing = [str(story.made.python), "-I", "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze"]
    installed = subprocess.run(listing, capture_output=True, text=True, check=True).stdout

    assert "label-studio==1.0" in installed
    assert "migrated" == story.made.template.read_text("utf-8")


def test_only_what_is_missing_is_made(story: Story) -> None:
    steps = ["installing" if line.startswith("installing") else "preparing" for line in story.said]

    assert ["installing", "installing", "preparing", "preparing"] == steps


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
