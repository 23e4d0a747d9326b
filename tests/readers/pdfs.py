"""PDF files made by hand: words at places, in the fonts every reader has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842
# The widths of Helvetica from U+0020 on, in thousandths of the font size.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
).split()
_FONTS = (
    "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
    "/F2 << /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [ << "
    "/Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 5 >> /FontDescriptor << /Type /FontDescriptor "
    "/FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
    "/CapHeight 880 /StemV 93 >> >> ] >>"
)
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


@dataclass(frozen=True)
class Word:
    """A text at a place of a page: `x` from the left, `y` from the top to the line it stands on."""

    x: float
    y: float
    text: str
    size: float = 10


def measure(text: str, size: float = 10) -> float:
    """Measure how wide a text is set."""
    return sum(int(_WIDTHS[ord(c) - 32]) if " " <= c <= "~" else 1000 for c in text) * size / 1000


def drawn(words: Iterable[Word]) -> bytes:
    """Write what draws a page."""
    return b"".join(map(_shown, words))


def image(left: float, bottom: float, width: float, height: float) -> bytes:
    """Write what draws a grey image."""
    return b"q %f 0 0 %f %f %f cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n" % (width, height, left, bottom)


def pdf_of(pages: Sequence[bytes], *, encrypt: bytes | None = None, permissions: int = -4, turn: int = 0) -> bytes:
    """Make a file of drawn pages, shown turned clockwise by so many degrees.

    `encrypt` is the password that opens it, empty for a file only restricted.
    """
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        3: f"<< /Font << {_FONTS} >> >>".encode(),
    }
    name = hashlib.md5(b"".join(pages)).digest()
    key = b"" if encrypt is None else _key(encrypt, permissions, name)
    for number, content in enumerate(pages):
        at = 4 + 2 * number
        box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {turn}"
        objects[at] = f"<< /Type /Page /Parent 2 0 R {box} /Resources 3 0 R /Contents {at + 1} 0 R >>".encode()
        packed = rc4(_object_key(key, at + 1), content) if key else content
        objects[at + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    if key:
        objects[max(objects) + 1] = _handler(key, permissions)
    return _filed(objects, name, is_encrypted=bool(key))


def rc4(key: bytes, content: bytes) -> bytes:
    """Encrypt, or decrypt."""
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    found = bytearray()
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        found.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(found)


def _shown(word: Word) -> bytes:
    parts = [b"BT 1 0 0 1 %f %f Tm" % (word.x, HEIGHT - word.y)]
    for is_latin, run in _runs(word.text):
        code = run.encode("latin-1" if is_latin else "utf-16-be").hex()
        parts.append(b"/F%d %f Tf <%s> Tj" % (1 if is_latin else 2, word.size, code.encode()))
    return b" ".join((*parts, b"ET\n"))


def _runs(text: str) -> Iterable[tuple[bool, str]]:
    """Part what Helvetica has from what it has not."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (text[at] < "\u0100") != (text[start] < "\u0100"):
            yield text[start] < "\u0100", text[start:at]
            start = at


def _filed(objects: Mapping[int, bytes], name: bytes, *, is_encrypted: bool) -> bytes:
    """Write the objects one below the other, and where each is."""
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in sorted(objects.items()):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b" /Encrypt %d 0 R" % max(objects) if is_encrypted else b""
    size, ident = len(objects) + 1, name.hex().encode()
    end = b"trailer\n<< /Size %d /Root 1 0 R /ID [<%s> <%s>]%s >>" % (size, ident, ident, lock)
    at = len(content)
    return bytes(content) + b"xref\n0 %d\n0000000000 65535 f \n%s%s\nstartxref\n%d\n%%%%EOF\n" % (size, table, end, at)


# The standard handler, revision 2: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf
def _key(password: bytes, permissions: int, name: bytes) -> bytes:
    padded = (password + PADDING)[:32]
    return hashlib.md5(padded + _owner() + permissions.to_bytes(4, "little", signed=True) + name).digest()[:5]


def _owner() -> bytes:
    return rc4(hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5], PADDING)


def _handler(key: bytes, permissions: int) -> bytes:
    user, owner = rc4(key, PADDING).hex(), _owner().hex()
    return f"<< /Filter /Standard /V 1 /R 2 /O <{owner}> /U <{user}> /P {permissions} >>".encode()


def _object_key(key: bytes, number: int) -> bytes:
    return hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
