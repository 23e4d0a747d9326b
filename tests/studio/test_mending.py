"""Laws of mending: what fits as it is stays as it is, what was shifted comes back, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Span
from builder.studio.codec import answer_of, entity_region, label_region
from builder.studio.mending import mended_answer

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "value", "type", "start", "end", "text", "labels", "meta"]), inner)
    ),
    max_leaves=12,
)
TEXTS = st.text(st.sampled_from("林𠮷在😀ab"), min_size=1, max_size=12)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """Draw a text and an answer to it whose spans do not repeat."""
    text = draw(TEXTS)
    places = draw(st.sets(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=4))
    spans = [Span(start, end, "PERSON") for start, end in sorted(places) if start < end]
    return text, [*(entity_region(span, text) for span in spans), label_region("event")]


@given(answers())
def test_what_fits_is_read_as_it_is(given_answer: tuple[str, list[Any]]) -> None:
    text, regions = given_answer
    mended = mended_answer(regions, text)

    assert (answer_of(regions, text), (), ()) == (mended.answer, mended.repairs, mended.comments)


@given(answers())
def test_offsets_in_utf_16_come_back_or_are_refused_but_are_never_read_otherwise(
    given_answer: tuple[str, list[Any]],
) -> None:
    """A region may by chance cover in code points what it quotes; if all do, that reading stays."""
    text, regions = given_answer
    shifted = [{**r, "value": {**r["value"], **_utf16(r["value"], text)}} for r in regions]
    try:
        read = mended_answer(shifted, text).answer
    except Rejected:
        pytest.fail("every region fits as UTF-16")
    plain = [r for r in shifted if "start" in r["value"]]
    fits = all(
        r["value"]["end"] <= len(text) and text[r["value"]["start"] : r["value"]["end"]] == r["value"]["text"]
        for r in plain
    )

    assert read == answer_of(shifted if fits else regions, text)


def _utf16(value: dict[str, Any], text: str) -> dict[str, int]:
    return {key: len(text[: value[key]].encode("utf-16-le")) // 2 for key in ("start", "end") if key in value}


@pytest.mark.parametrize("quoted", ["a", "c", ""])
def test_a_quote_that_stands_twice_or_nowhere_is_not_guessed(quoted: str) -> None:
    region = entity_region(Span(0, 1, "PERSON"), "abab")
    region["value"] |= {"start": 4, "end": 5, "text": quoted}

    with pytest.raises(Rejected, match="beyond the 4 characters"):
        mended_answer([region, label_region("event")], "abab")


def test_a_quote_that_overlaps_itself_stands_twice() -> None:
    region = entity_region(Span(0, 1, "PERSON"), "aaa")
    region["value"] |= {"start": 3, "end": 5, "text": "aa"}

    with pytest.raises(Rejected, match="beyond"):
        mended_answer([region], "aaa")


@given(st.lists(ANY_JSON, max_size=4), TEXTS)
def test_anything_at_all_is_read_or_refused(result: list[Any], text: str) -> None:
    try:
        mended = mended_answer(result, text)
    except Rejected:
        return
    assert all(span.end <= len(text) for span in mended.answer.entities)


regions = st.fixed_dictionaries(
    {
        "from_name": st.just("entity"),
        "to_name": st.just("text"),
        "type": st.just("labels"),
        "value": st.fixed_dictionaries(
            {"start": ANY_JSON, "end": ANY_JSON, "text": ANY_JSON, "labels": ANY_JSON | st.just(["PERSON"])}
        ),
    }
)


@given(st.lists(regions, max_size=3), TEXTS)
def test_any_region_of_ours_is_read_or_refused(result: list[Any], text: str) -> None:
    try:
        mended = mended_answer(result, text)
    except Rejected:
        return
    assert all(span.end <= len(text) for span in mended.answer.entities)
