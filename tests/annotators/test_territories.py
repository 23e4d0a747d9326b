"""The names of countries, from babel and from the cache."""

import pytest

from builder.annotators import built, territories


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path))
    return tmp_path


def listed():
    return territories.territories.__wrapped__()


def test_countries_are_named_in_both_languages():
    assert {("MM", "Myanmar"), ("MM", "Burma"), ("MM", "缅甸"), ("BA", "Bosnia and Herzegovina")} <= {*listed()}


def test_what_was_written_is_read_as_it_was():
    assert listed() == territories.read(territories.written(listed()))


def test_babel_is_asked_once(monkeypatch):
    first = listed()
    monkeypatch.setattr(territories, "_asked", lambda: pytest.fail("asked twice"))

    assert first == listed()


def test_a_damaged_file_is_made_again(cache):
    first = listed()
    (path,) = (cache / "territories").iterdir()
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b"Myanmar", b"Nowhere"))

    assert first == listed()
    assert kept == path.read_bytes()


def test_other_files_of_babel_have_another_name(monkeypatch):
    before = territories._name()
    monkeypatch.setattr(territories, "_SOURCES", ("core.py",))

    assert before != territories._name()


def test_names_of_a_babel_without_files_are_not_kept(monkeypatch, cache):
    first = listed()
    built_before = {*cache.rglob("*")}
    monkeypatch.setattr(territories, "_SOURCES", ("nowhere.dat",))
    monkeypatch.setattr(built, "keep", lambda *_: pytest.fail("kept"))

    assert first == listed()
    assert built_before == {*cache.rglob("*")}
