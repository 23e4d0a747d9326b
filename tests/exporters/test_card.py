"""The card: sound YAML, counted figures, every label explained, and what is unknown said so."""

import re
from dataclasses import replace

import datasets
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from builder.exporters.card import card
from builder.exporters.features import views
from builder.exporters.front_matter import SplitFile, ViewFiles, three_numbers
from builder.exporters.markdown import table
from builder.exporters.order import pseudonyms
from builder.exporters.records import Recorder
from builder.exporters.summary import summarise
from builder.model import Flag, Span
from builder.ports import LostSpan
from builder.reviewing import Action
from tests.exporters.approved_rows import INFO, SCHEMA, sample_rows
from tests.said import told as told_of


def make_card(info=INFO, rows=None, lost=None):
    rows = sample_rows() if rows is None else rows
    recorder = Recorder(SCHEMA, pseudonyms(rows))
    told = {"tokens": [loss for row in rows for loss in recorder.lost(row)]} if lost is None else lost
    files = (SplitFile("train", "records/train-00000-of-00001.parquet", len(rows), 10, 20),)
    summary = summarise(rows, pseudonyms(rows))
    return card(info, summary, [ViewFiles(view, "0" * 64, files) for view in views(SCHEMA)], told).text


def fields(text):
    return yaml.safe_load(text.split("---\n")[1])


