"""Paragraphs that a column, a page or a photograph tore apart are joined again; what interrupts is typed. Pure.

Evidence decides: a word across the tear, a small letter or a closing mark behind it, an indent, a text that stands
elsewhere too. Without evidence a rule decides, and the join is marked as doubtful.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median_high

from builder.reading import Kind
from builder.text.kinds import ends_in_jump, is_plain_sentence, is_title, kind_of
from builder.text.lines import Line, Paragraph, starts_inside, starts_list
from builder.text.scripts import CJK_MARKS, HAN, is_ended, is_title_case, width

Crosses = Callable[[str, str], bool]
"""Whether a word of the language lies across the border of two Chinese texts."""

_OPEN_END = re.compile(
    r"(?:[,，、—–-]|\b(?:and|or|of|the|a|an|to|in|on|for|with|by|from|at|as|that|which|who|is|are|was|were)|[了的在和与将对被把从向于等及或])$"
)
_BEFORE_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|St|Lt|Col|Sgt|Capt|Rev|Hon|No|vs)\.$")
_SLUG = re.compile(
    r"本报讯|本刊讯|新华社|中新社|据新华社|[（(]记者|[A-Z][A-Z .,]{2,40}(?:\([A-Z][\w ]+\))?\s?(?:--|—|–)"
)
_MARKS = re.compile(rf"[\s{CJK_MARKS},.]+")
_HAN_EDGE = re.compile(f"[{HAN}]")
_PAIRS = (("《", "》"), ("（", "）"), ("“", "”"), ("「", "」"), ("(", ")"))
_SIGHT = 4
"""Paragraphs to look ahead for where a torn sentence goes on."""
_NEAR = 8
"""Characters on each side of a tear that are searched for a word across it."""
_CERTAIN = 3
"""The weight of evidence that nothing outweighs; mark-up says itself where a paragraph ends, so there it takes this."""
_CLOSING = frozenset({Kind.HEADLINE, Kind.TIMESTAMP, Kind.BYLINE, Kind.SOURCE, Kind.CONTACT})
"""What no sentence reads on behind."""
_CLAUSE = re.compile("[，,；;]")
_BULLET = re.compile(r"[•·●■◆▪*–-]\s*\S")
_APART = 3
"""Blank lines that set a photograph's text apart."""
_SLACK, _FEW = 4, 3
"""Columns by which wrapped lines differ in width; lines that make a habit."""
_LONG = 100
"""Columns; a longer paragraph that does not end was torn."""


@dataclass(slots=True)
class _Page:
    """What the paragraphs of a page have in common."""

    letters: str
    indents: bool
    crosses: Crosses
    least: int
    column: int

    def repeats(self, text: str) -> bool:
        """Whether a short text stands whole within a longer one of the page."""
        letters = _letters(text)
        at = self.letters.find(letters)
        while letters and 0 <= at:
            if not self.letters[at - 1] == self.letters[at + len(letters)] == "\n":
                return True
            at = self.letters.find(letters, at + 1)
        return not letters


def reflow(
    paragraphs: Sequence[Paragraph], crosses: Crosses, *, is_printed: bool = True, column: int = 0
) -> list[Paragraph]:
    """Type every paragraph, and join the body where it was torn; the order is that of each paragraph's beginning.

    `column` is how many columns a line of the page is wide where its spaces show that (0: they do not).
    """
    texts = [paragraph.text for paragraph in paragraphs]
    page = _Page(
        letters="\n".join(("", *map(_letters, texts), "")),
        indents=_indents_matter(paragraphs),
        crosses=crosses,
        least=0 if is_printed else _CERTAIN,
        column=column or _usual_column(paragraphs),
    )
    known = _known_kinds(paragraphs, texts)
    return list(_Reflow(page, list(paragraphs), known).run())


