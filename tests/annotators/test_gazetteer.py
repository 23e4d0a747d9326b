"""Known names, and the user's own."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import gazetteer
from builder.annotators.gazetteer import Gazetteer, Meaning
from builder.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("乌兹别克斯坦代表团抵达。", {("乌兹别克斯坦", "GPE")}),
        ("Kazakh and Belarusian envoys met in Astana.", {("Kazakh", "GPE"), ("Belarusian", "GPE"), ("Astana", "GPE")}),
        ("The SCO was founded.", {("SCO", "ORG")}),
        ("上合组织成员国", {("上合组织", "ORG")}),
        ("South Africa is in Africa.", {("South Africa", "GPE"), ("Africa", "LOCATION")}),
        ("东南亚各国", {("东南亚", "LOCATION")}),
        ("They flew to the U.S. today.", {("U.S.", "GPE")}),
        ("帮助发展中国家加强能力建设", set()),
        ("Chinatown and Indianapolitans", set()),
        ("马里奥走了", set()),
        ("Dubai crude and Iraq crude rose.", {("Iraq", "GPE")}),
        ("Brent rose, and Jakarta fell.", {("Jakarta", "GPE")}),
        ("@Queen_UK wrote.", set()),
    ],
)
def test_the_longest_whole_name_is_proposed(news, shown, text, expected):
    assert expected == shown(gazetteer.build({}, news), text)


def test_the_users_terms_win_over_shipped_ones(news, shown, tmp_path):
    (tmp_path / "terms.tsv").write_text("上海精神\tCONCEPT\nSCO\tEVENT\n", "utf-8")
    annotator = gazetteer.build({"terms": str(tmp_path / "terms.tsv")}, news)

    assert {("上海精神", "CONCEPT"), ("SCO", "EVENT")} == shown(annotator, "上海精神 SCO")


def test_other_terms_give_another_fingerprint(news, tmp_path):
    (tmp_path / "terms.tsv").write_text("晨星\tORG\n", "utf-8")
    own = gazetteer.build({"terms": str(tmp_path / "terms.tsv")}, news)

    assert gazetteer.build({}, news).fingerprint != own.fingerprint


@pytest.mark.parametrize("line", ["晨星", "晨星\t", "晨星\tORGS"])
def test_an_unsound_line_is_refused_with_its_number(news, tmp_path, line):
    (tmp_path / "terms.tsv").write_text(f"好\tORG\n{line}\n", "utf-8")

    with pytest.raises(UsageError, match="terms.tsv:2"):
        gazetteer.build({"terms": str(tmp_path / "terms.tsv")}, news)


@pytest.mark.parametrize("name", ["nowhere.tsv", "folder", "gbk.tsv", "\0"])
def test_what_is_no_readable_file_is_refused_by_its_name(news, tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "gbk.tsv").write_bytes("晨星\tORG".encode("gbk"))

    with pytest.raises(UsageError, match=re.escape(f"gazetteer: terms = {str(tmp_path / name)!r}")):
        gazetteer.build({"terms": str(tmp_path / name)}, news)


def test_a_schema_with_one_known_label_gets_only_that_label(make_schema, shown):
    assert {("SCO", "ORG")} == shown(gazetteer.build({}, make_schema(["ORG"])), "The SCO met in Astana.")


def test_names_of_one_thing_share_an_id(news):
    shipped = gazetteer.build({}, news)

    assert {"SCO"} == {shipped.identity(name) for name in ("上海合作组织", "上合组织", "SCO")}
    assert shipped.identity("Kazakhstan") == shipped.identity("哈萨克斯坦")
    assert "" == shipped.identity("晨星")


def test_the_users_third_column_is_an_id(news, tmp_path):
    (tmp_path / "terms.tsv").write_text("晨星集团\tORG\tSTAR\n\n晨星\tORG\tSTAR\r\n", "utf-8")
    own = gazetteer.build({"terms": str(tmp_path / "terms.tsv")}, news)

    assert ("STAR", "STAR") == (own.identity("晨星集团"), own.identity("晨星"))


def test_another_id_gives_another_fingerprint(news):
    assert Gazetteer({"晨星": Meaning("ORG", 0.9, "A")}, news).fingerprint != (
        Gazetteer({"晨星": Meaning("ORG", 0.9, "B")}, news).fingerprint
    )


def test_a_copy_for_another_process_proposes_the_same(news, make_sentence):
    annotator = gazetteer.build({}, news)
    sentences = [make_sentence("上合组织秘书长访问哈萨克斯坦。"), make_sentence("The SCO met in Astana.")]
    expected = annotator.propose(sentences)

    assert expected == pickle.loads(pickle.dumps(annotator)).propose(sentences)


def test_half_a_surrogate_pair_hides_nothing_else(news):
    found = Gazetteer({"晨星": Meaning("ORG", 0.9)}, news).find(["晨\ud83d晨星"])

    assert [[(2, 4, "ORG", 0.9)]] == found


def test_a_longer_hit_inside_a_word_does_not_hide_a_shorter_whole_one(news):
    """'New York T' is no word of 'New York Times', 'New York' is."""
    annotator = Gazetteer({"New York T": Meaning("ORG", 0.9), "New York": Meaning("GPE", 0.9)}, news)

    assert [[(0, 8, "GPE", 0.9)]] == annotator.find(["New York Times"])


letters = st.text("abA 上海省1\0", min_size=1, max_size=4)


@given(
    st.lists(letters, min_size=1, max_size=8, unique=True), st.lists(st.text("abA 上海省1\0", max_size=30), max_size=4)
)
def test_every_hit_is_its_term_and_none_is_missed(news, terms, texts):
    """The same as trying every term at every place, then taking the longest that stand alone, from the left."""
    found = Gazetteer(dict.fromkeys(terms, Meaning("ORG", 0.9)), news).find(texts)

    assert [naive(terms, text) for text in texts] == [[(one.start, one.end) for one in some] for some in found]


def naive(terms, text):
    spans = [(n, n + len(term)) for term in terms for n in range(len(text)) if text.startswith(term, n)]
    kept = []
    for start, end in sorted(filter(lambda s: alone(text, *s), spans), key=lambda s: (s[0] - s[1], s[0])):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end))
    return sorted(kept)


def alone(text, start, end):
    latin = re.compile("[a-zA-Z0-9]{2}")
    edges = [text[at - 1 : at + 1] for at in (start, end) if 0 < at < len(text)]
    return not any(latin.fullmatch(edge) for edge in edges)
