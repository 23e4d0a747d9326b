"""Varied text enters, megabyte after megabyte; how much memory the default combination holds meanwhile leaves.

    python bench/memory.py [--marks 1 5 20 60] [--text FILE.jsonl ...] [--terms 10000]

Nothing is kept of the text and of what was proposed: what grows is a memo without an end. Every document is new:
sentences of the files (or generated news) are cut and joined at random, and among them stand runs of random Chinese
characters, random Latin names and rare signs, so that memos of words fill and must let go. After each mark the memory
of this process is told, and how fast it went since the one before.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

if not __package__:
    sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.annotate import BATCH, Ours, names, sentences_in, sentences_of
from builder.model import Sentence

_RARE = [chr(code) for code in range(0x4E00, 0x9FA6)]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = "·《》“”（）%‰№①²αжक한ñ é\u0301𠮷\u200d"


def varied(texts: list[str], rng: random.Random) -> Iterator[str]:
    """Make documents without end, none like another."""
    han = [character for text in texts for character in text if "一" <= character <= "鿿"]
    while True:
        parts = []
        for text in rng.choices(texts, k=10):
            at = rng.randrange(len(text))
            parts.append(rng.choice((text, text[at:], text[:at], *_random(rng, han))))
        yield "".join(part + rng.choice("。. \n") for part in parts)


def _random(rng: random.Random, usual: list[str]) -> tuple[str, str, str]:
    han = "".join(rng.choices(_RARE if rng.random() < 0.05 else usual, k=rng.randrange(1, 40)))
    latin = " ".join("".join(rng.choices(_LETTERS, k=rng.randrange(1, 12))).title() for _ in range(rng.randrange(1, 6)))
    return han, latin, "".join(rng.choices(_SIGNS + han, k=8)) + latin


def held() -> float:
    """Give the memory of this process, in MiB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Propose, and tell at each mark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--marks", type=float, nargs="+", default=[1, 5, 20, 60], help="megabytes")
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    parser.add_argument("--terms", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    texts = [text for language in ("zh", "en") for text in sentences_of(asked.text, language)]
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(names(asked.terms, rng), Path(folder))
    size, waiting, marks, begin = 0, list[Sentence](), sorted(asked.marks), process_time()
    print(f"{held():8.0f} MiB before the first prediction", flush=True)
    for number, document in enumerate(varied(texts, rng)):
        size += len(document.encode("utf-8", "surrogatepass"))
        waiting += sentences_in(document, number)
        if len(waiting) < BATCH:
            continue
        ours.combiner.propose(waiting)
        waiting = []
        if marks[0] * 1e6 <= size:
            spent = process_time() - begin
            print(f"{held():8.0f} MiB after {size / 1e6:7.1f} MB, {spent:.0f} CPU s", flush=True)
            if not (marks := marks[1:]):
                return


if __name__ == "__main__":
    main()
