"""Shapes: dates, quantities, marks, meetings."""

import re
from re import _constants
from re import _parser as parser

import pytest

from builder.annotators import pattern
from builder.annotators.patterns import english, marks, numbers_zh

LOOPS, MANY = (_constants.MAX_REPEAT, _constants.MIN_REPEAT), 1000

CASES = [
    ("会议于7月4日上午举行。", ("7月4日上午", "DATE")),
    ("接任2024至2025年度主席", ("2024至2025年度", "DATE")),
    ("2018年首届大会召开", ("2018年", "DATE")),
    ("论坛昨天举行", ("昨天", "DATE")),
    ("成立23年后", ("23年", "QUANTITY")),
    ("成员国增加到10个。", ("10个", "QUANTITY")),
    ("约1000人出席", ("约1000人", "QUANTITY")),
    ("30余个国家参加", ("30余个", "QUANTITY")),
    ("增长5.2%。", ("5.2%", "QUANTITY")),
    ("投资3.5亿元。", ("3.5亿元", "QUANTITY")),
    ("发表《上海宣言》。", ("上海宣言", "DOCUMENT")),
    ("坚持“上海精神”。", ("上海精神", "CONCEPT")),
    ("李强出席2024世界人工智能大会并致辞", ("2024世界人工智能大会", "EVENT")),
    ("向第78届联合国大会提出", ("第78届联合国大会", "EVENT")),
    ("会议决定第六届中欧论坛在上海举行。", ("第六届中欧论坛", "EVENT")),
    ("上海合作组织成员国元首理事会第二十四次会议", ("上海合作组织成员国元首理事会第二十四次会议", "EVENT")),
    ("He brokered the Oslo peace accords.", ("Oslo peace accords", "DOCUMENT")),
    ("The Kyoto protocol was signed.", ("Kyoto protocol", "DOCUMENT")),
    ("On Thursday they met.", ("Thursday", "DATE")),
    ("It was passed in May of this year.", ("May of this year", "DATE")),
    ("released in February last year.", ("February last year", "DATE")),
    ("founded in 2018 by them", ("2018", "DATE")),
    ("It grew for 23 years.", ("23 years", "QUANTITY")),
    ("More than 500 companies came.", ("More than 500", "QUANTITY")),
    ("It paid $3.5 million.", ("$3.5 million", "QUANTITY")),
    ('risks from "small yard, high fences."', ("small yard, high fences", "CONCEPT")),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_telling_shape_is_proposed(news, shown, text, expected):
    assert expected in shown(pattern.build({}, news), text)


@pytest.mark.parametrize(
    "text",
    [
        "这是一个会议。",
        "出席峰会。",
        "第24次",
        "他说：“我们要守住安全底线，维护发展权利。”",
        "The meeting was good.",
        "SCO said so.",
        "It signed the Russian treaty, the treaty, and a Riga protocol.",
    ],
)
def test_plain_words_are_left_alone(news, shown, text):
    assert set() == shown(pattern.build({}, news), text)


def compiled():
    modules = (english, marks, numbers_zh)
    return [value for module in modules for value in vars(module).values() if isinstance(value, re.Pattern)]


def repeats(tree, depth=0):
    """Give how many unbounded repeats stand inside each other at every place of a parsed expression."""
    for code, argument in tree:
        deeper = depth + (code in LOOPS and MANY <= argument[1])
        yield deeper
        for inner in argument if isinstance(argument, (list, tuple)) else ():
            for subtree in inner if isinstance(inner, list) else (inner,):
                if isinstance(subtree, parser.SubPattern):
                    yield from repeats(subtree, deeper)


@pytest.mark.parametrize("expression", compiled(), ids=lambda expression: expression.pattern[:20])
def test_no_expression_repeats_without_a_bound(expression):
    assert 0 == max(repeats(parser.parse(expression.pattern, expression.flags)))


def test_the_check_sees_an_unbounded_repeat():
    assert 2 == max(repeats(parser.parse("(?:a+b)+")))
