"""What one task shows, by layout: a sentence between its neighbours, or a stretch of an article.

Sentences that no task shows enter, units leave; nothing is sent or kept here. A stretch spans only sentences of its own
task, so its text follows from them alone, whatever is configured later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Any

from builder.errors import Rejected
from builder.model import Document, Prediction, Sentence, stable_id, text_digest
from builder.reviewing import REVIEW, Layout
from builder.schema import LabelSchema
from builder.store import queries
from builder.store.db import Store
from builder.store.tasks import ARTICLE_BATCH, layout_of
from builder.studio import article_layout, codec
from builder.studio.article_layout import Article, Stretch
from builder.studio.codec import Passage

SENTENCES, CHARACTERS = 60, 10_000
"""So many sentences, and characters of text with what stands between them, one task shows at most."""

_AROUND = 2_000
"""So many characters of the article before and after its stretch are shown with it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document as it stands around its sentences."""

    document: Document
    sentences: dict[int, Sentence]
    path: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What one task shows: sentences of a page, in order, with the proposal for each."""

    page: Page
    sentences: tuple[Sentence, ...]
    predictions: tuple[Prediction, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Name the sentences."""
        return tuple(sentence.id for sentence in self.sentences)


def units_of(
    store: Store, annotators: Mapping[str, str], layout: Layout, together: Iterable[Sequence[str]] = ()
) -> Iterator[Unit]:
    """Make units of sentences, given in reading order, with what the annotator named beside each proposed.

    Nobody is named beside what people are to answer blindly. Sentences that stood `together` in one task stand together
    again; none of them may be named twice.
    """
    page = lru_cache(maxsize=2)(lambda document: _read_page(store, document))

    def unit(part: Sequence[Sentence]) -> Unit:
        proposed = (queries.prediction(store, sentence.id, annotators[sentence.id]) for sentence in part)
        return Unit(page(part[0].document), tuple(part), tuple(proposed))

    taken = set[str]()
    for ids in together:
        taken.update(ids)
        yield unit(_in_order(queries.sentences(store, ids)))
    left = (id for id in annotators if id not in taken)
    for document, group in groupby(queries.sentences(store, left), lambda sentence: sentence.document):
        yield from map(unit, _parts(group, page(document).document.text, layout))


def passage_of(store: Store, sentence: Sentence) -> Passage:
    """Put a sentence into its surroundings."""
    return _passage(_read_page(store, sentence.document), sentence)


def offer_of(store: Store, ids: Sequence[str], annotator: str, schema: LabelSchema, batch: str) -> dict[str, Any]:
    """Make what a task of these sentences, in the layout that its batch says, shows of an annotator's proposals.

    Raises:
        Rejected: a proposal cannot be sent.
    """
    sentences = _in_order(queries.sentences(store, ids))
    predictions = [queries.prediction(store, sentence.id, annotator) for sentence in sentences]
    for sentence, prediction in zip(sentences, predictions, strict=True):
        codec.check_sendable(sentence, prediction, schema)
    if layout_of(batch) == "article":
        return codec.offer_of(predictions, article_layout.regions(stretch_of(store, ids), predictions))
    return codec.offer_of(predictions, codec.regions(predictions[0], sentences[0].text))


def fitting(unit: Unit, schema: LabelSchema) -> tuple[Unit, dict[str, Rejected]]:
    """Leave out the sentences that cannot be sent, and say why of each."""
    refused: dict[str, Rejected] = {}
    for sentence, prediction in zip(unit.sentences, unit.predictions, strict=True):
        try:
            codec.check_sendable(sentence, prediction, schema)
        except Rejected as error:
            refused[sentence.id] = error
    kept = [pair for pair in zip(unit.sentences, unit.predictions, strict=True) if pair[0].id not in refused]
    left = replace(unit, sentences=tuple(s for s, _ in kept), predictions=tuple(p for _, p in kept))
    return left, refused


def task_of(unit: Unit, schema: LabelSchema, batch: str) -> dict[str, Any]:
    """Make the task of a unit, in the layout that its batch says.

    Raises:
        Rejected: what stands between its sentences cannot be sent.
    """
    if layout_of(batch) == "article":
        return article_layout.task_of(_article(unit), unit.predictions, schema, batch)
    (sentence,), (prediction,) = unit.sentences, unit.predictions
    return codec.task_of(_passage(unit.page, sentence), prediction, schema, batch)


def batch_name(units: Sequence[Unit], layout: Layout, role: str = REVIEW, digest: str = "") -> str:
    """Name a batch by its sentences, who proposed for them, role, layout, and the digest of its schema."""
    ids = [(shown.sentence, shown.annotator) for unit in units for shown in unit.predictions]
    name = stable_id(digest, ids) if role == REVIEW else stable_id(role, digest, ids)
    return ARTICLE_BATCH + stable_id(name, [unit.ids for unit in units]) if layout == "article" else name


def stretch_of(store: Store, ids: Collection[str]) -> Stretch:
    """Say, from what we know ourselves, which text a task of these sentences shows, and where each stands in it.

    Raises:
        Rejected: no task can show them together.
    """
    shown = [sentence for id in dict.fromkeys(ids) if (sentence := queries.find_sentence(store, id))]
    if not shown or len(shown) < len(set(ids)):
        raise Rejected("one of its sentences is not known", "E_TEXT")
    return Stretch.of(shown, queries.document_text(store, shown[0].document))


def sent_digest(store: Store, ids: Collection[str]) -> str:
    """Name the text that a task of these sentences was sent with; nothing if no task can show them together."""
    if len(ids) == 1 and (sentence := queries.find_sentence(store, next(iter(ids)))):
        return text_digest(sentence.text)
    try:
        return text_digest(stretch_of(store, ids).text)
    except Rejected:
        return ""


def _parts(sentences: Iterable[Sentence], text: str, layout: Layout) -> Iterator[tuple[Sentence, ...]]:
    """Cut the sentences of a document into those of one task each: evenly, and around what cannot be sent."""
    if layout == "sentence":
        yield from ((sentence,) for sentence in sentences)
        return
    waiting = _in_order(sentences)
    at_once = -(-len(waiting) // -(-len(waiting) // SENTENCES))
    part: list[Sentence] = []
    for sentence in waiting:
        if part and (len(part) == at_once or not _is_fit(text[part[0].start : sentence.end])):
            yield tuple(part)
            part = []
        part.append(sentence)
    yield tuple(part)


def _in_order(sentences: Iterable[Sentence]) -> list[Sentence]:
    return sorted(sentences, key=lambda sentence: sentence.start)


def _is_fit(text: str) -> bool:
    return len(text) <= CHARACTERS and not codec.is_poisoned(text)


def _read_page(store: Store, document: str) -> Page:
    found = queries.find_document(store, document)
    neighbours = {sentence.number: sentence for sentence in queries.document_sentences(store, document)}
    return Page(found, neighbours, queries.find_source(store, found.source).path)


def _passage(page: Page, sentence: Sentence) -> Passage:
    before, after = page.sentences.get(sentence.number - 1), page.sentences.get(sentence.number + 1)
    around = (before.text if before else "", after.text if after else "")
    return Passage(sentence, page.document.title, *around, page.path, page.document.flags)


def _article(unit: Unit) -> Article:
    document = unit.page.document
    stretch = Stretch.of(unit.sentences, document.text)
    before, after = document.text[: unit.sentences[0].start], document.text[unit.sentences[-1].end :]
    return Article(
        stretch=stretch,
        title=document.title,
        before=_last(before.strip()),
        after=_first(after.strip()),
        source=unit.page.path,
        document_flags=document.flags,
    )


def _first(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}…"


def _last(text: str) -> str:
    return text if len(text) <= _AROUND else f"…{text[-_AROUND:]}"
