"""Typed paragraphs of a page become articles; a headline that stands twice is told from its repetitions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from builder.reading import Kind
from builder.text.kinds import leads_away
from builder.text.lines import Paragraph
from builder.text.scripts import width

_HEAD = frozenset({Kind.HEADLINE, Kind.KICKER, Kind.TIMESTAMP, Kind.BYLINE})
_BELOW = frozenset({Kind.BODY, Kind.TIMESTAMP, Kind.BYLINE, Kind.SOURCE})
_TITLES_AND_AWAY = frozenset({Kind.HEADLINE, Kind.KICKER, Kind.NAVIGATION, Kind.REPEATED})
_NUMBERED = re.compile(r"[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.、]|[Pp]art \w+$")
_OPENING = re.compile(
    r"本报讯|本刊讯|(?:据)?新华社|中新社|.{0,12}\d{1,2}月\d{1,2}日电"
    r"|[A-Z][A-Z .,]{2,40}(?:\([A-Z][\w ]+\))?\s?(?:--|—|–)"
)
# Columns; a shorter headline between two paragraphs of one article is a cross-head.
_CROSSHEAD, _KICKER = 20, 20


def mark_repeats(paragraphs: Sequence[Paragraph]) -> None:
    """Type every repetition of a headline or caption; the one that stands above a body, time or byline stays."""
    for text, places in _places(paragraphs).items():
        if 1 < len(places):
            kept = next((at for at in places if _leads(paragraphs, at, text)), places[0])
            for at in places:
                if at != kept and not _stands_above_text(paragraphs, at):
                    paragraphs[at].kind = Kind.REPEATED


def mark_lists(paragraphs: Sequence[Paragraph]) -> None:
    """Type the titles of other articles behind a line that leads away; the last before a text is that text's own."""
    titles: list[Paragraph] | None = None
    for paragraph in paragraphs:
        if titles is not None and paragraph.kind is Kind.HEADLINE:
            titles.append(paragraph)
        elif titles is None or not (paragraph.kind is Kind.NAVIGATION and paragraph.text.isdecimal()):
            _lead_away((titles or [])[: -1 if paragraph.kind in _BELOW else None])
            titles = [] if paragraph.kind is Kind.NAVIGATION and leads_away(paragraph.text) else None
    _lead_away(titles or [])


def mark_trailing(paragraphs: Sequence[Paragraph]) -> None:
    """Type the titles at a page's end below which no text stands, if the page has any text."""
    if any(paragraph.kind is Kind.BODY for paragraph in paragraphs):
        end = takewhile(lambda paragraph: paragraph.kind in _TITLES_AND_AWAY, reversed(paragraphs))
        _lead_away([paragraph for paragraph in end if paragraph.kind in (Kind.HEADLINE, Kind.KICKER)])


def _lead_away(titles: Sequence[Paragraph]) -> None:
    for title in titles:
        title.kind = Kind.NAVIGATION


def articles_of(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph]]:
    """Cut a page where a new headline follows a body; what stands above the first headline goes with it."""
    article: list[Paragraph] = []
    for at, paragraph in enumerate(paragraphs):
        if _begins(paragraphs, at) and any(before.kind is Kind.BODY for before in article):
            yield article
            article = []
        article.append(paragraph)
    if article:
        yield article


def mark_kickers(article: Sequence[Paragraph]) -> None:
    """Type the short line above an article's headline."""
    for above, below in zip(article, article[1:], strict=False):
        both = above.kind is below.kind is Kind.HEADLINE
        if both and width(above.text) <= _KICKER and 1.5 * width(above.text) < width(below.text):
            above.kind = Kind.KICKER
            return
        if above.kind is Kind.BODY:
            return


def _begins(paragraphs: Sequence[Paragraph], at: int) -> bool:
    """Whether an article begins at a headline, rather than a part of one."""
    paragraph, titles = paragraphs[at], (Kind.HEADLINE, Kind.KICKER)
    if paragraph.kind not in titles or 0 < at and paragraphs[at - 1].kind in titles:
        return False
    if _NUMBERED.match(paragraph.text):
        return False
    after = next((other for other in _below(paragraphs, at) if other.kind is not Kind.NAVIGATION), None)
    if after is None or after.text == paragraph.text:
        return False
    if paragraph.lines[0].is_crosshead:
        return after.kind in (Kind.TIMESTAMP, Kind.BYLINE)
    before = next(
        (other.kind for other in _above(paragraphs, at) if other.kind is not Kind.CREDIT),
        None,
    )
    evidence = after.kind in _HEAD or before in (Kind.SOURCE, Kind.CONTACT, Kind.REPEATED)
    return evidence or bool(_OPENING.match(after.text)) or _CROSSHEAD <= width(paragraph.text)


def _leads(paragraphs: Sequence[Paragraph], at: int, text: str) -> bool:
    """Whether what stands below a headline belongs to it."""
    after = next((other for other in _below(paragraphs, at) if other.kind not in (Kind.NAVIGATION, Kind.CREDIT)), None)
    return (
        after is not None
        and after.text != text
        and after.kind in (Kind.BODY, Kind.TIMESTAMP, Kind.BYLINE, Kind.HEADLINE)
    )


def _below(paragraphs: Sequence[Paragraph], at: int) -> Iterator[Paragraph]:
    return map(paragraphs.__getitem__, range(at + 1, len(paragraphs)))


def _above(paragraphs: Sequence[Paragraph], at: int) -> Iterator[Paragraph]:
    return map(paragraphs.__getitem__, range(at - 1, -1, -1))


def _stands_above_text(paragraphs: Sequence[Paragraph], at: int) -> bool:
    """Whether the next line is an article's beginning."""
    return at + 1 < len(paragraphs) and paragraphs[at + 1].kind in (Kind.BODY, Kind.TIMESTAMP, Kind.BYLINE)


def _places(paragraphs: Sequence[Paragraph]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, paragraph in enumerate(paragraphs):
        if paragraph.kind in (Kind.HEADLINE, Kind.CAPTION, Kind.KICKER):
            places.setdefault(paragraph.text, []).append(at)
    return places
