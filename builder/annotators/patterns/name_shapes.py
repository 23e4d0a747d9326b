"""English text enters; its titles leave: President before a name, chairman after one."""

from __future__ import annotations

import re
from functools import cache

from builder.annotators import lexicon
from builder.annotators.proposal import Found
from builder.annotators.words import longest_of

_PARTICLE = "al|ben|bin|da|de|del|den|der|di|dos|du|el|ibn|la|le|van|von"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,24}"
_FULL_NAME = rf"{_CAPITAL}(?: [A-Z]\.)?(?: (?:{_PARTICLE}|{_CAPITAL})){{1,3}}"
_ARTICLE = "(?:(?:the|a|an) )?"
_NEXT_NAME = re.compile(rf" {_CAPITAL}|\. {_CAPITAL}")


def titles(text: str) -> list[Found]:
    """Find capitalised titles, and 'Name, role and role of …'."""
    found = []
    for title in _title_pattern().finditer(text):
        if _NEXT_NAME.match(text, title.end()):
            found.append(Found(*title.span(), "TITLE", 0.85))
        elif "-" in title.group() or " " in title.group():
            found.append(Found(*title.span(), "TITLE", 0.6))
    if _role_after_comma().search(text):
        found += [Found(*role.span(2), "TITLE", 0.8) for role in _role_pattern().finditer(text)]
    return found


@cache
def _title_pattern() -> re.Pattern[str]:
    """Match a title, a rank before it or not.

    Each way begins with its letter, and only then asks whether a word begins there: the search leaps to such letters.
    """
    listed = lexicon.column("titles", "en")
    ranked = {rank: rf"{rank[1:]} (?:{longest_of(listed)})" for rank in ("Former", "Acting", "Interim", "Deputy")}
    ways = []
    for letter in sorted({title[0] for title in (*listed, *ranked)}):
        rests = [rest for rank, rest in ranked.items() if rank[0] == letter]
        rests += sorted((re.escape(title[1:]) for title in listed if title[0] == letter), key=len, reverse=True)
        ways.append(rf"{letter}(?<!\w{letter})(?:{'|'.join(rests)})(?![\w’'-])")
    return re.compile("|".join(ways))


@cache
def _role_after_comma() -> re.Pattern[str]:
    """Match what every sentence has that names somebody and then his role: looked for first, as few have it."""
    return re.compile(rf", {_ARTICLE}(?:{longest_of(lexicon.column('titles', 'en-role'))})")


@cache
def _role_pattern() -> re.Pattern[str]:
    one = rf"(?:{longest_of(lexicon.column('titles', 'en-role'))})"
    topic = r"(?: of (?!the\b|its\b|his\b|her\b|their\b|our\b|this\b|that\b)[a-z]{3,20}(?= |,|\.))?"
    return re.compile(rf"\b({_FULL_NAME}), {_ARTICLE}({one}{topic}(?: and {one}{topic})?)(?![\w-])")
