"""Chinese names by part of speech, merged into full mentions."""

import pytest

from builder.annotators import jieba_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("陈志远和李明出席会议。", ("陈志远", "PERSON")),
        ("部长阴和俊出席会议。", ("阴和俊", "PERSON")),
        ("总统米尔济约耶夫主持会议。", ("米尔济约耶夫", "PERSON")),
        ("来自卡瑟姆·托卡耶夫的贺电", ("卡瑟姆·托卡耶夫", "PERSON")),
        ("法国总统马克龙抵达北京。", ("总统", "TITLE")),
        ("国家主席习近平发表讲话。", ("国家主席", "TITLE")),
        ("中国人民银行宣布降息。", ("中国人民银行", "ORG")),
        ("代表团访问了南京大学。", ("南京大学", "ORG")),
        ("代表团抵达杭州。", ("杭州", "GPE")),
        ("中美两国举行会谈。", ("美", "GPE")),
        ("游客登上阿里山。", ("阿里山", "LOCATION")),
    ],
)
def test_a_full_mention_is_proposed(news, shown, text, expected):
    assert expected in shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    "text", ["他担任轮值主席国代表。", "明天多云转小雨。", "各国领导人集体合影。", "帮助发展中国家加强能力建设。"]
)
def test_ordinary_words_are_no_names(news, shown, text):
    assert set() == shown(jieba_names.build({}, news), text)


def test_an_english_sentence_makes_it_abstain(news, make_sentence):
    (prediction,) = jieba_names.build({}, news).propose([make_sentence("Xi Jinping visited France.")])

    assert prediction.entities is None


def test_a_chinese_sentence_without_names_is_looked_at(news, make_sentence):
    (prediction,) = jieba_names.build({}, news).propose([make_sentence("会议开始了。")])

    assert () == prediction.entities
