"""Text enters; how fast it becomes predictions, here and by the usual libraries put together, leaves.

    python -m bench.annotate zh [--megabytes 20] [--text FILE.jsonl ...] [--terms 100000] [--naive 0.2] [--rounds 3]

Naive is what one writes first: pysbd splits, jieba.posseg tags, flashtext looks names up, 50 patterns of `re` are
tried one after the other, scikit-learn labels each document's sentences. Ours is the default combination with the same
names in its gazetteer: sentences, every annotator, combining. Nothing is written. CPU seconds of this process, naive on
a part of the same text (`--naive` MB), by turns. Text: sentences of the files' `text` in random order, over and over
until so many megabytes (UTF-8) for each round, so that rounds share no sentence where there is text enough; how often
each stands there is printed, since what is remembered of words and names favours us. Without files, generated news
(`tests/pages.py`). At the end: the functions of ours that take most time themselves. Needs pysbd, flashtext and
scikit-learn.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import random
import re
import resource
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from builder import plugins
from builder.config_tables import AnnotateTable
from builder.model import Sentence
from builder.reading import Kind
from builder.schema import read_schema
from builder.text.sentences import split
from tests.pages import LAYOUTS, page

HAN = re.compile("[一-鿿]")
DOCUMENT = 12  # sentences a document
BATCH = 2000  # sentences given to the annotators at once
PROFILED, HOTTEST = 0.3, 3  # megabytes that are profiled at the end, functions named

PATTERNS = {
    "zh": (
        r"[12][0-9]{3}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?",
        r"[0-9]{1,2}月[0-9]{1,2}日(?:上午|下午|晚)?",
        r"(?:今|昨|明|前)天",
        r"(?:上|下|本)(?:周|月)[一二三四五六日]?",
        r"[0-9]{1,2}时[0-9]{1,2}分",
        r"[0-9.,]+(?:万|亿)?元",
        r"[0-9.]+(?:万|亿)?(?:美元|欧元)",
        r"[0-9.]+%",
        r"百分之[一二三四五六七八九十百点]+",
        r"[0-9.]+(?:公里|米|公斤|吨|平方米)",
        r"[0-9]+(?:余|多)?(?:人|名|位|个|家|项|次)",
        r"[一二三四五六七八九十百千万]+(?:人|名|位|个|家|项|次)",
        r"《[^《》]{1,40}》",
        r"“[^“”]{2,12}”",
        r"第[一二三四五六七八九十0-9]+(?:届|次)[一-鿿]{2,12}(?:会议|大会|论坛)",
        r"[一-鿿]{2,8}(?:峰会|博览会|运动会)",
        r"[一-鿿]{2,10}(?:有限公司|集团)",
        r"[一-鿿]{2,8}(?:大学|学院|医院)",
        r"[一-鿿]{2,6}(?:委员会|办公室)",
        r"(?:总统|总理|主席|部长|省长|市长|局长)[一-鿿]{2,3}",
        r"[一-鿿]{2,3}(?:先生|女士|教授|博士)",
        r"[一-鿿]{1,6}(?:省|市|县|区|镇)",
        r"[一-鿿]{2,8}·[一-鿿]{2,8}",
        r"[0-9]{3,4}-[0-9]{7,8}",
        r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+",
    ),
    "en": (
        r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* [0-9]{1,2}(?:, [0-9]{4})?\b",
        r"\b[0-9]{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* [0-9]{4}\b",
        r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b",
        r"\b(?:19|20)[0-9]{2}\b",
        r"\b(?:last|this|next) (?:week|month|year|quarter)\b",
        r"\b[0-9]{1,2}:[0-9]{2}(?: ?[ap]\.?m\.?)?\b",
        r"\$[0-9][0-9,.]*(?: (?:million|billion))?",
        r"€[0-9][0-9,.]*",
        r"£[0-9][0-9,.]*",
        r"\b[0-9.]+ ?(?:%|percent|per cent)",
        r"\b[0-9,]+ (?:people|companies|countries)\b",
        r"\b[0-9.,]+ (?:km|kilometers|miles|meters|tonnes|tons|kg)\b",
        r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? [A-Z][a-z]+",
        r"\b(?:President|Prime Minister|Chancellor|Minister) [A-Z][a-z]+(?: [A-Z][a-z]+)?",
        r"\b[A-Z][a-z]+ (?:Inc|Corp|Ltd|Group|Bank)\b",
        r"\b(?:University|Bank|Ministry|Department) of [A-Z][a-z]+",
        r"\b[A-Z][a-z]+ (?:University|Institute|Hospital)\b",
        r"\b[A-Z]{2,6}\b",
        r"\b[0-9]+(?:st|nd|rd|th) [A-Z][a-z]+ (?:Summit|Congress|Conference|Forum)",
        r"\b[A-Z][a-z]+ (?:Summit|Congress|Conference|Forum|Games)\b",
        r"\"[^\"]{3,40}\"",
        r"“[^“”]{3,40}”",
        r"\b[A-Z][a-z]+ (?:Act|Treaty|Agreement|Declaration)\b",
        r"\b[A-Z]\. ?[A-Z][a-z]+\b",
        r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+",
    ),
}


def main() -> None:
    """Make the text, run both, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=("zh", "en"))
    parser.add_argument("--megabytes", type=float, default=20, help="megabytes of all rounds together")
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--naive", type=float, default=0.2, help="megabytes that the naive composition gets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    sentences = sentences_of(asked.text, asked.language)
    documents = list(drawn(sentences, asked.megabytes, rng))
    different = len(set(sentences))
    print(f"{different:,} different sentences, each {len(documents) * DOCUMENT / different:.1f} times")
    terms = names(asked.terms, random.Random(asked.seed))  # the same for every text: what was built of them is kept
    with tempfile.TemporaryDirectory() as folder:
        begin = process_time()
        ours = Ours(terms, Path(folder))
        ours.predict(["".join(sentences[:1])])
        print(f"loading: {process_time() - begin:.2f} CPU s, {len(terms)} terms")
        naive = Naive(asked.language, terms)
        gc.collect()
        gc.freeze()  # or else each pays for looking through the other's tables
        part = max(1, int(len(documents) * asked.naive / asked.megabytes))
        rounds = [documents[number :: asked.rounds] for number in range(asked.rounds)]
        rates = [(rate(naive.predict, some[:part]), rate(ours.predict, some)) for some in rounds]
    characters = sum(len(document) for document in documents)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{asked.language}: {characters:,} characters, {len(documents):,} documents, peak {peak} MiB")
    for slow, fast in rates:
        print(f"naive {slow / 1e3:8.1f} k chars/s   ours {fast / 1e3:8.1f} k chars/s   ratio {fast / slow:.1f}")
    print(f"median ratio {median(fast / slow for slow, fast in rates):.1f}")
    for share, where in hottest(ours, documents[: max(1, int(len(documents) * PROFILED / asked.megabytes))]):
        print(f"hottest of ours: {share:4.0%} {where}")