def rows_of(text, first):
    line = next(line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_front_matter_names_what_the_hub_looks_for():
    told = fields(make_card(told_of(INFO)))

    assert {
        "language": ["en", "zh"],
        "multilinguality": ["multilingual"],
        "license": "cc-by-4.0",
        "pretty_name": "Tiny: 小新闻",
        "task_categories": ["token-classification", "text-classification"],
        "annotations_creators": ["machine-generated", "expert-generated"],
        "language_creators": ["found"],
        "source_datasets": ["original"],
        "size_categories": ["n<1K"],
    } == {key: told[key] for key in told if key not in {"configs", "dataset_info", "tags", "task_ids"}}


@pytest.mark.parametrize(
    ("policy", "told"),
    [("allow", "stands as it was"), ("mask", "asterisks"), ("block", "left out"), ("", "news names people")],
)
def test_the_card_says_what_became_of_personal_data(policy, told):
    first, *others = sample_rows()
    flagged = replace(first, sentence=replace(first.sentence, flags=(Flag(0, 1, "personal:email"),)))
    answer = make_card(replace(INFO, personal=policy), [flagged, *others]).split("## Personal data")[1].split("## ")[1]

    assert told in answer
    assert bool(policy) == ("1 sentence here flagged with `personal:…`" in answer)


def test_the_front_matter_is_read_by_datasets(release):
    from huggingface_hub import DatasetCard

    told = DatasetCard((release / "README.md").read_text("utf-8")).data
    infos = datasets.info.DatasetInfosDict.from_dataset_card_data(told)

    assert {"records": {"train": 2, "test": 1}} == {
        name: {split: part.num_examples for split, part in infos[name].splits.items()} for name in ("records",)
    }


def test_only_records_are_the_default():
    assert [True, None, None, None] == [config.get("default") for config in fields(make_card())["configs"]]


def test_a_label_called_no_stays_a_word():
    info = fields(make_card())["dataset_info"][0]
    names = next(f for f in info["features"] if f["name"] == "label")["dtype"]["class_label"]["names"]

    assert {"0": "event", "1": "no"} == names


def test_without_a_licence_none_is_claimed():
    text = make_card(replace(INFO, license=""))

    assert "license" not in fields(text)
    assert "unknown: the publisher named none" == rows_of(text, "licence")[1]


def test_regional_language_codes_are_cut_to_what_the_hub_takes():
    rows = [replace(row, sentence=replace(row.sentence, language="zh-CN")) for row in sample_rows()]

    assert ["zh"] == fields(make_card(rows=rows))["language"]


def test_an_unknown_language_is_not_claimed():
    rows = [replace(row, sentence=replace(row.sentence, language="und")) for row in sample_rows()]

    assert not {"language", "multilinguality"} & set(fields(make_card(rows=rows)))


def test_every_label_is_explained_in_both_languages():
    text = make_card()

    for label in (*SCHEMA.entity, *SCHEMA.sentence):
        row = rows_of(text, f"`{label.name}`")
        assert [label.guideline["zh"].replace("|", "\\|"), label.guideline["en"]] == row[3:5]


def test_a_guideline_in_one_language_only_is_unknown_in_the_other():
    entity = SCHEMA.entity[0].model_copy(update={"guideline": {"en": "people"}})
    schema = SCHEMA.model_copy(update={"entity": (entity, *SCHEMA.entity[1:])})

    assert ["unknown", "people"] == rows_of(make_card(replace(INFO, schema=schema)), "`PERSON`")[3:5]


def test_sentences_are_counted_by_language_and_split():
    text = make_card()

    assert [["en", "1", "1", "2"], ["zh", "1", "0", "1"]] == [rows_of(text, "en"), rows_of(text, "zh")]


def test_entity_types_are_counted():
    counts = {name: rows_of(make_card(), f"`{name}`")[-1] for name in SCHEMA.entity_names}

    assert {"PERSON": "1", "ORG": "5", "GPE": "2"} == counts


def test_decisions_are_counted_with_their_share():
    text = make_card()

    assert ["5", "55.6%"] == rows_of(text, "accepted")[2:4]
    assert {"moved", "relabelled", "added", "rejected"} == {
        action for action in map(str, Action) if rows_of(text, action)[2:4] == ["1", "11.1%"]
    }


def test_who_approved_is_counted_and_not_named():
    text = make_card()

    assert "Approved by 3 people, 2026-01-01 to 2026-01-02." in text
    assert "example.org" not in text


def test_losses_are_listed():
    expected = ["`" + sample_rows()[0].sentence.id + "`", "0-3", "ORG", "外交部", "overlapping"]

    assert f"| `tokens` | {' | '.join(expected)} |" in make_card()


def test_without_losses_the_card_says_so():
    assert "Nothing: every span of `records` is in `tokens`, `brat`." in make_card(lost={"tokens": [], "brat": []})


def test_losses_are_counted_by_view_and_reason():
    spans = [LostSpan("s1", Span(0, 1, "ORG"), "x", reason) for reason in ("misaligned", "truncated", "truncated")]
    text = make_card(lost={"tokens": spans[:1], "brat": [], "gliner": spans})

    for line in ("| `tokens` | 1 | 1 | 0 |", "| `gliner` | 3 | 1 | 2 |"):
        assert line in text.splitlines()
    assert "Nothing: every span of `records` is in `brat`." in text


def test_many_losses_are_cut_and_the_rest_is_counted():
    lost = [LostSpan(f"s{number}", Span(0, 1, "ORG"), "x", "misaligned") for number in range(53)]
    text = make_card(lost={"tokens": lost})

    assert "… and 3 more in `losses.json`." in text
    assert 50 == len(re.findall(r"^\| `tokens` \| `s\d+` \|", text, re.M))


def test_the_load_example_runs(release, monkeypatch, tmp_path, capsys):
    code = (release / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(release.parent.parent)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)

    exec(code.replace("path/to/", ""), {})

    assert "no ['Xi Jinping', 'China']" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v1", "1.0.0"), ("1.2", "1.2.0"), ("v1.2.3", "1.2.3"), ("1.0.0-rc1", "1.0.0"), ("2.rc3", "2.0.0")],
)
def test_a_version_becomes_three_numbers(version, expected):
    assert expected == three_numbers(version)


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("|\n\\<a ")), max_size=20))
@example("\\|")
def test_any_text_stays_in_its_cell(text):
    assert 3 == len(table(("a", "b"), [(text, "end")]).splitlines())
    assert 3 == len(re.findall(r"(?<!\\)\|", table((text, "b"), []).splitlines()[0].replace("\\\\", "")))
