"""Copies and documents are never torn apart."""

from hypothesis import given
from hypothesis import strategies as st

from builder.annotators.crf.groups import groups_of

sentences = st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), st.sampled_from("tuvwxyz")), max_size=40)


@given(sentences)
def test_equal_texts_share_a_number(pairs):
    documents, texts = [document for document, _ in pairs], [text for _, text in pairs]
    found = groups_of(documents, texts, 1)

    assert len(texts) == len(found)
    assert all(
        a == b
        for a, one in zip(found, texts, strict=True)
        for b, other in zip(found, texts, strict=True)
        if one == other
    )


def test_sentences_of_a_document_share_a_number_where_there_are_documents_enough():
    documents = [str(n // 2) for n in range(40)]

    assert [n // 2 for n in range(40)] == groups_of(documents, [str(n) for n in range(40)], 3)


def test_a_copy_joins_two_documents():
    documents = [str(n // 2) for n in range(40)]
    found = groups_of(documents, ["again" if n in (0, 39) else str(n) for n in range(40)], 3)

    assert {0} == {found[n] for n in (0, 1, 38, 39)}


def test_few_documents_are_taken_apart_and_few_texts_too():
    assert [0, 1, 2, 0] == groups_of(["a"] * 4, ["x", "y", "z", "x"], 3)
    assert [0, 1, 2] == groups_of(["a"] * 3, ["x"] * 3, 3)
