"""Where Chinese and English sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.text.sentences import split
from tests.strategies import PAGES


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["会议开幕。", "各方发言！", "结果如何？"],
        ["真的？！", "当然。"],
        ["他说：“会议开幕。", "各方发言。”", "随后闭幕。"],
        ["“你好。”", "他说。"],
        ["他读了《你好。再见！》一书。", "随后离开。"],
        ["会议（他说。真的。）开幕。", "随后闭幕。"],
        ["会议开幕。", "（完。）", "随后闭幕。"],
        ["《你好！》一书出版。", "大家鼓掌。"],
        ["他想了想……", "然后走了。"],
        ["增长3.5%。", "下降0.8%。"],
        ["第一；第二，第三：第四。", "第五。"],
        ["他笑了😀。", "𠮷野家开业。"],
        ["他说“好！”", "大家鼓掌。"],
    ],
)
def test_chinese_sentences_end_here(sentences: list[str]) -> None:
    assert sentences == parts("".join(sentences))


@pytest.mark.parametrize(
    "sentences",
    [
        ["The meeting opened.", "Leaders spoke!", "What came of it?"],
        ["Mr. Li met Dr. Chan.", "They spoke."],
        ["The U.N. General Assembly met.", "It voted."],
        ["Growth was 3.5 percent.", "It fell to 0.8."],
        ["She came at 9 p.m. on Thursday.", "He left."],
        ["She came at 9 p.m.", "The meeting opened."],
        ["J. K. Rowling spoke.", "He did not."],
        ["It was made by Acme Inc. in May.", "It sold."],
        ["It was made by Acme Inc.", "The rest is history."],
        ['"We agree.', 'We will sign."', "He left."],
        ['He said: "We agree."', '"We will sign," she said.'],
        ["“We agree.”", "“We will sign.”"],
        ["Well... maybe not.", "Yes."],
        ["e.g. this one, i.e. that.", "Done."],
        ["See example.com for more.", "Done."],
        ["The growth, vs. last year, was on Jan. 5.", "Done."],
        ["Wow! she said.", "Yes."],
        ["It opened 😀.", "All left."],
    ],
)
def test_english_sentences_end_here(sentences: list[str]) -> None:
    assert sentences == parts(" ".join(sentences))


def test_a_full_stop_between_han_characters_ends_a_sentence() -> None:
    assert ["会议开幕.", "各方发言."] == parts("会议开幕.各方发言.")


def test_mixed_languages_are_split_too() -> None:
    assert ["会议开幕。", "The SCO met.", "随后闭幕。"] == parts("会议开幕。The SCO met. 随后闭幕。")


@pytest.mark.parametrize("text", ["", " ", "\u3000\u3000", "\n", "\r\n"])
def test_blank_text_has_no_sentence(text: str) -> None:
    assert [] == split(text)


def test_what_has_no_terminator_is_one_sentence() -> None:
    assert ["没有结束"] == parts("没有结束")


def test_outer_spaces_belong_to_no_sentence() -> None:
    assert ["甲。", "乙。"] == parts("\u3000甲。 \u00a0乙。\r\n")


@given(PAGES)
def test_sentences_are_in_order_and_apart(text: str) -> None:
    bounds = [bound for pair in split(text) for bound in pair]

    assert sorted(bounds) == bounds


@given(PAGES)
def test_sentences_are_in_bounds_and_not_empty(text: str) -> None:
    assert [] == [pair for pair in split(text) if not 0 <= pair[0] < pair[1] <= len(text)]


@given(PAGES)
def test_sentences_have_no_outer_spaces(text: str) -> None:
    assert [] == [part for part in parts(text) if part != part.strip()]


@given(PAGES)
def test_nothing_but_spaces_stands_between_sentences(text: str) -> None:
    assert "".join(text.split()) == "".join("".join(parts(text)).split())


@pytest.mark.parametrize(
    "unit", ["He went home to Mr. Li. ", "他回家了《真的。》。", "U.N. ", ".", "“", '"Yes." ', "（"]
)
def test_a_very_long_paragraph_is_split_in_one_pass(unit: str) -> None:
    """Once quadratic: five thousand English sentences in one paragraph took a minute and a half."""
    text = unit * 10_000

    assert "".join(text.split()) == "".join("".join(parts(text)).split())
