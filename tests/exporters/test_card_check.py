"""What the hub would refuse of a card is found without asking it."""

import re
from dataclasses import replace

import pytest

from builder.disk import files_in
from builder.exporters.card_check import card_problems
from builder.exporters.folder import publish
from builder.exporters.front_matter import as_yaml, read_front_matter
from builder.exporters.hub_lists import hub_lists, licence_problem, spdx_of
from builder.exporters.huggingface import build
from tests.exporters.approved_rows import INFO, sample_rows
from tests.said import told


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Give the card of a release for which everything is said, and the names of its files."""
    folder = publish(tmp_path_factory.mktemp("exports"), told(INFO), sample_rows(), [build({})])
    return (folder / "README.md").read_text("utf-8"), {path.relative_to(folder).as_posix() for path in files_in(folder)}


def problems(sound, change):
    text, files = sound
    fields, _ = read_front_matter(text)
    change(fields)
    return card_problems(f"---\n{as_yaml(fields)}---\n", files)


def test_a_whole_card_is_sound(sound):
    assert [] == card_problems(*sound)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: f.update(language=["zh-CN"]), "language 'zh-CN' is no code of ISO 639"),
        (lambda f: f.update(language=["ZH"]), "language 'ZH' is no code of ISO 639"),
        (lambda f: f.update(language=[False]), "language is no list of texts"),
        (lambda f: f.pop("language"), "language is missing"),
        (lambda f: f.pop("license"), "license is missing"),
        (lambda f: f.update(license="cc-by-4"), "the hub knows no licence 'cc-by-4'; did you mean 'cc-by-4.0'?"),
        (lambda f: f.update(license="CC-BY-4.0"), "license 'CC-BY-4.0' is not in lower case"),
        (lambda f: f.update(license="other"), "needs `license_name` and `license_link`"),
        (lambda f: f.update(task_categories=["foo"]), "task_categories cannot be 'foo'"),
        (lambda f: f.update(task_ids=["part-of-speach"]), "task_ids cannot be 'part-of-speach'"),
        (lambda f: f.update(task_ids=["open-book-qa"]), "task_ids cannot be 'open-book-qa'"),
        (lambda f: f.update(annotations_creators=["human"]), "annotations_creators cannot be 'human'"),
        (lambda f: f.update(language_creators=["no-annotation"]), "language_creators cannot be 'no-annotation'"),
        (lambda f: f.update(multilinguality=["bilingual"]), "multilinguality cannot be 'bilingual'"),
        (lambda f: f.update(size_categories=["n>10M"]), "size_categories cannot be 'n>10M'"),
        (lambda f: f.update(source_datasets=["somewhere else"]), "source_datasets cannot be 'somewhere else'"),
        (lambda f: f.update(pretty_name=7), "pretty_name is no text"),
        (lambda f: f.update(langauge=["zh"]), "langauge is no field of a card"),
        (lambda f: f["configs"][0].pop("default"), "not exactly one configuration is the default"),
        (lambda f: f["configs"][1].update(config_name="records"), "a configuration is named twice"),
        (lambda f: f["configs"][0].update(config_name="data"), "'data' cannot name a configuration"),
        (lambda f: f["configs"][0]["data_files"][0].update(path="x.parquet"), "there is no file x.parquet"),
        (lambda f: f["configs"][0]["data_files"][0].update(split="all"), "'all' cannot name a split"),
        (lambda f: f["configs"][0]["data_files"][0].update(split="a-b"), "'a-b' cannot name a split"),
        (lambda f: f["configs"][0].update(data_files=[]), "it has no data_files"),
        (lambda f: f["dataset_info"].pop(), "do not name the same configurations"),
        (lambda f: f["dataset_info"][0]["splits"].pop(), "its splits are not those of dataset_info"),
        (lambda f: f["dataset_info"][0]["splits"][0].update(num_examples="2"), "num_examples is no number"),
        (lambda f: f["dataset_info"][0].update(features=[]), "records: it has no features"),
        (lambda f: f["dataset_info"][0]["features"][0].update(dtype="text"), "records.id: 'text' is no type"),
        (lambda f: f["dataset_info"][0]["features"][0].pop("dtype"), "records.id: it has no type"),
        (lambda f: f["dataset_info"][2]["features"][2].update(dtype={"class_label": {"names": {"0": False}}}),
         "sentences.label: False is no name of a class"),
        (lambda f: f["dataset_info"][2]["features"][2].update(dtype={"class_label": {"names": {"1": "no"}}}),
         "not numbered from '0'"),
    ],
)  # fmt: skip
def test_what_the_hub_would_refuse_is_found(sound, change, expected):
    assert [True] == sorted({expected in found for found in problems(sound, change)})[-1:]


@pytest.mark.parametrize("text", ["", "# Only prose\n", "---\na: [\n---\n", "---\n- a\n---\n", "---\nnever closed\n"])
def test_a_card_without_sound_yaml_is_found(text):
    (problem,) = card_problems(text, ())

    assert "YAML" in problem


def test_the_python_library_of_the_hub_reads_what_is_sound(sound):
    from huggingface_hub import DatasetCard

    told_there = DatasetCard(sound[0]).data

    assert (["en", "zh"], "cc-by-4.0", ["found"]) == (
        told_there.language, told_there.license, told_there.language_creators
    )  # fmt: skip


@pytest.mark.parametrize(
    ("licence", "name", "link", "problem"),
    [
        ("cc-by-4.0", "", "", ""),
        ("CC0-1.0", "", "", ""),
        ("other", "Press licence 2", "https://example.org/licence", ""),
        ("other", "Press licence 2", "LICENSE", ""),
        ("other", "Press licence 2", "", "needs `license_name` and `license_link`"),
        ("other", "Press licence 2", "file:///etc", "must be an https address"),
        ("", "", "", "it names no licence"),
        ("unknown", "", "", "an unknown licence allows nothing"),
        ("cc-by", "", "", "the hub knows no licence 'cc-by'"),
    ],
)
def test_a_licence_is_known_or_named_with_a_link(licence, name, link, problem):
    found = licence_problem(licence, name, link)

    assert bool(problem) == bool(found)
    assert problem in found


def test_the_lists_hold_what_the_hub_lists():
    lists = hub_lists()

    assert (8023, 69) == (len(lists["languages"]), len(lists["licences"]))
    assert {"no", "zh", "yue"} <= lists["languages"]
    assert "CC-BY-4.0" == spdx_of("cc-by-4.0")
    assert all(re.fullmatch(r"[a-z0-9.+-]+", name) for name in lists["licences"])


def test_sizes_are_those_of_the_hub(sound):
    from builder.exporters.front_matter import size_category

    found = {rows: size_category(rows) for rows in (1, 999, 1_000, 99_999, 10_000_000, 10**12, 10**15)}

    assert {
        1: "n<1K", 999: "n<1K", 1_000: "1K<n<10K", 99_999: "10K<n<100K", 10_000_000: "10M<n<100M",
        10**12: "n>1T", 10**15: "n>1T",
    } == found  # fmt: skip


def test_a_licence_of_ones_own_stands_on_the_card(tmp_path):
    info = replace(told(INFO), license="other", license_name="Press", license_link="https://example.org/l")
    folder = publish(tmp_path, info, sample_rows(), [build({})])
    files = {path.relative_to(folder).as_posix() for path in files_in(folder)}

    assert [] == card_problems((folder / "README.md").read_text("utf-8"), files)
