"""Several texts as one: words keep their places, and no rule sees past the mark between two texts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators.merging import merge
from builder.annotators.tagger import shared
from builder.annotators.tiling import MARK, joined, tiled, tiled_by
from builder.annotators.words import Token
from tests.annotators.conftest import numbered

PIECES = [
    *"总统 市长 记者 米尔济约耶夫 阴和俊 张 志远 高云 江 李 大娘 说 表示 中 美 两国 上海 金茂 大厦".split(),
    *"江苏 省 中国 人民 银行 队 省委宣传部长 · 卡瑟姆 托卡耶夫 田中 角荣 访华 抵京 新华社 方 主席 国 、 ， a".split(),
    *"\n\0",
]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), min_size=1, max_size=6)


@settings(max_examples=300)
@given(TEXTS)
def test_a_name_is_found_as_if_its_text_stood_alone(texts):
    (together,) = map(merge, shared().tilings(texts))
    alone = [merge(tiling) for text in texts for tiling in shared().tilings([text])]

    assert [found for one in alone for found in one] == together


@given(TEXTS)
def test_laid_words_are_those_of_each_text(texts):
    words = [[Token(at, at + 1, character, "x") for at, character in enumerate(text)] for text in texts]

    assert words == tiled_by(texts, words).tokens()


def test_words_begin_where_the_joined_texts_have_them():
    tiling = tiled(["杭州市", "", "好"], *numbered(["杭州", "市", MARK, MARK, "好", MARK], "ns n x x a x"))

    assert (joined(["杭州市", "", "好"]), [0, 2, 3, 4, 5, 6], [0, 4, 5]) == (
        tiling.text,
        list(tiling.begins[:-1]),
        list(tiling.borders[:-1]),
    )
