"""A line of a paper enters; what its form says leaves: headlines, datelines, score lines, tables, bylines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators.automaton import Finder, finder
from builder.annotators.english_names import knowledge
from builder.annotators.tiling import borders, joined

_NAME = r"[A-Z][\w.'’&-]{0,30}(?: [\w.'’&-]{1,30}){0,4}?"
_SCORE = re.compile(
    rf"^(?:(?:At )?[A-Z][\w ]{{2,30}}: )?({_NAME}) \d{{1,3}}(?: ?,)? ({_NAME}) \d{{1,3}}(?!\d| ?[-/:.]\d)"
)
_STANDING = re.compile(rf"^(?:[A-Z][^:]{{0,80}}: )?(?:\d{{1,2}}\. )?({_NAME})(?: [\d.]{{1,5}}){{3,9}} ?-?")
_VERSUS = re.compile(rf"^({_NAME}) (?:AT|VS|V|at|vs|v) ({_NAME})$")
_BATTING = re.compile(rf"^({_NAME}) (?:not out|run out|(?:c|st|lbw|b|c and b)\b)")
_CAUGHT = re.compile(r"\b(?:c|b|st|lbw b) ([A-Z][\w.'’-]{0,30}(?: [A-Z][\w.'’-]{0,30})?)(?= b | \d|,|$)")
_DATELINE = re.compile(
    rf"^({_NAME}(?:, ?{_NAME}| , {_NAME})?)"
    r"(?: \d{4}-\d\d-\d\d|,? [A-Z][a-z]{2,8}\.? \d{1,2} ?(?:\(|-)| ?\( ?[A-Z]\w{1,20} ?\) ?(?:--? |\d{4}-))"
)
_WORD = re.compile(r"[^\W\d_]{1,40}(?:['’.&-][^\W\d_]{1,40}){0,6}\.?")
_IN_BRACKETS = re.compile(r"\( ?([A-Z][\w.'’-]{2,30}(?: [A-Z][\w.'’-]{1,30})?) ?\)(?= ?(?:\d|[;,.]|$))")
_PLAYER = re.compile(r"[A-Z][\w.'’-]{1,30} ?\Z")
_DASHED = re.compile(r" -|\d-\d|\d \(")
_NUMBERED = re.compile(r" (?<=[a-zA-Z] )\d")  # begins with what is quickly looked for
_MOST_SPACES, _LONGEST = 10, 320  # of a line that _VERSUS may match
_FIGURE, _HEAD = re.compile(r" [\d.]"), 250  # begins what _SCORE or _STANDING matches, and so early
_NO_SPAN = (-1, -1)
_SMALL, _BIG, _SMALL_WORD = re.compile("[a-z]{3}"), re.compile("[A-Z]{1,40}"), re.compile(r"(?:^|[\s(\"“])[a-z]\w{3}")
_NO_SMALL_LETTERS = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz-"))
_SMALL_LETTERS = bytes.maketrans(_NO_SMALL_LETTERS, b" " * len(_NO_SMALL_LETTERS))
_SPORTING = re.compile(r"\b(?:lost|won|win|beat|draw|drew|match|game|season|defeat|cup|league)\b")
_RESULT = re.compile(r"\b\d{1,3}-\d{1,3}\b")


class Layout(NamedTuple):
    """What the form of a line says."""

    teams: tuple[int, ...]
    players: tuple[int, ...]
    clubs: tuple[int, ...]
    dateline: tuple[int, int]
    sport: bool
    alone: bool  # nothing but a short name
    marks_places: bool  # whether any of the four above says something


_SILENT = Layout((), (), (), _NO_SPAN, False, False, False)


def layout(text: str, words_of_sport: int, *, names_club: bool = False) -> Layout:
    """Read the form of a line that holds so many words of sport."""
    dateline = _dateline(text)
    teams, players = _table(text)
    clubs = _clubs(text) if "(" in text and dateline is _NO_SPAN else ()
    sport = words_of_sport > 1 or (words_of_sport == 1 and _RESULT.search(text) is not None)
    sport = sport or (names_club and _SPORTING.search(text) is not None)
    alone = _is_alone(text)
    marks_places = dateline is not _NO_SPAN or bool(teams or players or clubs)
    if not (sport or alone or marks_places):
        return _SILENT
    return Layout(teams, players, clubs, dateline, sport, alone, marks_places)


def _dateline(text: str) -> tuple[int, int]:
    start = text[:80]
    if ("-" in start or "(" in start) and _DASHED.search(start) and (found := _DATELINE.match(text)):
        return found.span(1)
    return _NO_SPAN


def _clubs(text: str) -> tuple[int, ...]:
    """Find where the clubs of players stand: Kerr (Chelsea) 9.58."""
    hits = _IN_BRACKETS.finditer(text)
    return tuple(hit.start(1) for hit in hits if _PLAYER.search(text, max(0, hit.start() - 32), hit.start()))


def _table(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Find where the teams and the players of a result or a table stand."""
    versus = _VERSUS.match(text) if len(text) < _LONGEST and text.count(" ") <= _MOST_SPACES else None
    teams = [versus.start(1), versus.start(2)] if versus else []
    begins, bats = _FIGURE.search(text, 0, _HEAD), text[-1:].isdigit() or "not out" in text
    if not (begins or bats) or not (_NUMBERED.search(text) or " not out" in text):
        return tuple(teams), ()
    if begins:
        teams += [hit.start(n) for hit in (_SCORE.match(text),) if hit for n in (1, 2)]
        teams += [hit.start(1) for hit in (_STANDING.match(text),) if hit]
    if not bats:
        return tuple(teams), ()
    return tuple(teams), tuple([hit.start(1) for hit in (_BATTING.match(text), *_CAUGHT.finditer(text)) if hit])


