"""An article becomes one Label Studio task with two layers, entities and sentences, and comes back as sentences.

Pure: no network, no store. The text of a task is the document's own, from the first of its sentences to the last, so
every place in it follows from the sentences and is never taken from the server. Each sentence under review is a
region whose only job is to carry its label; nothing else is read from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Rejected
from builder.model import Prediction, Sentence, Span
from builder.reviewing import Answer
from builder.schema import LabelSchema
from builder.studio import codec
from builder.studio.asides import asides
from builder.studio.codec import COMMENT, ENTITY, LABEL, TEXT
from builder.text.graphemes import snapped

SENTENCE = "sentence"
"""Name of the control whose regions are the sentences."""

PLACES = "builder_places"
"""Our key in a task's data: where each sentence of `builder_key` stands in the text."""

_MARK, _UNSURE = "s:", "?"
_SHOWN = 20
"""Characters of a span that a reason quotes."""

_CONTROLS = frozenset(
    {
        (ENTITY, TEXT, "labels"),
        (SENTENCE, TEXT, "labels"),
        (LABEL, TEXT, "choices"),
        (COMMENT, TEXT, "textarea"),
    }
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of one document, in order, and its clean text from the first of them to the last.

    Texts that others sent may have a `lead` of so many characters before the first sentence.
    """

    sentences: tuple[Sentence, ...]
    text: str
    lead: int = 0

    @classmethod
    def of(cls, sentences: Sequence[Sentence], document_text: str) -> Stretch:
        """Cut the text that these sentences span out of their document's.

        Raises:
            Rejected: they are of several documents, or the document has other text at their places.
        """
        ordered = sorted(sentences, key=lambda sentence: sentence.start)
        strange = [s for s in ordered if document_text[s.start : s.end] != s.text or s.document != ordered[0].document]
        if strange or not ordered:
            raise Rejected("the document does not hold its sentences", "E_TEXT")
        return cls(tuple(ordered), document_text[ordered[0].start : ordered[-1].end])

    @property
    def places(self) -> list[tuple[int, int]]:
        """Say where each sentence stands in the text."""
        first = self.sentences[0].start - self.lead
        return [(sentence.start - first, sentence.end - first) for sentence in self.sentences]


@dataclass(frozen=True, slots=True)
class Article:
    """A stretch of an article, and what stands around it on the page."""

    stretch: Stretch
    title: str
    before: str
    after: str
    source: str
    document_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said of each sentence: an answer or why there is none; `adrift` are regions outside all of them."""

    given: Mapping[str, Answer]
    problems: Mapping[str, Rejected]
    adrift: tuple[str, ...]


def mark_of(label: str | None) -> str:
    """Name the kind of sentence region that shows in its colour which label was proposed."""
    return f"{_MARK}{label or _UNSURE}"


def task_of(article: Article, predictions: Sequence[Prediction], schema: LabelSchema, batch: str) -> dict[str, Any]:
    """Make one task of an article, with the prediction of each of its sentences in their order.

    Raises:
        Rejected: the text or a prediction would poison the server.
    """
    stretch = article.stretch
    codec.check_text(stretch.text)
    for sentence, prediction in zip(stretch.sentences, predictions, strict=True):
        codec.check_sendable(sentence, prediction, schema)
    data = {
        TEXT: stretch.text,
        "title": codec.shown(article.title),
        "before": codec.shown(article.before),
        "after": codec.shown(article.after),
        "origin": codec.shown(" · ".join((article.source, *_flags(stretch), *article.document_flags))),
        "flags": codec.shown(", ".join(sorted({name for s in stretch.sentences for name in s.flag_names}))),
    }
    ours = codec.named(data, stretch.sentences, batch, schema) | asides(stretch.sentences, predictions)
    return {
        "data": {**ours, PLACES: [[*place] for place in stretch.places]},
        "predictions": [codec.offer_of(predictions, regions(stretch, predictions))],
    }


def regions(stretch: Stretch, predictions: Sequence[Prediction]) -> list[dict[str, Any]]:
    """Say predictions as Label Studio regions: all sentences first, so that entities lie on top of them."""
    marks, spans = list[dict[str, Any]](), list[dict[str, Any]]()
    for sentence, (start, _), prediction in zip(stretch.sentences, stretch.places, predictions, strict=True):
        score = {"score": prediction.label.score} if prediction.label else {}
        label = prediction.label.name if prediction.label else None
        marks += [{**region, **score} for region in sentence_regions(sentence, start, label)]
        for number, entity in enumerate(prediction.entities or ()):
            region = codec.entity_region(_moved(entity.span, start), stretch.text)
            spans.append({**region, "id": f"e{sentence.number}-{number}", "score": entity.score})
    return marks + spans


def result_of(answers: Mapping[str, Answer], stretch: Stretch) -> list[dict[str, Any]]:
    """Say what a person answered to each sentence as Label Studio regions."""
    marks, spans = list[dict[str, Any]](), list[dict[str, Any]]()
    for sentence, (start, _) in zip(stretch.sentences, stretch.places, strict=True):
        answer = answers[sentence.id]
        marks += sentence_regions(sentence, start, answer.label)
        for number, span in enumerate(answer.entities):
            region = codec.entity_region(_moved(span, start), stretch.text)
            spans.append({**region, "id": f"e{sentence.number}-{number}"})
    return marks + spans


def sentence_regions(sentence: Sentence, start: int, label: str | None) -> list[dict[str, Any]]:
    """Say the sentence at `start` as a region, and its label, if any, as the choice made in it."""
    place = {"start": start, "end": start + len(sentence.text), "text": sentence.text}
    about = {"id": f"s{sentence.number}", "to_name": TEXT}
    mark = {**about, "from_name": SENTENCE, "type": "labels", "value": {**place, "labels": [mark_of(label)]}}
    if label is None:
        return [mark]
    return [mark, {**about, "from_name": LABEL, "type": "choices", "value": {**place, "choices": [label]}}]


def is_of_article(result: Sequence[Any]) -> bool:
    """Whether an answer was given on a page with a sentence layer."""
    return any(isinstance(region, Mapping) and region.get("from_name") == SENTENCE for region in result)


def answers_of(result: Sequence[Any], stretch: Stretch) -> Answers:
    """Read what a person answered, sentence by sentence; a comment is no part of it.

    Spans are read as on a page of one sentence: white space at their edges is left out, what a reader sees as one
    character is never cut, equal regions are one.

    Raises:
        Rejected: a region is not one of ours, or does not cover the text it claims; then nothing of it is believed.
    """
    found = _Found(stretch)
    for control, value in codec.regions_of(result, _CONTROLS):
        if control == ENTITY:
            found.add_span(codec.place_of(value, stretch.text), codec.entity_label(value))
        elif control == SENTENCE:
            found.add_mark(codec.place_of(value, stretch.text))
        elif control == LABEL:
            found.add_labels(codec.place_of(value, stretch.text), codec.names_of(value, "choices"))
    return found.answers()


class _Found:
    """What was read so far, per sentence."""

    def __init__(self, stretch: Stretch) -> None:
        self._text = stretch.text
        self._placed = list(zip(stretch.sentences, stretch.places, strict=True))
        self._spans: dict[str, set[Span]] = {sentence.id: set() for sentence in stretch.sentences}
        self._labels: dict[str, set[str]] = {sentence.id: set() for sentence in stretch.sentences}
        self._marked: set[str] = set()
        self._problems: dict[str, Rejected] = {}
        self._adrift: list[str] = []
        self._astray: list[str] = []

    def add_span(self, place: tuple[int, int], label: str) -> None:
        start, end = codec.trimmed(self._text, *place)
        if end <= start:
            adrift = f"{label} {self._quoted(*place)}"
            self._refuse(place, "a span covers nothing but white space", "E_OFFSET", adrift)
            return
        touched = self._touched(start, end)
        for sentence, (first, last) in touched:
            if first <= start and end <= last:
                self._spans[sentence.id].add(Span(*snapped(sentence.text, start - first, end - first), label))
            else:
                self._problem(sentence, f"{_crossing(start, end, first, last)}: {self._quoted(start, end)}", "E_BORDER")
        if not touched:
            self._adrift.append(f"{label} {self._quoted(start, end)}")

    def add_mark(self, place: tuple[int, int]) -> None:
        if sentence := self._at(place):
            self._marked.add(sentence.id)
        else:
            self._astray.append(self._quoted(*place))
            reason = f"the region of a sentence was moved to {self._quoted(*place)}"
            self._refuse(place, reason, "E_BORDER", f"a sentence region at {self._quoted(*place)}")

    def add_labels(self, place: tuple[int, int], labels: Sequence[str]) -> None:
        if sentence := self._at(place):
            self._labels[sentence.id].update(labels)
        else:
            reason = f"a sentence label was given to {self._quoted(*place)}"
            self._refuse(place, reason, "E_BORDER", f"{', '.join(labels)} at {self._quoted(*place)}")

    def answers(self) -> Answers:
        given = {}
        for sentence, _ in self._placed:
            labels = sorted(self._labels[sentence.id])
            if len(labels) != 1:
                self._problem(sentence, self._unlabelled(sentence, labels), "E_LABELS")
            elif sentence.id not in self._problems:
                given[sentence.id] = Answer(tuple(sorted(self._spans[sentence.id])), labels[0])
        return Answers(given, self._problems, tuple(self._adrift))

    def _unlabelled(self, sentence: Sentence, labels: Sequence[str]) -> str:
        if labels:
            return f"several sentence labels: {', '.join(labels)}"
        if sentence.id in self._marked:
            return "no sentence label was chosen"
        if self._astray:
            others = ", ".join(sorted(self._astray))
            return f"no sentence label was chosen: its region was moved or deleted; of no sentence: {others}"
        return "no sentence label was chosen: its region was deleted"

    def _refuse(self, place: tuple[int, int], reason: str, code: str, adrift: str) -> None:
        """Refuse the sentences that a region touches; one that touches none is told as `adrift`."""
        touched = self._touched(*place)
        for sentence, _ in touched:
            self._problem(sentence, reason, code)
        if not touched:
            self._adrift.append(adrift)

    def _problem(self, sentence: Sentence, reason: str, code: str) -> None:
        """Note the first thing that is wrong with a sentence."""
        self._problems.setdefault(sentence.id, Rejected(reason, code))

    def _at(self, place: tuple[int, int]) -> Sentence | None:
        return next((sentence for sentence, own in self._placed if own == place), None)

    def _touched(self, start: int, end: int) -> list[tuple[Sentence, tuple[int, int]]]:
        return [(sentence, (a, b)) for sentence, (a, b) in self._placed if a < end and start < b]

    def _quoted(self, start: int, end: int) -> str:
        text = self._text[start:end]
        return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"


def _crossing(start: int, end: int, first: int, last: int) -> str:
    """Say how a span crosses the borders of the sentence at [first, last)."""
    if first <= start:
        return "a span crosses from this sentence into the next"
    if end <= last:
        return "a span crosses into this sentence from the one before"
    return "a span crosses this whole sentence"


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.label)


def _flags(stretch: Stretch) -> Iterator[str]:
    """Say which sentences these are, and what is flagged in which of them."""
    first, last = stretch.sentences[0].number + 1, stretch.sentences[-1].number + 1
    yield f"{first}–{last}" if first < last else str(first)
    for sentence in stretch.sentences:
        if sentence.flags:
            yield f"{sentence.kind} {sentence.number + 1}: {' '.join(codec.flags_of(sentence))}"
