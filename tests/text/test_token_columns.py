"""Columns of tokens and tags say what `tokenize`, `fit` and `bio_tags` say of each text alone."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.model import Span
from builder.text.tags import bio_tags, fit
from builder.text.token_columns import REASONS, SpanColumns, tag_all, tokenize_all
from builder.text.tokens import tokenize
from tests.strategies import PAGE_PIECES

LABELS = ("PERSON", "ORG", "GPE")
TAGS = ("O", *(f"{mark}-{label}" for label in LABELS for mark in "BI"))
SIGNS = "asSx1é汉，😀𠮷'’._- \n\u3000\u00a0\u0301\u200d\ufe0f\U0001f3fb\U000e0100\x00\x1c\x85\u2028"
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from(SIGNS), max_size=30),
    st.lists(st.sampled_from((*PAGE_PIECES, "China's", "o'clock", "3M公司", "Jean-Luc")), max_size=8).map("".join),
)


def columns(spans_of):
    flat = [(span.start, span.end, LABELS.index(span.label)) for spans in spans_of for span in spans]
    starts, ends, labels = np.array(flat, np.int64).reshape(-1, 3).T
    return SpanColumns(np.array([len(spans) for spans in spans_of], np.int64), starts, ends, labels)


def split_at(values, counts):
    return [part.tolist() for part in np.split(np.asarray(values), np.cumsum(counts)[:-1])] if len(counts) else []


@settings(max_examples=500)
@given(st.lists(TEXTS, max_size=6))
@example([])
@example(["", "", ""])
@example(["a's's-x", "e\u0301's-x", "s'S", "'s", "a'", "a.\u0301b", "\u0301a", "a\n\u0301\u0301b", "-a-", "a--b"])
def test_tokens_of_many_texts_are_those_of_each(texts):
    found = tokenize_all(texts)
    places = [*zip(found.starts.tolist(), found.ends.tolist(), strict=True)]
    cuts = found.edges.tolist()
    shown = [found.utf8[low:high].decode() for low, high in zip(cuts, cuts[1:], strict=False)]

    assert [len(tokenize(text)) for text in texts] == found.counts.tolist()
    assert [place for text in texts for place in tokenize(text)] == places
    assert [text[start:end] for text in texts for start, end in tokenize(text)] == shown


@st.composite
def marked_texts(draw):
    texts = draw(st.lists(TEXTS, max_size=5))
    return [(text, draw(st.lists(spans_in(text), max_size=6)) if text else []) for text in texts]


def spans_in(text):
    edges = sorted({edge for token in tokenize(text) for edge in token} | {0, len(text)})
    places = st.one_of(st.sampled_from(edges), st.integers(0, len(text)))
    pairs = st.tuples(places, places).filter(lambda pair: pair[0] != pair[1])
    return st.builds(lambda pair, label: Span(min(pair), max(pair), label), pairs, st.sampled_from(LABELS))


@settings(max_examples=500)
@given(marked_texts())
@example([("外交部网站", [Span(0, 5, "ORG"), Span(0, 3, "ORG"), Span(0, 5, "GPE"), Span(3, 5, "ORG")])])
def test_tags_and_losses_of_many_texts_are_those_of_each(marked):
    texts, spans_of = [text for text, _ in marked], [spans for _, spans in marked]
    tokens = tokenize_all(texts)
    found = tag_all(tokens, columns(spans_of), LABELS)
    losses = split_at(found.lost, [len(spans) for spans in spans_of])
    tags = split_at(found.tags, tokens.counts)
    for (text, spans), its_tags, lost in zip(marked, tags, losses, strict=True):
        fitted = fit(tokenize(text), spans)
        told = [(span, REASONS[why]) for span, why in zip(spans, lost, strict=True) if why]

        assert bio_tags(tokenize(text), fitted.held) == [TAGS[tag] for tag in its_tags]
        assert sorted(fitted.lost) == sorted(told)


def test_every_character_is_a_token_of_columns_where_it_is_one_alone():
    texts = [f"a{chr(code)}b" for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    found = tokenize_all(texts)

    assert [place for text in texts for place in tokenize(text)] == [
        *zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    ]
