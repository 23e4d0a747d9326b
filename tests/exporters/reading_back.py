"""Small readers of the derived formats, written from the formats' own descriptions and not from what writes them.

Each takes the texts of a release by sentence id and gives what reads its folder: view → sentence id → spans.
"""

import csv
import json
import re

from builder.model import Span


def placed(text, tokens):
    """Find tokens in their text: only white space may stand between them."""
    places, at = [], 0
    for token in tokens:
        start = text.index(token, at)
        assert text[at:start].strip() == ""
        places.append((start, at := start + len(token)))
    assert text[at:].strip() == ""
    return places


def strict_spans(places, tags):
    """Read IOB2 tags; an I- that continues nothing is an error."""
    found = []
    for (start, end), tag, before in zip(places, tags, ["O", *tags], strict=False):
        if tag.startswith("B-"):
            found.append([start, end, tag[2:]])
        elif tag != "O":
            assert tag.startswith("I-")
            assert before in (tag, f"B-{tag[2:]}")
            found[-1][1] = end
    return [Span(*one) for one in found]


def conll_blocks(path):
    """Read a CoNLL file as everybody does: a blank line ends a sentence, white space parts the columns."""
    blocks = [[line.split() for line in block.split("\n")] for block in path.read_text("utf-8").strip().split("\n\n")]
    return [block for block in blocks if block[0][0] != "-DOCSTART-"]


def conll(texts):
    def read(folder):
        held = {}
        for path in (folder / "conll").glob("*.conll"):
            ids = path.with_suffix(".ids").read_text("utf-8").split("\n")[:-1]
            for identity, block in zip(ids, conll_blocks(path), strict=True):
                assert {4} == {len(columns) for columns in block}
                places = placed(texts[identity], [columns[0] for columns in block])
                held[identity] = strict_spans(places, [columns[-1] for columns in block])
        return {"conll": held}

    return read


def gliner(texts):
    def read(folder):
        held = {}
        for path in (folder / "gliner").glob("*.json"):
            for example in json.loads(path.read_text("utf-8")):
                places = placed(texts[example["id"]], example["tokenized_text"])
                held[example["id"]] = [Span(places[a][0], places[b][1], name) for a, b, name in example["ner"]]
        return {"gliner": held}

    return read


def spacy(texts):
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    def read(folder):
        ents, spans = {}, {}
        for path in (folder / "spacy").glob("*.spacy"):
            for doc in DocBin().from_disk(path).get_docs(Vocab()):
                identity = doc.user_data["id"]
                assert texts[identity] == doc.text
                ents[identity] = [Span(e.start_char, e.end_char, e.label_) for e in doc.ents]
                spans[identity] = [Span(e.start_char, e.end_char, e.label_) for e in doc.spans["sc"]]
        return {"spacy.ents": ents, "spacy.spans": spans}

    return read


def brat_document(path, text_mode_newline=None):
    """Read a text as most programs do, which turns every line end into one character, and its annotations."""
    with path.open(encoding="utf-8", newline=text_mode_newline) as file:
        text = file.read()
    found = []
    for line in path.with_suffix(".ann").read_text("utf-8").splitlines():
        identity, place, covered = line.split("\t")
        label, start, end = place.split(" ")
        assert re.fullmatch(r"T\d+", identity)
        assert text[int(start) : int(end)] == covered
        found.append(Span(int(start), int(end), label))
    return text, found


def brat(texts):
    def read(folder):
        held = {}
        for listing in (folder / "brat").glob("*.jsonl"):
            for line in listing.read_text("utf-8").split("\n")[:-1]:
                told = json.loads(line)
                text, found = brat_document(folder / "brat" / told["file"])
                start, end = told["start"], told["end"]
                assert re.sub(r"\s", " ", texts[told["id"]]) == re.sub(r"\s", " ", text[start:end])
                inside = [span for span in found if start <= span.start < end]
                held[told["id"]] = [Span(s.start - start, s.end - start, s.label) for s in inside]
        return {"brat": held}

    return read


def nth_place(text, part, nth):
    at = -1
    for _ in range(nth):
        at = text.index(part, at + 1)
    return at


def chat(texts):
    def read(folder):
        held = {}
        for path in (folder / "chat").glob("*.jsonl"):
            for line in path.read_text("utf-8").split("\n")[:-1]:
                row = json.loads(line)
                user, assistant = row["messages"]
                text = texts[row["id"]]
                assert re.search(f"\\n\\n(Sentence: |句子：){re.escape(text)}\\Z", user["content"])
                held[row["id"]] = []
                for told in json.loads(assistant["content"])["spans"]:
                    at = nth_place(text, told["text"], told.get("occurrence", 1))
                    held[row["id"]].append(Span(at, at + len(told["text"]), told["label"]))
        return {"chat": held}

    return read


def cells(path, encoding="utf-8-sig"):
    """Read a table; a leading apostrophe is taken away."""
    with path.open(encoding=encoding, newline="") as file:
        return [{key: cell.removeprefix("'") for key, cell in row.items()} for row in csv.DictReader(file)]


def csv_table(texts):
    def read(folder):
        sentences = {row["id"]: row["text"] for row in cells(folder / "csv" / "sentences.csv")}
        held = {identity: [] for identity in sentences}
        for row in cells(folder / "csv" / "spans.csv"):
            span = Span(int(row["start"]), int(row["end"]), row["label"])
            assert sentences[row["id"]][span.start : span.end] == row["text"]
            held[row["id"]].append(span)
        assert texts == sentences
        return {"csv": held}

    return read


def label_studio(texts):
    """Read with the codec that reads every answer of the server."""
    from builder.studio.codec import answer_of

    def read(folder):
        held = {}
        for path in (folder / "label-studio").glob("*.json"):
            for task in json.loads(path.read_text("utf-8")):
                (annotation,) = task["annotations"]
                answer = answer_of(annotation["result"], task["data"]["text"])
                assert texts[task["data"]["id"]] == task["data"]["text"]
                held[task["data"]["id"]] = answer.entities
        return {"label-studio": held}

    return read


READERS = {
    "brat": brat,
    "chat": chat,
    "conll": conll,
    "csv": csv_table,
    "gliner": gliner,
    "label-studio": label_studio,
    "spacy": spacy,
}
