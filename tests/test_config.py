"""builder.toml: every default, every refusal, and what a new project's file says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.config import FILE, parse_config, read_project
from builder.config_tables import Config
from builder.environment import studio_key
from builder.errors import UsageError
from builder.project_files import template
from builder.reading import Kind

LEAST = '[project]\nname = "mine"\n'
TABLES = ("project", "ingest", "annotate", "studio", "review", "release")


def refusal(text: str) -> str:
    """Parse a configuration, and give what was said against it."""
    with pytest.raises(UsageError) as caught:
        parse_config(text)
    return str(caught.value)


def project(folder: Path, text: str = LEAST) -> Path:
    (folder / FILE).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("table", "key", "default"),
    [
        ("project", "schema_", "news"),
        ("ingest", "sources", ("sources",)),
        ("ingest", "review_kinds", (Kind.BODY,)),
        ("ingest", "duplicates", "representative"),
        ("annotate", "annotators", ("jieba", "gazetteer", "pattern", "capitals", "cues")),
        ("annotate", "options", {}),
        ("studio", "url", ""),
        ("studio", "title", ""),
        ("review", "rule", "single"),
        ("review", "trust_api", ()),
        ("release", "pretty_name", ""),
        ("release", "license", ""),
        ("release", "splits", {"train": 0.8, "validation": 0.1, "test": 0.1}),
        ("release", "exporters", ("huggingface",)),
    ],
)
def test_a_key_left_out_has_its_default(table: str, key: str, default: object) -> None:
    assert default == getattr(getattr(parse_config(LEAST), table), key)


def test_a_new_file_says_every_default() -> None:
    assert parse_config(LEAST) == parse_config(template("mine", "news", ("sources",)))


def test_a_new_file_shows_every_key_but_the_options() -> None:
    written = template("mine", "news", ("sources",))
    keys = {
        field.alias or name
        for table in Config.model_fields.values()
        for name, field in table.annotation.model_fields.items()  # type: ignore[union-attr]
    }

    assert {"options"} == {key for key in keys if not re.search(rf"^{key} = ", written, re.MULTILINE)}


@pytest.mark.parametrize("schema", ['my "own".toml', "a\\b.toml", "模式.toml"])
def test_a_new_file_quotes_what_it_is_given(schema: str) -> None:
    assert schema == parse_config(template("mine", schema, ())).project.schema_


@pytest.mark.parametrize(
    ("table", "wrong", "right"),
    [
        ("project", "nam", "name"),
        ("project", "shema", "schema"),
        ("ingest", "source", "sources"),
        ("annotate", "annotator", "annotators"),
        ("studio", "ulr", "url"),
        ("review", "rules", "rule"),
        ("release", "split", "splits"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(table: str, wrong: str, right: str) -> None:
    text = f'{LEAST}{wrong} = "x"' if table == "project" else f'{LEAST}[{table}]\n{wrong} = "x"'

    assert f"unknown key '{table}.{wrong}'; did you mean '{right}'?" in refusal(text)


def test_an_unknown_table_is_answered_with_the_nearest() -> None:
    assert "unknown key 'reviews'; did you mean 'review'?" in refusal(LEAST + "[reviews]\n")


def test_a_key_like_no_other_is_answered_with_the_list() -> None:
    assert "unknown key 'studio.colour'; known: url, title" in refusal(LEAST + '[studio]\ncolour = "red"')


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "project: "),
        ("[project]\n", "project.name: "),
        ('[project]\nname = "Ünsound name"', "project.name: "),
        ('[project]\nname = "../up"', "project.name: "),
        ("[project]\nname = 3", "project.name: "),
        (LEAST + '[ingest]\nsources = "one"', "ingest.sources: "),
        (LEAST + '[ingest]\nreview_kinds = ["poem"]', "ingest.review_kinds.0: "),
        (LEAST + '[ingest]\nduplicates = "some"', "ingest.duplicates: "),
        (LEAST + "[annotate]\nannotators = []", "annotate.annotators: "),
        (LEAST + "[studio]\nurl = 8080", "studio.url: "),
        (LEAST + '[review]\nrule = "agree:1"', "review.rule: "),
        (LEAST + "[release.splits]\ntrain = 0", "release.splits.train: "),
        (LEAST + '[release.splits]\n"a b" = 1', "release.splits: "),
        (LEAST + "[release.splits]\nall = 1", "release.splits: "),
        (LEAST + "[release]\nsplits = {}", "release.splits: "),
        ("[project", "not TOML: "),
    ],
)
def test_an_unsound_value_is_refused_with_its_place(text: str, where: str) -> None:
    assert f"{FILE}: {where}" in refusal(text)


def test_a_refusal_is_one_line() -> None:
    assert "\n" not in refusal(LEAST + '[review]\nrule = "all"')


def test_a_folder_without_a_project_is_told_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no builder.toml in .* or above; make a project with: builder init"):
        read_project(tmp_path)


def test_a_project_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    inside = project(tmp_path) / "sources" / "2024"
    inside.mkdir(parents=True)

    assert tmp_path == read_project(inside).folder


def test_an_unknown_label_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'news'"):
        read_project(project(tmp_path, LEAST + 'schema = "newz"'))


def test_a_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"[project]\nname = '\xff'")

    with pytest.raises(UsageError, match="builder.toml: not UTF-8 at byte 18"):
        read_project(tmp_path)


def test_the_review_project_is_titled_after_the_project(tmp_path: Path) -> None:
    assert "mine review" == read_project(project(tmp_path)).title


def test_sources_are_named_relative_to_the_file(tmp_path: Path) -> None:
    assert [tmp_path / "sources"] == read_project(project(tmp_path)).sources()


def test_a_project_keeps_its_things_in_two_folders(tmp_path: Path) -> None:
    found = read_project(project(tmp_path))

    assert (tmp_path / ".builder", tmp_path / "exports") == (found.hidden, found.exports)


def test_the_key_comes_from_the_environment_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDER_STUDIO_KEY", "s3cret")
    key = studio_key()

    assert key is not None
    assert ("s3cret", False) == (key.get_secret_value(), "s3cret" in repr(key))


def test_no_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILDER_STUDIO_KEY", raising=False)

    assert studio_key() is None


def test_a_value_of_another_form_says_what_the_key_means() -> None:
    with pytest.raises(UsageError, match="review.rule: 'agree:1' does not fit: single, or agree:N"):
        parse_config('[project]\nname = "x"\n[review]\nrule = "agree:1"\n')


@pytest.mark.parametrize("rule", ["single", "adjudicated", "agree:2", "agree:9:0.85", "agree:2:1.0", "agree:3:0"])
def test_a_rule_may_be_written_in_these_ways(rule: str) -> None:
    written = f'[project]\nname = "x"\n[review]\nrule = "{rule}"\nlabels = {{ decision = "{rule}" }}\n'

    assert (rule, {"decision": rule}) == (parse_config(written).review.rule, parse_config(written).review.labels)


@pytest.mark.parametrize(
    "line",
    [
        'rule = "agree:1"',
        'rule = "agree:2:1.1"',
        'rule = "agree:2:"',
        'rule = "auto"',
        'labels = { decision = "always" }',
        'groups = ["a", "a"]',
        'groups = ["a/b"]',
        "control = 1.5",
    ],
)
def test_a_review_that_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match=f"review.{line.split(' ')[0]}"):
        parse_config(f'[project]\nname = "x"\n[review]\n{line}\n')


def test_a_rule_for_a_label_that_the_schema_lacks_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[project]\nname = "x"\n[review.labels]\ndecison = "agree:2"\n')

    with pytest.raises(UsageError, match="'decison' is no label of schema 'news'; did you mean 'decision'"):
        read_project(tmp_path)
