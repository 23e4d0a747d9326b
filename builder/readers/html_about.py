"""What a web page says of itself: title, address, time, licence; and the encoding its bytes name. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from builder.readers.html_stream import SPACE, plain
from builder.reading import About

_BEGINNING = 4096
"""Bytes in which a page names its encoding; browsers look at 1024."""
_CHARSET = re.compile(
    rb"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})|^\W{0,8}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_WHITE = re.compile(f"[{SPACE}]+")
_SHORTEST_TITLE = 4
_META = {
    "og:title": "title",
    "og:url": "url",
    "article:published_time": "published",
    "datepublished": "published",
}


def declared_encoding(content: bytes) -> str:
    """Find the encoding that a page names; empty if it names none."""
    found = _CHARSET.search(_COMMENT.sub(b"", content[:_BEGINNING]))
    return (found[1] or found[2]).decode("ascii", "ignore") if found else ""


class Head:
    """What was said so far; of two statements the first counts."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[str, str] = {}

    def name(self, title: str) -> None:
        """Take the text of a title element."""
        self._say("name", _WHITE.sub(" ", plain(title)))

    def look(self, element: str, said: Mapping[str, str], *, in_article: bool) -> None:
        """Look at the attributes of an element."""
        if element == "meta":
            key = (said.get("property") or said.get("name") or said.get("itemprop") or "").strip().lower()
            self._say(_META.get(key, ""), said.get("content", ""))
        elif element in ("link", "a"):
            relations = said.get("rel", "").lower().split()
            if element == "link" and "canonical" in relations:
                self._say("canonical", said.get("href", ""))
            if "license" in relations:
                self._say("licence", said.get("href", ""))
        elif element == "time":
            self._say("time" if in_article else "other time", said.get("datetime", ""))

    @property
    def title(self) -> str:
        """Give the title for the world, else that of the window."""
        return self._said.get("title") or self._said.get("name", "")

    @property
    def about(self) -> About:
        """Give the rest."""
        times = (self._said.get(which, "") for which in ("published", "time", "other time"))
        return About(
            url=self._said.get("canonical") or self._said.get("url", ""),
            published=next(filter(None, map(_time, times)), ""),
            licence=self._said.get("licence", ""),
        )

    def is_title(self, text: str) -> bool:
        """Whether a heading says what the page's title says, the site's name aside."""
        if len(text) < _SHORTEST_TITLE:
            return False
        return text == self._said.get("title") or self._said.get("name", "").startswith(text)

    def _say(self, what: str, value: str) -> None:
        if what and (value := value.strip()):
            self._said.setdefault(what, value)


def _time(stated: str) -> str:
    """Write a time as ISO 8601, with an offset from UTC only if one is stated; empty if it is none."""
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(stated).isoformat()
        except ValueError:
            continue
    return ""
