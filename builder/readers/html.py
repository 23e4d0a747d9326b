"""A web page becomes a reading: its decoded source is the raw text, what a browser shows of it the extract.

Reads bytes, runs nothing, fetches nothing. Every character of the source is shown or has the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder.errors import Rejected
from builder.ports import Blob, Reader
from builder.readers.blobs import content_of, source_of
from builder.readers.html_about import declared_encoding
from builder.readers.html_blocks import Page
from builder.reading import Reading
from builder.text.encoding import decode

LARGEST = 16 * 2**20
"""Bytes; a larger page is refused rather than read into memory."""


class Html:
    """Read `.html`, `.htm` and `.xhtml` files."""

    name = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    media_types = frozenset({"text/html", "application/xhtml+xml"})

    def read(self, blob: Blob) -> Iterator[Reading]:
        """Read one page.

        Raises:
            Rejected: it is too large, not readable, in no encoding or in several, or shows no text.
        """
        content = content_of(blob, LARGEST)
        decoded = decode(content, declared_encoding(content))
        page = Page(decoded.text)
        extract = page.read()
        if not any(character.isprintable() and character != " " for character in extract.text):
            raise Rejected("the page shows no text", "E_EMPTY")
        yield Reading(
            source_of(blob, "text/html", encoding=decoded.encoding, declared=decoded.declared),
            decoded.text,
            title=page.head.title,
            about=page.head.about,
            extract=extract,
            flags=(*decoded.flags, *sorted(page.flags)),
        )


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return Html()