def _is_alone(text: str) -> bool:
    return len(text) < 40 and 1 < text.count(" ") + 1 < 5 and all(word[0].isupper() for word in text.split())


def words_of_sport(texts: Sequence[str]) -> list[int]:
    """Count the words of sport in each text, each word once."""
    small = f" {joined(texts)}".encode("ascii", "replace").translate(_SMALL_LETTERS).decode()
    ends = borders(texts)
    found = {(bisect_right(ends, start), word) for start, _, word in _sport_finder()(small)}
    counts = Counter(rank for rank, _ in found)
    return [counts[rank] for rank in range(1, len(ends))]


@cache
def _sport_finder() -> Finder:
    """Make what finds the words of sport, each between two spaces."""
    return finder([f" {word} " for word in sorted(knowledge.words("sport"))])


def is_shouted(text: str) -> bool:
    """Whether a line is written in capitals all over."""
    return not _SMALL.search(text) and sum(map(len, _BIG.findall(text))) > 9


def is_title_case(text: str) -> bool:
    """Whether a line is a headline that writes its ordinary words big too."""
    if _SMALL_WORD.search(text):
        return False
    words = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    ordinary = [word for word in words[1:] if word.strip(".,:").lower() in knowledge.common()]
    return len(words) > 4 and 2 * len(ordinary) > len(words)


def lowered(text: str) -> str:
    """Write ordinary words of a headline small, names with one capital; no character moves."""
    kept = _known_places(text)
    return _WORD.sub(lambda hit: hit.group() if hit.start() in kept else _lowered(hit.group()), _titled(text, kept))


def _known_places(text: str) -> dict[int, str]:
    """Find where known names of several words, or in capitals, stand."""
    words = list(_WORD.finditer(text))
    found: dict[int, str] = {}
    for rank in range(len(words)):
        for last in range(min(rank + 4, len(words) - 1), rank - 1, -1):
            term = text[words[rank].start() : words[last].end()].rstrip(".") if last == rank else ""
            term = term or text[words[rank].start() : words[last].end()]
            written = _shouted_names().get(term.upper())
            if written and words[rank].start() not in found and len(written) == len(term):
                base = words[rank].start()
                found |= {words[n].start(): written[words[n].start() - base :][: len(words[n].group())]
                          for n in range(rank, last + 1)}  # fmt: skip
                break
        if rank and words[rank - 1].start() in found and _is_nickname(words[rank].group()):
            found.setdefault(words[rank].start(), words[rank].group().capitalize())
    return found


def _is_nickname(word: str) -> bool:
    """Whether a word is a club's name after its town's: Penguins."""
    return any(known.kind == "club" for known in knowledge.names().get(word.capitalize(), ()))


def _titled(text: str, kept: dict[int, str]) -> str:
    for start, written in kept.items():
        text = text[:start] + written + text[start + len(written) :]
    return text


_CACHE: dict[str, str] = {}


def _shouted_names() -> dict[str, str]:
    if not _CACHE:
        for name in (*knowledge.towns(), *knowledge.countries(), *knowledge.names(), *knowledge.titles()):
            known = knowledge.names().get(name, ())
            if not any(one.kind == "nothing" for one in known) and (" " in name or not _is_ordinary(name)):
                _CACHE[name.upper()] = name
    return _CACHE


def _is_ordinary(name: str) -> bool:
    return name.lower() in knowledge.common() and name not in knowledge.countries() and not name.isupper()


def _lowered(word: str) -> str:
    small = word.lower()
    if small.rstrip(".") in knowledge.common() or len(word) < 3 and "." not in word:
        return small
    if "." in word:
        return word
    return "-".join(part[:1] + part[1:].lower() for part in word.split("-"))
