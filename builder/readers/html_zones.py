"""What the elements of a web page say its parts are: navigation, captions, bylines, the article. Pure.

A zone is an element that says so, by its name, role or class. Classes lie: a zone that holds most of the running text
of the page is passed over, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from builder.reading import Kind
from builder.text.scripts import is_ended, width


class Mark(StrEnum):
    """What a zone is; those that a block can be are named like its kind."""

    PAGE = "page"
    MAIN = "main"
    ARTICLE = "article"
    HEADER = "header"
    ASIDE = "aside"
    """Navigation by the name of the element or its role."""
    NAVIGATION = "navigation"
    """Navigation by a class or id."""
    CAPTION = "caption"
    TIMESTAMP = "timestamp"
    BYLINE = "byline"
    SOURCE = "source"
    CREDIT = "credit"


_ELEMENTS = {
    **dict.fromkeys(("nav", "footer", "aside", "menu", "button", "select", "label", "dialog"), Mark.ASIDE),
    "header": Mark.HEADER,
    "form": Mark.NAVIGATION,
    "main": Mark.MAIN,
    "article": Mark.ARTICLE,
    "figcaption": Mark.CAPTION,
    "time": Mark.TIMESTAMP,
    "address": Mark.BYLINE,
}
_ROLES = {
    **dict.fromkeys(("navigation", "contentinfo", "complementary", "search", "menu", "menubar", "dialog"), Mark.ASIDE),
    "banner": Mark.HEADER,
    "main": Mark.MAIN,
    "article": Mark.ARTICLE,
}
_WORDS = {
    Mark.NAVIGATION: (
        "nav navbar navigation topnav subnav sidenav leftnav menu submenu breadcrumb breadcrumbs crumb crumbs footer "
        "foot sidebar related recommend recommended recommendations share sharing sharebar social cookie cookies "
        "consent ad ads advert advertisement adsbygoogle sponsored promo banner toolbar pagination pager popular "
        "trending most hot rank ranking subscribe newsletter comments tags topbar login search friendlink "
        "links daohang guanggao xiangguan fenxiang tuijian disclaimer"
    ),
    Mark.CREDIT: "credit credits copyright",
    Mark.CAPTION: "caption figcaption tushuo",
    Mark.BYLINE: "byline author authors bianji",
    Mark.TIMESTAMP: "date time published pubtime pubdate publishtime datetime timestamp dateline",
    Mark.SOURCE: "source laiyuan",
    Mark.HEADER: "header masthead",
}
_MEANS = {word: mark for mark, words in reversed(_WORDS.items()) for word in words.split()}
_ORDER = list(_WORDS)
_SAID_TOGETHER = {Mark.BYLINE, Mark.TIMESTAMP, Mark.SOURCE}
"""What one line often holds side by side; its words tell."""
_OF_AN_ARTICLE = frozenset("article post entry story news content title detail".split())
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+")
_MARKS = re.compile(r"[\W_]+")
_LONGEST_NAMES = 1000
_WHOLE = frozenset(("html", "main", "article"))
"""Elements whose classes speak of the page, not of themselves."""

_DEEPEST = 16
"""Zones within zones; what lies deeper belongs to the last one."""
_DENSE, _FEW, _TEASER, _LONG = 0.6, 60, 160, 120
"""A share of link text; columns of a menu entry, of a teaser, of a paragraph that is no byline."""


def mark_of(element: str, said: Mapping[str, str]) -> Mark | None:
    """Tell what an element says it is."""
    if not said:
        return _ELEMENTS.get(element)
    role = said.get("role", "").strip().lower()
    if named := _ROLES.get(role) or _ELEMENTS.get(element):
        return named
    if "author" in said.get("rel", "").lower().split():
        return Mark.BYLINE
    names = " ".join([said[key] for key in ("class", "id", "itemprop") if key in said])
    return _named(names[:_LONGEST_NAMES]) if names and element not in _WHOLE else None


@lru_cache(4096)
def _named(names: str) -> Mark | None:
    """Tell what classes say."""
    words = {word.lower() for word in _WORD.findall(names)}
    marks = {_MEANS[word] for word in words & _MEANS.keys()}
    if words & _OF_AN_ARTICLE:
        marks.discard(Mark.HEADER)
    if 1 < len(marks) and marks <= _SAID_TOGETHER:
        return None
    return min(marks, key=_ORDER.index, default=None)


@dataclass(slots=True)
class Written:
    """A block while its kind is not known: its place, its zone, and what its words look like."""

    start: int
    end: int
    zone: int
    heading: int
    is_paragraph: bool
    columns: int
    links: float
    is_ended: bool
    is_title: bool

    @property
    def is_prose(self) -> bool:
        """Whether it looks like sentences."""
        return self.is_ended and self.links <= _DENSE and _FEW // 3 <= self.columns


class _Sense(NamedTuple):
    kind: Kind | None
    in_article: bool
    is_sure: bool = False


_APART = frozenset({Mark.BYLINE, Mark.TIMESTAMP, Mark.SOURCE, Mark.CREDIT})
_MAIN = frozenset({Mark.MAIN, Mark.ARTICLE})
_ASIDE = frozenset({Mark.HEADER, Mark.ASIDE, Mark.NAVIGATION})


class Zones:
    """The zones of one page, in order of their beginnings; 0 is the page."""

    def __init__(self) -> None:
        """Begin with the page."""
        self._marks = [Mark.PAGE]
        self._parents = [0]
        self._depths = [0]

    def add(self, mark: Mark, parent: int) -> int:
        """Open a zone within another; give its number."""
        if _DEEPEST <= self._depths[parent]:
            return parent
        self._marks.append(mark)
        self._parents.append(parent)
        self._depths.append(self._depths[parent] + 1)
        return len(self._marks) - 1

    def shared(self, one: int, other: int) -> int:
        """Find the innermost zone around two."""
        while one != other:
            one, other = (self._parents[max(one, other)], min(one, other))
        return one

    def are_apart(self, one: int, other: int) -> bool:
        """Whether two zones of different kinds stand side by side: a byline and a date, though on one line."""
        kinds = {self._marks[one], self._marks[other]}
        return len(kinds) == 2 and kinds <= _APART and self.shared(one, other) not in (one, other)

    def in_article(self, zone: int) -> bool:
        """Whether an article, or the main part of the page, is around it and nothing else."""
        while zone and self._marks[zone] not in _ASIDE:
            if self._marks[zone] in _MAIN:
                return True
            zone = self._parents[zone]
        return False

    def kinds(self, written: Sequence[Written]) -> list[Kind | None]:
        """Tell what each block is; None where the mark-up does not say."""
        senses = self._senses(self._passed_over(written))
        kinds = [_kind(block, senses[block.zone]) for block in written]
        _lead_away(written, kinds)
        return kinds

    def crossheads(self, written: Sequence[Written], kinds: Sequence[Kind | None]) -> set[int]:
        """Find the headings below the headline of the article, or else of the page, that they stand in."""
        highest: dict[int, int] = {}
        found = set()
        for at, (block, kind) in enumerate(zip(written, kinds, strict=True)):
            if block.heading and kind in (Kind.HEADLINE, None):
                article = self._around(block.zone, Mark.ARTICLE)
                if article in highest and highest[article] < block.heading:
                    found.add(at)
                if not article and block.is_title:
                    highest[0] = block.heading
                elif article:
                    highest[article] = min(block.heading, highest.get(article, block.heading))
        return found

    def _senses(self, passed_over: set[int]) -> list[_Sense]:
        senses = [_Sense(None, in_article=False)]
        for zone, mark in enumerate(self._marks[1:], 1):
            around = senses[self._parents[zone]]
            senses.append(around if zone in passed_over else _sense(mark, around))
        return senses

    def _passed_over(self, written: Sequence[Written]) -> set[int]:
        """Find the zones that hold most of the running text: of that in articles, if there is any.

        A header around the headline is none either.
        """
        within = [False]
        for zone, mark in enumerate(self._marks[1:], 1):
            within.append(mark in _MAIN or within[self._parents[zone]])
        prose = [block for block in written if block.is_prose]
        prose = [block for block in prose if within[block.zone]] or prose
        weights = [0] * len(self._marks)
        for block in prose:
            weights[block.zone] += block.columns
        for zone in range(len(weights) - 1, 0, -1):
            weights[self._parents[zone]] += weights[zone]
        heavy = {zone for zone, weight in enumerate(weights) if weights[0] < 2 * weight}
        titles = {self._around(block.zone, Mark.HEADER) for block in written if block.is_title}
        return {zone for zone in heavy if self._marks[zone] not in _MAIN} | titles

    def _around(self, zone: int, mark: Mark) -> int:
        """Find the innermost zone of this mark; else the page."""
        while zone and self._marks[zone] is not mark:
            zone = self._parents[zone]
        return zone


def letters(text: str) -> int:
    """Count what is neither a mark nor white space."""
    return len(_MARKS.sub("", text))


def describe(text: str, links: int) -> tuple[int, float, bool]:
    """Measure a block: its columns, the share of its letters that stands in links, whether it is ended."""
    return width(text), links / (letters(text) or 1), is_ended(text)


def _lead_away(written: Sequence[Written], kinds: list[Kind | None]) -> None:
    """Type the headings between which nothing but navigation stands."""
    below: set[Kind | None] = set()
    for at, block in reversed(list(enumerate(written))):
        if not block.heading:
            below.add(kinds[at])
            continue
        if below == {Kind.NAVIGATION} and 1 < block.heading and not block.is_title:
            kinds[at] = Kind.NAVIGATION
        below = set()


def _sense(mark: Mark, around: _Sense) -> _Sense:
    """Say what a zone means within another."""
    if mark is Mark.MAIN:
        return _Sense(None, in_article=True)
    if around.kind is Kind.NAVIGATION or mark is Mark.HEADER and around.in_article:
        return around
    if mark is Mark.ARTICLE:
        return _Sense(None, in_article=True)
    if mark in _ASIDE:
        return _Sense(Kind.NAVIGATION, around.in_article, is_sure=mark is Mark.ASIDE)
    return _Sense(Kind(mark.value), around.in_article)


def _kind(block: Written, sense: _Sense) -> Kind | None:
    """Weigh what a block's zone, element and links say."""
    if block.is_title:
        return Kind.HEADLINE
    is_text = block.is_paragraph and block.is_prose
    if sense.kind is Kind.NAVIGATION:
        return None if is_text and sense.in_article and not sense.is_sure else Kind.NAVIGATION
    is_dense = _DENSE < block.links and block.columns <= (_FEW if sense.in_article else _TEASER)
    if block.heading in (1, 2):
        return Kind.NAVIGATION if is_dense and not sense.in_article else Kind.HEADLINE
    if is_dense and sense.kind is None and not (block.is_paragraph and block.is_ended and sense.in_article):
        return Kind.NAVIGATION
    if is_text and _LONG < block.columns and sense.kind is not Kind.CAPTION:
        return None
    return sense.kind
