"""Characters that were misread, told by sure patterns and by words that fall apart. Pure.

Splitting is slow, and what is sought is rare: each search first asks whether the characters leave room for it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import ne

from builder.text.damage.splitting import Place, Words
from builder.text.damage.words import alike, characters, patterns, signs
from builder.text.scripts import HAN, NOT_HAN

_HAN, _HAN_WORD = re.compile(f"[{HAN}]"), re.compile(f"[{HAN}]+")
# So many characters that stand alone and should not are a run; so many characters around a variant must agree.
_RUN, _CONTEXT, _LONGEST_WORD = 5, 3, 6


def confusions(text: str) -> list[Place]:
    """Find characters misread for ones that look alike, where the pattern leaves no doubt."""
    if not any(sign.search(text) for sign in signs("misread")):
        return []
    return [match.span(match.lastgroup or 0) for match in patterns("misread").finditer(text)]


def broken_words(text: str, words: Words) -> list[Place]:
    """Find characters that part a word which one that looks alike would make whole: 末 in 在末来."""
    pairs = [
        (match.start(), start) for match in _alike().finditer(text) for start in _mended(text, match.start(), words)
    ]
    single = words.single(text) if pairs else set[int]()
    return [(at, at + 1) for at in sorted({at for at, start in pairs if {start, start + 1} <= single})]


def _mended(text: str, at: int, words: Words) -> Iterator[int]:
    """Yield where a neighbour and another character here would make a word."""
    for start in (at - 1, at):
        pair = text[max(0, start) : start + 2]
        if len({*pair}) == 2 and any(words.has(pair.replace(text[at], other)) for other in alike()[text[at]]):
            yield start


@cache
def _alike() -> re.Pattern[str]:
    return re.compile(f"[{''.join(alike())}]")


def single_runs(text: str, words: Words) -> list[Place]:
    """Find runs of ideographs that make no words together; foreign names are none."""
    if not any(_leaves_run(match.group(), words) for match in _not_alone().finditer(text)):
        return []
    alone, foreign = characters("alone"), characters("foreign")
    found, run = list[Place](), list[int]()
    for start, end in (*words.places(text), (len(text), len(text))):
        if end - start == 1 and text[start] not in alone and _HAN.match(text, start):
            run.append(start)
            continue
        if _RUN <= len(run) and 2 * sum(text[at] in foreign for at in run) < len(run):
            found.append((run[0], run[-1] + 1))
        run = []
    return found


@cache
def _not_alone() -> re.Pattern[str]:
    """Match ideographs in a row, long enough to be a run, that seldom stand alone."""
    return re.compile(f"[^{NOT_HAN}{''.join(characters('alone'))}]{{{_RUN},}}")


def _leaves_run(text: str, words: Words) -> bool:
    """Whether enough characters in a row are left of which no two neighbours are a word."""
    start = 0
    while start + _RUN <= len(text):
        pairs = range(start + _RUN - 2, start - 1, -1)
        last = next((at for at in pairs if words.has(text[at : at + 2])), None)
        if last is None:
            return True
        start = last + 1
    return False


def variants(sentences: Sequence[str], words: Words) -> list[list[Place]]:
    """Find words that fell apart because one character differs: 统值主席国 where 轮值主席国 stands twice.

    The word must stand twice elsewhere in the document beside the same three characters, the variant once.
    """
    if not _may_vary(sentences, words):
        return [[] for _ in sentences]
    places = [words.places(text) for text in sentences]
    known = _broken_words(sentences, places)
    pieces = [list(_pieces(*one)) for one in zip(sentences, places, strict=True)]
    counts = Counter(text[start:end] for text, found in zip(sentences, pieces, strict=True) for start, end in found)
    return [
        [(start, end) for start, end in found if counts[text[start:end]] == 1 and _is_known(text, start, end, known)]
        for text, found in zip(sentences, pieces, strict=True)
    ]


def _may_vary(sentences: Sequence[str], words: Words) -> bool:
    """Whether a word stands twice beside three characters, and once what differs in one and holds no word of two."""
    runs = "\n".join(run for text in sentences if not text.isascii() for run in _HAN_WORD.findall(text))
    contexts = [runs[at : at + _CONTEXT] for at in range(len(runs) - _CONTEXT + 1)]
    often = {context for context, count in Counter(contexts).items() if 2 < count and "\n" not in context}
    after, before = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for at, context in enumerate(contexts):
        if context in often:
            end = at + _CONTEXT
            after[context].append(runs[end : end + _LONGEST_WORD].partition("\n")[0])
            before[context].append(runs[max(0, at - _LONGEST_WORD) : at].rpartition("\n")[2][::-1])
    told = [*((texts, 1) for texts in after.values()), *((texts, -1) for texts in before.values())]
    return any(_has_variant(texts, step, words) for texts, step in told)


def _has_variant(texts: Iterable[str], step: int, words: Words) -> bool:
    """Whether of these beginnings (`step` -1: written backward) one is nearly a word that stands twice."""
    for size in range(2, _LONGEST_WORD + 1):
        counts = Counter(text[:size][::step] for text in texts if size <= len(text))
        for word in (word for word, count in counts.items() if 1 < count and 1 < len(counts) and words.has(word)):
            near = (other for other in counts if sum(map(ne, word, other)) == 1)
            if any(not words.has_pair(other) for other in near):
                return True
    return False


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
