"""Whether gold rests on a recorded approval of exactly what stands now: the last look before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable

from builder.approval import Rule
from builder.errors import BrokenError
from builder.model import text_digest
from builder.reviewing import Gold
from builder.stages.answers import Desk
from builder.stages.carrying import Carrying
from builder.stages.review import settle
from builder.store import approvals, queries
from builder.store.db import Store


def check_founded(store: Store, golds: Iterable[Gold], carrying: Carrying, rule: Rule) -> None:
    """Let gold pass.

    Raises:
        BrokenError: for one of it nobody's approval is recorded, or not of the present answers and text.
    """
    desk = Desk(store)
    for gold in golds:
        if problem := _problem(desk, gold, carrying, rule):
            raise BrokenError(f"sentence {gold.sentence} may not be released: {problem}")


def _problem(desk: Desk, gold: Gold, carrying: Carrying, rule: Rule) -> str | None:
    sentence = queries.find_sentence(desk.store, gold.sentence)
    if approvals.find_approval(desk.store, gold.approval.id) != gold.approval:
        return "no approval of it is recorded"
    if sentence is None or gold.approval.sentence != sentence.id:
        return "its approval is of another sentence"
    if gold.approval.text_sha256 != text_digest(sentence.text):
        return "its approval is of another text"
    found = settle(desk, sentence, carrying, rule, [])
    if isinstance(found, str):
        return f"its approval is of other answers than those that stand now: {found}"
    if found.approval != gold.approval:
        return "its approval is of other answers than those that stand now"
    return None if found == gold else "it says something else than was approved"
