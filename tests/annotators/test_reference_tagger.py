"""The door to jieba."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators import reference_tagger
from builder.annotators.reference_tagger import UserWord
from builder.errors import Rejected

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5) | st.sampled_from("中国人民银行习近平，1a "))


@pytest.fixture(scope="module")
def jieba():
    """Give the library itself, imported the quiet way."""
    reference_tagger.shared()
    return sys.modules["jieba"]


@pytest.fixture(scope="module")
def its_own(jieba):
    """Build the tagger as jieba does."""
    words = jieba.Tokenizer()
    words.FREQ, words.total = words.gen_pfdict(words.get_dict_file())
    words.initialized = True
    return jieba.posseg.POSTokenizer(words)


def test_tokens_tile_the_text():
    text = "😀习近平 said 𠮷野家，\n100% 好\r\n了"

    assert text == "".join(token.word for token in reference_tagger.shared().tag(text))
    assert all(text[token.start : token.end] == token.word for token in reference_tagger.shared().tag(text))


def test_the_dictionary_is_read_as_jieba_reads_it(jieba, its_own):
    counts, total, tags = reference_tagger.read_dictionary(Path(jieba.__file__).with_name("dict.txt"))

    assert (its_own.tokenizer.FREQ, its_own.tokenizer.total) == (counts, total)
    assert its_own.word_tag_tab == tags


@settings(max_examples=60, deadline=None)
@given(text=HAN)
def test_it_tags_as_jieba_does(its_own, text):
    assert [tuple(pair) for pair in its_own.cut(text)] == [
        (t.word, t.flag) for t in reference_tagger.shared().tag(text)
    ]


def test_a_table_is_the_one_jieba_would_compile(jieba):
    source = Path(jieba.__file__).parent / "posseg" / "prob_start.py"
    compiled = {}
    exec(source.read_text("utf-8"), compiled)

    assert compiled["P"] == sys.modules["jieba.posseg.prob_start"].P


def test_words_added_to_the_shared_jieba_do_not_reach_it(jieba):
    jieba.add_word("和美好的未来", tag="nr")

    assert "和美好的未来" not in [token.word for token in reference_tagger.shared().tag("和美好的未来")]


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reference_tagger.ReferenceTagger().tag("杭州")

    assert [] == list(tmp_path.iterdir())


def run(code, folder, *options):
    """Run a line in a process of its own that keeps its temporary files in `folder`."""
    variables = {**os.environ, "TMPDIR": str(folder)}
    line = [sys.executable, *options, "-c", f"from builder.annotators.reference_tagger import shared; {code}"]
    return subprocess.run(line, check=False, capture_output=True, text=True, env=variables)


def test_warnings_as_errors_do_not_stop_it(tmp_path):
    done = run("print(shared().tag('杭州')[0].flag)", tmp_path, "-W", "error")

    assert ("ns\n", "") == (done.stdout, done.stderr)


def test_the_shared_tagger_stays_whole(tmp_path):
    done = run(
        "shared().tag('好'); import jieba.posseg as p; print(p.dt.word_tag_tab['杭州'], p.lcut('杭州'))", tmp_path
    )

    assert "ns [pair('杭州', 'ns')]\n" == done.stdout


def test_added_words_are_found_under_their_tags():
    its = reference_tagger.ReferenceTagger([UserWord("和美好的未来", tag="nz")])

    assert [("和美好的未来", "nz")] == [(t.word, t.flag) for t in its.tag("和美好的未来")]


def test_added_words_stay_with_their_tagger():
    reference_tagger.ReferenceTagger([UserWord("云栖小镇来客", 1000, "nr")])

    assert "云栖小镇来客" not in [token.word for token in reference_tagger.ReferenceTagger().tag("云栖小镇来客")]


@pytest.mark.parametrize(("text", "count"), [("", 1), ("杭州", 0), ("杭州", -3), ("杭州", 10**13)])
def test_a_word_that_cannot_be_counted_is_refused(text, count):
    with pytest.raises(Rejected):
        UserWord(text, count)


def test_the_tables_are_found_without_their_pickles(monkeypatch):
    quick = reference_tagger.hidden_markov_tables()
    monkeypatch.setattr(Path, "is_file", lambda path: False)

    assert quick == reference_tagger.hidden_markov_tables()
