"""One description, three dialects: `datasets` itself must read the same types from each."""

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from builder.exporters.features import tag_names, views
from builder.exporters.loading import features_of
from tests.exporters.approved_rows import SCHEMA

NAMES = [view.name for view in views(SCHEMA)]


def readme_features(release, view):
    fields = yaml.safe_load((release / "README.md").read_text("utf-8").split("---\n")[1])
    info = next(info for info in fields["dataset_info"] if info["config_name"] == view)
    return datasets.Features._from_yaml_list(info["features"])


def parquet_features(release, view):
    return datasets.Features.from_arrow_schema(pq.read_schema(release / view / "train-00000-of-00001.parquet"))


@pytest.mark.parametrize("view", NAMES)
def test_the_readme_and_the_parquet_file_say_the_same_features(release, view):
    assert readme_features(release, view) == parquet_features(release, view)


@pytest.mark.parametrize("view", NAMES)
def test_a_bare_parquet_file_loads_with_the_features_of_the_dataset(release, view, tmp_path):
    files = str(release / view / "train-00000-of-00001.parquet")
    bare = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path))

    assert features_of(release)[view] == bare.features


def test_labels_are_class_labels_in_schema_order(release):
    features = features_of(release)["records"]
    span = features["spans"].feature["label"]

    assert (["event", "no"], ["PERSON", "ORG", "GPE"]) == (features["label"].names, span.names)


def test_tags_are_class_labels_with_o_first_and_pairs_in_schema_order(release):
    tags = features_of(release)["tokens"]["ner_tags"].feature

    assert isinstance(tags, datasets.ClassLabel)
    assert "O B-PERSON I-PERSON B-ORG I-ORG B-GPE I-GPE".split() == tags.names == list(tag_names(SCHEMA))


@pytest.mark.parametrize("view", NAMES)
def test_parquet_types_are_the_ones_the_features_ask_for(release, view):
    """Any other integer, or a non-null field, would cost the label names."""
    schema = pq.read_schema(release / view / "train-00000-of-00001.parquet")

    assert parquet_features(release, view).arrow_schema.remove_metadata() == schema.remove_metadata()


def test_records_come_first(release):
    assert ["records", "tokens", "sentences", "sft"] == NAMES


def test_lists_of_values_are_written_so_that_every_version_of_datasets_has_their_feature(release):
    """Before 4, `list` of values becomes a bare list, and `features["ner_tags"].feature` fails."""
    fields = yaml.safe_load((release / "README.md").read_text("utf-8").split("---\n")[1])
    kinds = {
        feature["name"]: next(iter(feature.keys() & {"list", "sequence"}))
        for info in fields["dataset_info"]
        for feature in info["features"]
        if "dtype" not in feature
    }

    assert ("sequence", "sequence", "list", "list") == tuple(
        kinds[name] for name in ("ner_tags", "flags", "spans", "messages")
    )
