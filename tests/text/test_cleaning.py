"""What cleaning takes out of a page, what it leaves, and that it never takes a letter."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.text.cleaning import edits
from builder.text.edits import apply
from tests.strategies import PAGES


def cleaned(raw: str) -> str:
    return apply(raw, edits(raw))[0]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("\ufeff会议开幕。", "会议开幕。", id="byte order mark"),
        pytest.param("one\r\ntwo", "one\ntwo", id="carriage return before a newline"),
        pytest.param("zero\u200bwidth and soft\u00adhyphen", "zerowidth and softhyphen", id="invisible characters"),
        pytest.param("a\x00b", "ab", id="NUL"),
        pytest.param("右\u202e左", "右左", id="direction marks"),
        pytest.param("人 工智 能，好。", "人工智能，好。", id="spaces between Han characters"),
        pytest.param("会议开幕\u3000，\u00a0他说", "会议开幕，他说", id="ideographic and no-break spaces"),
        pytest.param(
            "会上，张\u3000三、李\u3000四先后发言。",
            "会上，张三、李\u3000四先后发言。",
            id="a space that widens a short name",
        ),
        pytest.param("巴西\u3000里约宣布", "巴西\u3000里约宣布", id="an ideographic space that parts"),
        pytest.param("他说 ，好", "他说，好", id="space before a mark"),
        pytest.param(
            "行 中 有 很 多 空 格：7 月 4 日", "行中有很多空格：7月4日", id="spaces beside figures on a printed page"
        ),
    ],
)
def test_noise_is_taken_out(raw: str, clean: str) -> None:
    assert clean == cleaned(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("本报讯 会议开幕。", id="the space after a slug"),
        pytest.param("新华社 图", id="the space before a credit"),
        pytest.param("本报记者 林小雨 何远", id="the spaces of a byline"),
        pytest.param("坚守初心 守望相助", id="the space of a headline"),
        pytest.param("7 月 4 日", id="a few spaces beside figures"),
        pytest.param("Xi Jinping 说", id="the space between scripts"),
        pytest.param("👩\u200d👩\u200d👧 家", id="joiners of an emoji"),
        pytest.param("𠮷野家 A", id="CJK extension B"),
        pytest.param("第一段结束了，这里的一行很长很长。\n第二段。", id="the end of a paragraph"),
        pytest.param("Milk\nBread\nEggs", id="a short list"),
        pytest.param("第一行很长很长很长很长很长很长\n\n第二段", id="a blank line"),
        pytest.param("a\u00a0b", id="a no-break space between Latin letters"),
    ],
)
def test_what_may_be_meant_is_left(raw: str) -> None:
    assert raw == cleaned(raw)


@pytest.mark.parametrize("unit", [" ", "\u3000", "a\n \n", "汉 ", "\ufeff", "\n"])
def test_a_long_run_is_cleaned_in_one_pass(unit: str) -> None:
    """Once quadratic: 200 000 spaces would have taken minutes."""
    cleaned("a" + unit * 200_000 + "b")


@given(PAGES)
def test_only_blanks_and_invisible_characters_are_taken_out(raw: str) -> None:
    gone = {character for edit in edits(raw) for character in raw[edit.start : edit.end]}

    assert {character for character in gone if not character.isspace() and character.isprintable()} == set()


@given(PAGES)
def test_every_edit_says_why(raw: str) -> None:
    known = {"invisible character", "carriage return", "control character", "no character", "stray space"}

    assert {edit.reason for edit in edits(raw)} <= known
