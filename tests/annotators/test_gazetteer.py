"""Known names, and the user's own."""

import re

import pytest

from builder.annotators import gazetteer
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
        ("Chinatown and Indianapolis", set()),
        ("马里奥走了", set()),
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
