"""The fast tagger gives jieba's own tokens and tags, with and without words of the caller's."""

import gc
import pickle
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators import fast_tagger, guessing, reference_tagger, tagger, viterbi
from builder.annotators.reference_tagger import ReferenceTagger, UserWord
from builder.annotators.tagger import Tagger
from tests.pages import LAYOUTS, page

TRAPS = [
    "",
    "\0",
    "好",
    "\r\n",
    "\r",
    "他说\r\n\r\r\n了",
    "3.5亿元，同比增长12%-15%，约2024年7月4日",
    "AT&T和C++、c#、江南style、小S、阿Q、4S店、T恤衫、X光",
    "abc123.5def+#&_.x1.2y",
    "a1好b2的了是",
    "γ射线与α粒子",
    "𠮷野家㐀㐁鿖鿿豈更",
    "\ud800上海\udfff",
    "😀习近平👨\u200d👩\u200d👧很高兴",
    "上海－北京-广州%的_了",
    "卡瑟姆-若马尔特·托卡耶夫会见米尔济约耶夫",
    "　　全角空格\u00a0和\u2028分隔",
    "１２３ＡＢＣ全角",
    "龘靐齉爩鱻麤龗灪吁龖厵纞虋",
    "一二三四五六七八九十百千万亿" * 30,
    "的了是在不" * 60,
    "．。…—",
    "e\u0301好",
]
CHARACTERS = st.one_of(
    st.sampled_from("中国人民银行习近平的了是在会见总统米尔济约耶夫年月日"),
    st.sampled_from("0123456789abcXYZ.+#&_-%，。《》 \r\n\t\0"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.sampled_from("𠮷㐀鿖豈😀\ud800γ\u3000・"),
    st.characters(),
)
TEXTS = st.text(CHARACTERS, max_size=40)
WORDS = st.builds(
    UserWord,
    st.text(st.sampled_from("中国人民银行习近平的了会见AB1.-%+γ㐀\0 "), min_size=1, max_size=5),
    st.one_of(st.none(), st.integers(1, 10**7)),
    st.sampled_from(("", "nr", "nt")),
)


@pytest.fixture(scope="module")
def reference():
    return reference_tagger.shared()


@pytest.fixture(scope="module", params=["numpy", "compiled"])
def decoder(request):
    """Have every tagger decode in numpy, or in machine code."""
    if request.param == "compiled":
        pytest.importorskip("numba")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_tagger, "_WORTH_COMPILING", 0 if request.param == "compiled" else float("inf"))
        yield request.param


by_either = pytest.mark.usefixtures("decoder")


def written():
    """Write a few pages of news."""
    return [page(seed, "zh", layout).raw for seed in range(2) for layout in LAYOUTS]


@by_either
@pytest.mark.parametrize("text", TRAPS, ids=ascii)
def test_a_trap_is_tagged_as_jieba_does(reference, text):
    assert [reference.tag(text)] == tagger.shared().tag([text])


@by_either
@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXTS, max_size=5))
def test_texts_side_by_side_are_tagged_as_jieba_tags_each(reference, texts):
    assert [reference.tag(text) for text in texts] == tagger.shared().tag(texts)


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_the_dictionary_alone_splits_as_jieba_does(reference, text):
    assert reference.words_of(text) == tagger.words_of(text)


@by_either
def test_pages_of_news_are_tagged_as_jieba_does(reference):
    assert [reference.tag(text) for text in written()] == tagger.shared().tag(written())


@by_either
def test_batches_do_not_show(reference, monkeypatch):
    monkeypatch.setattr(fast_tagger, "_BATCH", 500)
    monkeypatch.setattr(viterbi, "_REMEMBERED", 10)

    assert [reference.tag(text) for text in written()] == tagger.shared().tag(written())


@settings(max_examples=4, deadline=None)
@given(words=st.lists(WORDS, min_size=1, max_size=6), texts=st.lists(TEXTS, max_size=4))
def test_added_words_weigh_as_they_do_in_jieba(words, texts):
    texts = [*texts, "中国人民银行会见习近平AB1.1的了", *(word.text * 2 for word in words)]
    its = ReferenceTagger(words)

    assert [its.tag(text) for text in texts] == Tagger(words).tag(texts)


def test_thousands_of_added_words_weigh_as_they_do_in_jieba():
    rng = random.Random(7)
    text = "".join(written())
    own = rng.sample(sorted(reference_tagger.read_words()[0]), 1000)
    cut = [text[at : at + rng.randint(1, 5)] for at in rng.sample(range(len(text)), 1000)]
    words = [UserWord(word, rng.randint(1, 10**5), rng.choice(("", "ns"))) for word in [*own, *cut, *own[:50]]]
    its = ReferenceTagger(words)

    assert [its.tag(text) for text in written()] == Tagger(words).tag(written())


