"""Signs of damage."""

from __future__ import annotations

import pytest

from builder.text.flags import flags_of


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("会议开幕。", ()),
        ("“会议开幕。”", ()),
        ("会议开幕", ("unterminated",)),
        ("“会议开幕。", ("unbalanced",)),
        ("《宣言。", ("unbalanced",)),
        ("（图。", ("unbalanced",)),
        ('He said "yes.', ("unbalanced",)),
        ("会议\ufffd开幕。", ("replacement",)),
        ("“会\ufffd议", ("unterminated", "unbalanced", "replacement")),
    ],
)
def test_damage_is_named(text: str, flags: tuple[str, ...]) -> None:
    assert flags == tuple(flag.name for flag in flags_of(text))
