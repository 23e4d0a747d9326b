"""The text layer of a PDF becomes one reading: articles run over its pages.

Enters: a PDF. Leaves: its characters as pdfium numbers them, the pages joined by form feeds, so that an offset leads
to a page and a character (a surrogate pair counts as one); and the same characters in reading order. Nothing is
recognised from images. A file that opens without a password is read even where its owner denies copying: that is no
lock, and what may be published is said by its licence, not its permission bits; the reading is flagged.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers.blobs import source_of
from builder.readers.pdf_blocks import extract_of
from builder.readers.pdf_layout import MOST_RUNS, Glyph, is_vertical, runs_of
from builder.readers.pdf_paragraphs import Page
from builder.reading import Reading

LARGEST = 512 * 2**20
"""Bytes; a larger file is refused."""
LONGEST = 16 * 2**20
"""Characters; a file may draw the same page again and again."""
MEDIA_TYPE = "application/pdf"

_TAIL = 2048
_WRONG_PASSWORD = 4
_ALL_PERMISSIONS = 0xF3C
_HYPHENS = "\x02\ufffe\u00ad"
_BAD = re.compile("[\ud800-\udfff\ufffe\uffff\x00\f]")
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SLANT = 0.2
_DEEPEST = 3


@dataclass(slots=True)
class _Found:
    """What was found while the pages went by."""

    pages: list[Page] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    length: int = 0
    flags: set[str] = field(default_factory=set)
    is_drawn: bool = False

    def add(self, text: str) -> None:
        """Append the raw text of a page."""
        self.parts.append(text)
        self.length += len(text) + 1
        if LONGEST < self.length:
            raise Rejected(f"more than {LONGEST} characters; split it first", "E_TOO_LARGE")


class Pdf:
    """Read `.pdf` files."""

    name = "pdf"
    suffixes = frozenset({".pdf"})
    media_types = frozenset({MEDIA_TYPE})

    def read(self, blob: Blob) -> Iterator[Reading | Reject]:
        """Read one file; a page that cannot be read is a reject, and the rest goes on.

        Raises:
            Rejected: it is too large, encrypted, corrupt, blank, or holds no text but images.
        """
        if LARGEST < blob.size:
            raise Rejected(f"larger than {LARGEST // 2**20} MiB; split it first", "E_TOO_LARGE")
        import pypdfium2

        found = _Found()
        with blob.open() as file:
            ends = _ends(file, blob.size)
            with closing(_opened(pypdfium2, file)) as document:
                found.flags |= _flags(pypdfium2.raw, document, ends=ends)
                for number in range(len(document)):
                    yield from _read_page(pypdfium2, document, number, blob, found)
        if not any(page.glyphs or page.turned for page in found.pages):
            raise _empty(found)
        text = "\f".join(found.parts)
        parser = f"pypdfium2 {pypdfium2.PYPDFIUM_INFO.version}"
        source = source_of(blob, MEDIA_TYPE, parser=parser)
        extract = extract_of(text, found.pages)
        yield Reading(source, text, extract=extract, flags=tuple(sorted(found.flags)))


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return Pdf()


def _ends(file: Any, size: int) -> bool:
    """Whether the file comes to its end mark."""
    if not size:
        raise Rejected("the file is empty", "E_EMPTY")
    file.seek(max(0, size - _TAIL))
    ends = b"%%EOF" in file.read()
    file.seek(0)
    return ends


def _opened(pypdfium2: Any, file: Any) -> Any:
    """Open a document.

    Raises:
        Rejected: it needs a password, or is none.
    """
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _WRONG_PASSWORD:
            raise Rejected("it is encrypted; save it without its password first", "E_ENCRYPTED") from error
        raise Rejected(f"it is corrupt: {error}", "E_CORRUPT") from error
    if not len(document):
        document.close()
        raise Rejected("it has no pages", "E_CORRUPT")
    return document


def _flags(raw: Any, document: Any, *, ends: bool) -> set[str]:
    """Name what is wrong with the whole file.

    Raises:
        Rejected: its end is missing.
    """
    flags = set()
    if not raw.FPDF_DocumentHasValidCrossReferenceTable(document):
        if not ends:
            document.close()
            raise Rejected("its end is missing", "E_CORRUPT")
        flags.add("damaged")
    withheld = ~raw.FPDF_GetDocPermissions(document) & _ALL_PERMISSIONS
    if 0 <= raw.FPDF_GetSecurityHandlerRevision(document) and withheld:
        flags.add("owner-restricted")
    return flags


def _empty(found: _Found) -> Rejected:
    """Say why there is no text."""
    if "damaged" in found.flags or not found.pages:
        return Rejected("it is corrupt: no character of it can be read", "E_CORRUPT")
    if found.is_drawn:
        return Rejected("it holds images or drawings and no text; recognise its text first", "E_NO_TEXT_LAYER")
    return Rejected("its pages are blank", "E_EMPTY")


def _read_page(pypdfium2: Any, document: Any, number: int, blob: Blob, found: _Found) -> Iterator[Reject]:
    """Add a page to what was found, or refuse it."""
    try:
        with closing(document[number]) as page:
            text, glyphs, turned = _characters(pypdfium2.raw, page, found.length)
            images = list(_images(pypdfium2, page, found))
    except pypdfium2.PdfiumError as error:
        found.add("")
        where = f"page {number + 1}"
        yield Reject("ingest", f"{blob.name}#{where}", "E_CORRUPT", f"{where} cannot be read: {error}", where)
        return
    if not glyphs and not turned:
        found.flags.add("page-without-text")
    kept = _kept_order(glyphs)
    found.flags |= {*kept, *(["turned"] if turned else [])}
    found.pages.append(Page(glyphs, turned, images, keeps_order=bool(kept)))
    found.add(text)


def _kept_order(glyphs: Sequence[Glyph]) -> list[str]:
    """Say why a page keeps the order of its file, if it does."""
    if is_vertical(glyphs):
        return ["vertical"]
    return ["unordered"] if MOST_RUNS < sum(1 for _ in runs_of(glyphs)) else []


def _characters(raw: Any, page: Any, offset: int) -> tuple[str, list[Glyph], list[Glyph]]:
    """Read the characters of a page: all as text; those that show, upright or turned, with their places."""
    turn = raw.FPDFPage_GetRotation(page)
    with closing(page.get_textpage()) as textpage:
        count = textpage.count_chars()
        codes = "".join(chr(raw.FPDFText_GetUnicode(textpage, at)) for at in range(count))
        text = _PAIR.sub(_joined, codes)
        upright: list[Glyph] = []
        turned: list[Glyph] = []
        at = index = 0
        while index < count:
            step = 2 if _PAIR.match(codes, index) else 1
            if not text[at].isspace() and not raw.FPDFText_IsGenerated(textpage, index):
                glyph, is_upright = _glyph(raw, textpage, index, turn)
                if step == 2:
                    second, _ = _glyph(raw, textpage, index + 1, turn)
                    glyph = glyph._replace(right=max(glyph.right, second.right))
                shown = _shown(raw, textpage, index, text[at])
                (upright if is_upright else turned).append(glyph._replace(at=offset + at, text=shown))
            at, index = at + 1, index + step
    return _BAD.sub("\ufffd", text), upright, turned


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _shown(raw: Any, textpage: Any, index: int, character: str) -> str:
    """Give what a character stands for: a hyphen at a line's end, or nothing that is known."""
    if character in _HYPHENS:
        return "-"
    if _BAD.match(character) or raw.FPDFText_HasUnicodeMapError(textpage, index) == 1:
        return "\ufffd"
    return character


