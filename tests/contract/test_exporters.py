"""Every exporter keeps the contract; one that breaks a clause is caught by that clause."""

from __future__ import annotations

import random
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from builder.errors import UsageError
from builder.exporter_contract import check_exporter, exporter_breaches, sample_info, sample_rows
from builder.exporters.derived import line
from builder.ports import LostSpan
from builder.schema import read_schema
from tests.exporters.reading_back import READERS

NEWS = read_schema("news", Path())
ROWS = sample_rows(NEWS)
TEXTS = {row.sentence.id: row.sentence.text for row in ROWS}
PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
BUILT_IN = PROJECT["entry-points"]["builder.exporters"]
VARIANTS = [
    *((name, {}) for name in sorted(BUILT_IN)),
    *((name, {"tokenizer": "characters"}) for name in ("conll", "gliner", "spacy")),
    ("csv", {"bom": "no"}),
]


def built_in(name):
    module, _, build = BUILT_IN[name].partition(":")
    return getattr(import_module(module), build)


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_a_built_in_exporter_keeps_the_contract_and_every_span(name, options):
    if name == "spacy":
        pytest.importorskip("spacy")
    check_exporter(built_in(name), options, read=READERS[name](TEXTS) if name in READERS else None)


def test_every_built_in_format_is_read_back():
    assert set(BUILT_IN) - {"huggingface"} == set(READERS)


def test_each_exporter_has_the_name_of_its_entry_point():
    assert sorted(BUILT_IN) == sorted(built_in(name)({}).name for name in BUILT_IN)


class Plain:
    """A sound exporter, to be broken: it lists the spans of each sentence, and loses the last of them."""

    name = "plain"

    def kept(self, row):
        return sorted(gold.span for gold in row.gold.entities)[:-1]

    def lost(self, row):
        span = max(gold.span for gold in row.gold.entities)
        return [LostSpan(row.sentence.id, span, row.sentence.text[span.start : span.end], "last")]

    def export(self, rows, info, folder):
        (folder / "plain").mkdir()
        ordered = self.order(rows)
        told = [[row.sentence.id, [[s.start, s.end, s.label] for s in self.kept(row)]] for row in ordered]
        (folder / "plain" / "rows.json").write_text(line(told), "utf-8")
        return {"plain": [loss for row in ordered for loss in self.lost(row)]}

    def order(self, rows):
        return sorted(rows, key=lambda row: row.sentence.id)


class Fails(Plain):
    def export(self, rows, info, folder):
        raise OSError("no space")


class Strays(Plain):
    def export(self, rows, info, folder):
        (folder / "README.md").write_text("mine")
        return super().export(rows, info, folder)


class Names(Plain):
    def export(self, rows, info, folder):
        told = super().export(rows, info, folder)
        (folder / "plain" / "who").write_text(ROWS[0].gold.approval.approvers[0])
        return told


class Invents(Plain):
    def lost(self, row):
        return [LostSpan(row.sentence.id, gold.span, "?", "why") for gold in row.gold.entities[:1]]


class TellsTwice(Plain):
    def lost(self, row):
        return super().lost(row) * 2


class GivesNoReason(Plain):
    def lost(self, row):
        return [LostSpan(loss.sentence, loss.span, loss.text, "") for loss in super().lost(row)]


class Forgets(Plain):
    def kept(self, row):
        return super().kept(row)[1:]


class Draws(Plain):
    def order(self, rows):
        return random.sample(list(rows), len(rows))


class TakesThemAsTheyCome(Plain):
    def order(self, rows):
        return list(rows)


class TakesTheFirst(Plain):
    def order(self, rows):
        rows[0]
        return super().order(rows)


class Hashes(Plain):
    def order(self, rows):
        return sorted(rows, key=lambda row: hash(row.sentence.id))


BROKEN = [
    (Fails, "exports"),
    (Strays, "stays in its folder"),
    (Names, "names nobody"),
    (Invents, "tells true losses"),
    (TellsTwice, "tells true losses"),
    (GivesNoReason, "tells true losses"),
    (Forgets, "holds what it does not lose"),
    (Draws, "pure"),
    (TakesThemAsTheyCome, "any order of rows"),
    (TakesTheFirst, "reads rows as they come"),
    (Hashes, "deterministic across processes"),
]


def careful(cls):
    """Give a build function of a class, at module level under its name, that refuses options it does not know."""

    def build(options):
        if options:
            raise UsageError("no such option")
        return cls()

    build.__qualname__ = build.__name__ = f"build_{cls.__name__}"
    globals()[build.__name__] = build
    return build


for _cls in (Plain, *(cls for cls, _ in BROKEN)):
    careful(_cls)


def read_plain(folder):
    import json

    from builder.model import Span

    told = json.loads((folder / "plain" / "rows.json").read_text("utf-8"))
    return {"plain": {identity: [Span(*span) for span in spans] for identity, spans in told}}


def clauses(build, read=read_plain):
    return {breach.clause for breach in exporter_breaches(build, {}, ROWS, read)}


def test_a_sound_exporter_breaks_nothing():
    assert set() == clauses(globals()["build_Plain"])


@pytest.mark.parametrize(("cls", "clause"), BROKEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_clause_is_named(cls, clause, monkeypatch):
    if clause != "deterministic across processes":
        monkeypatch.setattr("builder.exporter_contract._of_processes", lambda *_: iter(()))  # it takes seconds
    assert clause in clauses(globals()[f"build_{cls.__name__}"])


def test_an_unknown_option_must_be_refused():
    breaches = exporter_breaches(lambda options: Plain(), {}, ROWS)

    assert {"refuses unknown options", "travels"} == {breach.clause for breach in breaches}


def test_a_view_that_is_read_and_not_told_of_is_named():
    def read(folder):
        return {"plain": read_plain(folder)["plain"], "other": {}}

    assert {"tells of every view"} == clauses(globals()["build_Plain"], read)


def test_check_exporter_lists_what_is_broken():
    with pytest.raises(AssertionError, match="exports: OSError: no space"):
        check_exporter(globals()["build_Fails"], {})


def test_the_sample_holds_what_is_hard_to_hold():
    spans = [[gold.span for gold in row.gold.entities] for row in ROWS]
    pairs = [(a, b) for row in spans for a in row for b in row if a != b]

    assert any(a.start <= b.start and b.end <= a.end for a, b in pairs)
    assert any(a.start < b.start < a.end < b.end for a, b in pairs)
    assert {"train", "validation", "test"} == {row.split for row in ROWS}
    assert "sample" == sample_info(NEWS).name
