"""Texts and edits that hypothesis draws: every kind of character this package must carry unharmed."""

from __future__ import annotations

from hypothesis import strategies as st

from builder.model import Span
from builder.text.edits import Edit

PAGE_PIECES = (
    "他们说，",
    "会议开幕。",
    "《阿斯塔纳宣言》",
    "（图）",
    "“你好。",
    "”",
    '"',
    "...",
    "……",
    "The meeting opened. ",
    "Mr. Li ",
    "U.N. ",
    "3.5",
    "7月4日",
    "😀",
    "👩\u200d👩\u200d👧",
    "𠮷野家",
    "\r\n",
    "\r",
    "\n",
    "\n\n",
    "\ufeff",
    "\u00a0",
    "\u3000",
    "\u3000\u3000",
    " ",
    "\t",
    "\x00",
    "\u200b",
    "\u2028",
    "\x85",
    "!",
    "？",
    "新华社 图",
    "本报讯 ",
    "https://a.b",
    "a",
    "汉",
    "1",
)

ANY_TEXT = st.text(st.characters(), max_size=60)
"""Any characters at all, half surrogate pairs included."""

PAGES = st.one_of(ANY_TEXT, st.lists(st.sampled_from(PAGE_PIECES), max_size=40).map("".join))
"""Raw pages: any text, or the pieces that pages are made of in any order."""

SENDABLE = st.text(st.sampled_from('ab。，“”😀𠮷\r\n\u3000\u00a0汉é\u0301<&"'), min_size=1, max_size=30)
"""Texts that may be sent for review."""


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    """Draw edits of a text of this length that do not overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=12)))
    pairs = [pair for pair in zip(cuts, cuts[1:], strict=False) if draw(st.booleans())]
    return [
        Edit(low, high, draw(st.sampled_from("xyz")), draw(st.sampled_from(("", " ", "汉😀")))) for low, high in pairs
    ]


@st.composite
def spans_of(draw: st.DrawFn, text: str, labels: tuple[str, ...]) -> tuple[Span, ...]:
    """Draw flat spans of a text."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = [pair for pair in zip(cuts, cuts[1:], strict=False) if draw(st.booleans())]
    return tuple(Span(low, high, draw(st.sampled_from(labels))) for low, high in pairs)


_RESULT_KEYS = ("from_name", "to_name", "type", "value", "labels", "start")
ANY_RESULT = st.lists(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_RESULT_KEYS), inner),
    ),
    max_size=3,
)
"""What a server might give as the result of an annotation."""
