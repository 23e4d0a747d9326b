"""The tokens of a web page become its visible text in blocks, every character traced. Pure.

White space collapses as in a browser, outside `pre`. What is not shown is a deletion with its reason.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from builder.offset_map import OffsetMap
from builder.readers.html_about import Head
from builder.readers.html_elements import PARTS, Elements
from builder.readers.html_stream import (
    BAD_REFERENCE,
    SPACE,
    Token,
    What,
    attributes_of,
    meaning_of,
    tokens_of,
)
from builder.readers.html_zones import Written, Zones, describe, letters
from builder.reading import Block, Extract
from builder.tiling import Laying

_RAW = {"script": "script", "noscript": "script", "style": "style", "title": "head", "textarea": "form"}

_MARK = "\ufeff"
_PLAIN = rf"[^&\ud800-\udfff{SPACE}]"
_RUN = re.compile(
    rf"(?P<plain>{_PLAIN}++(?: {_PLAIN}++)*+|(?:&(?!#?[a-zA-Z0-9]))++)|(?P<space>[{SPACE}]++)"
    r"|(?P<reference>&(?:#[xX][0-9a-fA-F]++;?+|#[0-9]++;?+|[a-zA-Z][a-zA-Z0-9]{0,31}+;?+))|(?P<other>[&\ud800-\udfff])"
)


class _Blank(NamedTuple):
    """White space, or a line break, that counts only if more of its block follows."""

    start: int
    end: int
    what: str


class Page:
    """One walk over a page; blocks are laid as their characters come."""

    def __init__(self, text: str) -> None:
        """Take the decoded source."""
        self._text = text
        self.head = Head()
        self.flags: set[str] = set()
        self._zones = Zones()
        self._elements = Elements(self._zones)
        self._laying = Laying()
        self._length = 0
        self._removed: dict[str, list[int]] = {}
        self._blanks: list[_Blank] = []
        self._words: list[str] = []
        self._links = self._last = 0
        self._within = self._elements.inner
        self._written: list[Written] = []

    def read(self) -> Extract:
        """Walk over the page; give what a reader sees."""
        if self._text.startswith(_MARK):
            self._drop(0, 1, "byte order mark")
        for token in tokens_of(self._text):
            if token.flaw:
                self.flags.add(token.flaw)
            self._step(token)
        self._end_block()
        offsets = OffsetMap.laid(len(self._text), self._laying.tiling(), self._removed)
        kinds = self._zones.kinds(self._written)
        within = self._zones.crossheads(self._written, kinds)
        blocks = [
            Block(block.start, block.end, kind, is_crosshead=at in within)
            for at, (block, kind) in enumerate(zip(self._written, kinds, strict=True))
        ]
        return Extract(offsets.replay(self._text), offsets, tuple(blocks))

    def _step(self, token: Token) -> None:
        if token.what is What.TEXT:
            self._read_text(token.start or int(self._text.startswith(_MARK)), token.end)
        elif token.what is What.RAW:
            self._read_raw(token)
        elif token.what is What.COMMENT:
            self._drop(token.start, token.end, "comment")
        elif token.name != "br" or self._elements.inner.hidden:
            self._drop(token.start, token.end, "markup")
        if token.what is What.START:
            self._start(token)
        elif token.what is What.END:
            self._end(token.name)

    def _read_raw(self, token: Token) -> None:
        if token.name in ("xmp", "plaintext") and not self._elements.inner.hidden:
            self._read_text(token.start, token.end)
            return
        self._drop(token.start, token.end, _RAW.get(token.name, "fallback"))
        if token.name == "title" and not self._elements.inner.hidden:
            self.head.name(self._text[token.start : token.end])

    def _start(self, token: Token) -> None:
        name, hidden = token.name, self._elements.inner.hidden
        said = attributes_of(token.inside) if token.inside and not hidden else {}
        if name in PARTS:
            self._end_block()
        if said:
            self.head.look(name, said, in_article=self._zones.in_article(self._elements.inner.zone))
        if name == "br" and not hidden:
            self._break(token)
        if not self._elements.enter(name, said, is_closed=token.is_closed):
            self.flags.add("too-deep")

    def _end(self, name: str) -> None:
        if name in PARTS:
            self._end_block()
        self._elements.leave(name)

    def _read_text(self, start: int, end: int) -> None:
        if hidden := self._elements.inner.hidden:
            self._drop(start, end, hidden)
            return
        for run in _RUN.finditer(self._text, start, end):
            what = run.lastgroup
            if what == "plain" or run[0] == "&":
                self._copy(run.start(), run.end())
            elif what == "space":
                self._wait(run.start(), run.end())
            elif what == "reference":
                self._refer(run[0], run.start())
            else:
                self._stand("\ufffd", run.start(), run.end())

    def _refer(self, reference: str, start: int) -> None:
        """Lay what a character reference stands for, and what of it does not."""
        meaning, length = meaning_of(reference)
        end = start + length
        if meaning == "\ufffd" and reference[1] == "#":
            self.flags.add(BAD_REFERENCE)
        if meaning and not meaning.strip(SPACE):
            self._wait(start, end, meaning)
        elif meaning:
            self._stand(meaning, start, end)
        if length < len(reference):
            self._copy(end, start + len(reference))

    def _wait(self, start: int, end: int, meaning: str = " ") -> None:
        """Hold white space back; a second one, and one at a block's beginning, goes."""
        pre = self._elements.inner.is_pre
        if not self._words or self._blanks and not pre:
            self._drop(start, end, "white space")
            return
        shown = self._text[start:end] if pre and self._text[start] != "&" else meaning if pre else " "
        self._blanks.append(_Blank(start, end, shown))

    def _break(self, token: Token) -> None:
        """Hold a line break back; two part blocks."""
        waiting = [blank for blank in self._blanks if blank.what == "\n" and self._text[blank.start] == "<"]
        if waiting or not self._words:
            self._drop(token.start, token.end, "markup")
            self._end_block()
            return
        self._drop_blanks()
        self._blanks.append(_Blank(token.start, token.end, "\n"))

    def _copy(self, start: int, end: int) -> None:
        self._begin(self._text[start:end])
        self._laying.copy(start, end)
        self._length += end - start
        self._words.append(self._text[start:end])

    def _stand(self, meaning: str, start: int, end: int) -> None:
        """Lay characters in place of others."""
        self._begin(meaning)
        self._laying.block(meaning, (start, end))
        self._length += len(meaning)
        self._words.append(meaning)

    def _begin(self, text: str) -> None:
        """Get ready for visible characters: lay what was held back, or begin a block."""
        element = self._elements.inner
        if element.zone != self._last and self._words and self._zones.are_apart(self._last, element.zone):
            self._end_block()
        self._last = element.zone
        if element.is_link:
            self._links += letters(text)
        if self._words:
            self._lay_blanks()
            if element.zone != self._within.zone:
                self._within = self._within._replace(zone=self._zones.shared(self._within.zone, element.zone))
            return
        self._within = element
        if self._length:
            self._laying.block("\n", ())
            self._length += 1

    def _lay_blanks(self) -> None:
        for start, end, what in self._blanks:
            if self._text[start:end] == what:
                self._laying.copy(start, end)
            else:
                self._laying.block(what, (start, end))
            self._length += len(what)
            self._words.append(what)
        self._blanks.clear()

    def _drop_blanks(self) -> None:
        for start, end, _ in self._blanks:
            self._drop(start, end, "markup" if self._text[start] == "<" else "white space")
        self._blanks.clear()

    def _end_block(self) -> None:
        """Write down the block that ends here, if it holds anything."""
        if self._blanks:
            self._drop_blanks()
        if not self._words:
            return
        text, within = "".join(self._words), self._within
        columns, links, is_ended = describe(text, self._links)
        self._written.append(
            Written(
                start=self._length - len(text),
                end=self._length,
                zone=within.zone,
                heading=within.heading,
                is_paragraph=within.is_paragraph,
                columns=columns,
                links=links,
                is_ended=is_ended,
                is_title=within.heading in (1, 2) and self.head.is_title(text),
            )
        )
        self._words.clear()
        self._links = 0

    def _drop(self, start: int, end: int, reason: str) -> None:
        edges = self._removed.setdefault(reason, [])
        if edges and edges[-1] == start:
            edges[-1] = end
        else:
            edges += (start, end)
