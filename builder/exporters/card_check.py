"""The text of a card enters; what the hub would not take of its YAML leaves. Asks no network.

The hub itself checks a card only when it is sent there, and refuses the whole commit. The rules are those of its
documentation and the lists of `hub_lists.json`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from builder.exporters.front_matter import read_front_matter
from builder.exporters.hub_lists import hub_lists, licence_problem

Fields = Mapping[str, Any]

_LISTED = ("annotations_creators", "language_creators", "multilinguality", "size_categories")
_NEEDED = (
    "language", "license", "pretty_name", "task_categories", "annotations_creators", "size_categories", "configs",
    "dataset_info",
)  # fmt: skip
_TEXTS = ("pretty_name", "license", "license_name", "license_link")
_LISTS = ("language", "tags", "task_categories", "task_ids", "source_datasets", *_LISTED)
_KNOWN = {*_NEEDED, *_TEXTS, *_LISTS, "viewer", "paperswithcode_id", "train-eval-index"}
_SPLIT = re.compile(r"\w+(\.\w+)*")
_SOURCE = re.compile(r"original|extended(\|[\w.-]+(/[\w.-]+)?)?")
_DTYPES = {"string", "int32", "int64", "float64", "bool"}


def card_problems(text: str, files: Collection[str]) -> list[str]:
    """List what is wrong with the YAML of a card beside these files; nothing if the hub would take it."""
    fields, problem = read_front_matter(text)
    if problem or not isinstance(fields, Mapping):
        return [problem or "the YAML of the card is no mapping"]
    return [
        *(f"{key} is missing" for key in _NEEDED if not fields.get(key)),
        *(f"{key} is no field of a card" for key in fields if key not in _KNOWN),
        *(f"{key} is no text" for key in _TEXTS if key in fields and not _is_text(fields[key])),
        *(f"{key} is no list of texts" for key in _LISTS if key in fields and not _is_texts(fields[key])),
        *_of_values(fields),
        *_of_configs(fields, files),
    ]


def _of_values(fields: Fields) -> Iterator[str]:
    lists = hub_lists()
    yield from (f"language {code!r} is no code of ISO 639" for code in _strange(fields, "language", lists["languages"]))
    for key in _LISTED:
        yield from (f"{key} cannot be {value!r}" for value in _strange(fields, key, lists[key]))
    tasks = lists["tasks"]
    yield from (f"task_categories cannot be {value!r}" for value in _strange(fields, "task_categories", tasks))
    subtasks = {name for task in _texts(fields, "task_categories") for name in tasks.get(task, ())}
    yield from (f"task_ids cannot be {name!r} in these categories" for name in _strange(fields, "task_ids", subtasks))
    yield from (
        f"source_datasets cannot be {s!r}" for s in _texts(fields, "source_datasets") if not _SOURCE.fullmatch(s)
    )
    named = (fields.get(key) or "" for key in ("license", "license_name", "license_link"))
    licence, name, link = (value if isinstance(value, str) else "" for value in named)
    if licence and (problem := licence_problem(licence, name, link)):
        yield problem
    if licence != licence.lower():
        yield f"license {licence!r} is not in lower case"


def _of_configs(fields: Fields, files: Collection[str]) -> Iterator[str]:
    """Hold the configurations against the files, and what is told of their features and splits against both."""
    configs, infos = _records(fields, "configs"), _records(fields, "dataset_info")
    names = [str(config.get("config_name")) for config in configs]
    if names != [str(info.get("config_name")) for info in infos]:
        yield "configs and dataset_info do not name the same configurations"
    if len(set(names)) < len(names):
        yield "a configuration is named twice"
    if configs and 1 != sum(config.get("default") is True for config in configs):
        yield "not exactly one configuration is the default"
    for config, info in zip(configs, infos, strict=False):
        yield from _of_config(config, files)
        told = [(split.get("name"), split.get("num_examples")) for split in _records(info, "splits")]
        if [name for name, _ in told] != [file.get("split") for file in _records(config, "data_files")]:
            yield f"{config.get('config_name')}: its splits are not those of dataset_info"
        yield from (f"{name}: num_examples is no number" for name, count in told if type(count) is not int)
        yield from _of_features(_records(info, "features"), str(config.get("config_name")))


def _of_config(config: Fields, files: Collection[str]) -> Iterator[str]:
    name = str(config.get("config_name"))
    if not re.fullmatch(r"[\w.-]+", name) or name == "data":
        yield f"{name!r} cannot name a configuration"
    found = _records(config, "data_files")
    if not found:
        yield f"{name}: it has no data_files"
    for file in found:
        split = str(file.get("split"))
        if split == "all" or not _SPLIT.fullmatch(split):
            yield f"{name}: {split!r} cannot name a split"
        if file.get("path") not in files:
            yield f"{name}: there is no file {file.get('path')}"


def _of_features(features: Sequence[Fields], where: str) -> Iterator[str]:
    if not features:
        yield f"{where}: it has no features"
    for feature in features:
        name = f"{where}.{feature.get('name')}"
        if not _is_text(feature.get("name")):
            yield f"{where}: a feature has no name"
        for key in ("struct", "list"):
            if key in feature:
                yield from _of_features(_records(feature, key), name)
        dtype = feature.get("dtype", feature.get("sequence"))
        if dtype is None and not {"struct", "list"} & feature.keys():
            yield f"{name}: it has no type"
        elif isinstance(dtype, str) and dtype not in _DTYPES:
            yield f"{name}: {dtype!r} is no type"
        elif isinstance(dtype, Mapping):
            yield from _of_names(dtype, name)


def _of_names(dtype: Fields, where: str) -> Iterator[str]:
    label = dtype.get("class_label")
    names = label.get("names") if isinstance(label, Mapping) else None
    if not isinstance(names, Mapping) or [str(place) for place in range(len(names))] != list(names):
        yield f"{where}: the names of its classes are not numbered from '0'"
    elif strange := [name for name in names.values() if not _is_text(name)]:
        yield f"{where}: {strange[0]!r} is no name of a class"


def _strange(fields: Fields, key: str, known: Collection[str]) -> list[str]:
    return [value for value in _texts(fields, key) if value not in known]


def _texts(fields: Fields, key: str) -> list[str]:
    found = fields.get(key)
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []


def _records(fields: Fields, key: str) -> list[Fields]:
    found = fields.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))
