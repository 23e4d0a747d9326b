"""A comparison (diff/1) whose spans have places enters; the same with what they cover leaves.

Only the sentences that it names are read: those of the new release only where their text is another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

Texts = Callable[[Set[str]], Mapping[str, str]]
"""Gives the texts of sentences by their ids."""
UNREAD = None


def quoted(diff: dict[str, Any], old: Texts, new: Texts) -> dict[str, Any]:
    """Write the text of every span that is listed; one that is UNREAD stands in a sentence with a new text."""
    entries = [entry for kind in diff["spans"]["listed"].values() for entry in kind]
    before = old({entry["old_id"] or entry["id"] for entry in entries}) if entries else {}
    needed = {entry["id"] for entry in entries if entry["new"] and entry["new"]["text"] is UNREAD}
    after = new(needed) if needed else {}
    for entry in entries:
        was = before[entry["old_id"] or entry["id"]]
        for side, text in (("old", was), ("new", after.get(entry["id"], was))):
            if span := entry[side]:
                span["text"] = text[span["start"] : span["end"]]
    return diff
