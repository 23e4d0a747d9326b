"""Characters that were misread, told by sure patterns and by words that fall apart. Pure.

A splitter of words, where one is needed, must split by a dictionary alone: one that guesses makes words of damage.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from builder.text.damage.words import alike, characters, patterns
from builder.text.scripts import HAN

Place = tuple[int, int]
Splitter = Callable[[str], Iterable[str]]

_HAN, _HAN_WORD = re.compile(f"[{HAN}]"), re.compile(f"[{HAN}]+")
# So many characters that stand alone and should not are a run; so many characters around a variant must agree.
_RUN, _CONTEXT, _LONGEST_WORD = 5, 3, 6


def confusions(text: str) -> list[Place]:
    """Find characters misread for ones that look alike, where the pattern leaves no doubt."""
    return [match.span(match.lastgroup or 0) for match in patterns("misread").finditer(text)]


def broken_words(text: str, places: Sequence[Place], words: Splitter) -> list[Place]:
    """Find characters that part a word which one that looks alike would make whole: 末 in 在末来."""
    single = {start for start, end in places if end - start == 1}
    return [(at, at + 1) for at in sorted(single) if text[at] in alike() and _mends(text, at, single, words)]


def _mends(text: str, at: int, single: set[int], words: Splitter) -> bool:
    """Whether another character here makes a word with a neighbour that stands alone too."""
    for start in (start for start in (at - 1, at) if {start, start + 1} <= single):
        pair = text[start : start + 2]
        mended = [pair.replace(text[at], other) for other in alike()[text[at]]]
        if pair[0] != pair[1] and any(list(words(word)) == [word] for word in mended):
            return True
    return False


def places_of(text: str, words: Splitter) -> list[Place]:
    """Say where the words of a text stand; the words must tile it."""
    places, at = [], 0
    for word in words(text):
        places.append((at, at + len(word)))
        at += len(word)
    return places


def single_runs(text: str, words: Sequence[Place]) -> list[Place]:
    """Find runs of ideographs that make no words together; foreign names are none."""
    alone, foreign = characters("alone"), characters("foreign")
    found, run = list[Place](), list[int]()
    for start, end in (*words, (len(text), len(text))):
        if end - start == 1 and text[start] not in alone and _HAN.match(text, start):
            run.append(start)
            continue
        if _RUN <= len(run) and 2 * sum(text[at] in foreign for at in run) < len(run):
            found.append((run[0], run[-1] + 1))
        run = []
    return found


def variants(sentences: Sequence[str], words: Sequence[Sequence[Place]]) -> list[list[Place]]:
    """Find words that fell apart because one character differs: 统值主席国 where 轮值主席国 stands twice.

    The word must stand twice elsewhere in the document beside the same three characters, the variant once.
    """
    known = _broken_words(sentences, words)
    pieces = [list(_pieces(text, places)) for text, places in zip(sentences, words, strict=True)]
    counts = Counter(text[start:end] for text, found in zip(sentences, pieces, strict=True) for start, end in found)
    return [
        [(start, end) for start, end in found if counts[text[start:end]] == 1 and _is_known(text, start, end, known)]
        for text, found in zip(sentences, pieces, strict=True)
    ]


def _broken_words(sentences: Sequence[str], words: Sequence[Sequence[Place]]) -> set[tuple[str, str, str]]:
    """Collect what words that stand twice leave when one character is dropped, each with what follows or precedes."""
    counts = Counter(
        (before, text[start:end], after)
        for text, places in zip(sentences, words, strict=True)
        for start, end in places
        if 2 <= end - start <= _LONGEST_WORD and _HAN_WORD.fullmatch(text, start, end)
        for before, after in _contexts(text, start, end)
    )
    return {(b, left, a) for (b, word, a), count in counts.items() if 2 <= count for left in _dropped(word)}


def _is_known(text: str, start: int, end: int, known: set[tuple[str, str, str]]) -> bool:
    piece = text[start:end]
    return any(
        (before, left, after) in known for before, after in _contexts(text, start, end) for left in _dropped(piece)
    )


def _contexts(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield the three ideographs before and the three after."""
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    if len(before) == _CONTEXT and _HAN_WORD.fullmatch(before):
        yield before, ""
    if len(after) == _CONTEXT and _HAN_WORD.fullmatch(after):
        yield "", after


def _dropped(word: str) -> Iterator[str]:
    """Yield the word with each character in turn left open."""
    return (f"{word[:at]}?{word[at + 1 :]}" for at in range(len(word)))


def _pieces(text: str, places: Sequence[Place]) -> Iterator[Place]:
    """Yield the runs of two to six ideographs that are each a word alone."""
    alone = defaultdict[bool, list[int]](list)
    for start, end in (*places, (len(text), len(text))):
        if end - start == 1 and _HAN.match(text, start):
            alone[True].append(start)
            continue
        starts = alone.pop(True, [])
        for at, first in enumerate(starts):
            yield from ((first, last + 1) for last in starts[at + 1 : at + _LONGEST_WORD])
