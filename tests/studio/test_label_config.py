"""The review page: every label is on it, and no text breaks out of its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from builder.model import Label, Prediction, Sentence
from builder.reading import Kind
from builder.reviewing import Interface, Layout, PageStyle
from builder.schema import LabelSchema, read_schema, shipped_schemas
from builder.studio import article_layout
from builder.studio.article_layout import Article, Stretch
from builder.studio.codec import Passage, task_of
from builder.studio.label_config import instruction, label_config
from tests.test_schema import small

SHOWABLE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff", min_codepoint=32))
HOSTILE = ['"/><Choices name="x"', "<script>alert(1)</script>", "&amp;&", "'\"", "]]>", "<!--", "$text", "😀𠮷"]


LAYOUTS: tuple[Layout, ...] = ("sentence", "article")
each_layout = pytest.mark.parametrize("layout", LAYOUTS)


def page(schema: LabelSchema, layout: Layout = "sentence", interface: Interface = "both") -> Element:
    return fromstring(label_config(schema, PageStyle(layout, interface)))


def entities(found: Element) -> list[Element]:
    return found.findall(".//Labels[@name='entity']/Label")


def titled(title: str) -> LabelSchema:
    """Give the small schema another title and guideline for its first label."""
    whole: dict[str, Any] = small().model_dump(mode="json")
    whole["entity"][0] |= {"title": {"zh": title}, "guideline": {"en": title}}
    return LabelSchema.model_validate(whole)


def outline(element: Element) -> list[Any]:
    return [element.tag, sorted(element.attrib), [outline(child) for child in element]]


@each_layout
@pytest.mark.parametrize("name", shipped_schemas())
def test_every_label_of_a_shipped_schema_is_on_its_page(name: str, layout: Layout) -> None:
    schema = read_schema(name, Path())
    found = page(schema, layout)

    assert list(schema.entity_names) == [label.get("alias") for label in entities(found)]
    assert list(schema.sentence_names) == [label.get("alias") for label in found.iterfind(".//Choices/Choice")]


@each_layout
@pytest.mark.parametrize("name", shipped_schemas())
def test_every_hotkey_and_colour_is_on_the_page(name: str, layout: Layout) -> None:
    schema = read_schema(name, Path())
    found = [*entities(page(schema, layout)), *page(schema, layout).iterfind(".//Choices/Choice")]

    assert [label.hotkey for label in (*schema.entity, *schema.sentence)] == [one.get("hotkey") for one in found]
    assert [label.color for label in schema.entity] == [one.get("background") for one in found if one.tag == "Label"]


def test_every_control_speaks_of_the_sentence() -> None:
    controls = [one for one in page(small()).iter() if one.get("toName")]

    assert [("entity", "text"), ("label", "text"), ("comment", "text")] == [
        (one.get("name"), one.get("toName")) for one in controls
    ]


def article_task(label: str | None = None) -> dict[str, Any]:
    """Make the task of an article of one sentence, for which this label is proposed."""
    stretch = Stretch.of([Sentence("id", "d", 0, 0, 1, Kind.BODY, "zh", "会")], "会")
    prediction = Prediction("id", "combine@1", (), Label(label, 0.5, ()) if label else None)
    return article_layout.task_of(Article(stretch, "题", "前", "后", "page.txt"), [prediction], small(), "batch")


@each_layout
def test_every_text_on_the_page_is_in_a_task(layout: Layout) -> None:
    shown = {one.get("value", "") for one in page(small(), layout).iter() if one.get("value", "").startswith("$")}

    sentence = Sentence("id", "d", 0, 0, 1, Kind.BODY, "zh", "会")
    passage = Passage(sentence, "题", "前", "后", "page.txt")
    one = task_of(passage, Prediction("id", "combine@1"), small(), "batch") if layout == "sentence" else article_task()

    assert "$text" in shown
    assert shown <= {f"${key}" for key in one["data"]}


@each_layout
@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_inside_its_attribute(title: str, layout: Layout) -> None:
    assert outline(page(small(), layout)) == outline(page(titled(title), layout))


def test_every_control_of_an_article_speaks_of_its_text() -> None:
    controls = [one for one in page(small(), "article").iter() if one.get("toName")]

    assert [("entity", "text"), ("sentence", "text"), ("label", "text"), ("comment", "text")] == [
        (one.get("name"), one.get("toName")) for one in controls
    ]


def test_a_sentence_whose_label_is_asked_for_no_more_still_asks_for_a_label_and_is_offered_none_of_old() -> None:
    known = small().sentence_names
    found = fromstring(label_config(small(), PageStyle("article"), ["gone", *known, "gone"]))
    choices, marks = found.find(".//Choices"), found.findall(".//Labels[@name='sentence']/Label")

    assert choices is not None
    assert "s:gone" in (choices.get("whenLabelValue") or "").split(",")
    assert 1 == [mark.get("value") for mark in marks].count("s:gone")
    assert list(known) == [choice.get("alias") for choice in choices]
    assert label_config(small()) == label_config(small(), earlier=["gone"])


@pytest.mark.parametrize("label", [*small().sentence_names, None])
def test_whatever_label_is_proposed_its_sentence_has_a_colour_and_asks_for_a_label(label: str | None) -> None:
    found = page(small(), "article")
    choices, (mark, *_) = found.find(".//Choices"), article_task(label)["predictions"][0]["result"]
    (name,) = mark["value"]["labels"]

    assert choices is not None
    assert ("true", "true", "region-selected") == tuple(
        choices.get(key) for key in ("perRegion", "required", "visibleWhen")
    )
    assert name in (choices.get("whenLabelValue") or "").split(",")
    assert name in [one.get("value") for one in found.iterfind(".//Labels[@name='sentence']/Label")]


def test_nobody_is_offered_to_make_a_sentence_of_an_article() -> None:
    found = page(small(), "article")

    assert found.find(".//View[@className='builder-layer']/Labels[@name='sentence']") is not None
    assert ".builder-layer{display:none}" in (found.findtext("Style") or "")
    assert [] == [one for one in found.iterfind(".//Labels[@name='sentence']/Label") if one.get("hotkey")]


@each_layout
@pytest.mark.parametrize(
    ("interface", "title", "hint", "placeholder"),
    [
        ("both", "PERSON 人物", "人名 / Names of people", "备注 · comment"),
        ("zh", "PERSON 人物", "人名", "备注"),
        ("en", "PERSON Person", "Names of people", "comment"),
    ],
)
def test_the_page_speaks_the_language_it_is_asked_to(
    layout: Layout, interface: Interface, title: str, hint: str, placeholder: str
) -> None:
    found = page(small(), layout, interface)
    comment = found.find(".//TextArea")

    assert comment is not None
    assert (title, hint, placeholder) == (
        entities(found)[0].get("value"), entities(found)[0].get("hint"), comment.get("placeholder"))  # fmt: skip


def test_a_schema_without_the_language_asked_for_shows_what_it_has() -> None:
    whole = small().model_dump(mode="json") | {"instruction": {"zh": "读"}}

    assert "<p>读</p>" == instruction(LabelSchema.model_validate(whole), PageStyle("article", "en"))


@pytest.mark.parametrize(
    ("interface", "told"),
    [("both", "<p>请读</p><br><p>Read</p>"), ("zh", "<p>请读</p>"), ("en", "<p>Read</p>")],
)
def test_the_instruction_speaks_the_language_it_is_asked_to(interface: Interface, told: str) -> None:
    assert told == instruction(small(), PageStyle("sentence", interface))


@given(SHOWABLE)
def test_any_title_that_a_schema_may_hold_reads_back(title: str) -> None:
    label = page(titled(title)).find(".//Labels/Label")

    assert label is not None
    assert (f"PERSON {title}".strip(), title) == (label.get("value"), label.get("hint"))


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1b", "\ufffe", "\uffff"])
def test_a_title_that_xml_cannot_hold_is_refused_by_the_schema(character: str) -> None:
    with pytest.raises(ValidationError):
        titled(f"人{character}")


def test_the_instruction_is_escaped() -> None:
    whole = small().model_dump(mode="json") | {"instruction": {"en": "<b>Read</b> & mark"}}

    assert "<p>&lt;b&gt;Read&lt;/b&gt; &amp; mark</p>" == instruction(LabelSchema.model_validate(whole))


def test_the_instruction_keeps_its_lines() -> None:
    whole = small().model_dump(mode="json") | {"instruction": {"zh": "读\n标\n", "en": "read\nmark\n"}}

    assert "<p>读<br>标</p><br><p>read<br>mark</p>" == instruction(LabelSchema.model_validate(whole))
