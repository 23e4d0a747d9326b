"""One description: the features, the parquet files, the README, Croissant and the counts say the same."""

import json

import pyarrow.parquet as pq
import pytest

from builder.disk import sha256_of
from builder.exporters.features import Choice, Many, Scalar, Struct, views
from builder.exporters.folder import publish
from builder.exporters.front_matter import read_front_matter
from builder.exporters.huggingface import build
from builder.exporters.responsible import NEEDED
from tests.exporters.approved_rows import INFO, SCHEMA, sample_rows
from tests.said import SAID, told

TYPES = {"string": "sc:Text", "int32": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("exports"), told(INFO), sample_rows(), [build({})])


@pytest.fixture(scope="module")
def croissant(folder):
    return json.loads((folder / "croissant.json").read_text("utf-8"))


def record_set(croissant, name):
    (found,) = [one for one in croissant["recordSet"] if one["@id"] == name]
    return found


def said_of(type_):
    """Say what Croissant should say of a column's type: type, whether a list, what is inside; None if left out."""
    if isinstance(type_, Scalar):
        return TYPES[type_.dtype], False, {}
    if isinstance(type_, Choice):
        return "sc:Integer", False, {}
    if isinstance(type_.of, Struct):
        return "", True, {c.name: said_of(c.type) for c in type_.of.columns if not is_records(c.type)}
    return said_of(type_.of)[0], True, {}


def shapes_of(columns):
    """Say each column's type in a form that neither the README nor a parquet file uses."""
    return {column.name: shape_of(column.type) for column in columns}


def shape_of(type_):
    if isinstance(type_, Scalar):
        return type_.dtype
    if isinstance(type_, Choice):
        return type_.names
    return ["many", shape_of(type_.of)] if isinstance(type_, Many) else shapes_of(type_.columns)


def readme_shape(told):
    if "list" in told:
        return ["many", {one["name"]: readme_shape(one) for one in told["list"]}]
    if "sequence" in told:
        return ["many", readme_shape({"dtype": told["sequence"]})]
    dtype = told.get("dtype") if isinstance(told.get("dtype"), str) else None
    return dtype or tuple((told["dtype"]["class_label"])["names"].values())


def parquet_shape(told):
    if isinstance(told, list):
        return ["many", {name: parquet_shape(one) for name, one in told[0].items()}]
    if told["_type"] == "Sequence":
        return ["many", parquet_shape(told["feature"])]
    return told["dtype"] if told["_type"] == "Value" else tuple(told["names"])


def is_records(type_):
    return isinstance(type_, Many) and isinstance(type_.of, Struct)


def read_of(field):
    inner = {one["@id"].rsplit("/", 1)[1]: read_of(one) for one in field.get("subField", ())}
    return field.get("dataType", ""), field.get("isArray", False), inner


def test_features_parquet_readme_croissant_and_counts_are_one(folder, croissant):
    fields, _ = read_front_matter((folder / "README.md").read_text("utf-8"))
    files = {one["@id"]: one for one in croissant["distribution"] if one["@type"] == "cr:FileObject"}
    for view, info in zip(views(SCHEMA), fields["dataset_info"], strict=True):
        described = record_set(croissant, view.name)["field"]
        for split in info["splits"]:
            path = f"{view.name}/{split['name']}-00000-of-00001.parquet"
            found = pq.read_metadata(folder / path)
            features = json.loads(found.metadata[b"huggingface"])["info"]["features"]
            assert shapes_of(view.columns) == {name: parquet_shape(told) for name, told in features.items()}
            assert [column.name for column in view.columns] == pq.read_schema(folder / path).names
            assert split["num_examples"] == found.num_rows
            assert files.pop(path)["sha256"] == sha256_of(folder / path)
        assert shapes_of(view.columns) == {told["name"]: readme_shape(told) for told in info["features"]}
        assert {f"{view.name}/split", *(f"{view.name}/{c.name}" for c in view.columns)} == {f["@id"] for f in described}
        assert [said_of(column.type) for column in view.columns] == [read_of(field) for field in described[1:]]
    assert {} == files


def test_only_lists_of_records_within_records_are_left_out_and_that_is_said(croissant):
    (spans,) = [field for field in record_set(croissant, "records")["field"] if field["@id"] == "records/spans"]

    assert "pieces" not in read_of(spans)[2]
    assert "Each also holds pieces" in spans["description"]


def test_the_names_of_labels_are_there_in_their_order(croissant):
    entities = record_set(croissant, "entity-types")["data"]

    assert list(enumerate(SCHEMA.entity_names)) == [
        (row["entity-types/number"], row["entity-types/name"]) for row in entities
    ]
    assert 1 + 2 * len(SCHEMA.entity_names) == len(record_set(croissant, "tags")["data"])


def test_every_field_of_responsible_ai_that_is_needed_is_told(croissant):
    assert [] == [name for name in NEEDED if croissant.get(name) in (None, "", [])]
    assert SAID["biases"] == croissant["rai:dataBiases"]
    assert croissant["rai:hasSyntheticData"] is False


def test_what_nobody_said_is_absent_and_not_invented(tmp_path):
    found = publish(tmp_path, INFO, sample_rows(), [build({})])
    croissant = json.loads((found / "croissant.json").read_text("utf-8"))

    assert ["prov:wasGeneratedBy"] == [name for name in NEEDED if name in croissant]
    assert not (found / "CITATION.cff").exists()


def test_it_says_what_it_conforms_to(croissant):
    assert ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"] == croissant["conformsTo"]


def plain(value):
    """Read what mlcroissant gives: texts are bytes, names are paths."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key.rsplit("/", 1)[1]: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def without_pieces(row):
    return {**row, "spans": [{k: v for k, v in span.items() if k != "pieces"} for span in row.get("spans", ())]}


@pytest.mark.parametrize("view", ["records", "tokens", "sentences", "sft"])
def test_mlcroissant_finds_no_error_and_reads_the_rows(folder, view):
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    read = [plain(row) for row in dataset.records(view)]
    expected = [
        {"split": path.name.split("-")[0], **row}
        for path in sorted((folder / view).glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    if view == "records":
        expected = [without_pieces(row) for row in expected]

    assert set() == dataset.metadata.ctx.issues.errors
    assert sorted(expected, key=lambda row: row["id"]) == sorted(read, key=lambda row: row["id"])