class _Reflow:
    """One walk down a page; `open` is the body paragraph that has not ended."""

    def __init__(self, page: _Page, paragraphs: list[Paragraph], known: list[Kind | None]) -> None:
        self.page, self.paragraphs, self.known = page, paragraphs, known
        self.open: Paragraph | None = None

    def run(self) -> Iterator[Paragraph]:
        for at, paragraph in enumerate(self.paragraphs):
            kind = self.known[at]
            if kind is not None and not (self.open and starts_inside(paragraph.text)):
                paragraph.kind = kind
                if kind in _CLOSING:
                    self.open = None
                yield paragraph
            elif self.open is None or not self._goes_on(self.open, at):
                paragraph.kind = self._fresh_kind(at)
                if paragraph.kind is Kind.BODY:
                    self.open = None if is_done(paragraph.text) or self._is_entry(at) else paragraph
                yield paragraph

    def _goes_on(self, torn: Paragraph, at: int) -> bool:
        """Join a paragraph to the torn one if it reads on there."""
        paragraph = self.paragraphs[at]
        here = self._evidence(torn, paragraph)
        if here == -1 and self._is_parted(torn, at):
            here = 0
        later = max((self._evidence(torn, other) for other in self._later_bodies(at)), default=-_APART)
        if self._interrupts(paragraph) and here < _CERTAIN and here <= later and not self._is_parted(torn, at):
            return False
        if here < self.page.least:
            self.open = None
            return False
        torn.join(paragraph, doubtful=here == 0)
        self.open = None if is_done(paragraph.text) else torn
        return True

    def _is_parted(self, torn: Paragraph, at: int) -> bool:
        """Whether the text of a photograph stands between already."""
        for other in reversed(self.paragraphs[:at]):
            if other is torn:
                return False
            if other.kind in (Kind.CAPTION, Kind.CREDIT):
                return True
        return False

    def _later_bodies(self, at: int) -> list[Paragraph]:
        """List the next paragraphs that may be body, up to a headline."""
        found = []
        for other, kind in zip(
            self.paragraphs[at + 1 : at + 1 + _SIGHT], self.known[at + 1 : at + 1 + _SIGHT], strict=True
        ):
            if kind in _CLOSING:
                break
            if kind is None:
                found.append(other)
        return found[:2]

    def _evidence(self, torn: Paragraph, paragraph: Paragraph) -> int:
        """Weigh whether a paragraph reads on where another broke off: above 0 speaks for it."""
        left, right = torn.text, paragraph.text
        if starts_inside(right) or closes(left, right):
            return _CERTAIN
        if _SLUG.match(right) or starts_list(right) or (self.page.indents and paragraph.lines[0].indent):
            return -2
        weight = 0
        weight += 2 * self._word_across(left, right)
        weight += bool(_OPEN_END.search(left))
        weight -= self._interrupts(paragraph)
        if (
            right[:1].isupper()
            and right[:1].isascii()
            and (is_title_case(right) or is_ended(right) and len(torn.lines) == 1)
        ):
            weight -= not _OPEN_END.search(left)
        return weight - (is_title(right) and self._is_short(paragraph, torn))

    def _word_across(self, left: str, right: str) -> bool:
        """Whether a Chinese word was torn."""
        if not (_HAN_EDGE.search(left[-1:]) and _HAN_EDGE.match(right)):
            return False
        return self.page.crosses(left[-_NEAR:], right[:_NEAR])

    def _interrupts(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph looks like the text of a photograph."""
        text = paragraph.text
        if not is_plain_sentence(text) and not is_title(text):
            return False
        return self._is_short(paragraph, paragraph) or _APART <= paragraph.lines[0].gap or self.page.repeats(text)

    def _is_short(self, paragraph: Paragraph, torn: Paragraph) -> bool:
        """Whether a paragraph does not fill the column of the torn one."""
        return 1 == len(paragraph.lines) and not (
            1 < len(torn.lines) and torn.column - 6 <= paragraph.lines[0].columns <= torn.column + 6
        )

    def _fresh_kind(self, at: int) -> Kind:
        """Type a paragraph that begins here, by what stands around it."""
        paragraph, text = self.paragraphs[at], self.paragraphs[at].text
        if self._is_entry(at):
            return Kind.BODY
        if self.open and self._later_bodies(at) and (is_title(text) or is_plain_sentence(text)):
            return Kind.CAPTION
        self.open = None
        if is_title(text):
            return Kind.BODY if self._is_torn(at) else Kind.HEADLINE
        if 1 < paragraph.lines[0].gap and is_plain_sentence(text) and self.page.repeats(text) and 0 < at:
            return Kind.CAPTION
        longest = _LONG * 3 // 5 if _CLAUSE.search(text) else _LONG
        if not is_ended(text) and width(text) <= longest and self._stands_above(at) and not self._is_torn(at):
            return Kind.HEADLINE
        return Kind.BODY if paragraph.kind is Kind.BODY else paragraph.kind

    def _is_entry(self, at: int) -> bool:
        """Whether a dotted line is one of a list, rather than a title with an ornament."""
        if not _BULLET.match(self.paragraphs[at].text):
            return False
        around = [self.paragraphs[other].text for other in (at - 1, at + 1) if 0 <= other < len(self.paragraphs)]
        return any(_BULLET.match(text) or text.endswith((":", "：")) for text in around)

    def _is_torn(self, at: int) -> bool:
        """Whether a short text that does not end is the beginning of a torn sentence rather than a title."""
        text, later = self.paragraphs[at].text, [other.text for other in self._later_bodies(at)]
        if not later:
            return False
        if _OPEN_END.search(text) or self._fills_column(self.paragraphs[at].lines[-1]) and not self._stands_above(at):
            return True
        return any(starts_inside(after) or closes(text, after) or self._word_across(text, after) for after in later)

    def _fills_column(self, line: Line) -> bool:
        """Whether a line is as wide as those that were wrapped on this page."""
        return 0 < self.page.column and -_SLACK // 2 <= line.columns - self.page.column <= 0

    def _stands_above(self, at: int) -> bool:
        """Whether nothing but titles and the like stood above since the last article."""
        for paragraph in reversed(self.paragraphs[:at]):
            if paragraph.kind not in (Kind.TIMESTAMP, Kind.BYLINE, Kind.NAVIGATION, Kind.CREDIT):
                return paragraph.kind in (Kind.HEADLINE, Kind.KICKER)
        return True


def is_done(text: str) -> bool:
    """Whether a paragraph has come to its end: a terminator, but not that of a title before a name; or a jump."""
    return is_ended(text) and not _BEFORE_NAME.search(text) or ends_in_jump(text)


def closes(left: str, right: str) -> bool:
    """Whether a text closes the bracket or quotation that another left open."""
    for opening, closing in _PAIRS:
        first = right.find(closing)
        if 0 <= first and left.count(closing) < left.count(opening) and right.count(opening, 0, first) == 0:
            return True
    return False


def _known_kinds(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> list[Kind | None]:
    """Give the kinds that a format states, the words themselves tell, or a time or byline below makes certain."""
    known = [paragraph.lines[0].kind or kind_of(text) for paragraph, text in zip(paragraphs, texts, strict=True)]
    seen = Counter(texts)
    for at, text in enumerate(texts):
        if known[at] is None and (is_title(text) or is_plain_sentence(text)) and _is_credited(paragraphs, known, at):
            known[at] = Kind.CAPTION
        below = next((kind for kind in known[at + 1 : at + 3] if kind is not Kind.CREDIT), None)
        if known[at] is None and is_title(text) and (1 < seen[text] or below in (Kind.TIMESTAMP, Kind.BYLINE)):
            known[at] = Kind.HEADLINE
    return known


def _usual_column(paragraphs: Sequence[Paragraph]) -> int:
    """Measure how wide the wrapped Chinese lines of a page are; 0 when there are few."""
    widths = [line.columns for paragraph in paragraphs for line in paragraph.lines[:-1] if _HAN_EDGE.search(line.text)]
    return int(median_high(widths)) if _FEW <= len(widths) else 0


def _is_credited(paragraphs: Sequence[Paragraph], known: Sequence[Kind | None], at: int) -> bool:
    """Whether a photograph's credit stands right below."""
    return known[at + 1 : at + 2] == [Kind.CREDIT] and not paragraphs[at + 1].lines[0].gap


def _indents_matter(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether some paragraphs of the page are indented and some are not."""
    indented = [bool(paragraph.lines[0].indent) for paragraph in paragraphs if _LONG // 2 < width(paragraph.text)]
    return any(indented) and not all(indented)


def _letters(text: str) -> str:
    """Leave out white space and marks, for comparison only."""
    return _MARKS.sub("", text)
