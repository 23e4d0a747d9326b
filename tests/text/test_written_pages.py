"""Pages written by hand, the way papers and web sites look: `NAME.txt`, and in `NAME.read` what a careful reader sees.

A line of the latter is an article's number, a kind and a sentence.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.annotators.knowledge import knowledge
from builder.text.structure import split_page
from tests.readings import reading_of

PAGES = sorted((Path(__file__).parent / "written").glob("*.txt"))


def read(path: Path) -> list[str]:
    """Say what is found on a page."""
    articles = enumerate(split_page(reading_of(path.read_text("utf-8")), knowledge()))
    return [f"{number} {s.kind} {s.text}" for number, (_, sentences) in articles for s in sentences]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_read_as_a_careful_reader_would(path: Path) -> None:
    assert path.with_suffix(".read").read_text("utf-8").splitlines() == read(path)
