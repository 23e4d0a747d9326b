"""Text files enter; how often the fast tagger differs from jieba's, and how much faster it is, leave.

    python bench/tagging.py FILE.jsonl... [--sentences 5000] [--words 40000] [--rounds 3]

A line is {"text", …}. Tokens and tags are compared text by text, first without and then with a user dictionary: half of
its words are words of jieba's own dictionary with other counts and tags, half are strings cut from the text itself.
Both decoders are compared: in numpy, and in machine code where numba is installed (compiled by the first run).
Rates are characters per second of processor time of this process; taggers take turns, ratios are of the same round.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from builder.annotators import reference_tagger
from builder.annotators.reference_tagger import ReferenceTagger, UserWord
from builder.annotators.tagger import Tagger
from builder.annotators.words import Token

DECODERS = ("numpy", "compiled") if find_spec("numba") else ("numpy",)
TAGS = ("nr", "ns", "nt", "nz", "n", "")
Made = TypeVar("Made")
Tag = Callable[[Sequence[str]], list[list[Token]]]


def main() -> None:
    """Print what differs, then the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--words", type=int, default=40000)
    parser.add_argument("--suggested", type=int, default=1000, help="how many words come without a count")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rng = random.Random(4)
    texts = sentences(arguments.files, rng)
    some = texts[: arguments.sentences]
    compare("no user words", (), some)
    compare("user words", list(invented(some, arguments.words, 0, rng)), some)
    compare("some without a count", list(invented(some, arguments.words, arguments.suggested, rng)), some)
    rates(texts, arguments.rounds)


def sentences(files: Sequence[Path], rng: random.Random) -> list[str]:
    """Read every text once, in a random order."""
    lines = [line for file in files for line in file.read_text("utf-8").split("\n") if line]
    texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    rng.shuffle(texts)
    return texts


def invented(texts: Sequence[str], many: int, suggested: int, rng: random.Random) -> Iterator[UserWord]:
    """Make a user dictionary."""
    own = rng.sample(sorted(reference_tagger.read_words()[0]), many // 2)
    places = [(text, rng.randrange(len(text))) for text in rng.choices(texts, k=many)]
    cut = [text[at : at + rng.randint(1, 6)] for text, at in places]
    for rank, word in enumerate(rng.sample([*own, *cut[: many - len(own)]], many)):
        yield UserWord(word, None if rank < suggested else int(10 ** rng.uniform(0, 5)), rng.choice(TAGS))


def compare(title: str, words: Sequence[UserWord], texts: Sequence[str]) -> None:
    """Count the texts whose tokens or tags differ, by each decoder."""
    reference, load = timed(lambda: ReferenceTagger(words))
    expected = [reference.tag(text) for text in texts]
    print(f"{title} ({len(words)}): {len(texts)} texts, {sum(map(len, expected))} tokens, jieba in {load:.2f} s")
    for name in DECODERS:
        tagger, load = timed(lambda name=name: loaded(name, words))
        differ = sum(one != other for one, other in zip(tagger.tag(texts), expected, strict=True))
        print(f"  {name}: {differ} texts differ; loaded in {load:.2f} s")


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    """Make something; say how many seconds of the processor it took."""
    began = time.process_time()
    return make(), time.process_time() - began


def rates(texts: Sequence[str], rounds: int) -> None:
    """Print the rates of each tagger, and how many times faster than jieba's it is in the same round."""
    reference = ReferenceTagger()
    several: dict[str, tuple[Tag, int]] = {"jieba.posseg": (lambda some: [reference.tag(text) for text in some], 1)}
    several |= {name: (loaded(name).tag, 8) for name in DECODERS}
    found: dict[str, list[float]] = {name: [] for name in several}
    share = len(texts) // (rounds * 8)
    for part in range(rounds):
        for name, (tag, times) in several.items():
            some = texts[part * share * 8 :][: share * times]
            began = time.process_time()
            tag(some)
            found[name].append(sum(map(len, some)) / (time.process_time() - began))
    base = found["jieba.posseg"]
    for name, each in found.items():
        ratios = sorted(rate / one for rate, one in zip(each, base, strict=True))
        print(
            f"{name:13} {statistics.median(each):12,.0f} chars/s  "
            f"x{statistics.median(ratios):.1f} ({ratios[0]:.1f}..{ratios[-1]:.1f})"
        )


def loaded(decoder: str, words: Sequence[UserWord] = ()) -> Tagger:
    """Make a fast tagger that decodes in numpy, or in machine code, from its first text on."""
    tagger = Tagger(words)
    tagger.tag(["卡瑟姆若马尔特会见米尔济约耶夫"])
    tagger._fast._seen = math.inf if decoder == "compiled" else -math.inf
    tagger.tag(["卡瑟姆若马尔特会见米尔济约耶夫"])
    return tagger


if __name__ == "__main__":
    main()
