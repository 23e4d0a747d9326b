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
    found = [piece for piece in _joined(text, list(pieces(text))) if _may_be_name(text, piece, form)]
    weights = [weigh(text, piece, form) for piece in found]
    for piece, weight in zip(found, _shared(text, found, weights), strict=True):
        yield from _labelled(piece, weight)


def _joined(text: str, found: Sequence[Piece]) -> Iterator[Piece]:
    """Join what 'and' cuts in two: Food and Drug Administration, Ministry of Trade and Industry."""
    held: Piece | None = None
    for piece in found:
        if held and text[held.end : piece.start] == " and " and _is_one_name(held, piece):
            words = (*held.words, *piece.words)
            held = Piece(words, text[held.start : piece.end], held.before, piece.after, ())
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _is_one_name(one: Piece, other: Piece) -> bool:
    """Whether ordinary words stand on both sides of 'and', and a head on one."""
    if one.known or other.known or not any(word.text in knowledge.heads() for word in (*one.words, *other.words)):
        return False
    return all(piece.words[at].text.lower() in knowledge.common() for piece, at in ((one, -1), (other, 0)))


def _may_be_name(text: str, piece: Piece, form: Layout) -> bool:
    """Leave out what is known to be no name, and ordinary words that are big only because they come first."""
    if piece.known and piece.known[0].kind == "nothing":
        return False
    if len(piece.words) > 1 or piece.known:
        return True
    word = piece.words[0].text
    if len(word) < 2 or word.rstrip(".").lower() in ("mr", "mrs", "ms", "dr", "st", "i"):
        return False
    if word.lower() not in knowledge.common():
        return True
    if knowledge.towns().get(piece.text) and _is_placed(text, piece, form):
        return True
    return piece.before == "title" and not _OPENS.search(text[: piece.start])


def _is_placed(text: str, piece: Piece, form: Layout) -> bool:
    """Whether an ordinary word stands where a town would: in Nice, a dateline, a table."""
    if piece.start in form.teams or form.dateline[0] <= piece.start < form.dateline[1]:
        return True
    return text[: piece.start].endswith((" in ", " at ", " near ", " from ", " for ", "In ", "At "))


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
