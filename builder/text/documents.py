"""An article becomes a document and its typed, flagged sentences. Pure; a flag never changes text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple

from builder.model import Document, Flag, Sentence, stable_id, text_digest
from builder.offset_map import OffsetMap
from builder.reading import Kind, Reading
from builder.text import edits
from builder.text.changes import Changes
from builder.text.cleaning import CONTROL
from builder.text.flags import damage_of
from builder.text.kinds import is_jump
from builder.text.knowledge import Knowledge
from builder.text.language import language_of
from builder.text.lines import Paragraph
from builder.text.personal import mask, personal_data
from builder.text.sentences import Part, parts_of


class _Found(NamedTuple):
    """A sentence of an article: where it stands in its text, what it is, and its flags."""

    start: int
    end: int
    kind: Kind
    in_quote: bool
    flags: tuple[Flag, ...]


def document_of(
    reading: Reading,
    article: Sequence[Paragraph],
    offsets: OffsetMap,
    number: int,
    knowledge: Knowledge,
    *,
    is_masked: bool,
) -> tuple[Document, tuple[Sentence, ...]]:
    """Make the document of an article, and its sentences in order; `offsets` leads to the reading's text."""
    text = "\n".join(paragraph.text for paragraph in article)
    found = list(_found(article, text, knowledge))
    about, title = reading.about, reading.title
    if is_masked:
        text, offsets = _masked(text, found, offsets)
        about, title = replace(about, url=_hidden(about.url)), _hidden(title)
    source = reading.source.sha256
    document = Document(
        id=stable_id(source, *filter(None, [reading.record]), number, text_digest(text)),
        source=source,
        article=number,
        language=language_of(text, knowledge.latin),
        title=title or _title(article, text),
        text=text,
        offsets=offsets,
        record=reading.record,
        about=about,
        flags=reading.flags,
    )
    sentences = (_sentence(document, rank, one, knowledge) for rank, one in enumerate(found))
    return document, tuple(_control_flagged(document, sentences, reading.text))


def _title(article: Sequence[Paragraph], text: str) -> str:
    """Give the text of the headline above the body, as it stands in the article's text."""
    start = 0
    for paragraph in takewhile(lambda paragraph: paragraph.kind is not Kind.BODY, article):
        end = start + len(paragraph.text)
        if paragraph.kind is Kind.HEADLINE:
            return text[start:end]
        start = end + 1
    return ""


def _found(article: Sequence[Paragraph], text: str, knowledge: Knowledge) -> Iterator[_Found]:
    """Find the sentences of an article; what is not body is one each paragraph."""
    parts = [
        parts_of(p.text) if p.kind is Kind.BODY else [Part(0, len(p.text), is_quoted=False, is_capped=False)]
        for p in article
    ]
    body = [at for at, paragraph in enumerate(article) if paragraph.kind is Kind.BODY]
    texts = [[article[at].text[part.start : part.end] for part in parts[at]] for at in body]
    damage = dict(zip(body, damage_of(texts, knowledge.names, knowledge.words), strict=True))
    start = 0
    for at, paragraph in enumerate(article):
        flags = damage.get(at) or [()] * len(parts[at])
        for part, damaged in zip(parts[at], flags, strict=True):
            low, high = start + part.start, start + part.end
            if is_jump(text[low:high]):
                yield _Found(low, high, Kind.NAVIGATION, in_quote=False, flags=())
                continue
            marked = (*_marks(paragraph, part, damaged), *personal_data(text[low:high]))
            yield _Found(low, high, paragraph.kind, part.is_quoted, tuple(marked))
        start += len(paragraph.text) + 1


def _marks(paragraph: Paragraph, part: Part, damaged: Sequence[Flag]) -> Iterator[Flag]:
    """Yield what is wrong with a sentence, and where its lines were joined without evidence."""
    yield from (flag for flag in damaged if not (part.is_capped and flag.name == "unterminated"))
    if part.is_capped:
        yield Flag(0, part.end - part.start, "capped")
    if paragraph.doubts and paragraph.kind is Kind.BODY:
        for at in _doubts(paragraph):
            if part.start < at < part.end:
                yield Flag(max(0, at - part.start - 1), at - part.start + 1, "doubtful-join")


def _doubts(paragraph: Paragraph) -> Iterator[int]:
    """Find the characters of a paragraph at which lines were joined without evidence."""
    at = 0
    for number, line in enumerate(paragraph.lines):
        if number in paragraph.doubts:
            yield at
        at += len(line.text) + len(paragraph.joints[number] if number < len(paragraph.joints) else "")


def _masked(text: str, found: Sequence[_Found], offsets: OffsetMap) -> tuple[str, OffsetMap]:
    """Hide personal data."""
    moved = (Flag(one.start + f.start, one.start + f.end, f.name) for one in found for f in one.flags)
    masks = list(mask(moved))
    if not masks:
        return text, offsets
    text, step = edits.apply(text, masks)
    return text, step.compose(offsets)


def _hidden(said: str) -> str:
    """Hide personal data in what a source says of an article; no map leads back from it."""
    return edits.apply(said, list(mask(personal_data(said))))[0]


def _sentence(document: Document, number: int, found: _Found, knowledge: Knowledge) -> Sentence:
    text = document.text[found.start : found.end]
    language = language_of(text, knowledge.latin)
    return Sentence(
        id=stable_id(document.id, found.start, found.end, text),
        document=document.id,
        number=number,
        start=found.start,
        end=found.end,
        kind=found.kind,
        language=document.language if language == "und" else language,
        text=text,
        flags=found.flags,
        in_quote=found.in_quote,
    )


def _control_flagged(document: Document, sentences: Iterator[Sentence], raw: str) -> Iterator[Sentence]:
    """Flag where control characters were taken out."""
    if CONTROL not in document.offsets.removed:
        yield from sentences
        return
    within = Changes(document.offsets, raw).within
    for sentence in sentences:
        places = [change.start for change in within(sentence.start, sentence.end) if change.reason == CONTROL]
        flags = (Flag(max(0, at - 1), min(at + 1, len(sentence.text)), "control") for at in places)
        yield replace(sentence, flags=(*sentence.flags, *flags))
