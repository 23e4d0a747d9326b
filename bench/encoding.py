"""Texts in many encodings enter, cut anywhere; how often each detector reads them right leaves.

    python bench/encoding.py [--text FILE …] [--slices 40] [--seed 7]

Slices begin with a character and end anywhere. Right means that the decoded text is the original, up to a character
cut at the end. The peers name an encoding,
which then reads the bytes, bad ones ignored. `--text` adds UTF-8 files of one's own (`name.LANGUAGE.txt`, zh-Hans by
default); of a `.jsonl`, each line's `text`. The peers are charset-normalizer (MIT) and chardet, for this bench only.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import perf_counter

from builder.errors import Rejected
from builder.text.encoding import decode

SAMPLES = Path(__file__).parent.parent / "tests" / "text" / "samples.toml"
ENCODINGS = {
    "utf-8": ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru", "en"),
    "utf-8-sig": ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru", "en"),
    "utf-16": ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru", "en"),
    "utf-16-le": ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru", "en"),
    "utf-16-be": ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru", "en"),
    "gb2312": ("zh-Hans",),
    "gb18030": ("zh-Hans", "zh-Hant"),
    "big5": ("zh-Hant",),
    "big5hkscs": ("zh-HK",),
    "shift_jis": ("ja",),
    "euc_jp": ("ja",),
    "euc_kr": ("ko",),
    "cp1252": ("fr", "de"),
    "cp1251": ("ru",),
    "koi8-r": ("ru",),
}
LENGTHS = (20, 60, 200, 1000)
Detector = Callable[[bytes], str]


def main() -> None:
    """Print how many in a hundred are right by encoding and length, then the milliseconds for 5 kB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    parser.add_argument("--slices", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wrong", action="store_true", help="print what we read wrong")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    texts = {language: "\n".join(texts) for language, texts in tomllib.loads(SAMPLES.read_text("utf-8")).items()}
    own = {language: added(arguments.text, language) for language in texts}
    detectors = {"ours": ours, **peers()}
    right: dict[tuple[str, int], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for encoding, length, text, raw in slices({k: texts[k] + "\n" + own[k] for k in texts}, arguments.slices):
        for name, detector in detectors.items():
            found = detector(raw)
            right[encoding, length][name].append(is_right(found, text, raw, encoding))
            if arguments.wrong and name == "ours" and not right[encoding, length][name][-1]:
                print(encoding, length, repr(text[:60]), repr(found[:60]))
    report(right, list(detectors))
    speed(texts, detectors)


def added(paths: list[Path], language: str) -> str:
    """Join the texts given for a language."""
    mine = [path for path in paths if (path.suffixes[-2:-1] or [".zh-Hans"])[0] == f".{language}"]
    return "\n".join(map(text_of, mine))


def text_of(path: Path) -> str:
    """Read a text, or the texts in lines of JSON."""
    text = path.read_text("utf-8")
    return "\n".join(json.loads(line)["text"] for line in text.split("\n") if line) if path.suffix == ".jsonl" else text


def slices(texts: Mapping[str, str], count: int) -> Iterator[tuple[str, int, str, bytes]]:
    """Cut slices of bytes at random; give the encoding, the length, the text they begin, and the bytes."""
    for encoding, languages in ENCODINGS.items():
        for length in LENGTHS:
            for at in range(count):
                text = writable(texts[languages[at % len(languages)]], encoding)
                yield encoding, length, *cut(text, encoding, length)


def writable(text: str, encoding: str) -> str:
    """Leave out what an encoding cannot write."""
    return text.encode(encoding, "ignore").decode(encoding)


def cut(text: str, encoding: str, length: int) -> tuple[str, bytes]:
    """Cut one slice with more than ASCII in it: from a character on, to anywhere."""
    while True:
        start = random.randrange(max(1, len(text) - length // 2))
        raw = text[start : start + length].encode(encoding)[:length]
        if encoding.startswith("utf") or 2 <= sum(byte >= 128 for byte in raw):
            return text[start : start + length], raw


def is_right(found: str, text: str, raw: bytes, encoding: str) -> bool:
    """Whether the text was found but for a character cut at the end, of which a few lone surrogates may tell."""
    found = found.removeprefix("\ufeff").rstrip("".join(map(chr, range(0xDC00, 0xDD00))))
    return text.startswith(found) and len(raw) - 4 < len(found.encode(encoding))


def ours(raw: bytes) -> str:
    """Read bytes our way."""
    try:
        return decode(raw).text
    except Rejected:
        return ""


def peers() -> dict[str, Detector]:
    """Name those that are installed."""
    try:
        import chardet
        from charset_normalizer import from_bytes
    except ImportError as error:
        print(f"{error}; to compare: python -m pip install chardet charset-normalizer")
        return {}

    def normalizer(raw: bytes) -> str | None:
        best = from_bytes(raw).best()
        return best.encoding if best else None

    return {"charset-normalizer": reader(normalizer), "chardet": reader(lambda raw: chardet.detect(raw)["encoding"])}


def reader(name_of: Callable[[bytes], str | None]) -> Detector:
    """Read with the encoding that a peer names, cut characters ignored; gb2312 counts as gb18030 for the peer too."""

    def read(raw: bytes) -> str:
        name = (name_of(raw) or "").lower().replace("gb2312", "gb18030").replace("gbk", "gb18030")
        try:
            return raw.decode(name, "ignore") if name else ""
        except (LookupError, UnicodeDecodeError):
            return ""

    return read


def report(right: Mapping[tuple[str, int], Mapping[str, list[bool]]], names: list[str]) -> None:
    """Print the shares, and over all slices of 60 bytes and more."""
    print(f"{'right in 100 slices':20}" + "".join(f"{name + ' ' + '/'.join(map(str, LENGTHS)):>42}" for name in names))
    for encoding in ENCODINGS:
        shares = ("/".join(f"{percent(right[encoding, length][name]):.0f}" for length in LENGTHS) for name in names)
        print(f"{encoding:20}" + "".join(f"{share:>42}" for share in shares))
    long = {name: [hit for (_, length), hits in right.items() if 60 <= length for hit in hits[name]] for name in names}
    print(
        f"{'all from 60 bytes':20}" + "".join(f"{percent(hits):36.2f} of {len(hits):5}"[-42:] for hits in long.values())
    )


def percent(hits: list[bool]) -> float:
    """Say how many in a hundred."""
    return 100 * sum(hits) / len(hits)


def speed(texts: Mapping[str, str], detectors: Mapping[str, Detector]) -> None:
    """Print the milliseconds for 5 kB, the median of nine rounds, by encoding."""
    print(f"{'ms for 5 kB':20}" + "".join(f"{name:>42}" for name in detectors))
    for encoding, languages in ENCODINGS.items():
        raw = (writable(texts[languages[0]], encoding) * 20).encode(encoding)[:5000]
        print(f"{encoding:20}" + "".join(f"{median_ms(detector, raw):42.2f}" for detector in detectors.values()))


def median_ms(detector: Detector, raw: bytes) -> float:
    """Time one reading."""
    times = []
    for _ in range(9):
        begin = perf_counter()
        detector(raw)
        times.append(perf_counter() - begin)
    return sorted(times)[4] * 1000


if __name__ == "__main__":
    main()
