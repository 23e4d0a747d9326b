"""A model's reply and the sentence it was asked about enter; spans that truly stand in the sentence leave.

Pure. A reply is untrusted text: each span is found again by its quote and occurrence, and whatever cannot be is told
with a reason. A reply speaks for its own sentence only; there is no way to name another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from builder.annotators.proposal import Found
from builder.errors import Rejected
from builder.schema import LabelSchema

UNSURE = 0.6
"""The score of what comes without one."""
MOST = 200
"""Entities of one sentence that are looked at."""
_LONGEST_REPLY = 200_000


def parsed(reply: str) -> Mapping[str, Any]:
    """Find the JSON object of a reply, whatever words or code fences stand around it.

    Raises:
        Rejected: it holds none.
    """
    if _LONGEST_REPLY < len(reply):
        raise Rejected(f"the reply has {len(reply)} characters", "E_REPLY")
    start = reply.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(reply, start) if 0 <= start else (None, 0)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the reply is not JSON: {error}", "E_REPLY") from None
    if not isinstance(found, dict) or not isinstance(found.get("entities"), list):
        raise Rejected("the reply is no JSON object with a list of entities", "E_REPLY")
    return found


def grounded(reply: Mapping[str, Any], text: str, schema: LabelSchema) -> Iterator[Found | Rejected]:
    """Give every entity of a reply: where it stands, or why it stands nowhere."""
    entities = reply["entities"]
    for entity in entities[:MOST]:
        try:
            yield _found(entity, text, schema)
        except Rejected as error:
            yield error
    if MOST < len(entities):
        yield Rejected(f"{len(entities) - MOST} entities beyond the first {MOST}", "E_MANY")


def label_of(reply: Mapping[str, Any], schema: LabelSchema) -> tuple[str, float]:
    """Give the sentence label and its score.

    Raises:
        Rejected: the schema has no such label.
    """
    label = reply.get("label")
    if not isinstance(label, str) or label not in schema.sentence_names:
        raise Rejected(f"sentence label {label!r:.60} is not in the schema", "E_LABEL")
    return label, _score(reply.get("label_score"))


def _found(entity: object, text: str, schema: LabelSchema) -> Found:
    if not isinstance(entity, dict):
        raise Rejected(f"{entity!r:.60} is no entity", "E_ENTITY")
    quote, occurrence, label = entity.get("quote"), entity.get("occurrence", 1), entity.get("label")
    if not isinstance(quote, str) or not quote.strip():
        raise Rejected(f"quote {quote!r:.60} is no text", "E_QUOTE")
    if not isinstance(label, str) or label not in schema.entity_names:
        raise Rejected(f"label {label!r:.60} of {quote!r:.60} is not in the schema", "E_LABEL")
    start = _place(quote, occurrence, text)
    return Found(start, start + len(quote), label, _score(entity.get("score")))


def _place(quote: str, occurrence: object, text: str) -> int:
    count = text.count(quote)
    if count == 0:
        raise Rejected(f"{quote!r:.60} does not stand in the sentence", "E_QUOTE")
    if type(occurrence) is not int or not 1 <= occurrence <= count:
        raise Rejected(f"{quote!r:.60} stands there {count} times, not {occurrence!r:.20}", "E_OCCURRENCE")
    start = -1
    for _ in range(occurrence):
        start = text.find(quote, start + 1 if start < 0 else start + len(quote))
    return start


def _score(score: object) -> float:
    if score is None:
        return UNSURE
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0.0 <= score <= 1.0:
        raise Rejected(f"score {score!r:.40} is not between 0 and 1", "E_SCORE")
    return float(score)
