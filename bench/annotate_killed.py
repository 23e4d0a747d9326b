"""Kill `builder annotate` at random moments, resume it, and compare with a run never killed: builder.db, byte by byte.

Run it with: python bench/annotate_killed.py [--sentences 10000] [--kills 20] [--seed 0] [--processes 1]
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from builder.config import FILE
from builder.project_files import template
from builder.store.db import Store

NAMES = "陈雨 林河 王江 李湖 Maria Tom Alice Robert".split()
PLACES = "上海 北京 哈萨克斯坦 London Paris 江心岛".split()
PER_FILE = 500


@dataclass(frozen=True)
class Told:
    """What a trial showed."""

    killed: int
    inside: int
    seconds: float
    is_equal: bool


def project(folder: Path, sentences: int, processes: int = 1) -> Path:
    """Make a project whose ingested files hold about so many different sentences."""
    (folder / "sources").mkdir(parents=True)
    text = template("killed", "news", ("sources",))
    whole, _, rest = text.partition("[annotate]")
    (folder / FILE).write_text(f"{whole}[annotate]{rest.replace('processes = 1', f'processes = {processes}')}", "utf-8")
    for first in range(0, sentences, PER_FILE):
        lines = [sentence(number) for number in range(first, min(first + PER_FILE, sentences))]
        (folder / "sources" / f"{first:06}.txt").write_text("\n\n".join(lines), "utf-8")
    builder(folder, "ingest").check_returncode()
    return folder


def sentence(number: int) -> str:
    """Make one sentence, in Chinese or English."""
    name, place = NAMES[number % len(NAMES)], PLACES[number // 7 % len(PLACES)]
    if number % 2:
        return f"On July {number % 28 + 1}, President {name} said in {place} that {number} companies had signed."
    return f"{number % 12 + 1}月4日上午，总统{name}在{place}表示，约{number}人出席了第{number % 90}次会议。"


def builder(folder: Path, *verb: str) -> subprocess.CompletedProcess[bytes]:
    """Run a verb to its end."""
    return subprocess.run([sys.executable, "-m", "builder", "-C", str(folder), *verb], capture_output=True, check=False)


def predictions(folder: Path) -> list[str]:
    """Write the whole store as text, but for its random marker."""
    with Store(folder / ".builder") as store:
        return [line for line in store.db.iterdump() if "'marker'" not in line]


def killed_after(folder: Path, seconds: float) -> bool:
    """Start to annotate and kill it after so long; say whether it was still at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "builder", "-C", str(folder), "annotate"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def waiting(folder: Path) -> int:
    """Count the predictions that are there."""
    with Store(folder / ".builder") as store:
        return int(store.db.execute("SELECT count(*) FROM prediction").fetchone()[0])


def trial(folder: Path, sentences: int, kills: int, seed: int, processes: int = 1) -> Told:
    """Kill it `kills` times, beginning again from nothing whenever it was quicker; compare at every end."""
    chance = random.Random(seed)
    start = project(folder / "start", sentences, processes)
    whole = shutil.copytree(start, folder / "whole")
    began = time.monotonic()
    builder(whole, "annotate").check_returncode()
    seconds, expected = time.monotonic() - began, predictions(whole)
    all_of_them, killed, inside, is_equal, at = waiting(whole), 0, 0, True, folder / "killed"
    shutil.copytree(start, at)
    while killed < kills:
        if killed_after(at, chance.uniform(0, seconds)):
            killed += 1
            inside += 0 < waiting(at) < all_of_them
            continue
        is_equal &= expected == predictions(at)
        shutil.rmtree(at)
        shutil.copytree(start, at)
    builder(at, "annotate").check_returncode()
    return Told(killed, inside, seconds, is_equal and expected == predictions(at))


def main() -> None:
    """Do one trial and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("sentences", 10_000), ("kills", 20), ("seed", 0), ("processes", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = trial(Path(folder), given.sentences, given.kills, given.seed, given.processes)
    verdict = "equal" if told.is_equal else "DIFFERENT"
    print(
        f"{given.sentences} sentences, {told.seconds:.1f} s unkilled; killed {told.killed} times, "
        f"{told.inside} of them with a part done: the stores are {verdict}"
    )
    sys.exit(not told.is_equal)


if __name__ == "__main__":
    main()
