"""Pages set at random enter; how much of each is found again, here and by other tools, leaves.

    python -m bench.structure [--pages 60] [--seed 1000]

So many pages for each of two languages and five settings (`tests/pages.py`), none of them in the tests. Ours answers
by raw character: a sentence is right when its raw pieces are exactly the true ones. The peers give no positions, so
theirs is right when its characters, white space left out, are those of a true sentence; that is easier. Splitters get
the raw page, and once more the true paragraphs, each a line: what is left then is the splitting alone. Extractors get
the page as HTML, each block of lines a <p>, its lines ended by <br>; what they give is looked for in the page.

The peers (for this bench only): trafilatura, resiliparse (Apache-2.0), pysbd, blingfire, sentencex (MIT).
"""

from __future__ import annotations

import argparse
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from time import perf_counter
from typing import Any

from builder.annotators.knowledge import knowledge
from builder.readers.html_blocks import Page as WebPage
from builder.reading import Kind
from builder.text.sentences import split
from builder.text.structure import split_page
from tests.pages import LAYOUTS, Page, page
from tests.pages_found import compared
from tests.readings import reading_of

Splitter = Callable[[str, str], list[str]]
Extractor = Callable[[str], str]


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1000)
    asked = parser.parse_args()
    for language in ("zh", "en"):
        seeds = range(asked.seed, asked.seed + asked.pages)
        pages = [page(seed, language, layout) for layout in LAYOUTS for seed in seeds]
        print(f"{language}: {len(pages)} pages, {sum(len(p.raw) for p in pages):,} characters")
        show_ours(pages)
        for name, splitter in splitters():
            show_splitter(name, splitter, pages, language)
        for name, extractor in extractors():
            show_extractor(name, extractor, pages)


def show_ours(pages: list[Page]) -> None:
    """Print what ours finds, by raw character."""
    begin, found = perf_counter(), Counter[str]()
    for one in pages:
        found += compared(one)
    seconds = perf_counter() - begin
    shares = {
        "sentences exact": found["exact"] / found["sentences"],
        "body precision": found["both"] / found["held"],
        "body recall": found["both"] / found["body"],
        "articles": found["found"] / found["articles"],
    }
    if found["removed"]:
        shares |= {
            "stray precision": found["rightly"] / found["removed"],
            "stray recall": found["rightly"] / found["stray"],
        }
    print(f"  {'ours, the raw page':34}" + ", ".join(f"{name} {share:.4f}" for name, share in shares.items()))
    right = sum(
        sum(bare(p[low:high]) in truths(one) for p in paragraphs(one) for low, high in split(p)) for one in pages
    )
    print(f"  {'ours, true paragraphs':34}sentences right {right / found['sentences']:.4f}; {seconds:.1f} s")


def show_splitter(name: str, splitter: Splitter, pages: list[Page], language: str) -> None:
    """Print how many sentences a splitter gets right."""
    for what, text_of in (
        ("the raw page", lambda one: one.raw),
        ("true paragraphs", lambda one: "\n".join(paragraphs(one))),
    ):
        begin, right = perf_counter(), 0
        for one in pages:
            known = Counter(truths(one))
            right += sum((known & Counter(map(bare, splitter(text_of(one), language)))).values())
        share = right / sum(len(one.sentences) for one in pages)
        print(f"  {name + ', ' + what:34}sentences right {share:.4f}; {perf_counter() - begin:.1f} s")


def show_extractor(name: str, extractor: Extractor, pages: list[Page]) -> None:
    """Print which characters an extractor takes for body."""
    begin, both, held, body = perf_counter(), 0, 0, 0
    for one in pages:
        found = places(extractor(as_html(one.raw)), one.raw)
        both, held, body = both + len(found & one.body), held + len(found), body + len(one.body)
    told = f"body precision {both / max(held, 1):.4f}, body recall {both / body:.4f}"
    print(f"  {name + ', as HTML':34}{told}; {perf_counter() - begin:.1f} s")


def bare(text: str) -> str:
    """Leave out white space."""
    return "".join(text.split())


def truths(one: Page) -> list[str]:
    """List the true sentences of a page."""
    return [bare(sentence.text) for sentence in one.sentences]


def paragraphs(one: Page) -> list[str]:
    """Put the true sentences of each article into one paragraph."""
    joint = " " if one.name.startswith("en") else ""
    numbers = sorted({sentence.article for sentence in one.sentences})
    return [joint.join(s.text for s in one.sentences if s.article == number) for number in numbers]


def as_html(raw: str) -> str:
    """Make a web page of a text: each block of lines a paragraph."""
    blocks = (html.escape(block.strip("\n")).replace("\n", "<br>") for block in re.split(r"\n{2,}", raw))
    inside = "".join(f"<p>{block}</p>\n" for block in blocks if block.strip())
    return f"<!DOCTYPE html><html><head><title>News</title></head><body><main>{inside}</main></body></html>"


def places(text: str, raw: str) -> set[int]:
    """Find the lines of an extract in the page, in order; give the raw offsets, white space left out."""
    kept = [at for at, character in enumerate(raw) if not character.isspace()]
    packed, found, start = "".join(raw[at] for at in kept), set[int](), 0
    for line in map(bare, text.split("\n")):
        at = packed.find(line, start)
        at = packed.find(line) if at < 0 else at
        if line and 0 <= at:
            found.update(kept[at : at + len(line)])
            start = at + len(line)
    return found


def splitters() -> Iterator[tuple[str, Splitter]]:
    """Yield the splitters that are installed."""
    if pysbd := installed("pysbd"):
        made = {code: pysbd.Segmenter(language=code, clean=False) for code in ("zh", "en")}
        yield "pysbd", lambda text, language: list(made[language].segment(text))
    if blingfire := installed("blingfire"):
        yield "blingfire", lambda text, _: blingfire.text_to_sentences(text).split("\n")
    if sentencex := installed("sentencex"):
        yield "sentencex", lambda text, language: list(sentencex.segment(language, text))


def ours_of_html(source: str) -> str:
    """Read a web page our way; give the stretches of it that are body."""
    reading = replace(reading_of(source), extract=WebPage(source).read())
    found = [
        source[start:end]
        for document, sentences in split_page(reading, knowledge())
        for sentence in sentences
        if sentence.kind is Kind.BODY
        for start, end in document.offsets.pieces(sentence.start, sentence.end)
    ]
    return html.unescape("\n".join(found).replace("<br>", " "))


def extractors() -> Iterator[tuple[str, Extractor]]:
    """Yield ours and the extractors that are installed."""
    yield "ours", ours_of_html
    if trafilatura := installed("trafilatura"):
        yield "trafilatura", lambda page: trafilatura.extract(page, include_comments=False) or ""
    if installed("resiliparse"):
        extract = import_module("resiliparse.extract.html2text").extract_plain_text
        yield "resiliparse", lambda page: extract(page, main_content=True, alt_texts=False)


def installed(name: str) -> Any:
    """Import a peer, or say that it is missing."""
    try:
        return import_module(name)
    except ImportError:
        print(f"  {name} is not installed; to compare: python -m pip install {name}")
        return None


if __name__ == "__main__":
    main()
