"""A new release beside those before it: its version says enough, and its folder says what changed."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from builder.disk import files_in
from builder.errors import UsageError
from builder.exporters import csv_table
from builder.exporters.differences import compare
from builder.exporters.facts import inventory_of
from builder.exporters.folder import SUMS, publish, verify
from builder.exporters.history import packed, told_of
from builder.exporters.huggingface import build
from builder.exporters.quotes import quoted
from builder.exporters.released import read_released
from tests.exporters.approved_rows import INFO, SCHEMA, gold_span, label, relabelled, sample_rows
from tests.exporters.compared_rows import APPENDED, TURNED

RELABELLED = relabelled(sample_rows())
SMALLER = type(SCHEMA).model_validate(
    {**SCHEMA.model_dump(mode="json"), "sentence": [label("no", "n"), label("x", "x")]}
)
REWORDED = SCHEMA.model_copy(update={"version": "1.2.1"})


def put(exports, version, rows=None, exporters=(), **info):
    return publish(exports, replace(INFO, version=version, **info), rows or sample_rows(), [build({}), *exporters])


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_in(folder)}


def moved():
    first, second, third = sample_rows()
    return [first, replace(second, split="test"), third]


def respanned():
    first, *others = sample_rows()
    spans = (gold_span(0, 4, "ORG"), *first.gold.entities[1:])
    return [replace(first, gold=replace(first.gold, entities=spans)), *others]


def reapproved():
    first, *others = sample_rows()
    approval = replace(first.gold.approval, at="2026-03-01T10:00:00Z")
    return [replace(first, gold=replace(first.gold, approval=approval)), *others]


PATCHES = [
    ({"rows": reapproved()}, "another provenance"),
    ({"license": "mit"}, "another licence"),
    ({"pretty_name": "Other"}, "another pretty name"),
    ({"schema": REWORDED}, "another guidelines"),
]
MINORS = [
    ({"rows": RELABELLED}, "3 sentences with another label"),
    ({"rows": moved()}, "1 sentence moved to another split"),
    ({"rows": respanned()}, "1 span moved"),
    ({"rows": sample_rows()[:2]}, "1 sentence removed"),
    ({"schema": APPENDED}, "entity label LAW appended"),
    ({"exporters": [csv_table.build({})]}, "format csv added"),
]
MAJORS = [
    ({"schema": TURNED}, "entity label PERSON renumbered"),
    ({"schema": SMALLER}, "sentence label event removed"),
    ({"schema": SCHEMA.model_copy(update={"name": "other"})}, "another schema name"),
    ({"pieces": False}, r"column records.spans\[\].pieces\[\].start removed"),
]


@pytest.mark.parametrize(("other", "reason"), PATCHES, ids=str)
def test_what_no_model_is_trained_on_may_change_in_a_patch(tmp_path, other, reason):
    put(tmp_path, "v1")

    assert reason in json.loads((put(tmp_path, "v1.0.1", **other) / "diff.json").read_bytes())["reasons"]


@pytest.mark.parametrize(("other", "reason"), MINORS, ids=str)
def test_rows_may_change_in_a_minor_version_and_not_in_a_patch(tmp_path, other, reason):
    before = contents(put(tmp_path, "v1"))

    with pytest.raises(UsageError, match=rf"v1.0.1 would be a patch, but {reason}.* call it v1.1.0 or greater"):
        put(tmp_path, "v1.0.1", **other)
    assert {f"v1/{name}": body for name, body in before.items()} == contents(tmp_path / INFO.name)
    assert "minor" == json.loads((put(tmp_path, "v1.1", **other) / "diff.json").read_bytes())["change"]


@pytest.mark.parametrize(("other", "reason"), MAJORS, ids=str)
def test_labels_and_columns_may_change_in_a_major_version_only(tmp_path, other, reason):
    put(tmp_path, "v1")

    for version in ("v1.0.1", "v1.1"):
        with pytest.raises(UsageError, match=rf"but {reason}.* call it v2.0.0 or greater"):
            put(tmp_path, version, **other)
    assert "major" == json.loads((put(tmp_path, "v2", **other) / "diff.json").read_bytes())["change"]


def test_a_format_that_is_gone_is_a_major_change(tmp_path):
    put(tmp_path, "v1", exporters=[csv_table.build({})])

    with pytest.raises(UsageError, match=r"format csv removed.* call it v2.0.0"):
        put(tmp_path, "v1.1")


def test_a_fix_of_an_old_line_is_compared_with_that_line(tmp_path):
    put(tmp_path, "v1.2.0")
    put(tmp_path, "v2.0.0", RELABELLED)
    folder = put(tmp_path, "v1.2.1", license="mit")
    diff = json.loads((folder / "diff.json").read_bytes())

    assert ("v1.2.0", "patch") == (diff["old"]["version"], diff["change"])
    assert "v2.0.0" not in (folder / "CHANGELOG.md").read_text("utf-8")


def test_releasing_the_same_again_is_not_ruled_whatever_was_released_since(tmp_path):
    folder = put(tmp_path, "v1.0.1", RELABELLED)
    before = contents(folder)
    put(tmp_path, "v1")

    assert folder == put(tmp_path, "v1.0.1", RELABELLED)
    assert before == contents(folder)


def test_a_version_of_another_form_is_not_ruled_and_that_is_said(tmp_path):
    put(tmp_path, "v1")
    folder = put(tmp_path, "2026-11", RELABELLED)

    assert not (folder / "diff.json").exists()
    assert "- `2026-11` is not a version like v1 or 1.2.0" in (folder / "CHANGELOG.md").read_text("utf-8")
    assert told_of(folder).startswith("2026-11 is not a version like v1 or 1.2.0: no rule holds")
    assert "v1" == json.loads((put(tmp_path, "v2") / "diff.json").read_bytes())["old"]["version"]


def test_a_first_release_says_so(tmp_path):
    folder = put(tmp_path, "v1")

    assert "## [v1]\n\n### Added\n\n- First release.\n" in (folder / "CHANGELOG.md").read_text("utf-8")
    assert "Changes since" not in (folder / "README.md").read_text("utf-8")
    assert not (folder / "diff.json").exists()


def test_the_changelog_is_the_whole_history(tmp_path):
    put(tmp_path, "v1")
    put(tmp_path, "v1.1", moved())
    text = (put(tmp_path, "v2", relabelled(moved()), license="a`b\n## [x]") / "CHANGELOG.md").read_text("utf-8")

    assert ["[v2]", "[v1.1]", "[v1]"] == [line[3:] for line in text.split("\n") if line.startswith("## ")]
    assert "- 3 sentences relabelled: no → event 3\n" in text.split("## [v1.1]")[0]
    assert "- licence: `CC-BY-4.0` → `a'b ## [x]`\n" in text
    assert "- 1 sentence moved to another split\n" in text.split("## [v1.1]")[1]
    assert 1 == text.count("# Changelog\n")


def test_the_card_says_what_changed(tmp_path):
    put(tmp_path, "v1")
    card = (put(tmp_path, "v2", respanned()) / "README.md").read_text("utf-8")
    part = card.split("## Changes since v1\n")[1].split("\n## ")[0]

    assert "a minor change" in part
    assert "- Changed: 1 span given other bounds: ORG 1\n" in part
    assert "Approved by, as numbered in this version: reviewer-1 1, reviewer-2 1." in part


def test_what_a_release_holds_is_what_comparing_the_folders_gives(tmp_path):
    old, new = (read_released(put(tmp_path, *told)) for told in (("v1",), ("v2", [*respanned()[1:], *moved()[:1]])))
    diff = quoted(compare(inventory_of(old), inventory_of(new)), old.texts, new.texts)

    assert packed(diff) == (new.folder / "diff.json").read_bytes()
    assert str(tmp_path) not in json.dumps(diff)


BUILD = """
import sys
from pathlib import Path
from tests.exporters.test_history import RELABELLED, put
put(Path(sys.argv[1]), "v2", RELABELLED[:: int(sys.argv[2])])
"""


def test_beside_the_same_release_before_it_is_the_same_bytes(tmp_path):
    made = []
    put(tmp_path / "first", "v1")
    for seed, step in (("1", "1"), ("2", "-1")):
        exports = Path(shutil.copytree(tmp_path / "first", tmp_path / seed))
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        root = Path(__file__).parents[2]
        subprocess.run([sys.executable, "-c", BUILD, exports, step], env=environment, cwd=root, check=True)
        made.append(contents(exports / INFO.name / "v2"))

    assert {"diff.json", "CHANGELOG.md", SUMS} < made[0].keys()
    assert made[0] == made[1]


def test_a_damaged_release_before_stops_the_new_one(tmp_path):
    (put(tmp_path, "v1") / "losses.json").write_text("{}")

    with pytest.raises(UsageError, match=r"v1, which v2 would follow, is damaged \(losses.json: changed\)"):
        put(tmp_path, "v2")
    assert ["v1"] == os.listdir(tmp_path / INFO.name)


def test_a_release_before_without_records_is_not_compared_and_that_is_said(tmp_path):
    publish(tmp_path, INFO, sample_rows(), [csv_table.build({})])
    folder = put(tmp_path, "v1.0.1", RELABELLED)

    assert "- Not compared with v1, whose records cannot be read.\n" in (folder / "CHANGELOG.md").read_text("utf-8")
    assert "v1.0.1 follows no release that it could be compared with" == told_of(folder)
    assert [] == verify(folder)


def test_a_release_before_without_a_changelog_was_not_recorded(tmp_path):
    old = put(tmp_path, "v1")
    (old / "CHANGELOG.md").unlink()
    lines = (old / SUMS).read_text().split("\n")
    (old / SUMS).write_text("\n".join(line for line in lines if "CHANGELOG" not in line))

    assert "## [v1]\n\n### Added\n\n- What it changed was not recorded.\n" in (
        put(tmp_path, "v2") / "CHANGELOG.md"
    ).read_text("utf-8")


def test_two_names_for_one_version_are_refused(tmp_path):
    put(tmp_path, "v1")

    with pytest.raises(UsageError, match=r"1.0.0 is the same version as v1"):
        put(tmp_path, "1.0.0")
