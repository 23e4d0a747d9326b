"""Tokens: what they cover, and where words begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.tokens import tokenize

MIXED = st.text(st.one_of(st.characters(), st.sampled_from("aZ9'’.-_ \n\u3000中𠮷é\u0301\u200d\ufe0f😀s")), max_size=60)


def words(text):
    return [text[start:end] for start, end in tokenize(text)]


@given(MIXED)
def test_tokens_tile_all_characters_but_white_space(text):
    covered = [at for start, end in tokenize(text) for at in range(start, end)]

    assert [at for at, character in enumerate(text) if not character.isspace()] == covered


@given(MIXED)
def test_no_token_is_empty(text):
    assert all(start < end for start, end in tokenize(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年7月4日", ["2024", "年", "7", "月", "4", "日"]),
        ("China's SCO’s it’s", ["China", "'s", "SCO", "’s", "it", "’s"]),
        ("don't O'Neil Jean-Luc's", ["don't", "O'Neil", "Jean-Luc", "'s"]),
        ("'s top' Paris'", ["'", "s", "top", "'", "Paris", "'"]),
        ("São Gonçalo, café", ["São", "Gonçalo", ",", "café"]),
        ("cafe\u0301 bar", ["cafe\u0301", "bar"]),
        ("3M公司 12.5%", ["3M", "公", "司", "12.5", "%"]),
        ("𠮷野家 👨\u200d👩 ☀\ufe0f", ["𠮷", "野", "家", "👨\u200d", "👩", "☀\ufe0f"]),
        (" \u3000\n", []),
    ],
)
def test_a_cjk_character_is_a_token_and_a_latin_run_is_a_token(text, expected):
    assert expected == words(text)