@by_either
def test_equal_chances_are_settled_as_in_jieba():
    """Only rounding tells 花心 + 花心花心花心 from 花心花心花心 + 花心: one count too few anywhere would show."""
    rng = random.Random(5)
    once = ["".join(rng.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯", k=2)) for _ in range(200)]
    words = [UserWord(word, rng.randint(1, 10**5), "n") for two in once for word in (two, two * 3)]
    texts = [two * 4 + "".join(rng.choices("好的是在咸", k=rng.randint(0, 4))) for two in once]
    its = ReferenceTagger(words)

    assert [its.tag(text) for text in texts] == Tagger(words).tag(texts)


def test_a_letter_of_great_weight_is_no_trap():
    words = [UserWord("A", 10**9, "nx"), UserWord("B", 10**9), UserWord("AB", 1, "nz"), UserWord("中AB", 1)]
    texts = ["AB", "中AB国", "他是AB型", "A", "没有"]
    its = ReferenceTagger(words)

    assert [its.tag(text) for text in texts] == Tagger(words).tag(texts)


def test_added_words_stay_with_their_tagger():
    Tagger([UserWord("云栖小镇来客", 10**6, "nr")]).tag(["云栖小镇来客"])

    assert "云栖小镇来客" not in [token.word for token in tagger.tokens_of("云栖小镇来客")]


def test_without_rjieba_jieba_does_it(reference, monkeypatch):
    monkeypatch.setattr(tagger, "find_spec", lambda name: None)
    texts = ["习近平在北京会见AT&T的人", "杭州"]

    assert [reference.tag(text) for text in texts] == Tagger().tag(texts)
    assert reference.words_of("南京市长江大桥") == Tagger().words_of("南京市长江大桥")


def test_words_seen_for_the_first_time_are_tagged_as_those_seen_before(reference):
    some, its = [page(7, "zh", layout).raw for layout in LAYOUTS], Tagger()

    assert [reference.tag(text) for text in some] == its.tag(some) == its.tag(some)


def test_much_text_is_worth_machine_code(reference, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setattr(fast_tagger, "_BATCH", 10)
    monkeypatch.setattr(fast_tagger, "_WORTH_COMPILING", 25)
    its, texts = Tagger(), ["卡瑟姆若马尔特会见米尔济约耶夫"] * 5

    assert [reference.tag(text) for text in texts] == its.tag(texts)
    assert its._fast._compiled is not None
    assert its._fast._guesser.decoder(much=True) is not its._fast._guesser.decoder(much=False)


@pytest.mark.parametrize("missing", ["numba", "its numpy"])
def test_without_numba_numpy_does_it(reference, monkeypatch, missing):
    monkeypatch.setattr(fast_tagger, "_WORTH_COMPILING", 0)
    if missing == "numba":
        monkeypatch.setattr(fast_tagger, "find_spec", lambda name: None)
        monkeypatch.setattr(guessing, "find_spec", lambda name: None)
    for module in ("compiled_cutter", "compiled_decoder"):
        monkeypatch.setitem(sys.modules, f"builder.annotators.{module}", None)
    its, text = Tagger(), "卡瑟姆若马尔特会见米尔济约耶夫"

    assert [reference.tag(text)] == its.tag([text])
    assert its._fast._compiled is None
    assert its._fast._guesser.decoder(much=True) is its._fast._guesser.decoder(much=False)


def test_the_dictionary_that_rjieba_brings_is_the_one_of_jieba():
    tags = reference_tagger.read_words()[2]
    words, _ = fast_tagger._dictionary()

    alone = {word: words.tag(word, hmm=False) for word in tags}
    assert all(words.has_word(word) for word in tags)
    assert {word: tags[word] for word, cut in alone.items() if len(cut) == 1} == {
        word: cut[0][1] for word, cut in alone.items() if len(cut) == 1
    }


def test_another_rjieba_is_given_the_dictionary_of_jieba(reference, monkeypatch):
    monkeypatch.setattr(fast_tagger, "_COMPARED", ("0", "0"))
    added = [UserWord("中国", 7, "nz"), UserWord("B超", 7, "nz")]

    its = ReferenceTagger(added)

    assert [reference.tag(text) for text in TRAPS] == Tagger().tag(TRAPS)
    assert [its.tag(text) for text in TRAPS] == Tagger(added).tag(TRAPS)


def test_a_tagger_travels_light():
    loaded = Tagger([UserWord("杭州", 5, "nz")])
    loaded.tag(["杭州"])

    assert len(pickle.dumps(loaded)) < 500
    assert "nz" == pickle.loads(pickle.dumps(loaded)).tag(["杭州"])[0][0].flag


def test_the_collector_goes_on_afterwards():
    tagger.tokens_of("杭州")

    assert gc.isenabled()


def printed(code):
    """Run code in a process of its own that knows the tagger."""
    line = [sys.executable, "-c", f"import sys; from builder.annotators import tagger; {code}"]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def test_nothing_is_loaded_before_the_first_text():
    assert "set()\n" == printed("tagger.Tagger(); print({*sys.modules} & {'rjieba', 'jieba', 'numpy'})")


def test_numba_is_not_loaded_for_little_text():
    assert "False\n" == printed("tagger.tokens_of('习近平访问杭州'); print('numba' in sys.modules)")


def test_jieba_itself_is_not_loaded_for_usual_text():
    assert "False\n" == printed("tagger.tokens_of('习近平访问杭州'); print('jieba' in sys.modules)")


def test_the_package_makes_no_dictionary_beside_ours_and_can_be_imported_later():
    code = """
import sys
from builder.annotators import tagger
words = [token.word for token in tagger.tokens_of("我们在北京")]
alone = "rjieba" not in sys.modules
import rjieba
print(alone, words == rjieba.cut("我们在北京", False))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "True True\n" == told
