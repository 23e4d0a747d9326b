"""What a task of ours tells programs, not people: whether proposals are shown with it, and how its sentences were read.

Pure. Whether people answer blindly stands there in digests: who leafs through a project's tasks sees nothing in them. A
task without any (of an adjudicator, or of an earlier version) counts as blind, since nobody can know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.errors import Rejected
from builder.model import Prediction, Sentence, stable_id
from builder.reading import Kind

ARM, SENTENCES = "builder_arm", "builder_sentences"
"""Our keys in a task's data: its arm, and of each sentence its number, kind, language and whether it is in a quote."""

_KINDS = frozenset(Kind)


def asides(sentences: Sequence[Sentence], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Say it of a task of these sentences, in their order; one without an annotator makes it blind."""
    ids, is_open = [sentence.id for sentence in sentences], all(one.annotator for one in predictions)
    told = [[one.number, str(one.kind), one.language, one.in_quote] for one in sentences]
    return {ARM: _arm(ids, is_open=is_open), SENTENCES: told}


def is_open(data: Mapping[str, Any], ids: Sequence[str]) -> bool:
    """Whether people see proposals for the task of these sentences; of a foreign one nobody said that they must not."""
    return not ids or data.get(ARM) == _arm(ids, is_open=True)


def sentences_of(data: Mapping[str, Any], ids: Sequence[str], places: object, text: str) -> Iterator[Sentence]:
    """Read the sentences of a task, which lie in its text where they say.

    Raises:
        Rejected: what was sent of them was changed.
    """
    told, at = data.get(SENTENCES), 0
    if not isinstance(places, list) or not isinstance(told, list) or not len(ids) == len(places) == len(told):
        raise Rejected("what was sent of the task's sentences was changed", "E_TASK")
    for id, place, one in zip(ids, places, told, strict=True):
        sentence = _sentence(id, [place, one], text)
        if sentence is None or sentence.start < at:
            raise Rejected(f"what was sent of sentence {id} was changed", "E_TASK")
        at = sentence.end
        yield sentence


def _sentence(id: str, told: object, text: str) -> Sentence | None:
    match told:
        case [[int(start), int(end)], [int(number), str(kind), str(language), bool(in_quote)]]:
            if 0 <= start < end <= len(text) and kind in _KINDS:
                covered = text[start:end]
                return Sentence(id, "", number, start, end, Kind(kind), language, covered, in_quote=in_quote)
    return None


def _arm(ids: Sequence[str], *, is_open: bool) -> str:
    return stable_id("suggested" if is_open else "control", *ids)
