"""What is known of words and names beyond their characters; whoever reads the dictionaries hands it in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from builder.text.damage.names import NearNames


def never(left: str, right: str) -> bool:
    """Know no words."""
    return False


@dataclass(frozen=True)
class Knowledge:
    """Functions over dictionaries; without them less is found, and nothing wrongly.

    `crosses` tells whether a Chinese word lies across the border of two texts. `words` splits Chinese by a dictionary
    alone. `names` finds what is nearly a known name. `latin` names the language of a text in Latin script.
    """

    crosses: Callable[[str, str], bool] = never
    words: Callable[[str], Iterable[str]] | None = None
    names: NearNames | None = None
    latin: Callable[[str], str] | None = None


NOTHING = Knowledge()
