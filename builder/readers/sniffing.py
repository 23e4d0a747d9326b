"""What a blob is, told by how it begins. Pure."""

from __future__ import annotations

import re

# https://www.iana.org/assignments/media-types; the magic numbers stand in each format's own specification.
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PAR1", "application/vnd.apache.parquet"),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,1000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)


def media_type_of(head: bytes) -> str:
    """Name the media type; empty when the content does not show one."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "text/html"
    return ""
