"""Where Chinese and English sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.text.graphemes import is_edge
from builder.text.sentences import CAP, parts_of, split
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


@pytest.mark.parametrize(
    "sentences",
    [
        ["增长3.5%。", "下降0.8%。"],
        ["2024年GDP增长5.2%.", "人均收入增长6.1%."],
        ["他在1.5米处停下。", "然后走了。"],
        ["访问www.example.com。", "谢谢。"],
        ["见https://example.com/a?b=c。", "完。"],
        ["邮箱是news@example.com。", "电话另附。"],
        ["他想……", "走了。"],
        ["他说：“等等……”", "没人回答。"],
        ["什么？！", "不可能！！！", "真的吗？？"],
        ["他说：“好。”", "大家笑了。"],
        ["他说“好”。", "大家笑了。"],
        ["他问：“好吗？”", "没人答。"],
        ["他说：『好。』", "大家笑了。"],
        ["他说：「好。」", "大家笑了。"],
        ["他说：「今天开会。", "明天休息。」", "大家笑了。"],
        ["（一）总则。", "（二）附则。"],
        ["1.总则。", "2.附则。"],
        ["一、总则。", "二、附则。"],
        ["《你是谁？》上映。", "票房不错。"],
        ["他看了《喂！你好。》和《再见？》。", "很喜欢。"],
        ["会议（今天召开。）很重要。", "大家参加。"],
        ["价格是3.14元。", "涨了0.5元。"],
        ["时间是8:30。", "地点不变。"],
        ["习近平主席会见了J.K.罗琳。", "双方交谈。"],
        ["U.S.政府宣布。", "中方回应。"],
        ["版本是v2.0.1。", "已发布。"],
        ['他说:"好。"', "大家笑了。"],
        ["“好！”", "他喊。"],
        ["今天天气好😀。", "明天下雨。"],
        ["今天天气好！😀", "明天下雨。"],
        ["𠮷野家开业。", "生意好。"],
        ["会议开幕.", "各方发言."],
        ["他来了!", "她走了?", "都好。"],
        ["AI是什么？", "AI是人工智能。"],
        ["见图1.2。", "见表3。"],
        ["据新华社电。", "记者李明。"],
        ["一是创新；二是协调；三是绿色。", "共三点。"],
        ["他叫阿·卜杜拉。", "来自远方。"],
        ["2024.7.4开幕。", "2024.7.6闭幕。"],
        ["“我们来了。", "我们看了。", "我们胜了。”", "他说。"],
        ["他说——等等。", "走吧。"],
        ["【快讯】会议开幕。", "【详情】各方发言。"],
        ["“真的？”", "他问。", "没人答。"],
    ],
)
def test_hard_chinese_sentences_end_here(sentences: list[str]) -> None:
    assert sentences == parts("".join(sentences))


@pytest.mark.parametrize(
    "sentences",
    [
        ["The rate rose 3.5% in May.", "It fell in June."],
        ["He lives in the U.S.", "She does not."],
        ["The U.S. economy grew.", "Europe did not."],
        ["He met Mr. and Mrs. Smith.", "They left."],
        ["See https://example.com/a.b?c=d.", "It is new."],
        ["Write to a.b@example.com.", "We answer."],
        ["Wait... what?", "Yes."],
        ["Really?!", "No!!!"],
        ['He said, "I agree."', "She nodded."],
        ["He said, “I agree.”", "She nodded."],
        ["“I agree,” he said.", "She nodded."],
        ["“Do you agree?” he asked.", "She nodded."],
        ["(He agreed.)", "She did not."],
        ["He agreed (she did not).", "They left."],
        ["1. Open the door.", "2. Close it."],
        ["It began at 9 a.m. and ended.", "Good."],
        ["It ended at 5 p.m.", "She left."],
        ["He read No. 5 of the list.", "It was short."],
        ["J. R. R. Tolkien wrote it.", "It sold."],
        ["George W. Bush spoke.", "He left."],
        ["Acme Corp. reported.", "Shares fell."],
        ["He has a Ph.D. in physics.", "She has none."],
        ["It cost $3.50.", "That is much."],
        ["Version 2.0.1 is out.", "Try it."],
        ["St. Petersburg is old.", "So is Rome."],
        ["He came vs. Liverpool.", "He scored."],
        ["On Jan. 5 it snowed.", "On Feb. 6 it did not."],
        ["The deal, i.e. the pact, is done.", "Good."],
        ["Yahoo! is a company.", "It fell."],
        ["He went to Washington, D.C., on Monday.", "He left."],
        ["She lives in Washington, D.C.", "He lives in Rome."],
        ["It was 10 p.m. Thursday in Rome.", "He slept."],
        ["Gen. Lee and Lt. Col. Ray met.", "They talked."],
        ["It's 5.", "He's 6."],
        ["“We came.", "We saw.", "We won.”", "He left."],
        ['"We came.', 'We saw."', "He left."],
        ["He works at No. 10 Downing St. in London.", "Good."],
        ["Prices rose approx. 5 percent.", "Good."],
        ["The U.N. met.", "It voted."],
        ["Great 😀!", "Thanks."],
        ["He said it was ‘over.’", "She left."],
        ["iPhone sales rose.", "eBay fell."],
        ["The E.U. and U.K. agreed.", "France did not."],
        ["Sen. John Doe (R-Tex.) spoke.", "He left."],
        ["Dr. No is a film.", "I saw it."],
        ["He left…", "She stayed."],
        ["See Fig. 3 and Sec. 4 of it.", "They differ."],
        ["He got an A. She got a B."],
    ],
)
def test_hard_english_sentences_end_here(sentences: list[str]) -> None:
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


@pytest.mark.parametrize(
    ("sentences", "quoted"),
    [
        (["他说：“会议开幕。", "各方发言。", "随后闭幕。”", "大家离开。"], [False, True, True, False]),
        (["“会议开幕。", "各方发言。”", "他说。"], [True, True, False]),
        (["“会议开幕。”", "他说。"], [False, False]),
        (["他说「会议『开幕。", "各方』发言。」", "完。"], [False, True, False]),
        (["“会议开幕。", "各方发言。"], [True, True]),
        (["会议开幕。", "各方发言。”"], [False, False]),
    ],
)
def test_a_sentence_inside_a_quotation_of_several_is_quoted(sentences: list[str], quoted: list[bool]) -> None:
    told = parts_of("".join(sentences))

    assert (sentences, quoted) == (parts("".join(sentences)), [part.is_quoted for part in told])


def test_straight_quotes_quote_too() -> None:
    assert [True, True, False] == [part.is_quoted for part in parts_of('"We agree. We will sign." He left.')]


def test_inches_quote_nothing() -> None:
    assert [False, False] == [part.is_quoted for part in parts_of("He is 6'2\" tall. She is not.")]


@pytest.mark.parametrize("unit", ["会议", "会议开幕，", "word ", "👩\u200d👩\u200d👧", "🇨🇳", "e\u0301", "aé, "])
def test_what_never_ends_is_cut_into_capped_sentences(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    told = parts_of(text)

    assert [] == [part for part in told if not part.is_capped or CAP < part.end - part.start]
    assert text.replace(" ", "") == "".join(text[part.start : part.end] for part in told).replace(" ", "")
    assert [] == [part for part in told[:9] if not (is_edge(text, part.start) and is_edge(text, part.end))]


def test_a_long_sentence_is_cut_after_a_comma() -> None:
    text = "会" * 1700 + "，" + "议" * 1000

    assert [(0, 1701), (1701, 2701)] == split(text)


def test_what_is_one_character_is_never_cut() -> None:
    text = "e" + "\u0301" * 5000

    assert [(0, 5001)] == split(text)


def test_a_sentence_that_ends_is_not_capped() -> None:
    assert [False, True, True, False] == [part.is_capped for part in parts_of("开幕。" + "会" * 2500 + "。闭幕。")]
