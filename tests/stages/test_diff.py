"""The verb `diff`: two releases by name or path, for people and for programs."""

import json
import re

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from builder.cli import main
from builder.config import FILE
from builder.stages.diff import pair_of
from tests.exporters.approved_rows import INFO, relabelled, sample_rows
from tests.exporters.compared_rows import APPENDED, row
from tests.exporters.test_history import put, respanned
from tests.project import answer_all, at_work, make_sources
from tests.test_json_schemas import schema


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Make a project with two releases that differ in spans, labels and licence."""
    folder = tmp_path_factory.mktemp("project")
    (folder / FILE).write_text(f'[project]\nname = "{INFO.name}"\n', "utf-8")
    put(folder / "exports", "v1")
    put(folder / "exports", "v1.1", [*respanned()[:1], *relabelled(sample_rows())[1:2]], schema=APPENDED, license="mit")
    return folder


def called(folder, *arguments):
    return CliRunner().invoke(main, ["-C", str(folder), "diff", *map(str, arguments)])


def test_two_versions_of_a_project_are_compared_for_programs(project):
    told = called(project, "v1", "v1.1", "--json")
    diff = json.loads(told.stdout)

    assert (0, []) == (told.exit_code, [*Draft202012Validator(schema("diff")).iter_errors(diff)])
    assert json.loads((project / "exports" / INFO.name / "v1.1" / "diff.json").read_bytes()) == diff
    assert (2, 1) == (diff["sentences"]["counts"]["after"], diff["spans"]["counts"]["moved"])


def test_two_folders_are_compared_without_a_project(project, tmp_path):
    folders = [project / "exports" / INFO.name / version for version in ("v1", "v1.1")]
    told = called(tmp_path, *folders, "--json")

    assert called(project, "v1", "v1.1", "--json").stdout == told.stdout


def test_a_person_reads_counts_places_people_and_the_changes_by_name(project):
    told = called(project, "v1", "v1.1")
    lines = told.stdout.split("\n")

    assert 0 == told.exit_code
    assert lines[0].startswith("tiny-news v1 → tiny-news v1.1: a minor change (entity label LAW appended")
    assert "+ entity label LAW: appended" in lines
    assert "~ licence: CC-BY-4.0 → mit" in lines
    assert re.search(r"^spans +before +added +removed +moved +relabelled +after$", told.stdout, re.M)
    assert re.search(r"^ +8 +0 +1 +1 +0 +7$", told.stdout, re.M)
    assert re.search(r"^ORG zh train +5 +0 +0 +0 +0 +5$", told.stdout, re.M)
    assert re.search(r"^reviewer-1 ", told.stdout, re.M)
    assert re.search(r"^~ \w+  zh train  \[外交部网站 ORG\] → \[外交部网 ORG\]  外交部网站😀", told.stdout, re.M)
    assert re.search(r"^~ \w+  en train no → train event  Xi Jinping visits .*\(reviewer-2\)$", told.stdout, re.M)
    assert re.search(r"^- \w+  en test no  ", told.stdout, re.M)


def test_nothing_different_is_said_in_one_line(project):
    assert "tiny-news v1 → tiny-news v1: nothing is different" == called(project, "v1", "v1").stdout.split("\n")[0]


def test_so_many_are_named_as_is_asked_and_the_rest_is_counted(tmp_path):
    put(tmp_path, "v1", [row(0, 0, "会议开幕。")])
    put(tmp_path, "v2", [row(0, number, "会议开幕。") for number in range(5)])
    folders = [tmp_path / INFO.name / version for version in ("v1", "v2")]

    assert "… 2 more; for all: --json, or --limit 4" in called(tmp_path, *folders, "--limit", 2).stdout
    assert "more" not in called(tmp_path, *folders, "--limit", 4).stdout.split("sentences added")[1]
    assert 1 == len(
        json.loads(called(tmp_path, *folders, "--json", "--limit", 1).stdout)["sentences"]["listed"]["added"]
    )


def test_what_a_terminal_would_obey_is_shown_as_a_sign(tmp_path):
    put(tmp_path, "v1", [row(0, 0, "会议开幕。")])
    put(tmp_path, "v2", [row(0, 0, "会议\x1b[31m开幕。")])
    told = called(tmp_path, *(tmp_path / INFO.name / version for version in ("v1", "v2")))

    assert "\x1b" not in told.stdout
    assert "␛[31m" in told.stdout


@pytest.mark.parametrize(
    ("old", "reason"),
    [("v7", "there is no release 'v7'; there is: v1, v1.1"), ("exports", "there is no release 'exports'")],
)
def test_what_is_no_release_is_refused_with_those_there_are(project, old, reason):
    told = called(project, old, "v1")

    assert (2, True) == (told.exit_code, reason in told.stderr)


def test_a_damaged_release_says_nothing(tmp_path):
    old, new = put(tmp_path, "v1"), put(tmp_path, "v2")
    (old / "losses.json").write_text("{}")
    told = called(tmp_path, old, new)

    assert 2 == told.exit_code
    assert "is damaged (losses.json: changed), so it says nothing" in told.stderr


def test_a_project_that_is_not_sound_is_named(tmp_path):
    (tmp_path / FILE).write_text("[projekt]\n", "utf-8")

    assert FILE in called(tmp_path, "v1", "v2").stderr


def test_both_releases_stay_as_they_are(project):
    files = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    pair_of(project, "v1", "v1.1").diff(10)

    assert files == {path: path.stat().st_mtime_ns for path in project.rglob("*")}


def test_a_release_says_how_it_differs_from_the_one_before(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.say = (said := []).append
        bench.ingest()
        bench.annotate()
        bench.push()
        answer_all(studio, most=3)
        bench.pull()
        bench.release("v1")
        answer_all(studio, person=1)
        bench.pull()
        bench.release("v1.1")

    assert "v1 follows no release that it could be compared with" in said
    assert said[-1].startswith("since v1: ")
    assert "added" in said[-1]
