"""Pairs of releases that hypothesis draws, and single rows to compare: files that change, answers that differ."""

from dataclasses import replace

from hypothesis import strategies as st

from builder.exporters.batches import content_of
from builder.exporters.differences import compare
from builder.exporters.facts import facts_of
from builder.exporters.inventory import Stocktaking
from builder.exporters.order import published
from builder.exporters.quotes import quoted
from builder.model import Document, Sentence, Span, stable_id, text_digest
from builder.offset_map import OffsetMap
from builder.ports import Row
from builder.reading import Kind, Source
from builder.reviewing import Action, Approval, Gold, GoldSpan
from tests.exporters.approved_rows import INFO, SCHEMA, label

TEXTS = ("王伟在北京市海淀区报案。", "外交部😀 𠮷野家总统访问。", "Xi Jinping visits Astana.", "会议开幕。")
APPENDED = SCHEMA.model_copy(update={"entity": (*SCHEMA.entity, SCHEMA.entity[0].model_copy(update=label("LAW", "4")))})
APPENDED = type(SCHEMA).model_validate(APPENDED.model_dump(mode="json"))
TURNED = type(SCHEMA).model_validate({**SCHEMA.model_dump(mode="json"), "entity": [*reversed(SCHEMA.entity)]})
SCHEMAS = (SCHEMA, APPENDED, TURNED)


def row(page, number, text, spans=(), *, edition=0, split="train", language="zh", name="no", people=("zoe",)):
    """Make a row of a page; another edition of it gives other ids, as another file does."""
    source = Source(f"{page}/{edition}", f"/somewhere/page{page}.txt", len(text), "utf-8", "text/plain")
    document = Document(f"{page}-{edition}", source.sha256, 0, language, "", text, OffsetMap.identity(len(text)))
    id = stable_id(document.id, number)
    sentence = Sentence(id, document.id, number, 0, len(text), Kind.BODY, language, text)
    contents = tuple(stable_id(id, person) for person in people)
    digest, at = text_digest(text), "2026-01-02T10:00:00Z"
    approval = Approval(id, contents, digest, SCHEMA.digest, tuple(people), "single", at)
    golds = tuple(GoldSpan(Span(*span), Action.ADDED) for span in spans)
    return Row(sentence, document, source, Gold(id, golds, name, Action.ADDED, (), None, (), approval), split)


def told(rows, schema=SCHEMA, **identity):
    """Take stock of rows, as a release of them does."""
    info, stock = replace(INFO, schema=schema), Stocktaking()
    content = content_of(rows, info, stock)
    names = {"name": schema.name, "version": schema.version, "digest": schema.digest}
    known = {"name": "n", "version": "v1", "pretty_name": "", "license": "", "schema": names, "exporters": {}}
    return stock.inventory(facts_of({**known, "content_sha256": content, **identity}, info))


def diff_of(old, new, schemas=(SCHEMA, SCHEMA), limit=10_000):
    """Compare rows with rows."""
    diff = compare(*map(told, (old, new), schemas), limit)
    return quoted(diff, published(old).texts, published(new).texts)


@st.composite
def answers(draw, text):
    """Draw spans, which may nest and overlap, a label, and people."""
    bounds = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda pair: pair[0] < pair[1])
    spans = st.sets(
        st.builds(lambda pair, name: (*pair, name), bounds, st.sampled_from(SCHEMA.entity_names)), max_size=4
    )
    people = st.lists(st.sampled_from(("zoe", "amy", "bob")), min_size=1, max_size=2, unique=True)
    return {
        "spans": sorted(draw(spans)),
        "name": draw(st.sampled_from(SCHEMA.sentence_names)),
        "people": tuple(draw(people)),
    }


@st.composite
def pages(draw):
    """Draw the rows of two releases: pages with some sentences each, edited or not, approved or not, in any split."""
    sides = [], []
    for page in range(draw(st.integers(1, 3))):
        editions = (0, draw(st.sampled_from((0, 0, 1))))
        splits = [draw(st.sampled_from(("train", "test"))) for _ in sides]
        for number in range(draw(st.integers(0, 4))):
            text = draw(st.sampled_from(TEXTS))
            texts = (text, draw(st.sampled_from((text, text, *TEXTS))))
            same = draw(answers(text)) if draw(st.booleans()) else None
            for side, its, edition, split in zip(sides, texts, editions, splits, strict=True):
                if draw(st.integers(0, 4)):
                    given = same if same and its == text else draw(answers(its))
                    side.append(row(page, number, its, **given, edition=edition, split=split))
    return [side or [row(9, 0, TEXTS[3])] for side in sides]
