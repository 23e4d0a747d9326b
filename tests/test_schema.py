"""Label schemas: what is sound, what is refused and how, and what the digest covers."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.model import Span
from builder.reviewing import Answer
from builder.schema import LabelSchema, first_overlap, read_schema, shipped_schemas

SMALL = """
name = "small"
version = "1.0.0"
title = { zh = "小", en = "Small" }
instruction = { zh = "请读", en = "Read" }
[[entity]]
name = "PERSON"
title = { zh = "人物", en = "Person" }
color = "#112233"
hotkey = "1"
guideline = { zh = "人名", en = "Names of people" }
[[entity]]
name = "ORG"
title = { zh = "机构", en = "Organisation" }
color = "#445566"
hotkey = "2"
guideline = { zh = "机构名", en = "Names of organisations" }
[[sentence]]
name = "event"
title = { zh = "动态", en = "Event" }
color = "#112233"
hotkey = "q"
guideline = { zh = "发生的事", en = "What happened" }
[[sentence]]
name = "statement"
title = { zh = "观点", en = "Statement" }
color = "#112233"
hotkey = "w"
guideline = { zh = "说的话", en = "What was said" }
"""

SPANS = st.builds(lambda start, length: Span(start, start + length, "PERSON"), st.integers(0, 30), st.integers(1, 9))


def small(old: str = "", new: str = "") -> LabelSchema:
    """Make the small schema, with one piece of its text exchanged."""
    return LabelSchema.model_validate(tomllib.loads(changed(old, new)))


def changed(old: str, new: str) -> str:
    """Exchange one piece of the small schema's text; it must be there."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def refusal(folder: Path, text: str) -> str:
    """Write a schema, read it, and give what the reader said against it."""
    (folder / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        read_schema("mine.toml", folder)
    return str(caught.value)


def test_a_shipped_schema_is_read_by_name(tmp_path: Path) -> None:
    assert "news" == read_schema("news", tmp_path).name


@pytest.mark.parametrize("name", shipped_schemas())
def test_a_shipped_schema_is_named_like_its_file(name: str, tmp_path: Path) -> None:
    assert name == read_schema(name, tmp_path).name


def test_a_schema_file_is_found_beside_the_project(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL, "utf-8")

    assert small() == read_schema("mine.toml", tmp_path)


def test_news_publishes_its_labels_in_this_order(tmp_path: Path) -> None:
    """The order becomes class numbers: a new label goes to the end."""
    schema = read_schema("news", tmp_path)

    assert "PERSON TITLE ORG GPE LOCATION EVENT DOCUMENT DATE QUANTITY CONCEPT".split() == list(schema.entity_names)
    assert "event statement proposal decision background".split() == list(schema.sentence_names)


def test_every_text_of_news_is_in_both_languages(tmp_path: Path) -> None:
    schema = read_schema("news", tmp_path)
    labels = (*schema.entity, *schema.sentence)
    texts = (schema.title, schema.instruction, *(text for one in labels for text in (one.title, one.guideline)))

    assert [text for text in texts if not (text.get("zh") and text.get("en"))] == []


def test_colours_of_news_differ_within_each_group(tmp_path: Path) -> None:
    schema = read_schema("news", tmp_path)

    assert (10, 5) == tuple(len({label.color for label in group}) for group in (schema.entity, schema.sentence))


def test_a_misspelt_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'news'"):
        read_schema("newz", tmp_path)


def test_a_name_like_no_other_is_answered_with_the_list(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="shipped: .*news"):
        read_schema("astronomy.toml", tmp_path)


def test_a_hotkey_used_twice_is_refused(tmp_path: Path) -> None:
    assert "hotkey used twice: 1" in refusal(tmp_path, changed('hotkey = "q"', 'hotkey = "1"'))


def test_a_label_name_used_twice_is_refused(tmp_path: Path) -> None:
    assert "name used twice: PERSON" in refusal(tmp_path, changed('name = "ORG"', 'name = "PERSON"'))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('name = "small"', 'name = "small"\ncolour = "red"', "colour: "),
        ('hotkey = "2"', 'hotkey = "2"\nshortcut = "2"', "entity.1.shortcut: "),
        ('color = "#445566"', 'color = "blue"', "entity.1.color: "),
        ('hotkey = "q"', 'hotkey = "ctrl"', "sentence.0.hotkey: "),
        ('version = "1.0.0"', 'version = "one"', "version: "),
        ('{ zh = "小", en', '{ fr = "petit", en', "title.fr"),
        ('name = "small"', 'name = "small"\noverlap = "some"', "overlap: "),
    ],
)
def test_an_unsound_key_is_refused_with_its_place(old: str, new: str, where: str, tmp_path: Path) -> None:
    assert where in refusal(tmp_path, changed(old, new))


def test_a_file_that_is_not_toml_is_refused_with_its_path(tmp_path: Path) -> None:
    assert "mine.toml: " in refusal(tmp_path, "name =")


def test_the_digest_does_not_depend_on_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL, "utf-8")

    assert small().digest == read_schema("mine.toml", tmp_path).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Names of people", "Names of persons"),
        ("请读", "请细读"),
        ('name = "ORG"', 'name = "GROUP"'),
        ('version = "1.0.0"', 'version = "1.0.1"'),
    ],
)
def test_the_digest_changes_with_what_reviewers_are_asked(old: str, new: str) -> None:
    assert small().digest != small(old, new).digest


def test_an_answer_that_fits_has_no_problem() -> None:
    answer = Answer((Span(0, 2, "PERSON"), Span(2, 4, "ORG")), "event")

    assert small().problem(answer, "张三三社") is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer((Span(0, 2, "CITY"),), "event"), "label 'CITY' is not in schema 'small'"),
        (Answer((), "rumour"), "sentence label 'rumour' is not in schema 'small'"),
        (Answer((Span(0, 5, "ORG"),), "event"), "beyond the 4 characters"),
        (Answer((Span(0, 3, "ORG"), Span(2, 4, "PERSON")), None), "overlap, and schema 'small' is flat"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_why(answer: Answer, reason: str) -> None:
    assert reason in str(small().problem(answer, "张三三社"))


def test_a_nested_schema_lets_spans_overlap() -> None:
    schema = small('name = "small"', 'name = "small"\noverlap = "nested"')

    assert schema.problem(Answer((Span(0, 3, "ORG"), Span(0, 2, "PERSON")), None), "张三三社") is None


@given(st.lists(SPANS, max_size=8).map(tuple))
def test_an_overlap_is_found_exactly_when_some_two_spans_share_a_character(spans: tuple[Span, ...]) -> None:
    expected = any(a.overlaps(b) for a, b in combinations(spans, 2))

    assert expected == (first_overlap(spans) is not None)


def test_a_changed_copy_of_a_schema_is_named_anew():
    news = read_schema("news", Path(__file__).parent)
    before = (news.digest, news.entity_names)
    copied = news.model_copy(update={"entity": news.entity[:1]})

    assert before != (copied.digest, copied.entity_names)
    assert before == (news.digest, news.entity_names)
    assert (news.entity[0].name,) == copied.entity_names
