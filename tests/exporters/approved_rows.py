"""Hand-made approved rows: Chinese beyond the BMP, emoji, English, moved text, and spans that tags cannot hold."""

from dataclasses import replace

from builder.model import Document, Entity, Flag, Sentence, Span, stable_id, text_digest
from builder.offset_map import OffsetMap, Piece, block, copy
from builder.ports import ReleaseInfo, Row
from builder.reading import Kind, Source
from builder.reviewing import Action, Approval, Gold, GoldSpan
from builder.schema import LabelSchema

RAW_ZH = "外交部\n网站😀 𠮷野\n家总统访\n问3M公司。"
RAW_EN = "Xi Jinping visits China's Astana\nPalace.\r\n"


def label(name, hotkey):
    texts = {"zh": f"{name}的说明 | 甲", "en": f"What {name} covers"}
    return {"name": name, "title": {"zh": name, "en": name}, "color": "#112233", "hotkey": hotkey, "guideline": texts}


SCHEMA = LabelSchema.model_validate(
    {
        "name": "tiny",
        "version": "1.2.0",
        "title": {"zh": "小", "en": "Tiny"},
        "overlap": "nested",
        "instruction": {"zh": "看", "en": "Look"},
        "entity": [label("PERSON", "1"), label("ORG", "2"), label("GPE", "3")],
        "sentence": [label("event", "e"), label("no", "n")],
    }
)
INFO = ReleaseInfo("tiny-news", "v1", "Tiny: 小新闻", "CC-BY-4.0", SCHEMA, "0.1.0", {"documents": 2, "sentences": 3})


def make_document(raw, segments, language, path):
    source = Source(text_digest(raw), path, len(raw.encode()), "utf-8", "text/plain")
    offsets = OffsetMap(len(raw), segments)
    identity = stable_id(source.sha256, 0)
    return source, Document(identity, source.sha256, 0, language, "", offsets.replay(raw), offsets)


ZH_SOURCE, ZH = make_document(
    RAW_ZH,
    (copy(0, 3), copy(4, 7), copy(8, 10), copy(11, 15), copy(16, 21)),
    "zh",
    "/home/someone/新闻/第一版.txt",
)
EN_SOURCE, EN = make_document(
    RAW_EN, (copy(0, 32), block(" ", [Piece(32, 33)]), copy(33, 40)), "en", "C:\\Users\\someone\\page.txt"
)


def make_row(source, document, number, start, end, spans, *, split="train", people=("zoe@example.org",), rejected=()):
    text = document.text[start:end]
    identity = stable_id(document.id, start, end)
    flags = (Flag(0, len(text), "unterminated"),)
    sentence = Sentence(identity, document.id, number, start, end, Kind.BODY, document.language, text, flags)
    approval = Approval(
        identity,
        tuple(stable_id(identity, person) for person in people),
        text_digest(text),
        SCHEMA.digest,
        tuple(people),
        "single" if len(people) == 1 else f"agree:{len(people)}",
        f"2026-01-0{number + 1}T10:00:00Z",
    )
    gold = Gold(identity, tuple(spans), "no", Action.ACCEPTED, ("cues@1a",), 0.75, tuple(rejected), approval)
    return Row(sentence, document, source, gold, split)


def gold_span(start, end, name, action=Action.ACCEPTED, by=("jieba@2b",), score=0.9):
    if action is Action.ADDED:
        by, score = (), None
    return GoldSpan(Span(start, end, name), action, by, score)


def sample_rows():
    """Three rows, in no order; the sentence offsets of the Chinese one count 😀 and 𠮷 as one each."""
    zh_spans = (
        gold_span(0, 5, "ORG"),
        gold_span(6, 9, "ORG", Action.MOVED),
        gold_span(0, 3, "ORG", Action.ADDED),
        gold_span(14, 16, "ORG", Action.RELABELLED),
        gold_span(13, 16, "ORG"),
    )
    refused = (Entity(Span(10, 12, "PERSON"), 0.5, ("jieba@2b",)),)
    both, other = ("zoe@example.org", "amy@example.org"), ("bob@example.org",)
    en_spans = (gold_span(0, 10, "PERSON"), gold_span(18, 23, "GPE"))
    return [
        make_row(ZH_SOURCE, ZH, 0, 0, len(ZH.text), zh_spans, people=both, rejected=refused),
        make_row(EN_SOURCE, EN, 0, 0, 25, en_spans),
        make_row(EN_SOURCE, EN, 1, 26, len(EN.text), (gold_span(0, 6, "GPE"),), split="test", people=other),
    ]


def relabelled(rows):
    """The same rows with another sentence label."""
    return [replace(row, gold=replace(row.gold, label="event")) for row in rows]


def plain_row(text, spans, *, label="no", split="train", language="zh"):
    """One approved sentence that is a document of its own."""
    source, document = make_document(text, (copy(0, len(text)),), language, "page.txt")
    golds = tuple(gold_span(span.start, span.end, span.label) for span in spans)
    row = make_row(source, document, 0, 0, len(text), golds, split=split)
    return replace(row, gold=replace(row.gold, label=label))
