"""Tags: what they hold comes back; what they cannot hold is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import BrokenError, Rejected
from builder.model import Span
from builder.text.tags import Loss, Reason, bio_tags, fit, pieces, spans_from_tags, strict_spans
from builder.text.tokens import tokenize

LABELS = ("PERSON", "GPE")
TEXTS = st.text(st.sampled_from("王伟在北京 Xi Jinping's3M-𠮷😀,\n"), min_size=1, max_size=30)


@st.composite
def texts_and_spans(draw):
    """Any spans at all, aligned or not, nested or not."""
    text = draw(TEXTS)
    bounds = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda pair: pair[0] < pair[1])
    spans = st.builds(lambda pair, label: Span(*pair, label), bounds, st.sampled_from(LABELS))
    return text, draw(st.lists(spans, max_size=8))


@st.composite
def texts_and_flat_aligned_spans(draw):
    """Spans from token to token, one after another."""
    text = draw(TEXTS)
    tokens = tokenize(text)
    cuts = sorted(draw(st.sets(st.integers(0, len(tokens)))))
    spans = []
    for first, after in zip(cuts, cuts[1:], strict=False):
        if draw(st.booleans()):
            spans.append(Span(tokens[first][0], tokens[after - 1][1], draw(st.sampled_from(LABELS))))
    return text, spans


@given(texts_and_flat_aligned_spans())
def test_flat_aligned_spans_come_back_from_their_tags(case):
    text, spans = case
    tokens = tokenize(text)

    tags = bio_tags(tokens, spans)

    assert spans == spans_from_tags(tokens, tags) == strict_spans(tokens, tags)


@given(texts_and_flat_aligned_spans())
def test_flat_aligned_spans_are_never_lost(case):
    text, spans = case

    assert fit(tokenize(text), spans) == (spans, [])


@given(texts_and_spans())
def test_every_span_is_either_held_or_lost(case):
    text, spans = case
    held, lost = fit(tokenize(text), spans)

    assert sorted(spans) == sorted([*held, *(loss.span for loss in lost)])


@given(texts_and_spans())
def test_what_is_held_comes_back_from_its_tags(case):
    text, spans = case
    tokens = tokenize(text)
    held, _ = fit(tokens, spans)

    assert held == spans_from_tags(tokens, bio_tags(tokens, held))


def test_of_nested_spans_the_leftmost_then_longest_is_held():
    outer, inner, crossing = Span(0, 4, "ORG"), Span(0, 2, "GPE"), Span(3, 6, "GPE")

    held, lost = fit(tokenize("北京大学校长"), [inner, crossing, outer])

    assert ([outer], [Loss(inner, Reason.OVERLAPPING), Loss(crossing, Reason.OVERLAPPING)]) == (held, lost)


def test_a_misaligned_span_does_not_push_out_an_aligned_one():
    inside, around = Span(1, 4, "ORG"), Span(2, 4, "ORG")

    held, lost = fit(tokenize("3M公司"), [inside, around])

    assert ([around], [Loss(inside, Reason.MISALIGNED)]) == (held, lost)


def test_a_span_with_an_edge_of_white_space_is_misaligned():
    assert [Loss(Span(2, 5, "GPE"), Reason.MISALIGNED)] == fit(tokenize("in UK"), [Span(2, 5, "GPE")]).lost


def test_a_name_before_a_possessive_is_held():
    tokens = tokenize("China's plan")

    assert ["B-GPE", "O", "O"] == bio_tags(tokens, [Span(0, 5, "GPE")])


def test_chinese_is_tagged_character_by_character():
    tags = bio_tags(tokenize("王伟在北京市海淀区报案。"), [Span(0, 2, "PER"), Span(3, 9, "LOC")])

    assert "B-PER I-PER O B-LOC I-LOC I-LOC I-LOC I-LOC I-LOC O O O".split() == tags


def test_tagging_a_span_that_tags_cannot_hold_is_our_own_fault():
    with pytest.raises(BrokenError, match="misaligned"):
        bio_tags(tokenize("3M公司"), [Span(1, 3, "ORG")])


@pytest.mark.parametrize("tags", [["I-GPE", "O"], ["B-GPE", "I-ORG"], ["O", "I-GPE"], ["X", "O"], ["O"]])
def test_stray_tags_are_rejected(tags):
    with pytest.raises(Rejected):
        spans_from_tags([(0, 1), (1, 2)], tags)


def test_a_tag_that_continues_nothing_names_no_span():
    tags = ["I-A", "B-A", "I-B", "I-A", "O", "I-A", "B-B", "I-B"]

    assert [["I-A"], ["B-A"], ["I-B"], ["I-A"], ["O"], ["I-A"], ["B-B", "I-B"]] == pieces(tags)
    assert [Span(1, 2, "A"), Span(6, 8, "B")] == strict_spans([(n, n + 1) for n in range(8)], tags)
