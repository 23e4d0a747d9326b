"""A sentence is shown with its marks at their places, whatever else stands there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from builder.rendering import sentence_shown

COLOURS = {"GPE": "#336699", "DATE": "#993366"}
SIGNS = "⏎·≈⤳␣"


def line(text: str, **said: Any) -> dict[str, Any]:
    """Make a line of preview."""
    return {"text": text, "entities": [], "label": None, "flags": [], **said}


def structure(*changes: tuple[int, int, str, str], flags: tuple[tuple[int, int, str], ...] = ()) -> dict[str, Any]:
    return {
        "changes": [dict(zip(("start", "end", "did", "was"), change, strict=True)) for change in changes],
        "flags": [dict(zip(("start", "end", "name"), flag, strict=True)) for flag in flags],
    }


def entity(start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


def plain(said: dict[str, Any]) -> str:
    return sentence_shown(said, COLOURS, is_coloured=False).plain


def test_neighbouring_spans_close_before_the_next_opens() -> None:
    assert "[7月 DATE][北京 GPE]" == plain(line("7月北京", entities=[entity(0, 2, "DATE"), entity(2, 4, "GPE")]))


def test_a_removed_space_stands_between_two_spans() -> None:
    said = line("7月北京", entities=[entity(0, 2, "DATE"), entity(2, 4, "GPE")])

    assert "[7月 DATE]␣[北京 GPE]" == plain(said | {"structure": structure((2, 2, "removed", " "))})


@pytest.mark.parametrize(
    ("did", "was", "sign"),
    [
        ("joined", "\n", "⏎"),
        ("removed", " ", "␣"),
        ("removed", "\u200b", "·"),
        ("leapt", "", "⤳"),
        ("replaced", "&", "≈"),
    ],
)
def test_each_change_has_its_sign(did: str, was: str, sign: str) -> None:
    assert f"ab{sign}cd" == plain(line("abcd") | {"structure": structure((2, 2, did, was))})


def test_a_flag_is_named_at_its_place() -> None:
    said = line("so so it", flags=["repeat"]) | {"structure": structure(flags=((3, 5, "repeat"),))}

    assert "so ⟨so repeat⟩ it  ⚑ repeat" == plain(said)


def test_a_flag_is_underlined_where_there_are_colours() -> None:
    said = line("so so it", flags=["repeat"]) | {
        "structure": structure((2, 2, "removed", " "), flags=((3, 5, "repeat"),))
    }
    shown = sentence_shown(said, COLOURS, is_coloured=True)
    [marked] = [span for span in shown.spans if "underline" in str(span.style)]

    assert "so" == shown.plain[marked.start : marked.end]
    assert shown.plain.startswith("so␣ so it")


@given(st.text("ab ", min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=6))
def test_in_colour_as_without_nothing_but_signs_is_added(text: str, places: list[int]) -> None:
    changes = [(at, at, "joined", "\n") for at in sorted(places) if at <= len(text)]
    for is_coloured in (True, False):
        shown: Text = sentence_shown(line(text) | {"structure": structure(*changes)}, COLOURS, is_coloured=is_coloured)

        assert text == shown.plain.translate(dict.fromkeys(map(ord, SIGNS)))
        assert len(changes) == shown.plain.count("⏎")
