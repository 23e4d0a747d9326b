"""What a paragraph is by its own words."""

from __future__ import annotations

import pytest

from builder.reading import Kind
from builder.text.kinds import is_plain_sentence, is_title, kind_of


@pytest.mark.parametrize(
    ("paragraph", "kind"),
    [
        ("会议今天在这里开幕，各方发言。", None),
        ("The meeting opened on Thursday, officials said.", None),
        ("2024-07-04 10:30", Kind.TIMESTAMP),
        ("2024-07-04 20:36 Last Updated At:22:47", Kind.TIMESTAMP),
        ("Published 3 March 2025, 10:15 GMT", Kind.TIMESTAMP),
        ("发布时间：2024年7月4日", Kind.TIMESTAMP),
        ("发布时间：2024-07-05 10:20  来源：青河网", Kind.TIMESTAMP),
        ("Last Updated: 2024-07-04", Kind.TIMESTAMP),
        ("会议7月4日在上海举行", None),
        ("新华社记者 李明 摄", Kind.CREDIT),
        ("新华社 图", Kind.CREDIT),
        ("Photo by Jia Wen, River News", Kind.CREDIT),
        ("By Jane Doe", Kind.BYLINE),
        ("By Friday evening the talks had ended", None),
        ("本报记者 林小雨", Kind.BYLINE),
        ("责任编辑：林小雨", Kind.BYLINE),
        ("据新华社电", Kind.SOURCE),
        ("据新华社报道，会议开幕。", None),
        ("据统计今年增长五成", None),
        ("Next Article", Kind.NAVIGATION),
        ("首页 > 新闻 > 国际", Kind.NAVIGATION),
        ("Home | World | Politics", Kind.NAVIGATION),
        ("Home prices fall in July", None),
        ("Next year the plan starts.", None),
        ("更多国家加入倡议", None),
        ("相关阅读", Kind.NAVIGATION),
        ("Skip to main content", Kind.NAVIGATION),
        ("123", Kind.NAVIGATION),
        ("news@example.com", Kind.CONTACT),
        ("→ 联系我们 news@example.com", Kind.CONTACT),
        ("热线：400-000-1234", Kind.CONTACT),
        ("图为会议现场。", Kind.CAPTION),
        ("Photo: the palace at night.", Kind.CREDIT),
        ("File photo: the palace at night", Kind.CAPTION),
    ],
)
def test_a_paragraph_says_what_it_is(paragraph: str, kind: Kind | None) -> None:
    assert kind == kind_of(paragraph)


@pytest.mark.parametrize(
    "title", ["世界人工智能大会开幕", "Leaders meet in Astana", "Talks, Trade and Tides at the Summit"]
)
def test_a_short_line_that_does_not_end_may_be_a_title(title: str) -> None:
    assert is_title(title)


@pytest.mark.parametrize(
    "text", ["会议开幕。", "与会各方，以及", "论坛闭幕。各方代表", "the talks, which had begun in May"]
)
def test_a_clause_is_no_title(text: str) -> None:
    assert not is_title(text)


def test_a_caption_neither_asks_nor_quotes() -> None:
    assert is_plain_sentence("晨光中的独立宫外景。")
    assert not is_plain_sentence("他说：“会议已经开幕。”")
    assert not is_plain_sentence("会议什么时候开幕？")
