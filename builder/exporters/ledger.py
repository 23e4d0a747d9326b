"""How a release is divided is told: the lines of splits.jsonl, what losses.json lists, a section of the card. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from builder.exporters.content import canonical
from builder.exporters.markdown import table
from builder.ports import ReleaseInfo
from builder.splitting import LeftOut, Placed

_MEASURED = {
    "groups": "groups: documents that repeat one another, directly or through others, now or when they were released",
    "clusters": "clusters of near-duplicates among the documents here",
    "texts": "texts of sentences",
}
_REASONS = {
    "group": "another document of the same group stands in a split that needs more protection",
    "text": "the same text stands in a split that needs more protection",
}


def ledger_lines(placed: Iterable[Placed]) -> bytes:
    """Write the ledger, a line of canonical JSON for each group, by name; the first version is that of its first."""
    groups: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        groups[one.group].append(one)
    return b"".join(canonical(_line(name, groups[name])) for name in sorted(groups))


def left_out_told(left: Iterable[LeftOut]) -> list[dict[str, str]]:
    """List what is left out so that no two splits hold the same, in the order of losses.json."""
    ordered = sorted(left, key=lambda one: (one.reason, one.document, one.sentence))
    return [
        {"id": o.sentence, "doc_id": o.document, "split": o.split, "kept_in": o.kept_in, "reason": o.reason}
        for o in ordered
    ]


def section(info: ReleaseInfo, leakage: Mapping[str, int] | None) -> str:
    """Write the section of the card, with what was measured."""
    parts = [
        "## Splits\n\nA document falls whole into one split, together with all that repeat it, and stays there in all "
        "later versions; new ones are placed so that rows and labels keep near the configured shares. `splits.jsonl` "
        "holds every group, its documents, its split and the version since which it stands there."
    ]
    if leakage is not None:
        rows = ((meaning, leakage[name]) for name, meaning in _MEASURED.items())
        parts.append("Leakage, measured on the written files:\n\n" + table(("what", "in two splits"), rows))
    if counts := Counter(one.reason for one in info.splits.left_out):
        rows = ((why, counts[reason]) for reason, why in _REASONS.items() if counts[reason])
        parts.append(
            "Approved sentences that are left out, so that no two splits hold the same; `losses.json` lists them:\n\n"
            + table(("why", "sentences"), rows)
        )
    return "\n\n".join(parts)


def _line(name: str, placed: list[Placed]) -> dict[str, Any]:
    documents = sorted(one.document for one in placed)
    return {"group": name, "documents": documents, "split": placed[0].split, "first_version": placed[0].version}
