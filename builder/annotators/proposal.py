"""Found spans become a prediction: trimmed, of whole characters, known to the schema, one per place and label.

Every entity annotator ends here, so none can propose an empty span, a stray quotation mark or an unknown label.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from builder.collector import collector_at_rest
from builder.errors import UsageError
from builder.frozen import maker
from builder.model import Entity, Prediction, Sentence, Span
from builder.schema import LabelSchema
from builder.text.graphemes import snapped

_span, _entity, _prediction = maker(Span), maker(Entity), maker(Prediction)
_KEPT_AT_THE_END = ".)）%％‰℃°"
# None of these clings to what it follows, and no Chinese character does.
_APART = frozenset(map(chr, (*range(0x300), *range(0x2010, 0x205F), *range(0x3000, 0x302A), *range(0xFF01, 0xFF9E))))
_HAN = re.compile("[一-鿿]")


def check_options(name: str, options: Mapping[str, str], known: Sequence[str] = ()) -> None:
    """Refuse an option that the annotator does not have.

    Raises:
        UsageError: it names the option and what is known.
    """
    for option in options:
        if option not in known:
            raise UsageError(f"annotator {name!r} has no option {option!r}; known: {', '.join(known) or 'none'}")


class Found(NamedTuple):
    """Characters [start, end) that look like a label, and how sure the rule is (0 to 1)."""

    start: int
    end: int
    label: str
    score: float

    def covers(self, other: Found) -> bool:
        """Whether the other lies inside, and is shorter."""
        return self.start <= other.start and other.end <= self.end and self[:2] != other[:2]

    def overlaps(self, other: Found) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink [start, end) until neither edge is a space or punctuation; it may become empty."""
    while start < end and _is_edge(text[end - 1]) and not _closes(text, start, end):
        end -= 1
    while start < end and _is_edge(text[start]) and not _opens(text, start, end):
        start += 1
    return start, end


def predictions(
    sentences: Sequence[Sentence], annotator: str, found: Iterable[Sequence[Found] | None], schema: LabelSchema
) -> list[Prediction]:
    """Make a prediction of each sentence of everything found in it under a label the schema has; None abstains."""
    names, by = frozenset(schema.entity_names), (annotator,)
    with collector_at_rest():
        return [
            _prediction(sentence.id, annotator, _entities(sentence.text, some, names, by) if some else _nothing(some))
            for sentence, some in zip(sentences, found, strict=True)
        ]


def prediction(sentence: Sentence, annotator: str, found: Iterable[Found], schema: LabelSchema) -> Prediction:
    """Make a prediction of everything found under a label the schema has."""
    return predictions([sentence], annotator, [list(found)], schema)[0]


def _nothing(found: Sequence[Found] | None) -> tuple[Entity, ...] | None:
    return None if found is None else ()


def _entities(text: str, found: Iterable[Found], names: Collection[str], by: tuple[str, ...]) -> tuple[Entity, ...]:
    """Keep the best score of each place and label, in text order."""
    best: dict[tuple[int, int, str], Entity] = {}
    length = len(text)
    for start, end, label, score in found:
        if label not in names:
            continue
        is_whole = (
            0 <= start < end <= length
            and text[start].isalnum()
            and text[end - 1].isalnum()
            and (end == length or "一" <= text[end] <= "鿿" or text[end] in _APART)
        )
        if not is_whole:
            start, end = _fitted(text, start, end)
        score = _rounded(score)
        if start < end and ((key := (start, end, label)) not in best or best[key].score < score):
            best[key] = _entity(_span(start, end, label), score, by)
    return tuple(best.values()) if len(best) == 1 else tuple([best[key] for key in sorted(best)])


@lru_cache(maxsize=1 << 12, typed=True)
def _rounded(score: float) -> float:
    """Round to four digits, to nothing at least; that takes long, and rules know few scores."""
    return max(0.0, round(score, 4))


def _fitted(text: str, start: int, end: int) -> tuple[int, int]:
    """Trim and snap; what becomes empty ends where it starts."""
    start, end = trimmed(text, start, end)
    return snapped(text, start, end) if start < end else (start, start)


def longest_first(found: Iterable[Found]) -> list[Found]:
    """Drop whatever overlaps something longer (or as long, earlier in the text); the rest is in text order."""
    ordered = sorted(found)
    reach = 0
    for start, end, _, _ in ordered:
        if start < reach:
            return _longest(ordered)
        reach = end
    return ordered


def _longest(ordered: Iterable[Found]) -> list[Found]:
    kept: list[Found] = []
    taken: set[int] = set()
    for one in sorted(ordered, key=lambda f: (f.start - f.end, f.start, -f.score, f.label)):
        place = range(one.start, one.end)
        if taken.isdisjoint(place):
            taken.update(place)
            kept.append(one)
    return sorted(kept)


def has_han(text: str) -> bool:
    """Whether the text holds a common Chinese character."""
    return not text.isascii() and _HAN.search(text) is not None


def knows_any(schema: LabelSchema, labels: Sequence[str]) -> bool:
    """Whether the schema has at least one of these entity types."""
    return not set(labels).isdisjoint(schema.entity_names)


def _is_edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PZC"


def _closes(text: str, start: int, end: int) -> bool:
    """Whether the last character belongs to the name: 'U.S.', '刚果（金）', '5%'."""
    last = text[end - 1]
    if last in ")）":
        return any(mark in text[start : end - 1] for mark in "(（")
    if last == ".":
        return "." in text[start : end - 1] and " " not in text[start:end]
    return last in _KEPT_AT_THE_END


def _opens(text: str, start: int, end: int) -> bool:
    """Whether the first character belongs to the name: a sign before digits."""
    return text[start] in "#-−" and text[start + 1 : start + 2].isdigit() and start + 1 < end
