"""A labelled JSONL corpus enters; strict span precision, recall and F1 per annotator and label leave.

    python bench/annotators.py CORPUS.jsonl --map 'PER=PERSON,LOC=GPE,LOC=LOCATION,ORG=ORG'

A line is {"text", "spans": [[start, end, label], …]}. `--map` says which of our labels count as which of the corpus's;
labels that are not mapped are left out on both sides. `--language` overrides the guess (Han characters: zh).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from builder.annotators import combine, cues, gazetteer, jieba_names, pattern
from builder.annotators.proposal import has_han
from builder.model import Entity, Prediction, Sentence
from builder.reading import Kind
from builder.schema import LabelSchema

NAMES = ["PERSON", "TITLE", "ORG", "GPE", "LOCATION", "EVENT", "DOCUMENT", "DATE", "QUANTITY", "CONCEPT"]
Mention = tuple[int, int, int, str]


def main() -> None:
    """Print one table row per annotator and label."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--map", required=True, help="corpus=ours pairs, comma-separated; a name may repeat")
    parser.add_argument("--language", choices=("zh", "en"))
    parser.add_argument("--wrong", metavar="ANNOTATOR", help="also list what this one most often gets wrong")
    arguments = parser.parse_args()
    ours, theirs = equal_labels(arguments.map)
    records = [json.loads(line) for line in arguments.corpus.read_text("utf-8").split("\n") if line]
    sentences = [sentence(number, record["text"], arguments.language) for number, record in enumerate(records)]
    gold = {(n, s, e, theirs[label]) for n, r in enumerate(records) for s, e, label in r["spans"] if label in theirs}
    print(f"{len(records)} sentences, {len(gold)} spans\n{'annotator':10} {'label':14} P     R     F1    proposed")
    for name, predictions in proposals(sentences):
        found = set(mentions(predictions, ours))
        for label in [*sorted(set(ours.values())), None]:
            print(row(name, label, gold, found))
        if name == arguments.wrong:
            explain(records, gold, found)


def equal_labels(pairs: str) -> tuple[dict[str, str], dict[str, str]]:
    """Give each of our labels, and each of the corpus's, the name they are scored under: the corpus's first."""
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for their, mine in (pair.split("=") for pair in pairs.split(",")):
        name = ours.get(mine) or theirs.get(their) or their
        ours[mine] = theirs[their] = name
    return ours, theirs


def proposals(sentences: Sequence[Sentence]) -> Iterator[tuple[str, list[Prediction]]]:
    """Propose with each built-in, then with all of them combined."""
    schema = news()
    built = [module.build({}, schema) for module in (jieba_names, gazetteer, pattern, cues)]
    each, combined = combine.Combiner(built, schema).propose_each(sentences)
    by_annotator: dict[str, list[Prediction]] = defaultdict(list)
    for predictions in each:
        for prediction in predictions:
            by_annotator[prediction.annotator.partition("@")[0]].append(prediction)
    yield from by_annotator.items()
    looked = [predictions for predictions in each if any(p.entities is not None for p in predictions)]
    yield "union", [voted(of_one, 1) for of_one in zip(*looked, strict=True)]
    yield "majority", [voted(of_one, 2) for of_one in zip(*looked, strict=True)]
    yield "combine", combined


def voted(predictions: Sequence[Prediction], least: int) -> Prediction:
    """Keep every span that so many annotators propose, for comparison; they may overlap."""
    votes = Counter(entity.span for prediction in predictions for entity in prediction.entities or ())
    spans = sorted(span for span, n in votes.items() if least <= n)
    return Prediction(predictions[0].sentence, "vote", tuple(Entity(span, 1.0, ()) for span in spans))


def mentions(predictions: Iterable[Prediction], ours: dict[str, str]) -> Iterator[Mention]:
    """Give the spans under a mapped label, in the corpus's labels."""
    for number, prediction in enumerate(predictions):
        for entity in prediction.entities or ():
            if entity.span.label in ours:
                yield number, entity.span.start, entity.span.end, ours[entity.span.label]


def row(name: str, label: str | None, gold: set[Mention], found: set[Mention]) -> str:
    """Give one line of the table; label None is all of them together."""
    want = {mention for mention in gold if label in (None, mention[3])}
    have = {mention for mention in found if label in (None, mention[3])}
    right = len(want & have)
    precision, recall = right / max(len(have), 1), right / max(len(want), 1)
    f1 = 2 * right / max(len(want) + len(have), 1)
    return f"{name:10} {label or 'all':14} {precision:.3f} {recall:.3f} {f1:.3f} {len(have)}"


def explain(records: list[dict[str, str]], gold: set[Mention], found: set[Mention]) -> None:
    """Print the most frequent false and missed mentions."""
    for title, strange in (("false", found - gold), ("missed", gold - found)):
        counted = Counter((records[n]["text"][s:e], label) for n, s, e, label in strange)
        print(title, ", ".join(f"{text}/{label}×{n}" for (text, label), n in counted.most_common(120)))


def sentence(number: int, text: str, language: str | None) -> Sentence:
    """Make a sentence of a corpus line."""
    guess = language or ("zh" if has_han(text) else "en")
    return Sentence(f"{number}", "corpus", number, 0, len(text), Kind.BODY, guess, text)


def news() -> LabelSchema:
    """Make a schema with the labels of `news`; titles and guidelines do not matter here."""
    both = {"zh": "-", "en": "-"}
    labels = [*NAMES, "event", "statement", "proposal", "decision", "background"]
    spec = [
        {"name": label, "title": both, "color": "#000000", "hotkey": chr(97 + rank), "guideline": both}
        for rank, label in enumerate(labels)
    ]
    return LabelSchema.model_validate(
        {
            "name": "news",
            "version": "1.0.0",
            "title": both,
            "instruction": both,
            "entity": spec[:10],
            "sentence": spec[10:],
        }
    )


if __name__ == "__main__":
    main()