def _glyph(raw: Any, textpage: Any, index: int, turn: int) -> tuple[Glyph, bool]:
    """Measure a character on the page as it is shown, or held so that it stands upright; tell whether it did."""
    matrix, box = raw.FS_MATRIX(), raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(textpage, index, matrix)
    raw.FPDFText_GetLooseCharBox(textpage, index, box)
    raw.FPDFText_GetCharOrigin(textpage, index, x, y)
    size = abs(raw.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d))
    held = next((more for more in range(4) if _is_upright(*_turned(matrix.a, matrix.b, turn + more))), 0)
    (one, _), (other, _) = (_turned(*corner, turn + held) for corner in ((box.left, box.bottom), (box.right, box.top)))
    numbers = (min(one, other), max(one, other), -_turned(x.value, y.value, turn + held)[1])
    if not all(map(math.isfinite, (*numbers, size))):
        numbers, size = (0.0, 0.0, 0.0), 1.0
    return Glyph(0, "", *numbers, size or 1.0), _is_upright(*_turned(matrix.a, matrix.b, turn))


def _is_upright(along: float, up: float) -> bool:
    """Whether what is written in this direction runs from left to right."""
    return abs(up) <= _SLANT * along


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """Turn a place clockwise by so many quarters."""
    for _ in range(turn):
        x, y = y, -x
    return x, y


def _images(pypdfium2: Any, page: Any, found: _Found) -> Iterator[tuple[float, float, float]]:
    """Find the left, right and lower edges of the images; note whether anything is drawn."""
    raw = pypdfium2.raw
    turn = raw.FPDFPage_GetRotation(page)
    for shape in page.get_objects(max_depth=_DEEPEST):
        found.is_drawn |= shape.type != raw.FPDF_PAGEOBJ_TEXT
        if shape.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = shape.get_bounds()
            (one, low), (other, high) = _turned(left, bottom, turn), _turned(right, top, turn)
            yield min(one, other), max(one, other), -min(low, high)
