"""What cleaning did is told at its place, and putting it back gives the raw text."""

from __future__ import annotations

from hypothesis import given

from builder.text.changes import Change, Changes, Did
from builder.text.structure import split_page
from tests.readings import reading_of
from tests.strategies import PAGES


def told(raw: str) -> dict[str, list[Change]]:
    """Give what was done within each sentence of a page."""
    found = {}
    for document, sentences in split_page(reading_of(raw)):
        changes = Changes(document.offsets, raw)
        found |= {sentence.text: list(changes.within(sentence.start, sentence.end)) for sentence in sentences}
    return found


def undone(text: str, changes: list[Change]) -> str:
    """Put back what was there."""
    for change in reversed(changes):
        text = text[: change.start] + change.was + text[change.end :]
    return text


@given(PAGES)
def test_putting_all_back_gives_the_raw_text(raw: str) -> None:
    for document, sentences in split_page(reading_of(raw)):
        within = Changes(document.offsets, raw).within
        for sentence in sentences:
            done = list(within(sentence.start, sentence.end))
            if Did.LEAPT not in {change.did for change in done}:
                pieces = document.offsets.pieces(sentence.start, sentence.end)
                assert raw[pieces[0].start : pieces[-1].end] == undone(sentence.text, done)


def test_a_line_end_in_english_is_joined_with_a_space() -> None:
    [[join]] = told("The harbour opened again on Friday after\nthree days of wind and rain.\n").values()

    assert (40, 41, Did.JOINED, "\n") == (join.start, join.end, join.did, join.was)


def test_a_space_within_chinese_is_removed() -> None:
    [[space]] = told("会议今天 开幕，各方代表发言。\n").values()

    assert (4, 4, Did.REMOVED, " ", "stray space") == (space.start, space.end, space.did, space.was, space.reason)


def test_a_hyphen_at_a_line_end_is_joined() -> None:
    raw = "They talked about the environ-\nment for days. The environment is what they care for.\n"
    [[join], []] = told(raw).values()

    assert (Did.JOINED, "-\n") == (join.did, join.was)


def test_a_paragraph_that_goes_on_behind_a_caption_leaps_over_it() -> None:
    raw = (
        "The minister said on Friday that the harbour would open again before the\n\n"
        "Ferries wait in the harbour on Friday. Photo: Ann Rowe\n\n"
        "winter comes, and that all nine ferries would sail.\n"
    )
    join, leap = next(found for text, found in told(raw).items() if text.startswith("The minister"))

    assert [Did.JOINED, Did.LEAPT] == [join.did, leap.did]
    assert raw[leap.raw_end :].startswith("winter")