def hottest(ours: Ours, documents: Sequence[str]) -> list[tuple[float, str]]:
    """Give the share and the place of the three functions that take most time themselves, profiler on."""
    profile = cProfile.Profile()
    profile.runcall(ours.predict, documents)
    profile.create_stats()
    own = {place: times[2] for place, times in profile.stats.items()}
    total = sum(own.values())
    most = sorted(own, key=lambda place: own[place], reverse=True)[:HOTTEST]
    return [(own[path, line, name] / total, f"{name} ({Path(path).name}:{line})") for path, line, name in most]


def rate(predict: Any, documents: Sequence[str]) -> float:
    """Give characters per CPU second."""
    begin = process_time()
    predict(documents)
    return sum(len(document) for document in documents) / (process_time() - begin)


def sentences_of(files: Sequence[Path], language: str) -> list[str]:
    """Read the sentences of the files, or generate some."""
    if files:
        return [json.loads(line)["text"] for path in files for line in path.read_text("utf-8").split("\n") if line]
    pages = (page(seed, language, layout) for seed in range(60) for layout in LAYOUTS)
    return [truth.text for one in pages for truth in one.sentences]


def drawn(sentences: Sequence[str], megabytes: float, rng: random.Random) -> Iterator[str]:
    """Draw documents until there are so many megabytes; no sentence stands in them again before all others did."""
    size, waiting = 0.0, list[str]()
    while size < megabytes * 1e6:
        if len(waiting) < DOCUMENT:
            waiting += rng.sample(sorted(set(sentences)), len(set(sentences)))
        document, waiting = "".join(waiting[:DOCUMENT]), waiting[DOCUMENT:]
        size += len(document.encode())
        yield document


