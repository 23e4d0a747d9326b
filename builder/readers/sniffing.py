"""What a blob is, told by how it begins. Pure."""

from __future__ import annotations

import json
import re

# https://www.iana.org/assignments/media-types; the magic numbers stand in each format's own specification.
_MAGIC = (
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"PK\x05\x06", "application/zip"),
    (b"ARROW1\x00\x00", "application/vnd.apache.arrow.file"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\x00", "audio/ogg"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCX = f"{_OFFICE}.wordprocessingml.document"
_XLSX = f"{_OFFICE}.spreadsheetml.sheet"
_PPTX = f"{_OFFICE}.presentationml.presentation"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,1000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)..", re.S)
# A message's mark, its length in eights, and the place of its table as every writer lays it.
_ARROW = re.compile(rb"\xff{4}[\x00\x08-\xf8]..\x00[\x04-\x40]\x00{3}", re.S)
_JUNK = 1024


def media_type_of(head: bytes) -> str:
    """Name the media type; empty when the content does not show one."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(head)
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if _ARROW.match(head):
        return "application/vnd.apache.arrow.stream"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return _text_type(head)


def _text_type(head: bytes) -> str:
    """Name the type of what is told by its words; a PDF may begin with some junk."""
    narrow = _narrowed(head)
    if _HTML.match(narrow):
        return "text/html"
    if _is_json_lines(narrow):
        return "application/jsonl"
    if 0 <= head.find(b"%PDF-") <= _JUNK and _is_pdf(head):
        return "application/pdf"
    return ""


def _is_pdf(head: bytes) -> bool:
    """Whether `%PDF-` opens the file or stands behind junk at a line's beginning, not in a text that speaks of it."""
    at = head.find(b"%PDF-")
    return at == 0 or (head[at - 1 : at] in (b"\n", b"\r", b"\x00") and head[at + 5 : at + 8][1:2] == b".")


def _narrowed(head: bytes) -> bytes:
    """Give the ASCII letters of a head in UTF-8 or UTF-16 one byte each."""
    if head.startswith((b"\xff\xfe", b"<\x00", b"{\x00")):
        return head.removeprefix(b"\xff\xfe").decode("utf-16-le", "replace").encode("utf-8", "replace")
    if head.startswith((b"\xfe\xff", b"\x00<", b"\x00{")):
        return head.removeprefix(b"\xfe\xff").decode("utf-16-be", "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_json_lines(head: bytes) -> bool:
    """Whether the first line is a JSON object, and the second begins one or is one."""
    first, _, rest = head.partition(b"\n")
    second, newline, _ = rest.partition(b"\n")
    return _is_object(first) and (_is_object(second) or not newline and second.lstrip().startswith(b'{"'))


def _is_object(line: bytes) -> bool:
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _zip_type(head: bytes) -> str:
    """Tell office documents from plain ZIP archives by the names of their first members."""
    names = [head[m.end() : m.end() + int.from_bytes(m[1], "little")] for m in _ENTRY.finditer(head)]
    if names[:1] == [b"mimetype"]:
        kind = re.match(rb"application/[\w.+-]+?(?=PK|[^\w.+-])", head[head.find(b"application/") :])
        return kind[0].decode() if kind else "application/zip"
    if b"[Content_Types].xml" in names or any(name == b"word/document.xml" for name in names):
        if any(name.startswith(b"xl/") for name in names):
            return _XLSX
        return _PPTX if any(name.startswith(b"ppt/") for name in names) else _DOCX
    return "application/zip"
