"""A page becomes typed sentences, each traceable to the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given

from builder.model import Document, Sentence
from builder.reading import Kind
from builder.text.structure import kinds_of, split_page
from tests.readings import reading_of
from tests.strategies import PAGES


def page(raw: str) -> tuple[Document, tuple[Sentence, ...]]:
    (only,) = split_page(reading_of(raw))
    return only


@given(PAGES)
def test_every_sentence_replays_from_the_raw_text(raw: str) -> None:
    document, sentences = page(raw)

    assert [s.text for s in sentences] == [document.offsets.replay(raw, s.start, s.end) for s in sentences]


@given(PAGES)
def test_every_sentence_is_a_range_of_its_document(raw: str) -> None:
    document, sentences = page(raw)

    assert [s.text for s in sentences] == [document.text[s.start : s.end] for s in sentences]


@given(PAGES)
def test_sentences_are_ordered_apart_and_trimmed(raw: str) -> None:
    _, sentences = page(raw)
    bounds = [bound for s in sentences for bound in (s.start, s.end)]

    assert sorted(bounds) == bounds
    assert [] == [s.text for s in sentences if s.text != s.text.strip()]


@given(PAGES)
def test_nothing_but_spaces_is_in_no_sentence(raw: str) -> None:
    document, sentences = page(raw)

    assert "".join(document.text.split()) == "".join("".join(s.text for s in sentences).split())


@given(PAGES)
def test_no_two_sentences_have_one_id(raw: str) -> None:
    _, sentences = page(raw)

    assert len(sentences) == len({s.id for s in sentences})


@given(PAGES)
def test_sentences_are_numbered_from_zero(raw: str) -> None:
    _, sentences = page(raw)

    assert list(range(len(sentences))) == [s.number for s in sentences]


@given(PAGES)
def test_the_same_page_is_split_the_same_way(raw: str) -> None:
    assert page(raw) == page(raw)


def test_another_source_with_the_same_text_is_another_document() -> None:
    assert page("会议开幕。")[0].id != split_page(reading_of("会议开幕。", "1" * 64))[0][0].id


@pytest.mark.parametrize("raw", ["", "\ufeff", " \r\n\u3000\n"])
def test_a_page_without_text_has_no_sentence(raw: str) -> None:
    assert () == page(raw)[1]


def test_offsets_of_a_sentence_count_the_byte_order_mark_and_returns() -> None:
    document, sentences = page("\ufeff会议今天在这里开幕。\r\n各方代表发言。\r\n")

    assert [(1, 11), (13, 20)] == [tuple(p) for s in sentences for p in document.offsets.pieces(s.start, s.end)]


@pytest.mark.parametrize(
    ("paragraph", "kind"),
    [
        ("世界人工智能大会开幕", Kind.HEADLINE),
        ("Leaders meet in Astana", Kind.HEADLINE),
        ("会议今天在这里开幕，各方发言。", Kind.BODY),
        ("The meeting opened on Thursday, officials said.", Kind.BODY),
        ("2024-07-04 10:30", Kind.TIMESTAMP),
        ("发布时间：2024年7月4日", Kind.TIMESTAMP),
        ("Last Updated: 2024-07-04", Kind.TIMESTAMP),
        ("新华社记者 李明 摄", Kind.CREDIT),
        ("By Jane Doe", Kind.CREDIT),
        ("Next Article", Kind.NAVIGATION),
        ("相关阅读", Kind.NAVIGATION),
        ("news@example.com", Kind.NAVIGATION),
        ("Skip to main content", Kind.NAVIGATION),
        ("图为会议现场。", Kind.CAPTION),
        ("Photo: the palace at night.", Kind.CAPTION),
    ],
)
def test_a_paragraph_is_of_this_kind(paragraph: str, kind: Kind) -> None:
    assert [kind] == kinds_of([paragraph])


def test_a_plain_sentence_inside_a_broken_one_is_a_caption() -> None:
    kinds = kinds_of(["与会各方一致认为，应当深化合作，", "晨光中的独立宫外景。", "并且扩大开放，加强互信。"])

    assert [Kind.BODY, Kind.CAPTION, Kind.BODY] == kinds


def test_a_headline_seen_again_is_navigation() -> None:
    assert [Kind.HEADLINE, Kind.NAVIGATION] == kinds_of(["世界人工智能大会开幕", "世界人工智能大会开幕"])


def test_only_body_sentences_carry_flags() -> None:
    _, sentences = page("世界人工智能大会开幕\n\n与会各方认为，应当“深化合作。")

    assert [(), ("unbalanced",)] == [s.flag_names for s in sentences]


def test_the_first_headline_is_the_title() -> None:
    assert "世界人工智能大会开幕" == page("2024-07-04\n\n世界人工智能大会开幕\n\n会议开幕。")[0].title


def test_a_sentence_has_its_own_language() -> None:
    document, sentences = page("会议今天开幕，各方发言。\n\nThe SCO met.\n\n12，34。")

    assert ("zh", ["zh", "en", "zh"]) == (document.language, [s.language for s in sentences])
