"""English text enters; its people, organisations, places and events leave, each with a score.

Pure, sentence by sentence: nothing is remembered from one to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.annotators.english_names import knowledge
from builder.annotators.english_names.evidence import weigh
from builder.annotators.english_names.knowledge import Weights
from builder.annotators.english_names.layout import Layout, is_shouted, is_title_case, layout, lowered
from builder.annotators.english_names.runs import Piece, pieces
from builder.annotators.proposal import Found

_LABELS = ("PERSON", "ORG", "GPE")
_LEAST = 1.0
_SHARED = 1.5
_LIST = re.compile(r" ?(?:,|and|or|&|, and) $")
_OPENS = re.compile(r"^[^A-Za-z]*$|[.:!?\"“] $|- $")


def find(text: str) -> Iterator[Found]:
    """Find the names of one sentence."""
    if is_shouted(text) or is_title_case(text):
        text = lowered(text)
    form = layout(text)
    found = [piece for piece in pieces(text) if _may_be_name(text, piece)]
    weights = [weigh(text, piece, form) for piece in found]
    for piece, weight in zip(found, _shared(text, found, weights), strict=True):
        yield from _labelled(piece, weight)


def _may_be_name(text: str, piece: Piece) -> bool:
    """Leave out what is known to be no name, and ordinary words that are big only because they come first."""
    if any(known.kind == "nothing" for known in piece.known):
        return False
    if len(piece.words) > 1 or piece.known:
        return True
    word = piece.words[0].text
    if len(word) < 2 or word.rstrip(".").lower() in ("mr", "mrs", "ms", "dr", "st", "i"):
        return False
    if word.lower() not in knowledge.common():
        return True
    return piece.before == "title" and not _OPENS.search(text[: piece.start])


def _shared(text: str, found: Sequence[Piece], weights: Sequence[Weights]) -> list[Weights]:
    """Let names of one list take after the surest beside them."""
    shared = list(weights)
    for n in range(1, len(found)):
        if not _LIST.fullmatch(text[found[n - 1].end : found[n].start]):
            continue
        one, other = weights[n - 1], weights[n]
        surer = n - 1 if margin(one) >= margin(other) else n
        best = max(range(3), key=lambda rank: weights[surer][rank])
        weaker = 2 * n - 1 - surer
        shared[weaker] = _raised(shared[weaker], best)
    return shared


def _raised(weights: Weights, rank: int) -> Weights:
    person, org, place = (weight + _SHARED * (n == rank) for n, weight in enumerate(weights))
    return person, org, place


def margin(weights: Weights) -> float:
    """Give the distance from the heaviest to the next, or to nothing."""
    _, second, best = sorted(weights)
    return best - max(second, 0.0)


def _labelled(piece: Piece, weights: Weights) -> Iterator[Found]:
    known = {one.label: one for one in piece.known}
    if "EVENT" in known and len(known) == 1:
        yield Found(piece.start, piece.end, "EVENT", 0.85)
        return
    if any(one.kind == "adjective" for one in piece.known):
        yield Found(piece.start, piece.end, piece.known[0].label, 0.9)
        return
    head = knowledge.heads().get(piece.words[-1].text) if len(piece.words) > 1 else None
    if head in ("EVENT", "DOCUMENT") and "ORG" not in known:
        yield Found(piece.start, piece.end, head, 0.7)
        return
    if max(weights) >= _LEAST:
        best = max(range(3), key=lambda rank: weights[rank])
        label = _LABELS[best]
        if label == "GPE" and ("LOCATION" in known or head == "LOCATION"):
            label = "LOCATION"
        yield Found(piece.start, piece.end, label, score(margin(weights)))


def score(distance: float) -> float:
    """Turn a distance of weights into how often such a label is right."""
    return round(0.5 + 0.45 * min(distance, 5.0) / 5.0, 2)
