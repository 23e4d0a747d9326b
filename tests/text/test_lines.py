"""Lines of a page, and the paragraphs that wrapped ones make."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.text.lines import lines_of, paragraphs_of, starts_inside
from tests.strategies import PAGES

ZH_COLUMN = "上海合作组织成员国元首理事会会议在独立宫举行\n与会各方就深化合作达成共识。"


def texts(raw: str) -> list[str]:
    return [paragraph.text for paragraph in paragraphs_of(list(lines_of(raw)))]


@given(PAGES)
def test_a_line_is_its_range_of_the_page(raw: str) -> None:
    lines = list(lines_of(raw))

    assert [line.text for line in lines] == [raw[line.start : line.end] for line in lines]


@given(PAGES)
def test_no_line_is_lost(raw: str) -> None:
    assert "".join(raw.split()) == "".join("".join(line.text.split()) for line in lines_of(raw))


def test_blank_lines_and_indents_are_counted() -> None:
    assert [(0, 0), (2, 4)] == [(line.gap, line.indent) for line in lines_of("one\n\n \n\u3000\u3000two")]


@pytest.mark.parametrize(
    ("raw", "paragraphs"),
    [
        pytest.param(ZH_COLUMN, [ZH_COLUMN.replace("\n", "")], id="Chinese"),
        pytest.param(
            "The meeting was held in the\npalace on Thursday.", ["The meeting was held in the palace on Thursday."],
            id="English",
        ),
        pytest.param(
            "The meeting was held in the\npalace by Mr.\nLi on Thursday.",
            ["The meeting was held in the palace by Mr.", "Li on Thursday."], id="a short line that ends",
        ),
        pytest.param(
            "上海合作组织成员国元首理事会举行\n\u3000\u3000各方达成共识。",
            ["上海合作组织成员国元首理事会举行", "各方达成共识。"], id="an indent",
        ),
        pytest.param(
            "各国领导人合影。\n新华社记者 李明摄", ["各国领导人合影。", "新华社记者 李明摄"], id="a credit as wide",
        ),
        pytest.param("这一行很长很长。\n第二行。\n第三段。", ["这一行很长很长。", "第二行。", "第三段。"], id="an end"),
        pytest.param("Milk\nBread\nEggs", ["Milk", "Bread", "Eggs"], id="a list"),
        pytest.param("第一行很长很长很长\n\n第二段", ["第一行很长很长很长", "第二段"], id="a blank line"),
    ],
)  # fmt: skip
def test_only_wrapped_lines_are_joined(raw: str, paragraphs: list[str]) -> None:
    assert paragraphs == texts(raw)


@pytest.mark.parametrize(
    ("text", "inside"), [("and so on", True), ("，各方", True), ("的人", True), ("The end", False), ("等待", False)]
)
def test_the_middle_of_a_sentence_is_known_by_its_first_letter(text: str, inside: bool) -> None:
    assert inside == starts_inside(text)
