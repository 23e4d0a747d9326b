"""Entry points by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from builder import plugins
from builder.errors import UsageError
from builder.schema import LabelSchema, read_schema


@pytest.fixture(scope="module")
def news() -> LabelSchema:
    return read_schema("news", Path())


def installed(monkeypatch: pytest.MonkeyPatch, *entries: EntryPoint) -> None:
    """Pretend that exactly these entry points are installed."""

    def found(group: str) -> EntryPoints:
        return EntryPoints(entry for entry in entries if entry.group == group)

    monkeypatch.setattr(plugins, "entry_points", found)
    monkeypatch.setattr(plugins, "_installed", plugins._installed.__wrapped__)


@pytest.mark.parametrize("name", ["jieba", "gazetteer", "pattern", "capitals", "cues"])
def test_a_shipped_annotator_is_built_by_name(name: str, news: LabelSchema) -> None:
    assert name == plugins.annotator(name, {}, news).name


def test_a_misspelt_annotator_is_answered_with_the_nearest(news: LabelSchema) -> None:
    with pytest.raises(UsageError, match="no annotator 'jeiba' is installed; did you mean 'jieba'?"):
        plugins.annotator("jeiba", {}, news)


def test_a_misspelt_exporter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no exporter 'hugging-face' is installed; did you mean 'huggingface'?"):
        plugins.exporter("hugging-face", {})


def test_a_name_like_no_other_is_answered_with_the_list(news: LabelSchema) -> None:
    with pytest.raises(UsageError, match="installed: .*cues, gazetteer, .*jieba, .*pattern"):
        plugins.annotator("zzz", {}, news)


def test_nothing_installed_is_said_so(monkeypatch: pytest.MonkeyPatch, news: LabelSchema) -> None:
    installed(monkeypatch)

    with pytest.raises(UsageError, match="no annotator 'jieba' is installed; installed: none"):
        plugins.annotator("jieba", {}, news)


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch, news: LabelSchema) -> None:
    installed(monkeypatch, EntryPoint("mine", "no_such_module_at_all:build", "builder.annotators"))

    with pytest.raises(UsageError, match="annotator 'mine' cannot be imported: No module named"):
        plugins.annotator("mine", {}, news)


def test_a_plugin_without_its_build_function_is_named(monkeypatch: pytest.MonkeyPatch, news: LabelSchema) -> None:
    installed(monkeypatch, EntryPoint("mine", "json:build", "builder.annotators"))

    with pytest.raises(UsageError, match="annotator 'mine' cannot be imported: .*'build'"):
        plugins.annotator("mine", {}, news)


def test_only_the_named_plugin_is_loaded(monkeypatch: pytest.MonkeyPatch, news: LabelSchema) -> None:
    broken = EntryPoint("broken", "no_such_module_at_all:build", "builder.annotators")
    installed(monkeypatch, broken, EntryPoint("cues", "builder.annotators.cues:build", "builder.annotators"))

    assert "cues" == plugins.annotator("cues", {}, news).name


def test_every_installed_reader_is_built() -> None:
    suffixes: set[Any] = {suffix for reader in plugins.readers() for suffix in reader.suffixes}

    assert {".txt", ".text", ".md"} <= suffixes


def test_a_combiner_holds_its_annotators(news: LabelSchema) -> None:
    assert "combine" == plugins.combiner(["cues"], {}, news).name