def names(count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Make up names: 70 % Chinese, 30 % Latin."""
    han = [chr(n) for n in range(0x4E00, 0x9FA5)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    made: dict[str, str] = {}
    while len(made) < count:
        if rng.random() < 0.7:
            name = "".join(rng.choices(han, k=rng.randint(2, 6)))
        else:
            name = " ".join(
                "".join(rng.choices(letters, k=rng.randint(3, 8))).title() for _ in range(rng.randint(1, 3))
            )
        made[name] = rng.choice(("PERSON", "ORG", "GPE"))
    return list(made.items())


class Naive:
    """The usual libraries, put together."""

    def __init__(self, language: str, terms: Sequence[tuple[str, str]]) -> None:
        import jieba.posseg
        import pysbd
        from flashtext import KeywordProcessor
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        self.tagger = jieba.posseg
        self.tagger.lcut("预热")
        self.splitter = pysbd.Segmenter(language=language, clean=False)
        self.names = KeywordProcessor(case_sensitive=True)
        for term, label in terms:
            self.names.add_keyword(term, (term, label))
        self.patterns = [re.compile(pattern) for pattern in (*PATTERNS["zh"], *PATTERNS["en"])]
        self.labels = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 2)), LogisticRegression())
        self.labels.fit(
            ["他指出这很好", "会议今天举行", "he said so", "the meeting was held"] * 20, ["a", "b", "a", "b"] * 20
        )

    def predict(self, documents: Sequence[str]) -> int:
        """Annotate; give the number of spans."""
        return sum(len(one["spans"]) for document in documents for one in self._task(document))

    def _task(self, document: str) -> list[dict[str, Any]]:
        sentences = [sentence for sentence in self.splitter.segment(document) if sentence.strip()]
        labels = self.labels.predict_proba(sentences).max(axis=1) if sentences else []
        return [
            {"text": sentence, "spans": self._spans(sentence), "label": float(score)}
            for sentence, score in zip(sentences, labels, strict=True)
        ]

    def _spans(self, sentence: str) -> list[list[Any]]:
        spans, at = [], 0
        for word, flag in self.tagger.cut(sentence):
            if flag in ("nr", "ns", "nt"):
                spans.append([at, at + len(word), flag])
            at += len(word)
        spans += [
            [start, end, label] for (_, label), start, end in self.names.extract_keywords(sentence, span_info=True)
        ]
        return spans + [[*hit.span(), n] for n, one in enumerate(self.patterns) for hit in one.finditer(sentence)]


class Ours:
    """The default annotators, combined."""

    def __init__(self, terms: Sequence[tuple[str, str]], folder: Path) -> None:
        path = folder / "terms.tsv"
        path.write_text("".join(f"{term}\t{label}\n" for term, label in terms), "utf-8")
        names = AnnotateTable().annotators
        self.combiner = plugins.combiner(names, {"gazetteer": {"terms": str(path)}}, read_schema("news", folder))

    def predict(self, documents: Sequence[str]) -> int:
        """Annotate; give the number of spans."""
        spans, waiting = 0, list[Sentence]()
        for number, document in enumerate(documents):
            waiting += sentences_in(document, number)
            if BATCH <= len(waiting):
                spans += self._spans(waiting)
                waiting = []
        return spans + self._spans(waiting)

    def _spans(self, sentences: list[Sentence]) -> int:
        return sum(len(one.entities or ()) for one in self.combiner.propose(sentences))


def sentences_in(document: str, number: int) -> Iterator[Sentence]:
    """Split a document."""
    for n, (start, end) in enumerate(split(document)):
        text = document[start:end]
        language = "zh" if HAN.search(text) else "en"
        yield Sentence(f"{number}:{n}", str(number), n, start, end, Kind.BODY, language, text)


if __name__ == "__main__":
    main()
