"""A Word document becomes one reading; its raw text is the XML of its main part.

Enters: a `.docx`. Leaves: its paragraphs in their order, those of table cells and text boxes too. Headers, footers,
footnotes, comments and the numbers of lists stand in other parts and are not read. What was deleted with its changes
tracked, is hidden or is a field's code is left out, each with its reason; what was inserted is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from builder.errors import Rejected
from builder.model import Reject
from builder.offset_map import OffsetMap
from builder.ports import Blob, Reader
from builder.readers import zip_file
from builder.readers.blobs import source_of
from builder.readers.docx_text import Paragraph, Walk, style_names, texts_of
from builder.readers.gaps import gaps_between
from builder.readers.members import Packed
from builder.reading import Block, Extract, Kind, Reading
from builder.tiling import Laying

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN, _STYLES, _CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"
_DECLARED = re.compile(r"\ufeff?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)")
_STYLE_KINDS = (
    (re.compile(r"(?:heading|标题|title)\s*\d*|heading\s*\d+ .*", re.IGNORECASE), Kind.HEADLINE),
    (re.compile(r"caption|题注", re.IGNORECASE), Kind.CAPTION),
)


class Docx:
    """Read `.docx` files."""

    name = "docx"
    suffixes = frozenset({".docx"})
    media_types = frozenset({MEDIA_TYPE})

    def read(self, blob: Blob) -> Iterator[Reading | Reject]:
        """Read one file.

        Raises:
            Rejected: it is corrupt, a bomb, or holds no text.
        """
        parts: dict[str, str] = {}
        encoding = ""
        for found in zip_file.members_of(blob):
            if isinstance(found, Reject):
                yield from _passed_on(found, blob)
                continue
            name = found.name.removeprefix(f"{blob.name}!/")
            if name in (_MAIN, _STYLES, _CORE):
                parts[name], used = _decoded(found)
                encoding = used if name == _MAIN else encoding
        if _MAIN not in parts:
            raise Rejected(f"there is no {_MAIN} in it", "E_CORRUPT")
        source = source_of(blob, MEDIA_TYPE, encoding=encoding, parser=expat.EXPAT_VERSION.replace("_", " "))
        title = texts_of(parts[_CORE], "title").get("title", "").strip() if _CORE in parts else ""
        names = style_names(parts[_STYLES]) if _STYLES in parts else {}
        extract = _extract_of(parts[_MAIN], names)
        yield Reading(source, parts[_MAIN], record=_MAIN, title=title, extract=extract)


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return Docx()


def _passed_on(reject: Reject, blob: Blob) -> Iterator[Reject]:
    """Refuse the whole where the main part is unfit; tell of a lost end; images and the like are not read anyway."""
    if reject.subject == f"{blob.name}!/{_MAIN}":
        raise Rejected(f"{_MAIN}: {reject.reason}", reject.code)
    if reject.subject == blob.name:
        yield reject


def _decoded(part: Packed) -> tuple[str, str]:
    """Decode a part; the standard allows UTF-8 and UTF-16 only."""
    encoding = "utf-16" if part.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = part.content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejected(f"{part.name} is not {encoding.upper()} at byte {error.start}", "E_ENCODING") from error
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in ("utf-8", "utf-16", "us-ascii"):
        raise Rejected(f"{part.name} says that it is {declared[1]}, which no Word document is", "E_ENCODING")
    return text, encoding


def _extract_of(raw: str, names: Mapping[str, str]) -> Extract:
    """Lay the paragraphs of a document with a blank line between them."""
    walk = Walk(raw).run()
    laying, blocks = Laying(), list[Block]()
    placed = [edges for flat in walk.left_out.values() for edges in zip(flat[::2], flat[1::2], strict=True)]
    length = 0
    for paragraph in walk.paragraphs:
        if not paragraph.text.strip():
            continue
        if length:
            laying.block("\n\n", ())
            length += 2
        start, length = length, length + len(paragraph.text)
        blocks.append(Block(start, length, _kind(names.get(paragraph.style, paragraph.style))))
        placed += _laid(raw, paragraph, laying)
    if not blocks:
        raise Rejected("it holds no text", "E_EMPTY")
    left_out = {**walk.left_out, "mark-up": gaps_between(placed, len(raw))}
    offsets = OffsetMap.laid(len(raw), laying.tiling(), left_out)
    return Extract(offsets.replay(raw), offsets, tuple(blocks))


def _laid(raw: str, paragraph: Paragraph, laying: Laying) -> Iterator[tuple[int, int]]:
    for text, start, end in paragraph.pieces:
        if raw[start:end] == text:
            laying.copy(start, end)
        else:
            laying.block(text, (start, end))
        yield start, end


def _kind(style: str) -> Kind | None:
    """Tell what the style of a paragraph says it is."""
    return next((kind for pattern, kind in _STYLE_KINDS if pattern.fullmatch(style)), None)
