"""A page becomes typed sentences, each traceable to the raw text."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from builder.model import Document, Sentence
from builder.offset_map import OffsetMap
from builder.reading import Block, Extract, Kind
from builder.text.structure import split_page
from tests.readings import reading_of
from tests.strategies import PAGES


def articles(raw: str) -> list[tuple[Document, tuple[Sentence, ...]]]:
    return split_page(reading_of(raw))


def page(raw: str) -> tuple[Document, tuple[Sentence, ...]]:
    [only] = articles(raw)
    return only


def sentences_of(raw: str) -> list[Sentence]:
    """List the sentences of all articles of a page."""
    return [sentence for _, sentences in articles(raw) for sentence in sentences]


def kinds_of(*paragraphs: str) -> list[Kind]:
    """List the kinds of paragraphs of one sentence each."""
    return [sentence.kind for sentence in sentences_of("\n\n".join(paragraphs))]


@pytest.mark.parametrize(("is_paged", "expected"), [(False, 2), (True, 1)])
def test_lines_of_two_blocks_are_joined_only_if_a_page_broke_them(is_paged: bool, expected: int) -> None:
    lines = ["会议今天上午在市民中心举行并且讨论了", "明年的预算安排和主要的工作任务。"]
    raw, middle = "\n".join(lines), len(lines[0])
    blocks = (Block(0, middle), Block(middle + 1, len(raw)))
    extract = Extract(raw, OffsetMap.identity(len(raw)), blocks, is_paged=is_paged)
    [(_, sentences)] = split_page(replace(reading_of(raw), extract=extract))

    assert expected == len(sentences)


@given(PAGES)
def test_every_sentence_replays_from_the_raw_text(raw: str) -> None:
    for document, sentences in articles(raw):
        assert [s.text for s in sentences] == [document.offsets.replay(raw, s.start, s.end) for s in sentences]


@given(PAGES)
def test_every_sentence_is_a_range_of_its_document(raw: str) -> None:
    for document, sentences in articles(raw):
        assert [s.text for s in sentences] == [document.text[s.start : s.end] for s in sentences]


@given(PAGES)
def test_sentences_are_ordered_apart_and_trimmed(raw: str) -> None:
    for _, sentences in articles(raw):
        bounds = [bound for s in sentences for bound in (s.start, s.end)]

        assert sorted(bounds) == bounds
        assert [] == [s.text for s in sentences if s.text != s.text.strip()]


@given(PAGES)
def test_every_letter_of_a_page_is_in_exactly_one_sentence(raw: str) -> None:
    held = Counter(
        place
        for document, sentences in articles(raw)
        for s in sentences
        for start, end in document.offsets.pieces(s.start, s.end)
        for place in range(start, end)
        if not raw[place].isspace()
    )

    assert set(held.values()) <= {1}
    assert {place for place, character in enumerate(raw) if character.isalnum()} <= set(held)


@given(PAGES)
def test_what_an_article_leaves_out_has_a_reason(raw: str) -> None:
    for document, _ in articles(raw):
        kept = {place for low, high in document.offsets.pieces(0, len(document.text)) for place in range(low, high)}
        gone = {place for deletion in document.offsets.deletions for place in range(deletion.start, deletion.end)}

        assert kept | gone == set(range(len(raw)))
        assert not kept & gone


@given(PAGES)
def test_no_two_sentences_have_one_id(raw: str) -> None:
    sentences = sentences_of(raw)

    assert len(sentences) == len({s.id for s in sentences})


@given(PAGES)
def test_sentences_are_numbered_from_zero(raw: str) -> None:
    for _, sentences in articles(raw):
        assert list(range(len(sentences))) == [s.number for s in sentences]


@given(PAGES)
def test_the_same_page_is_split_the_same_way(raw: str) -> None:
    assert articles(raw) == articles(raw)


def test_another_source_with_the_same_text_is_another_document() -> None:
    assert page("会议开幕。")[0].id != split_page(reading_of("会议开幕。", "1" * 64))[0][0].id


@pytest.mark.parametrize("raw", ["", "\ufeff", " \r\n\u3000\n"])
def test_a_page_without_text_has_no_sentence(raw: str) -> None:
    assert [] == articles(raw)


def test_offsets_of_a_sentence_count_the_byte_order_mark_and_returns() -> None:
    document, sentences = page("\ufeff会议今天在这里开幕。\r\n各方代表发言。\r\n")

    assert [(1, 11), (13, 20)] == [tuple(p) for s in sentences for p in document.offsets.pieces(s.start, s.end)]


def test_a_plain_sentence_inside_a_broken_one_is_a_caption() -> None:
    sentences = sentences_of("与会各方一致认为，应当深化合作，\n\n晨光中的独立宫外景。\n\n并且扩大开放，加强互信。")

    assert [
        (Kind.BODY, "与会各方一致认为，应当深化合作，并且扩大开放，加强互信。"),
        (Kind.CAPTION, "晨光中的独立宫外景。"),
    ] == [(s.kind, s.text) for s in sentences]


def test_the_repetitions_of_a_headline_are_typed() -> None:
    kinds = kinds_of("Leaders meet in Astana", "The forum opened.", "Leaders meet in Astana", "Leaders meet in Astana")

    assert [Kind.HEADLINE, Kind.BODY, Kind.REPEATED, Kind.REPEATED] == kinds


def test_a_new_headline_begins_an_article() -> None:
    raw = "世界人工智能大会在上海开幕\n\n各方发言。\n\n据新华社电\n\n六河流域合作论坛举行\n\n各方签字。"

    assert ["世界人工智能大会在上海开幕", "六河流域合作论坛举行"] == [document.title for document, _ in articles(raw)]


def test_a_short_crosshead_begins_none() -> None:
    raw = "世界人工智能大会在上海开幕\n\n大会开幕，各方发言。\n\n一、深化合作\n\n各方签字，论坛闭幕。"

    assert 1 == len(articles(raw))


def test_only_body_sentences_carry_flags() -> None:
    _, sentences = page("世界人工智能大会开幕\n\n与会各方认为，应当“深化合作。")

    assert [(), ("unbalanced",)] == [s.flag_names for s in sentences]


def test_the_first_headline_is_the_title() -> None:
    assert "世界人工智能大会开幕" == page("2024-07-04\n\n世界人工智能大会开幕\n\n会议开幕。")[0].title


def test_a_sentence_has_its_own_language() -> None:
    document, sentences = page("会议今天开幕，各方发言。\n\nThe SCO met.\n\n12，34。")

    assert ("zh", ["zh", "en", "zh"]) == (document.language, [s.language for s in sentences])
