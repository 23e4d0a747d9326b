"""Tags and labels enter; the same, dealt out at random, leave: what is learnt from those is chance. Pure.

All that could be learnt without the texts stays as it was: how often each tag stands, how long spans are, how many a
sentence has. The seed decides, nothing else.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from builder.text.tags import pieces

Tags = Sequence[str]


def shuffled_tags(rows: Sequence[Tags], seed: int) -> list[list[str]]:
    """Put every span elsewhere: labels go round among all spans of one length, then each sentence's pieces do."""
    dealer, cut = random.Random(seed), [pieces(tags) for tags in rows]
    pool = defaultdict[int, list[list[str]]](list)
    for piece in (piece for parts in cut for piece in parts if piece[0] != "O"):
        pool[len(piece)].append(piece)
    for alike in pool.values():
        dealer.shuffle(alike)
    dealt = []
    for parts in cut:
        others = [piece if piece[0] == "O" else pool[len(piece)].pop() for piece in parts]
        dealer.shuffle(others)
        dealt.append([tag for piece in others for tag in piece])
    return dealt


def shuffled_labels(labels: Sequence[str], seed: int) -> list[str]:
    """Give every sentence the label of another."""
    dealt = list(labels)
    random.Random(seed).shuffle(dealt)
    return dealt
