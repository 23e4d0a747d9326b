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
        ("会上，卡拉吉斯坦总统扎帕罗夫发言。", ("卡拉吉斯坦", "GPE")),
    ],
)
def test_a_full_mention_is_proposed(news, shown, text, expected):
    assert expected in shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    "text",
    [
        "他担任轮值主席国代表。",
        "明天多云转小雨。",
        "各国领导人集体合影。",
        "帮助发展中国家加强能力建设。",
        "首次作为成员国出席会议。",
        "体育馆可容纳三千人。",
        "项目陈述获得评委称赞。",
        "我们都爱看电影···幸福",
    ],
)
def test_ordinary_words_are_no_names(news, shown, text):
    assert set() == shown(jieba_names.build({}, news), text)


def test_an_english_sentence_makes_it_abstain(news, make_sentence):
    (prediction,) = jieba_names.build({}, news).propose([make_sentence("Xi Jinping visited France.")])

    assert prediction.entities is None


def test_a_chinese_sentence_without_names_is_looked_at(news, make_sentence):
    (prediction,) = jieba_names.build({}, news).propose([make_sentence("会议开始了。")])

    assert () == prediction.entities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("李大海表示，船已到港。", ("李大海", "PERSON")),
        ("赵志强在会上发言。", ("赵志强", "PERSON")),
        ("记者张晓雯、刘洋报道", ("刘洋", "PERSON")),
        ("王小姐说她不去。", ("王", "PERSON")),
        ("李大娘去世后，邻居很难过。", ("李", "PERSON")),
        ("警方发言人高云江说：", ("高云江", "PERSON")),
        ("学习邓小平理论。", ("邓小平", "PERSON")),
    ],
)
def test_a_chinese_name_is_told_by_its_neighbours(news, shown, text, expected):
    assert expected in shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("候选人帕斯特拉纳说：", ("帕斯特拉纳", "PERSON")),
        ("来访的外长阿卜杜勒阿提", ("阿卜杜勒阿提", "PERSON")),
        ("首相桥本龙太郎发表讲话。", ("桥本龙太郎", "PERSON")),
        ("作家井上靖说，他喜欢敦煌。", ("井上靖", "PERSON")),
        ("总统金大中、议长朴正元出席。", ("朴正元", "PERSON")),
        ("他见到了约翰·史密斯。", ("约翰·史密斯", "PERSON")),
        ("巴颂·差亚翁说，会议推迟了。", ("巴颂·差亚翁", "PERSON")),
        ("协会会长差猜·春哈旺出席。", ("差猜·春哈旺", "PERSON")),
        ("印度前总理拉·甘地访问了这里。", ("拉·甘地", "PERSON")),
        ("荷兰人维姆·杜伊森贝赫出任行长。", ("维姆·杜伊森贝赫", "PERSON")),
        ("主管阿夏克·罗伊博士表示同意。", ("阿夏克·罗伊", "PERSON")),
    ],
)
def test_a_name_from_abroad_is_joined(news, shown, text, expected):
    assert expected in shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("墨美两国签署协议。", {("墨", "GPE"), ("美", "GPE")}),
        ("中方对此表示欢迎。", {("中", "GPE")}),
        ("英国大使驻华五年。", {("华", "GPE")}),
        ("甘棠镇发展蘑菇种植。", {("甘棠镇", "GPE")}),
        ("中东地区局势紧张。", {("中东", "LOCATION")}),
        ("江城市长江大桥通车了。", {("长江大桥", "LOCATION")}),
    ],
)
def test_a_place_is_told_by_its_characters(news, shown, text, expected):
    assert expected <= shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中国文化扶贫委员会成立。", ("中国文化扶贫委员会", "ORG")),
        ("智利队先进一球。", ("智利队", "ORG")),
        ("丹麦男队夺冠。", ("丹麦男队", "ORG")),
        ("吉林省委书记到会。", ("吉林省委", "ORG")),
        ("会见美国财政部长。", ("美国财政部", "ORG")),
        ("李嘉诚基金会另捐一笔。", ("李嘉诚基金会", "ORG")),
        ("南京市中级人民法院开庭。", ("南京市中级人民法院", "ORG")),
        ("东盟经济委员会开会。", ("东盟经济委员会", "ORG")),
    ],
)
def test_an_organisation_grows_to_its_ending(news, shown, text, expected):
    assert expected in shown(jieba_names.build({}, news), text)


@pytest.mark.parametrize(
    "text",
    ["在池塘边休息。", "要严格执法，热情服务。", "他康庄大道走到底。", "学习进程不能中断。", "各级团组织要努力。",
     "改革国际金融格局。", "美好事物人人向往。"],
)  # fmt: skip
def test_words_that_the_tagger_takes_for_names_are_none(news, shown, text):
    assert set() == shown(jieba_names.build({}, news), text)


def test_a_title_cuts_no_word_in_two(news, shown):
    assert "市长" not in {text for text, _ in shown(jieba_names.build({}, news), "江城市长江大桥通车了。")}


def test_a_country_and_a_common_noun_are_no_organisation(news, shown):
    assert {("美国", "GPE")} == shown(jieba_names.build({}, news), "美国军队撤离。")
