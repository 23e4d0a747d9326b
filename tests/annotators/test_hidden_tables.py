"""The arrays of jieba's hidden Markov model, from its tables and from the cache."""

from dataclasses import astuple

import numpy as np
import pytest

from builder.annotators import built, hidden_tables, reference_tagger
from builder.annotators.hidden_states import model


@pytest.fixture(scope="module")
def made():
    return model(*reference_tagger.hidden_markov_tables())


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))
    return tmp_path


def same(one, other) -> bool:
    pairs = zip(astuple(one), astuple(other), strict=True)
    return all(np.array_equal(np.array(a), np.array(b)) and np.array(a).dtype == np.array(b).dtype for a, b in pairs)


def test_what_was_written_is_read_as_it_was(made):
    assert same(made, hidden_tables.read(hidden_tables.written(made)))


def test_the_tables_are_turned_into_arrays_once(made, monkeypatch):
    first = hidden_tables.shipped()
    monkeypatch.setattr(reference_tagger, "hidden_markov_tables", lambda: pytest.fail("read twice"))

    assert same(made, first)
    assert same(made, hidden_tables.shipped())


def test_a_kept_file_of_another_shape_is_made_again(made, cache):
    hidden_tables.shipped()
    (path,) = (cache / "tagger").iterdir()
    built.keep(path, b"something else", 1)

    assert same(made, hidden_tables.shipped())
    assert hidden_tables.written(made) == built.read(path)


def test_other_tables_have_another_name(monkeypatch, tmp_path):
    before = reference_tagger.tables_digest()
    (tmp_path / "other.p").write_bytes(b"other")
    monkeypatch.setattr(reference_tagger, "_pickles", lambda: [tmp_path / "other.p"])

    assert before != reference_tagger.tables_digest()


def test_tables_that_are_no_files_are_not_kept(made, monkeypatch, cache):
    monkeypatch.setattr(hidden_tables.reference_tagger, "tables_digest", lambda: None)

    assert same(made, hidden_tables.shipped())
    assert [] == list(cache.iterdir())
