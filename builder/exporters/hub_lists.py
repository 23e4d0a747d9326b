"""What the hub takes in the fields of a card: licences, languages, tasks and more, as lists that ship with builder.

Taken from the hub's documentation (licences), its task list, and the lists that `datasets` ships (languages, creators,
sizes); these are theirs and Apache-2.0. Nothing is asked of the network.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

OTHER = "other"
_LISTS = Path(__file__).with_name("hub_lists.json")


@cache
def hub_lists() -> dict[str, Any]:
    """Read the lists: `licences` (id: SPDX id, where SPDX has it), `languages`, `tasks` (id: subtasks) and more."""
    found: dict[str, Any] = json.loads(_LISTS.read_text("utf-8"))
    return {**found, "languages": frozenset(found["languages"].split())}


def spdx_of(licence: str) -> str:
    """Give a licence's name in SPDX; empty if it has none there."""
    return str(hub_lists()["licences"].get(licence.lower(), ""))


def licence_problem(licence: str, name: str, link: str) -> str:
    """Say what is wrong with a licence for the hub; empty if nothing is."""
    known = hub_lists()["licences"]
    if not licence:
        return "it names no licence: set `license` in [release]"
    if licence.lower() not in known:
        near = get_close_matches(licence.lower(), known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return (
            f'the hub knows no licence {licence!r}; {hint}Write `license = "other"` with `license_name` and '
            "`license_link` in [release] for one that it does not list"
        )
    if licence.lower() == "unknown":
        return "an unknown licence allows nothing: set `license` in [release]"
    if licence.lower() == OTHER and not (name and link):
        return '`license = "other"` needs `license_name` and `license_link` in [release]'
    if link and not link.startswith("https://") and link != "LICENSE":
        return "`license_link` in [release] must be an https address, or LICENSE"
    return ""
