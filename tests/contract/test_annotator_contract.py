"""Every installed annotator keeps the contract; one that breaks a clause is caught by that clause."""

from __future__ import annotations

import itertools
import random
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from builder.annotators import pattern
from builder.contracts import annotator_breaches, check_annotator, foreign, sample_sentences
from builder.errors import UsageError
from builder.model import Entity, Prediction, Span
from builder.schema import read_schema
from builder.text.graphemes import snapped
from tests.annotators import plug_ins

NEWS = read_schema("news", Path())
BUILT_IN = {entry.name: entry for entry in entry_points(group="builder.annotators")}
SHORT = [sentence for sentence in sample_sentences() if len(sentence.text) < 1000]
NEEDS_OPTIONS = {
    "precomputed": "a file of predictions",
    "llm": "an endpoint",
    "spacy": "a pipeline, and an extra",
    "transformers": "a model, and an extra",
    "gliner": "a model, and an extra",
}
"""Annotators that cannot be built without options, and why; their own tests call `check_annotator`."""


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - set(NEEDS_OPTIONS)))
def test_an_installed_annotator_keeps_the_contract(name):
    check_annotator(BUILT_IN[name].load(), {}, NEWS)


def test_own_patterns_keep_the_contract(tmp_path):
    for name, score in (("a", 0.5), ("b", 0.6)):
        text = f"[[pattern]]\nlabel = 'ORG'\npattern = '[A-Z]\\w+|海'\nscore = {score}\n"
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    options, other = ({"file": str(tmp_path / f"{name}.toml")} for name in "ab")

    check_annotator(pattern.build, options, NEWS, SHORT, other_options=[{}, other])


class Model:
    """A sound annotator, to be broken."""

    name = "model"
    fingerprint = "1"

    def __init__(self, options, schema):
        self.schema = schema

    def propose(self, sentences):
        return [self.predict(sentence) for sentence in sentences]

    def predict(self, sentence):
        by = f"{self.name}@{self.fingerprint}"
        if "ORG" not in self.schema.entity_names:
            return Prediction(sentence.id, by)
        found = [
            Span(*snapped(sentence.text, *m.span()), "ORG") for m in re.finditer("[A-Z][a-z]+|上海", sentence.text)
        ]
        return Prediction(sentence.id, by, tuple(Entity(span, 0.5, (by,)) for span in found))


class Draws(Model):
    def predict(self, sentence):
        made = super().predict(sentence)
        return made if random.random() < 0.5 else Prediction(made.sentence, made.annotator)


class Remembers(Model):
    def propose(self, sentences):
        self.calls = getattr(self, "calls", 0) + 1
        return [Prediction(p.sentence, p.annotator, None if self.calls > 1 else p.entities)
                for p in super().propose(sentences)]  # fmt: skip


class Empties(Model):
    def propose(self, sentences):
        made = super().propose(sentences)
        sentences.clear()
        return made


class SeesTheBatch(Model):
    def propose(self, sentences):
        made = super().propose(sentences)
        return made if len(sentences) > 1 else [Prediction(p.sentence, p.annotator) for p in made]


class SeesTheOrder(Model):
    def propose(self, sentences):
        made, seen = [], set()
        for sentence in sentences:
            is_late = len(sentences) > 1 and int(sentence.id[1:]) < max(seen, default=-1)
            made.append(Prediction(sentence.id, "model@1") if is_late else self.predict(sentence))
            seen.add(int(sentence.id[1:]))
        return made


class AnswersNobody(Model):
    def propose(self, sentences):
        return super().propose(sentences) or [Prediction("nobody", "model@1")]


class PartsCharacters(Model):
    def predict(self, sentence):
        if (at := sentence.text.find("\u0301")) < 1:
            return super().predict(sentence)
        return Prediction(sentence.id, "model@1", (Entity(Span(at - 1, at, "ORG"), 0.5, ("model@1",)),))


