"""Terms in order, made and from the cache."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import gazetteer, ordered_terms
from builder.annotators.ordered_terms import Ordered, kept, ordered, read, written
from builder.annotators.own_terms import Meaning

TERMS = {"晨星": Meaning("ORG", 0.95, "STAR"), "Astana": Meaning("GPE", 0.9), "A\nB": Meaning("ORG", 0.1)}
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
meanings = st.builds(Meaning, st.text(max_size=3), st.floats(0, 1), st.text("aé\n", max_size=3))


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("BUILDER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gazetteer"


def made():
    return ordered(TERMS, ("1",))


@given(st.dictionaries(texts, meanings))
def test_what_was_written_is_read_as_it_was(terms):
    expected = ordered(terms, ("1",))

    assert expected == read(written(expected))


def test_terms_are_ordered_with_their_meanings():
    assert (["A\nB", "Astana", "晨星"], [TERMS["A\nB"], TERMS["Astana"], TERMS["晨星"]]) == made()[:2]


@pytest.mark.parametrize("other", [{**TERMS, "晨星": Meaning("GPE", 0.95, "STAR")}, {**TERMS, "晨": TERMS["晨星"]}, {}])
def test_other_terms_have_another_fingerprint(other):
    assert made().fingerprint != ordered(other, ("1",)).fingerprint


def test_another_version_has_another_fingerprint():
    assert made().fingerprint != ordered(TERMS, ("2",)).fingerprint


def test_terms_are_ordered_once():
    first = kept("name", b"source", made)

    assert first == kept("name", b"source", lambda: pytest.fail("made twice"))


@pytest.mark.parametrize(("name", "source"), [("other", b"source"), ("name", b"other"), ("name\0so", b"urce")])
def test_what_was_made_of_something_else_is_not_read(name, source):
    kept("name", b"source", made)
    other = Ordered([], [], "other")

    assert other == kept(name, source, lambda: other)


def test_a_damaged_file_is_made_again(cache):
    kept("name", b"source", made)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Astana", b"Almaty"))

    assert made() == kept("name", b"source", made)
    assert whole == path.read_bytes()


@pytest.mark.parametrize("body", [b"", b"[]\n", b'["f", [], 1]\n\0\0\0\0x', b'["f", [["A", 1, ""]], 2]\n' + b"\0" * 8])
def test_a_file_of_another_shape_is_made_again(cache, body):
    kept("name", b"source", made)
    (path,) = cache.iterdir()
    ordered_terms.built.keep(path, body, 1)

    assert made() == kept("name", b"source", made)


def test_a_term_with_a_nul_is_not_kept(cache):
    one = ordered({"a\0b": Meaning("ORG", 0.9)}, ("1",))

    assert one == kept("name", b"source", lambda: one) == kept("name", b"source", lambda: one)
    assert not cache.exists()


def big(path, label):
    path.write_text("".join(f"晨星{number}\t{label}\n" for number in range(20_000)), "utf-8")
    return {"terms": str(path)}


def test_a_long_list_read_again_is_the_same_gazetteer(news, tmp_path, monkeypatch):
    options = big(tmp_path / "terms.tsv", "ORG")
    first = gazetteer.build(options, news)
    monkeypatch.setattr(gazetteer, "read_terms", lambda *_: pytest.fail("read twice"))
    again = gazetteer.build(options, news)

    assert (first.texts, first.meanings, first.fingerprint) == (again.texts, again.meanings, again.fingerprint)


def test_a_changed_list_is_another_gazetteer(news, tmp_path):
    first = gazetteer.build(big(tmp_path / "terms.tsv", "ORG"), news)

    assert first.fingerprint != gazetteer.build(big(tmp_path / "terms.tsv", "GPE"), news).fingerprint


def test_another_schema_is_another_gazetteer(news, make_schema, tmp_path):
    options = big(tmp_path / "terms.tsv", "ORG")
    gazetteer.build(options, news)

    assert {"ORG", ""} == {meaning.label for meaning in gazetteer.build(options, make_schema(["ORG"])).meanings}
