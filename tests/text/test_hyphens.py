"""Words split by a hyphen at a line's end."""

from __future__ import annotations

import pytest

from builder.text.structure import split_page
from tests.readings import reading_of


def text_of(raw: str) -> str:
    [(document, _)] = split_page(reading_of(raw))
    return document.text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("They spoke of coop-\neration, for cooperation was their theme.", "of cooperation, for"),
        ("The forum spoke of a well-\nknown plan, which delegates from nine towns then signed.", "a well-known plan"),
        ("They spoke of good-\nneighborliness, for good-neighborliness it was.", "of good-neighborliness, for"),
    ],
)  # fmt: skip
def test_a_hyphen_goes_only_on_evidence(raw: str, clean: str) -> None:
    assert clean in text_of(raw)