class Hashes(Model):
    def __init__(self, options, schema):
        super().__init__(options, schema)
        self.seed = hash("word")

    def predict(self, sentence):
        made = super().predict(sentence)
        return made if self.seed == hash("word") else Prediction(made.sentence, made.annotator)


NUMBERS = itertools.count()


class NewFingerprint(Model):
    def __init__(self, options, schema):
        super().__init__(options, schema)
        self.fingerprint = str(next(NUMBERS))


class HashedFingerprint(Model):
    fingerprint = str(hash("word"))


class StaysHere(Model):
    def __init__(self, options, schema):
        super().__init__(options, schema)
        self.near = lambda: None


class Insists(Model):
    def __init__(self, options, schema):
        self.schema = NEWS


class ChangesOptions(Model):
    def __init__(self, options, schema):
        super().__init__(options, schema)
        options.pop("colour", None)


class FallsOverEmoji(Model):
    def predict(self, sentence):
        sentence.text.encode("utf-8")
        return super().predict(sentence)


BROKEN = [
    (Draws, "pure"),
    (Remembers, "pure"),
    (Empties, "leaves its input alone"),
    (SeesTheBatch, "judges a sentence alone"),
    (SeesTheOrder, "keeps the order"),
    (AnswersNobody, "empty batch"),
    (PartsCharacters, "whole characters"),
    (Hashes, "deterministic across processes"),
    (NewFingerprint, "lasting fingerprint"),
    (HashedFingerprint, "lasting fingerprint"),
    (StaysHere, "travels"),
    (Insists, "abstains under a foreign schema"),
    (ChangesOptions, "leaves its input alone"),
    (FallsOverEmoji, "answers"),
]


def careful(cls):
    """Give a build function of a class, at module level under its name, that refuses options it does not know."""

    def build(options, schema):
        if set(options) - {"colour"}:
            raise UsageError("no such option")
        return cls(options, schema)

    build.__qualname__ = build.__name__ = f"build_{cls.__name__}"
    globals()[build.__name__] = build
    return build


for _cls in (Model, *(cls for cls, _ in BROKEN)):
    careful(_cls)


def clauses(build, **more):
    return {breach.clause for breach in annotator_breaches(build, {"colour": "red"}, NEWS, SHORT, **more)}


def test_a_sound_annotator_breaks_nothing():
    assert set() == clauses(globals()["build_Model"])


@pytest.mark.parametrize(("cls", "clause"), BROKEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_clause_is_named(cls, clause, monkeypatch):
    if clause not in ("deterministic across processes", "lasting fingerprint", "travels"):
        monkeypatch.setattr("builder.contracts._of_processes", lambda *_: iter(()))  # it takes seconds
    assert clause in clauses(globals()[f"build_{cls.__name__}"])


def test_options_that_change_nothing_are_told():
    assert {"telling fingerprint"} == clauses(globals()["build_Model"], other_options=[{}])


def test_an_unknown_option_must_be_refused():
    assert {"refuses unknown options"} == clauses(Model)


def stranger_build(fault):
    return lambda options, schema: plug_ins.Stranger(fault, poison="")


@pytest.mark.parametrize(("fault", "code"), plug_ins.FAULTS.items(), ids=lambda f: getattr(f, "__name__", f))
def test_an_unfit_answer_is_named_by_its_code(fault, code):
    (breach,) = annotator_breaches(stranger_build(fault), {}, NEWS)

    assert code == "E_RAISED" and breach.clause == "answers" or breach.seen.startswith(code)


def test_check_annotator_lists_what_is_broken():
    with pytest.raises(AssertionError, match="whole characters: .* parts a character"):
        check_annotator(globals()["build_PartsCharacters"], {}, NEWS)


def test_a_foreign_schema_shares_no_label():
    strange = foreign(NEWS)

    assert set() == {*NEWS.entity_names, *NEWS.sentence_names} & {*strange.entity_names, *strange.sentence_names}
    assert (len(NEWS.entity), len(NEWS.sentence)) == (len(strange.entity), len(strange.sentence))
