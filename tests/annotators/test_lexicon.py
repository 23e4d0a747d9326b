"""The word lists that ship."""

import pytest

from builder.annotators import lexicon


@pytest.mark.parametrize("name", ["en_common", "en_given", "en_places", "en_surnames"])
def test_columns_are_those_of_the_rows(name):
    assert [*zip(*lexicon.rows(name), strict=True)] == [*lexicon.columns(name)]
