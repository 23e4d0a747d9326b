"""Damage is named wherever it is, and what was never damaged is not."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from builder.cli import main
from builder.config import read_project
from builder.project_files import create
from builder.stages.check import check, report
from builder.store import queries
from builder.store.db import Store, put_aside
from builder.workbench import Workbench
from tests.project import answer_all, at_work, dump, pushed_project

FLIPS = 1000
QUIET = ("lock", "builder.toml")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Give a project that went through everything, and was closed."""
    folder = tmp_path_factory.mktemp("done") / "small"
    create(folder, "small", "news", ("sources",))
    with pushed_project(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        bench.release("v1")
    (folder / "server.db").rename(folder.parent / "server.db")
    return folder


def look(folder: Path) -> list[str]:
    return [damage.where for damage in check(read_project(folder), full=True)]


def test_an_undamaged_project_is_sound(done):
    assert [] == look(done)


def test_any_flipped_bit_of_store_journal_or_release_is_named(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    files = [p for p in (*(folder / ".builder").rglob("*"), *(folder / "exports").rglob("*")) if p.is_file()]
    files = [path for path in files if path.name not in QUIET and path.stat().st_size]
    chance = random.Random(5)
    for _ in range(FLIPS):
        path = chance.choice(files)
        whole = path.read_bytes()
        place = chance.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        assert look(folder), f"{path} byte {place}"
        path.write_bytes(whole)

    assert [] == look(folder)


@pytest.mark.parametrize("part", ["journal", "builder.db", "raw", "marker"])
def test_what_was_removed_is_named(done, tmp_path, part):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    gone = folder / ".builder" / part
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()

    assert look(folder)


@pytest.mark.parametrize("full", [False, True])
def test_an_index_that_was_lost_and_opened_since_is_named(done, tmp_path, full):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    (folder / ".builder" / "builder.db").unlink()
    with Store(folder / ".builder"):
        pass

    assert ["builder.db"] == [damage.where for damage in check(read_project(folder), full=full)][:1]


def test_an_index_made_again_holds_what_people_did_and_were_shown(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    shutil.copyfile(done.parent / "server.db", folder / "server.db")
    with at_work(folder) as (bench, _):
        before = dump(bench)
        golds = queries.golds(bench.store)
    assert (folder / ".builder" / "backups" / "builder-0001.db") == put_aside(folder / ".builder")
    with at_work(folder) as (bench, studio):
        bench.ingest()
        bench.annotate()
        assert 0 == bench.push().taken
        bench.pull()
        bench.review()

        assert golds == queries.golds(bench.store)
        assert {line for line in before if "'words@1'" not in line} == set(dump(bench))
        assert len(studio.payloads()) == len({task["data"]["builder_key"] for task in studio.payloads()})
    assert [] == look(folder)


def test_what_check_says_fits_its_contract(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    (folder / ".builder" / "marker").write_text("another")
    contract = json.loads((Path(__file__).parents[2] / "schemas" / "check.schema.json").read_text("utf-8"))
    told = report(check(read_project(folder)))

    assert [] == list(Draft202012Validator(contract).iter_errors(told))
    assert ["marker"] == [damage["where"] for damage in told["damages"]]


def test_the_verb_exits_with_four_where_something_is_damaged(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    sound = CliRunner().invoke(main, ["-C", str(folder), "check", "--full"])
    (path,) = (folder / ".builder" / "journal").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"ann@", b"eve@", 1))
    damaged = CliRunner().invoke(main, ["-C", str(folder), "check"])

    assert (0, 4) == (sound.exit_code, damaged.exit_code)
    assert f"journal/{path.name} line" in damaged.output


def test_what_people_were_shown_is_remembered_when_the_annotators_have_changed_since(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    with at_work(folder) as (bench, _):
        golds = queries.golds(bench.store)
    put_aside(folder / ".builder")
    with at_work(folder) as (bench, _):
        bench.combiner.fingerprint = "words2"
        bench.ingest()
        bench.annotate()
        bench.review()

        assert golds == queries.golds(bench.store)


def test_a_killed_command_leaves_no_seal_and_no_damage(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    store = Store(folder / ".builder")
    with store.transaction():
        store.db.execute("DELETE FROM gold")
    store.db.close()  # as a process that dies
    store._lock.release()

    assert not (folder / ".builder" / "builder.db.sha256").exists()
    assert [] == look(folder)


def test_the_index_is_kept_before_it_is_migrated(tmp_path, monkeypatch):
    from builder.store import db

    versions = db.VERSIONS
    monkeypatch.setattr(db, "VERSIONS", versions[:4])
    with Store(tmp_path):
        pass
    old = (tmp_path / "builder.db").read_bytes()
    monkeypatch.setattr(db, "VERSIONS", versions)
    with Store(tmp_path):
        pass

    assert old == (tmp_path / "backups" / "builder-0001.db").read_bytes()


def test_differences_with_the_server_are_named(done, tmp_path):
    folder = Path(shutil.copytree(done, tmp_path / "small"))
    shutil.copyfile(done.parent / "server.db", folder / "server.db")
    with at_work(folder) as (bench, studio):
        assert [] == bench.differences()
        studio.delete_task(1)
        studio.edit(2, [])
        studio.copy_task(3)

        assert ["task 1", "task 6", "task 2"] == [damage.where for damage in bench.differences()]
    assert isinstance(bench, Workbench)
