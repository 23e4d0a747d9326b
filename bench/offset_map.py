"""A count of random characters enters; what three composed cleaning steps cost leaves, beside a list of characters.

    python bench/offset_map.py [--characters 1000000] [--share 0.05]

Each step deletes or replaces `--share` of the characters. The peer is the naive map: a list with one raw offset per
clean character, which can say nothing of insertions or deletions. Seconds are of this process; memory is traced in a
second pass, so that the tracing slows nothing that is timed.
"""

from __future__ import annotations

import argparse
import json
import random
import tracemalloc
from collections import deque
from collections.abc import Callable
from time import process_time
from typing import TypeVar

from builder.offset_map import OffsetMap
from builder.text.edits import Edit, apply

LOOKUPS, WIDTH = 20_000, 20
Made = TypeVar("Made")


def main() -> None:
    """Print one line per figure: ours, the naive map's, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.05)
    arguments = parser.parse_args()
    random.seed(7)
    raw = "".join(random.choices("abcdefgh 汉字的了会，。\n", k=arguments.characters))
    steps = three_steps(raw, arguments.share)
    built, build = timed(lambda: ours(raw, steps))
    chained, compose = timed(lambda: composed(built))
    naive, naive_build = timed(lambda: per_character(raw, steps))
    joined, naive_compose = timed(lambda: walked(naive))
    packed, pack = timed(lambda: json.dumps(chained.to_json(), ensure_ascii=False, separators=(",", ":")))
    again, load = timed(lambda: OffsetMap.from_json(json.loads(packed)))
    size, naive_size = len(packed.encode()), len(json.dumps(joined, separators=(",", ":")))
    count = sum(map(len, steps))
    print(
        f"{len(raw)} characters, {count} edits in 3 steps, {len(chained.tiling.origins)} segments; {again == chained=}"
    )
    print(f"{'':22}{'ours':>12}{'naive':>12}{'ours/naive':>12}")
    row("build s", build, naive_build)
    row("compose s", compose, naive_compose)
    row("build + compose s", build + compose, naive_build + naive_compose)
    row("one lookup µs", *lookups(chained, joined))
    row("packed bytes", size, naive_size)
    row("bytes per edit", size / count, naive_size / count)
    row("peak MB", peak(lambda: composed(ours(raw, steps))), peak(lambda: walked(per_character(raw, steps))))
    print(f"pack {pack:.3f} s, unpack {load:.3f} s")


def three_steps(text: str, share: float) -> list[list[Edit]]:
    """Draw the edits of each step, the later ones over what the earlier ones leave."""
    steps = []
    for _ in range(3):
        places = sorted(random.sample(range(len(text)), int(share * len(text))))
        step = [
            Edit(at, at + 1, random.choice(("stray space", "line wrap")), random.choice(("", " "))) for at in places
        ]
        steps.append(step)
        text = apply(text, step)[0]
    return steps


def ours(text: str, steps: list[list[Edit]]) -> list[OffsetMap]:
    """Build the map of each step."""
    maps = []
    for step in steps:
        text, offsets = apply(text, step)
        maps.append(offsets)
    return maps


def composed(maps: list[OffsetMap]) -> OffsetMap:
    """Chain three maps."""
    first, second, third = maps
    return third.compose(second.compose(first))


def per_character(text: str, steps: list[list[Edit]]) -> list[list[int]]:
    """Build, for each step, the raw offset of every clean character."""
    maps = []
    for step in steps:
        edits = {edit.start: edit.text for edit in step}
        kept = [(at, edits.get(at, character)) for at, character in enumerate(text)]
        maps.append([at for at, new in kept if new])
        text = "".join(new for _, new in kept)
    return maps


def walked(maps: list[list[int]]) -> list[int]:
    """Chain three lists."""
    first, second, third = maps
    return [first[second[at]] for at in third]


def lookups(offsets: OffsetMap, joined: list[int]) -> tuple[float, float]:
    """Time a range's raw pieces; the naive map gives a list of offsets."""
    starts = [random.randrange(len(joined) - WIDTH) for _ in range(LOOKUPS)]
    _, mine = timed(lambda: deque((offsets.pieces(at, at + WIDTH) for at in starts), maxlen=0))
    _, naive = timed(lambda: deque((joined[at : at + WIDTH] for at in starts), maxlen=0))
    return mine / LOOKUPS * 1e6, naive / LOOKUPS * 1e6


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    """Give what is made, and the seconds it took."""
    begin = process_time()
    return make(), process_time() - begin


def peak(make: Callable[[], object]) -> float:
    """Give the most memory that was held while making, in MB."""
    tracemalloc.start()
    make()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def row(name: str, mine: float, naive: float) -> None:
    """Print one line of the table."""
    print(f"{name:22}{mine:12.3f}{naive:12.3f}{mine / naive:12.2f}")


if __name__ == "__main__":
    main()
