"""Sentence labels by cue words."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import cues


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("李强出席大会开幕式并致辞。", "event"),
        ("习近平指出，世界进入新的变革期。", "statement"),
        ("我们要守住安全底线。", "proposal"),
        ("会议批准白俄罗斯加入该组织。", "decision"),
        ("该市位于长江下游。", "background"),
        ("The minister attended the opening.", "event"),
        ("Xi pointed out that peace matters.", "statement"),
        ("She called on members to act.", "proposal"),
        ("The council adopted the declaration.", "decision"),
        ("The river is long.", "background"),
        ("😀", "background"),
    ],
)
def test_the_cue_decides(news, make_sentence, text, expected):
    (prediction,) = cues.build({}, news).propose([make_sentence(text)])

    assert expected == prediction.label.name


@pytest.mark.parametrize("text", ["", "李强表示，会议批准了宣言。", "He said they should."])
def test_probabilities_sum_to_one(text):
    assert pytest.approx(1.0) == sum(cues.probabilities(text).values())


def test_a_second_cue_of_the_same_label_makes_it_surer():
    assert cues.probabilities("他强调此事")["statement"] < cues.probabilities("他强调并指出此事")["statement"]


ROWS = [line.split("\t") for line in (Path(__file__).parent / "news_sentences.tsv").read_text("utf-8").splitlines()]
HELD_OUT = ROWS[1::2]
"""Written and labelled before the cues were last changed; the other half was looked at while they were."""


def judged(rows):
    """Give, for each row, whether its label is found and how sure the annotator is."""
    for expected, quoted, text in rows:
        chances = cues.probabilities(text, in_quote=quoted == "1")
        best = max(chances, key=chances.get)
        yield expected == best, chances[best]


@pytest.mark.parametrize(("language", "floor"), [("zh", 0.85), ("en", 0.8)])
def test_sentences_of_news_not_looked_at_are_mostly_judged_right(language, floor):
    rows = [row for row in HELD_OUT if language == ("zh" if any("一" <= c <= "鿿" for c in row[2]) else "en")]
    right = [is_right for is_right, _ in judged(rows)]

    assert floor <= sum(right) / len(right)


def test_it_is_as_sure_as_it_is_right():
    right, sure = zip(*judged(HELD_OUT), strict=True)

    assert abs(sum(right) - sum(sure)) / len(HELD_OUT) <= 0.1


def test_the_surer_half_is_right_more_often():
    ranked = sorted(judged(HELD_OUT), key=lambda one: one[1])
    doubtful, sure = ranked[: len(ranked) // 2], ranked[len(ranked) // 2 :]

    assert sum(right for right, _ in doubtful) < sum(right for right, _ in sure)


@pytest.mark.parametrize("text", ["Prices are high.", "会议开得很长。"])
def test_what_stands_in_a_quotation_is_rather_a_statement(text):
    assert cues.probabilities(text)["statement"] < cues.probabilities(text, in_quote=True)["statement"]


def test_a_quotation_is_seen_by_the_annotator(news, make_sentence):
    from dataclasses import replace

    said = replace(make_sentence("Nobody wins."), in_quote=True)

    assert ["statement", "background"] == [
        made.label.name for made in cues.build({}, news).propose([said, make_sentence("Nobody wins.")])
    ]


@pytest.mark.parametrize("text", ["坚持互利共赢，扩大市场开放。", "三是完善治理规则。", "我们要守望相助。"])
def test_a_chinese_sentence_of_aims_without_a_subject_goes_on_with_a_speech(text):
    assert "proposal" == max(cues.NAMES, key=lambda name: cues.probabilities(text)[name])


@pytest.mark.parametrize(
    ("language", "plain"),
    [
        ("zh", "[0-9０-９][0-9.,，]*(?:[%％万亿]|余?家|米|公里|平方)|百分之"),
        (
            "en",
            r"\b[0-9][0-9.,]*\s(?:percent|per cent|million|billion|meters|metres|kilomet|companies)|[0-9]%",
        ),
    ],
)
@given(
    text=st.lists(st.sampled_from([*"百12１.,， %％万余家米a年", "分之", "平方", " percent", " million"])).map("".join)
)
def test_figures_are_seen_wherever_they_stand(language, plain, text):
    assert (re.search(plain, text) is None) == (cues._FIGURES[language].search(text) is None)


@pytest.mark.parametrize("text", ["他指出，" * 5000, "He said that they would. " * 5000])
def test_thousands_of_cues_in_one_sentence_are_weighed(news, make_sentence, text):
    (found,) = cues.build({}, news).propose([make_sentence(text)])

    assert "statement" == found.label.name
    assert 0.9 < found.label.score <= 1
