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
_LEAST, _LEAST_ORDINARY, _NEVER = 1.0, 3.5, 99.0
_SHARED = 1.5
_LIST = re.compile(r" ?(?:,|and|or|&|, and) $")
_SPORTING = re.compile(r"\b(?:lost|won|win|beat|draw|drew|match|game|season|defeat|cup|league)\b")
_NUMBER = re.compile(r"\b\d{1,3}(?:st|nd|rd|th) $")
_SHOUTED_PLACE = re.compile(r"[A-Z][A-Z ,.'-]{3,40}(?=,? (?:\d{4}-\d|[A-Z][a-z]{2,8}\.? \d| ?\( ?[A-Z][a-z]|--? ))")
_QUOTES = ('"', "“", "”")
_YEAR_AFTER = re.compile(r" (?:19|20)\d\d\b(?!-)")
_LETTER = re.compile("[A-Za-z]")
_BEFORE_A_SENTENCE = tuple(f"{mark} {end}" for mark in '.:!?"“-' for end in ("", "\n"))


def find(text: str) -> Iterator[Found]:
    """Find the names of one sentence."""
    if is_shouted(text) or is_title_case(text):
        text = lowered(text)
    elif place := _SHOUTED_PLACE.match(text):
        text = lowered(place.group()) + text[place.end() :]
    form = layout(text)
    joined = _joined(text, list(pieces(text)))
    found = [piece for piece in joined if _may_be_name(piece) and not _is_phrase(text, piece)]
    if any(one.kind == "club" for piece in found for one in piece.known[:1]) and not form.sport:
        form = form._replace(sport=_SPORTING.search(text) is not None)
    weights = [weigh(text, piece, form) for piece in found]
    last: Found | None = None
    for piece, weight in zip(found, _shared(text, found, weights), strict=True):
        if _least(text, piece, form) <= max(weight) or _is_typed(piece):
            one = _labelled(piece, weight)
            one = one._replace(label=last.label) if last and not piece.known and _is_short_for(text, last, one) else one
            one = one._replace(label="EVENT", score=0.7) if _is_meeting(text, piece) else one
            yield _counted(text, one)
            last = one


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
    return one.words[-1].text.lower() in knowledge.common() and other.words[0].text not in knowledge.given_names()


def _may_be_name(piece: Piece) -> bool:
    """Leave out what is known to be no name."""
    if piece.known and piece.known[0].kind == "nothing":
        return False
    if len(piece.words) > 1 or piece.known:
        return True
    word = piece.words[0].text
    return 1 < len(word) and word.rstrip(".").lower() not in ("mr", "mrs", "ms", "dr", "st", "i")


def _is_phrase(text: str, piece: Piece) -> bool:
    """Whether several unknown words are a whole quotation: a slogan, "Shanghai Spirit", not a name."""
    is_quoted = text[: piece.start].endswith(_QUOTES) and text[piece.end :].lstrip(",.").startswith(_QUOTES)
    return is_quoted and 1 < len(piece.words) and not piece.known and piece.head is None


def _is_meeting(text: str, piece: Piece) -> bool:
    """Whether an unknown abbreviation has its year beside it: WAIC 2024, this year's WAIC."""
    if len(piece.words) > 1 or piece.known or not piece.text.isupper():
        return False
    return bool(_YEAR_AFTER.match(text, piece.end)) or text[: piece.start].endswith(("this year's ", "last year's "))


def _least(text: str, piece: Piece, form: Layout) -> float:
    """Give the weight a piece needs: an ordinary word must be shown to be a name by its place."""
    if len(piece.words) > 1 or piece.known or piece.words[0].text.lower() not in knowledge.common():
        return _LEAST
    if knowledge.towns().get(piece.text) and _is_placed(text, piece, form):
        return _LEAST
    return _NEVER if _opens(text, piece.start) and piece.start not in form.players else _LEAST_ORDINARY


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    return text.endswith(_BEFORE_A_SENTENCE, 0, start) or _LETTER.search(text, 0, start) is None


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


def _labelled(piece: Piece, weights: Weights) -> Found:
    known = {one.label: one for one in piece.known}
    if any(one.kind == "adjective" for one in piece.known):
        return Found(piece.start, piece.end, piece.known[0].label, 0.9)
    if list(known) == ["EVENT"]:
        return Found(piece.start, piece.end, "EVENT", 0.85)
    if piece.head in ("EVENT", "DOCUMENT") and "ORG" not in known:
        return Found(piece.start, piece.end, piece.head, 0.7)
    label = _LABELS[max(range(3), key=lambda rank: weights[rank])]
    if label == "GPE" and ("LOCATION" in known or piece.head == "LOCATION"):
        label = "LOCATION"
    return Found(piece.start, piece.end, label, score(margin(weights)))


def _is_short_for(text: str, last: Found, one: Found) -> bool:
    """Whether a name in brackets is short for the one before: World AI Conference (WAIC)."""
    short = text[one.start : one.end]
    return last.label != "PERSON" and short.isupper() and "." not in short and text[last.end : one.start] == " ("


def _counted(text: str, one: Found) -> Found:
    """Begin the name of a meeting with its number: 24th Meeting."""
    number = _NUMBER.search(text, max(0, one.start - 6), one.start) if one.label == "EVENT" else None
    return one._replace(start=number.start()) if number else one


def _is_typed(piece: Piece) -> bool:
    """Whether the name itself says that it is an event, a document or an adjective."""
    return piece.head in ("EVENT", "DOCUMENT") or any(
        one.label == "EVENT" or one.kind == "adjective" for one in piece.known
    )


def score(distance: float) -> float:
    """Turn a distance of weights into how often such a label is right.

    Fitted to tests/annotators/newswire_en.jsonl with 60 % of every list of names taken away.
    """
    return round(0.65 + 0.3 * min(distance, 5.0) / 5.0, 2)
