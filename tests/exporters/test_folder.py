"""A release is there whole or not at all, whatever happens while it is made."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from builder.errors import Unavailable, UsageError
from builder.exporters import csv_table
from builder.exporters.folder import LOSSES, MANIFEST, SUMS, publish, verify
from builder.exporters.huggingface import build
from builder.model import Span
from builder.ports import LostSpan
from tests.exporters.approved_rows import INFO, SCHEMA, relabelled, sample_rows
from tests.exporters.traced import can_watch, killed_at

V2 = replace(INFO, version="v2")


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(exports, info=INFO, rows=None):
    return publish(exports, info, sample_rows() if rows is None else rows, [build({})])


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


class Steps:
    """Counts every step that touches the disk below a folder, and dies at one of them."""

    NAMES = frozenset(("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.fsync"))

    def __init__(self):
        self.root, self.count, self.last = None, 0, None

    def start(self, root, last=None):
        self.root, self.count, self.last = str(root), 0, last

    def stop(self):
        self.root = None
        return self.count

    def see(self, event, arguments):
        if self.root is None or event not in self.NAMES or not str(arguments[0]).startswith(self.root):
            return
        self.count += 1
        if self.count == self.last:
            raise Killed


STEPS = Steps()
sys.addaudithook(STEPS.see)


@pytest.fixture
def steps(monkeypatch):
    """Audit events say all but fsync, which is counted by hand."""
    fsync = os.fsync

    def counted(handle):
        STEPS.see("os.fsync", (STEPS.root,))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", counted)
    yield STEPS
    STEPS.stop()


def die_at(steps, exports, step, info, rows):
    steps.start(exports, step)
    try:
        put(exports, info, rows)
    except Killed:
        return True
    finally:
        steps.stop()
    return False


def is_new_there(exports, old, expected):
    """Hold what a death left against all or nothing, put v2 again, clear up; say whether v2 was there."""
    new = exports / INFO.name / "v2"
    is_there = new.exists()
    assert old == contents(exports / INFO.name / "v1")
    assert not is_there or expected == contents(new)

    assert expected == contents(put(exports, V2, relabelled(sample_rows())))
    assert ["v1", "v2"] == sorted(os.listdir(exports / INFO.name))
    shutil.rmtree(exports)
    return is_there


def test_a_release_killed_at_any_step_leaves_the_old_one_and_all_or_nothing_of_the_new(tmp_path, steps):
    first = tmp_path / "first"
    old = contents(put(first))
    expected = contents(put(shutil.copytree(first, tmp_path / "whole"), V2, relabelled(sample_rows())))
    seen, step = set(), 0
    while True:
        step += 1
        exports = tmp_path / str(step)
        shutil.copytree(first, exports)
        if not die_at(steps, exports, step, V2, relabelled(sample_rows())):
            break
        seen.add(is_new_there(exports, old, expected))
    assert {False, True} == seen
    assert 30 < step


def test_cleaning_up_after_a_death_may_itself_be_killed(tmp_path, steps):
    left = tmp_path / INFO.name / ".tmp-dead" / "records"
    left.mkdir(parents=True)
    (left / "half.parquet").write_bytes(b"PAR1")
    died = [die_at(steps, tmp_path, step, INFO, sample_rows()) for step in (1, 2, 3, 4)]
    put(tmp_path)

    assert all(died)
    assert ["v1"] == os.listdir(tmp_path / INFO.name)


@pytest.mark.skipif(not can_watch(), reason="a process may not watch its child here")
def test_a_release_killed_at_any_system_call_leaves_the_old_one_and_all_or_nothing_of_the_new(tmp_path):
    first = tmp_path / "first"
    old = contents(put(first))
    expected = contents(put(shutil.copytree(first, tmp_path / "whole"), V2, relabelled(sample_rows())))
    left = first / INFO.name / ".tmp-dead" / "records"
    left.mkdir(parents=True)
    (left / "half.parquet").write_bytes(b"PAR1")
    seen, begun = set(), []
    for step in count(1):
        exports = tmp_path / str(step)
        shutil.copytree(first, exports)
        begun = killed_at(step, lambda exports=exports: put(exports, V2, relabelled(sample_rows())))
        seen.add(is_new_there(exports, old, expected))
        if len(begun) < step:
            break
    assert {False, True} == seen
    assert {"write", "fsync", "flock"} <= set(begun)
    assert 40 < len(begun)


def test_the_sums_are_the_last_file_before_the_rename(tmp_path, monkeypatch):
    seen = []
    rename = Path.rename

    def spy(self, target):
        ages = sorted((path.stat().st_mtime_ns, path.name) for path in self.rglob("*") if path.is_file())
        seen.append((ages[-1][1], Path(target).exists()))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", spy)
    put(tmp_path)

    assert [(SUMS, False)] == seen


def test_every_file_and_folder_is_forced_to_disk(tmp_path, monkeypatch):
    forced, fsync = set(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (forced.add(os.fstat(handle).st_ino), fsync(handle)))
    folder = put(tmp_path)

    assert {path.stat().st_ino for path in (tmp_path, folder.parent, folder, *folder.rglob("*"))} == forced


def test_a_failed_export_leaves_nothing(tmp_path):
    class Failing:
        name = "failing"

        def export(self, rows, info, folder):
            (folder / "half").write_text("x")
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        publish(tmp_path, INFO, sample_rows(), [build({}), Failing()])

    assert [] == list((tmp_path / INFO.name).iterdir())


def test_the_same_release_again_changes_nothing(tmp_path):
    folder = put(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    assert folder == put(tmp_path, replace(INFO, counts={"documents": 99}), sample_rows()[::-1])
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("info", "rows", "named"),
    [
        (INFO, relabelled(sample_rows()), "content_sha256"),
        (replace(INFO, license="mit"), sample_rows(), "license"),
        (replace(INFO, schema=SCHEMA.model_copy(update={"version": "1.2.1"})), sample_rows(), "schema"),
    ],
)
def test_other_content_under_the_same_version_is_refused(tmp_path, info, rows, named):
    before = contents(put(tmp_path))

    with pytest.raises(UsageError, match=f"another .*{named}.*choose a new version"):
        put(tmp_path, info, rows)
    assert before == contents(tmp_path / INFO.name / "v1")


def test_other_formats_under_the_same_version_are_refused(tmp_path):
    put(tmp_path)

    with pytest.raises(UsageError, match="another exporters; choose a new version"):
        publish(tmp_path, INFO, sample_rows(), [build({}), csv_table.build({})])
    with pytest.raises(UsageError, match="another exporters; choose a new version"):
        put(tmp_path, replace(INFO, options={"huggingface": {"views": "2"}}))
    assert put(tmp_path) == put(tmp_path, replace(INFO, options={"csv": {"bom": "no"}}))


def test_every_loss_is_in_one_report_and_on_the_card_whatever_the_order(tmp_path):
    class Lossy:
        name = "lossy"

        def export(self, rows, info, folder):
            return {"lossy": [LostSpan("s1", Span(0, 1, "ORG"), "x", "too blue")]}

    for version, exporters in (("v1", [build({}), Lossy()]), ("v2", [Lossy(), build({})])):
        folder = publish(tmp_path, replace(INFO, version=version), sample_rows(), exporters)
        told = json.loads((folder / LOSSES).read_text("utf-8"))["views"]

        assert {"lossy": 1, "tokens": 2} == {view: report["lost"] for view, report in told.items()}
        assert "| `lossy` | `s1` | 0-1 | ORG | x | too blue |" in (folder / "README.md").read_text("utf-8")


def test_a_damaged_release_is_not_taken_for_a_sound_one(tmp_path):
    (put(tmp_path) / "losses.json").write_text("{}")

    with pytest.raises(UsageError, match=r"no sound release \(losses.json: changed\); move it away"):
        put(tmp_path)


def test_a_folder_someone_put_there_is_not_overwritten(tmp_path):
    mine = tmp_path / INFO.name / "v1"
    mine.mkdir(parents=True)

    with pytest.raises(UsageError, match="move it away"):
        put(tmp_path)
    assert [] == list(mine.iterdir())


def test_two_runs_do_not_publish_under_one_name_at_once(tmp_path):
    class Second:
        name = "second"

        def export(self, rows, info, folder):
            with pytest.raises(Unavailable, match="another run"):
                put(tmp_path, V2)
            return build({}).export(rows, info, folder)

    publish(tmp_path, INFO, sample_rows(), [Second()])

    assert ["v1"] == os.listdir(tmp_path / INFO.name)


def test_a_sound_release_has_no_problems(release):
    assert [] == verify(release)


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda f: (f / "README.md").unlink(), "README.md: missing"),
        (lambda f: (f / "note.txt").write_text("hi"), "note.txt: not in SHA256SUMS"),
        (lambda f: (f / "README.md").write_bytes((f / "README.md").read_bytes() + b"\n"), "README.md: changed"),
        (lambda f: (f / MANIFEST).write_text("[]"), "manifest.json"),
        (lambda f: (f / MANIFEST).unlink(), "manifest.json"),
        (lambda f: (f / SUMS).unlink(), "SHA256SUMS: missing"),
        (lambda f: (f / SUMS).write_bytes((f / SUMS).read_bytes() + b"\n"), "SHA256SUMS: changed"),
    ],
)
def test_any_harm_is_named(release, tmp_path, harm, problem):
    folder = Path(shutil.copytree(release, tmp_path / "v1"))
    harm(folder)

    assert [problem] == [told[: len(problem)] for told in verify(folder)]


def test_the_sums_are_what_sha256sum_checks(release):
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=release, check=False)

    assert 0 == done.returncode
    assert 16 == (release / SUMS).read_bytes().count(b"\n")


def test_the_manifest_says_rows_bytes_and_schema(release):
    manifest = json.loads((release / MANIFEST).read_text("utf-8"))
    file = manifest["files"]["records/train-00000-of-00001.parquet"]

    assert (2, (release / "records/train-00000-of-00001.parquet").stat().st_size) == (file["rows"], file["bytes"])
    assert {"name": "tiny", "version": "1.2.0", "digest": SCHEMA.digest} == manifest["schema"]
    assert {"documents": 2, "sentences": 3} == manifest["counts"]


def test_nothing_approved_is_nothing_to_release(tmp_path):
    with pytest.raises(UsageError, match="nothing to release"):
        put(tmp_path, INFO, [])
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("version", ["v1", "1", "1.2", "v1.2.3", "1.0.0-rc1", "2024.11.21"])
def test_sound_versions_are_taken(tmp_path, version):
    assert version == put(tmp_path, replace(INFO, version=version)).name


@pytest.mark.parametrize("version", ["", "latest", "v", "1/2", "../1", "1.", "v1 ", "1.2.3.4/x", ".tmp-1"])
def test_other_versions_are_refused(tmp_path, version):
    with pytest.raises(UsageError, match="is not a version"):
        put(tmp_path, replace(INFO, version=version))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/x", ".hidden", "a b", "新闻", "x" * 97])
def test_names_that_are_no_safe_folder_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match="cannot name a release"):
        put(tmp_path, replace(INFO, name=name))
