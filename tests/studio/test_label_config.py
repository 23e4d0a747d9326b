"""The review page: every label is on it, and no text breaks out of its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from builder.model import Prediction, Sentence
from builder.reading import Kind
from builder.schema import LabelSchema, read_schema, shipped_schemas
from builder.studio.codec import Passage, task_of
from builder.studio.label_config import instruction, label_config
from tests.test_schema import small

SHOWABLE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff", min_codepoint=32))
HOSTILE = ['"/><Choices name="x"', "<script>alert(1)</script>", "&amp;&", "'\"", "]]>", "<!--", "$text", "😀𠮷"]


def page(schema: LabelSchema) -> Element:
    return fromstring(label_config(schema))


def titled(title: str) -> LabelSchema:
    """Give the small schema another title and guideline for its first label."""
    whole: dict[str, Any] = small().model_dump(mode="json")
    whole["entity"][0] |= {"title": {"zh": title}, "guideline": {"en": title}}
    return LabelSchema.model_validate(whole)


def outline(element: Element) -> list[Any]:
    return [element.tag, sorted(element.attrib), [outline(child) for child in element]]


@pytest.mark.parametrize("name", shipped_schemas())
def test_every_label_of_a_shipped_schema_is_on_its_page(name: str) -> None:
    schema = read_schema(name, Path())
    found = page(schema)

    assert list(schema.entity_names) == [label.get("alias") for label in found.iterfind(".//Labels/Label")]
    assert list(schema.sentence_names) == [label.get("alias") for label in found.iterfind(".//Choices/Choice")]


@pytest.mark.parametrize("name", shipped_schemas())
def test_every_hotkey_and_colour_is_on_the_page(name: str) -> None:
    schema = read_schema(name, Path())
    found = [*page(schema).iterfind(".//Labels/Label"), *page(schema).iterfind(".//Choices/Choice")]

    assert [label.hotkey for label in (*schema.entity, *schema.sentence)] == [one.get("hotkey") for one in found]
    assert [label.color for label in schema.entity] == [one.get("background") for one in found if one.tag == "Label"]


def test_every_control_speaks_of_the_sentence() -> None:
    controls = [one for one in page(small()).iter() if one.get("toName")]

    assert [("entity", "text"), ("label", "text"), ("comment", "text")] == [
        (one.get("name"), one.get("toName")) for one in controls
    ]


def test_every_text_on_the_page_is_in_a_task() -> None:
    shown = {one.get("value", "") for one in page(small()).iter() if one.get("value", "").startswith("$")}

    sentence = Sentence("id", "d", 0, 0, 1, Kind.BODY, "zh", "会")
    task = task_of(Passage(sentence, "题", "前", "后", "page.txt"), Prediction("id", "combine@1"), small(), "batch")

    assert "$text" in shown
    assert shown <= {f"${key}" for key in task["data"]}


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_inside_its_attribute(title: str) -> None:
    assert outline(page(small())) == outline(page(titled(title)))


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
