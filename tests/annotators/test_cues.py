"""Sentence labels by cue words."""

import pytest

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
