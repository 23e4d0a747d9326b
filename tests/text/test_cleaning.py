"""What cleaning takes out of a page, what it leaves, and that it never takes a letter."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.text.cleaning import edits
from builder.text.edits import apply
from tests.strategies import PAGES

ZH_COLUMN = "上海合作组织成员国元首理事会会议在独立宫举行\n与会各方就深化合作达成共识。"


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
        pytest.param("人 工智 能", "人工智能", id="spaces between Han characters"),
        pytest.param("会议\u3000开幕，\u00a0他说", "会议开幕，他说", id="ideographic and no-break spaces"),
        pytest.param("他说 ，好", "他说，好", id="space before a mark"),
        pytest.param(ZH_COLUMN, ZH_COLUMN.replace("\n", ""), id="a Chinese line wrap"),
        pytest.param(ZH_COLUMN.replace("\n", "\r\n"), ZH_COLUMN.replace("\n", ""), id="a wrap with CRLF"),
        pytest.param(
            "The meeting was held in the\npalace on Thursday.",
            "The meeting was held in the palace on Thursday.",
            id="an English line wrap",
        ),
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
        pytest.param("他们在会上讨论了来自各国代表团提出的\nAPEC方案，并达成了共识。", id="Chinese before Latin"),
        pytest.param("The meeting was held in the  \n palace on Thursday.", id="blanks around an English line wrap"),
        pytest.param(ZH_COLUMN, id="Chinese"),
    ],
)
def test_a_wrap_reads_the_same_with_either_newline(raw: str) -> None:
    assert cleaned(raw) == cleaned(raw.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("本报讯 会议开幕。", id="the space after a slug"),
        pytest.param("新华社 图", id="the space before a credit"),
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


def test_a_paragraph_indented_with_ideographic_spaces_is_read() -> None:
    """Once refused: the indent was both a stray space and a part of the line wrap."""
    raw = "上海合作组织成员国元首理事会会议在独立宫举行\n\u3000\u3000与会各方达成共识。"

    assert raw.replace("\n\u3000\u3000", "") == cleaned(raw)


@pytest.mark.parametrize("unit", [" ", "\u3000", "a\n \n", "汉 ", "\ufeff", "\n"])
def test_a_long_run_is_cleaned_in_one_pass(unit: str) -> None:
    """Once quadratic: 200 000 spaces would have taken minutes."""
    cleaned("a" + unit * 200_000 + "b")


@given(PAGES)
def test_only_blanks_and_invisible_characters_are_taken_out(raw: str) -> None:
    gone = {character for edit in edits(raw) for character in raw[edit.start : edit.end]}

    assert {character for character in gone if not character.isspace() and character.isprintable()} == set()


@given(PAGES)
def test_only_a_space_is_put_in(raw: str) -> None:
    assert {edit.text for edit in edits(raw)} <= {"", " "}


@given(PAGES)
def test_every_edit_says_why(raw: str) -> None:
    known = {"invisible character", "carriage return", "stray space", "line wrap"}

    assert {edit.reason for edit in edits(raw)} <= known
