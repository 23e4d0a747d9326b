"""Every character has its bytes: law 8, over many codecs, with whatever bytes and whatever texts."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.text.byte_map import byte_map

LAW = settings(max_examples=max(2_000, settings().max_examples))
CODECS = ("utf-8", "gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1252", "latin-1", "koi8-r")
LETTERS = "aé汉漢かカ가я嘅㐂😀€①～〜\n\0\ufeff\udc80\udcffÊ\u0304\u030cê"


def read(raw: bytes, codec: str) -> str:
    """Read bytes, bad ones as lone surrogates; what Python cannot read so is no case."""
    try:
        return raw.decode(codec, "surrogateescape")
    except UnicodeDecodeError:
        assume(False)
        raise


@LAW
@given(
    st.sampled_from(CODECS),
    st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(range(0x80, 0x100)), max_size=60).map(bytes)),
)
def test_the_bytes_of_a_character_say_it(codec: str, raw: bytes) -> None:
    text = read(raw, codec)
    places = byte_map(raw, text, codec)
    spans = [places.span(at, at + 1) for at in range(len(text))]

    for at, span in enumerate(spans):
        shared = "".join(text[other] for other, same in enumerate(spans) if same == span)
        assert text[at] in read(raw[slice(*span)], codec) == shared


@LAW
@given(
    st.sampled_from(("utf-8", "utf-16-le", "utf-32-be", "gb18030", "big5hkscs", "euc_jp", "cp949")),
    st.text(st.one_of(st.sampled_from(LETTERS), st.characters(codec="utf-8"))),
    st.data(),
)
def test_the_bytes_of_a_range_say_it(codec: str, text: str, data: st.DataObject) -> None:
    raw = text.encode(codec, "ignore")
    text = raw.decode(codec)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = byte_map(raw, text, codec).span(start, end)

    said = raw[low:high].decode(codec)
    assert text[start:end] in said
    assert codec == "big5hkscs" or text[start:end] == said


@settings(max_examples=200)
@given(st.lists(st.sampled_from(("a", "汉字", "😀", "\udcff", "é" * 300)), max_size=12).map("".join), st.data())
def test_long_texts_are_measured_in_stretches(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    raw = text.encode("utf-8", "surrogateescape")
    assume(text == raw.decode("utf-8", "surrogateescape"))
    low, high = byte_map(raw, text, "utf-8").span(start, end)

    assert text[start:end] == raw[low:high].decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("before", [0, 255])
def test_two_characters_of_one_pair_of_bytes_share_it(before: int) -> None:
    raw = b"a" * before + b"\x88\x62b"
    places = byte_map(raw, raw.decode("big5hkscs"), "big5hkscs")

    assert [(before, before + 2)] * 2 == [places.span(before + at, before + at + 1) for at in (0, 1)]
    assert (before, before + 2) == places.span(before, before + 2)
    assert (before + 2, before + 3) == places.span(before + 2, before + 3)


def test_a_unit_cut_at_the_end_is_one_byte_wide() -> None:
    assert (2, 3) == byte_map(b"a\0b", "a\udc62", "utf-16-le").span(1, 2)


def test_an_empty_range_has_no_bytes() -> None:
    assert (3, 3) == byte_map("汉字".encode(), "汉字", "utf-8").span(1, 1)


@pytest.mark.parametrize("text", ["汉", "汉字字", "汉语"])
def test_a_text_that_the_bytes_do_not_say_is_refused(text: str) -> None:
    with pytest.raises(BrokenError):
        byte_map("汉字".encode("gb18030"), text, "gb18030")


def test_a_range_outside_the_text_is_refused() -> None:
    with pytest.raises(BrokenError, match="outside a text of 1 characters"):
        byte_map(b"a", "a", "utf-8").span(0, 2)
