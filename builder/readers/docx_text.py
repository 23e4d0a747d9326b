"""The XML of a Word document becomes paragraphs of characters, each with its place in the XML.

Enters: the decoded XML. Leaves: paragraphs, and what was left out and why. Opens nothing and expands no entity of its
own: a document type is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from builder.errors import Rejected

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_FORMULA = "http://schemas.openxmlformats.org/officeDocument/2006/math t"
# https://ecma-international.org/publications-and-standards/standards/ecma-376/, part 1, 17.3.3
_STANDS_FOR = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t", "sym": "\ufffd"}
_LEFT_OUT = {"del": "deleted", "moveFrom": "moved", "rt": "reading aid", _FALLBACK: "fallback"}
_NOT_TEXT = {"delText": "deleted", "instrText": "field code", "delInstrText": "field code", _FORMULA: "formula"}
_TEXTS = ("t", *_NOT_TEXT)
_NO = ("0", "false", "off")


class Piece(NamedTuple):
    """Text that stands for characters [start, end) of the XML."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Paragraph:
    """The pieces of a paragraph, and the id of its style."""

    pieces: list[Piece] = field(default_factory=list)
    style: str = ""
    is_hidden: bool = False

    @property
    def text(self) -> str:
        """Write it."""
        return "".join(piece.text for piece in self.pieces)


class Walk:
    """One walk through the XML of a document, from its first character to its last."""

    def __init__(self, raw: str) -> None:
        """Take the XML."""
        self.paragraphs: list[Paragraph] = []
        self.left_out: dict[str, list[int]] = {}
        self._raw, self._content = raw, raw.encode()
        self._open: list[Paragraph] = []
        self._path: list[str] = []
        self._within: Counter[str] = Counter()
        self._is_literal = False
        self._byte = self._place = 0
        self._parser = parser_of()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartCdataSectionHandler = lambda: self._literal(True)
        self._parser.EndCdataSectionHandler = lambda: self._literal(False)

    def run(self) -> Walk:
        """Walk.

        Raises:
            Rejected: it is not well-formed, or has a document type.
        """
        parse(self._parser, self._content)
        return self

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = _local(name)
        self._path.append(name)
        if name in _LEFT_OUT:
            self._within[_LEFT_OUT[name]] += 1
        elif name == "p":
            self._open.append(Paragraph())
            self.paragraphs.append(self._open[-1])
        elif self._open:
            self._within_paragraph(name, {_local(key): value for key, value in attributes.items()})

    def _within_paragraph(self, name: str, attributes: Mapping[str, str]) -> None:
        paragraph = self._open[-1]
        if name == "r":
            paragraph.is_hidden = False
        elif name == "vanish":
            paragraph.is_hidden = attributes.get("val") not in _NO
        elif name == "pStyle":
            paragraph.style = attributes.get("val", "")
        elif name in _STANDS_FOR and self._path[-2:-1] == ["r"]:
            start = self._here()
            self._add(Piece(_STANDS_FOR[name], start, self._raw.index(">", start) + 1))

    def _end(self, name: str) -> None:
        name = _local(name)
        self._path.pop()
        if name in _LEFT_OUT:
            self._within[_LEFT_OUT[name]] -= 1
        elif name == "p" and self._open:
            self._open.pop()

    def _characters(self, text: str) -> None:
        if self._open and self._path[-1] in _TEXTS:
            start = self._here()
            self._add(Piece(text, start, self._end_of(text, start)))

    def _end_of(self, text: str, start: int) -> int:
        """Find where characters end that may be written as a reference or as another end of line."""
        if self._raw[start] == "&" and not self._is_literal:
            return self._raw.index(";", start) + 1
        if self._raw[start] == "\r":
            return start + 1 + self._raw.startswith("\n", start + 1)
        return start + len(text)

    def _add(self, piece: Piece) -> None:
        paragraph = self._open[-1]
        reasons = [reason for reason in dict.fromkeys(_LEFT_OUT.values()) if self._within[reason]]
        if paragraph.is_hidden:
            reasons.append("hidden")
        if self._path[-1] in _NOT_TEXT:
            reasons.append(_NOT_TEXT[self._path[-1]])
        if reasons:
            self.left_out.setdefault(reasons[0], []).extend(piece[1:])
        else:
            paragraph.pieces.append(piece)

    def _literal(self, is_literal: bool) -> None:
        self._is_literal = is_literal

    def _here(self) -> int:
        """Count the characters before the byte that the parser is at."""
        at = self._parser.CurrentByteIndex
        self._place += len(self._content[self._byte : at].decode())
        self._byte = at
        return self._place


def texts_of(raw: str, *names: str) -> dict[str, str]:
    """Find the text of the first element of each name, without its namespace, in a small XML; of a broken one, none.

    Raises:
        Rejected: it has a document type.
    """
    found: dict[str, str] = {}
    within: list[str] = []
    parser = parser_of()

    def start(name: str, _: Mapping[str, str]) -> None:
        within.append(name.rpartition(" ")[2])

    def add(text: str) -> None:
        if within and within[-1] in names:
            found[within[-1]] = found.get(within[-1], "") + text

    parser.StartElementHandler, parser.CharacterDataHandler = start, add
    parser.EndElementHandler = lambda _: within.pop()
    parse(parser, raw.encode())
    return found


def style_names(raw: str) -> dict[str, str]:
    """Find the name of each style by its id: Word in other languages numbers the ids and keeps the names.

    Raises:
        Rejected: it is not well-formed, or has a document type.
    """
    found: dict[str, str] = {}
    ids = [""]
    parser = parser_of()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        said = {_local(key): value for key, value in attributes.items()}
        if _local(name) == "style":
            ids[0] = said.get("styleId", "")
        elif _local(name) == "name" and ids[0]:
            found.setdefault(ids[0], said.get("val", ""))

    parser.StartElementHandler = start
    parse(parser, raw.encode())
    return found


def parser_of() -> expat.XMLParserType:
    """Make a parser that knows namespaces and refuses document types."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def parse(parser: expat.XMLParserType, content: bytes) -> None:
    """Parse.

    Raises:
        Rejected: it is not well-formed, or has a document type.
    """
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Rejected(f"its XML is corrupt: {error}", "E_CORRUPT") from error


def _refuse(*_: object) -> None:
    raise Rejected("its XML has a document type, which no Word document has", "E_CORRUPT")


def _local(name: str) -> str:
    """Take the namespace of Word documents off a name."""
    for space in _WORD:
        if name.startswith(space):
            return name[len(space) :]
    return name
