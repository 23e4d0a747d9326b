"""Which language a text is in, how wide it is, and whether it is ended."""

from __future__ import annotations

import pytest

from builder.text.language import language_of
from builder.text.scripts import is_ended, width


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("会议开幕。", "zh"),
        ("The meeting opened.", "en"),
        ("SCO 峰会", "zh"),
        ("习 met the president of Kazakhstan", "en"),
        ("𠮷𠮷", "zh"),
        ("12:30 😀 …", "und"),
        ("", "und"),
        ("Café Zürich", "en"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, language: str) -> None:
    assert language == language_of(text)


@pytest.mark.parametrize(("text", "columns"), [("ab", 2), ("汉字", 4), ("𠮷a", 3), ("", 0), ("，", 1)])
def test_a_han_character_is_two_columns_wide(text: str, columns: int) -> None:
    assert columns == width(text)


@pytest.mark.parametrize(
    "text", ["结束。", "“结束。”", "Done.", 'He said "yes."', "真的？！", "等等……", "(Done.)", "如下：", "Done. \n"]
)
def test_a_line_is_ended_by_a_terminator_within_quotes_or_not(text: str) -> None:
    assert is_ended(text)


@pytest.mark.parametrize("text", ["未完", "he said,", "他说，", "", "3.5", "“引号”"])
def test_a_line_that_goes_on_is_not_ended(text: str) -> None:
    assert not is_ended(text)
