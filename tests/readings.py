"""Readings for tests that need no file."""

from __future__ import annotations

from builder.reading import Reading, Source


def reading_of(raw: str, sha256: str = "0" * 64) -> Reading:
    """Make the reading of a plain text."""
    return Reading(Source(sha256, "page.txt", len(raw), "utf-8", "text/plain"), raw)
