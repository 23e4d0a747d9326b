"""Tasks of a Label Studio server enter, as its ML backends get them; one result per task leaves, in its own words.

Pure but for whoever proposes. A task that is damaged gets an empty result and a reason, and the others are answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.errors import Rejected, Unavailable
from builder.model import Entity, Prediction, Sentence, Span, stable_id
from builder.reading import Kind
from builder.reviewing import Answer
from builder.schema import LabelSchema
from builder.studio import article_layout, asides
from builder.studio.article_layout import PLACES, Stretch
from builder.studio.asides import is_open
from builder.studio.codec import TEXT, check_sendable, check_text, regions, score_of, sentences_of
from builder.studio.controls import Page, page_of
from builder.text.language import language_of
from builder.text.sentences import split

Propose = Callable[[Sequence[Sentence]], list[Prediction]]
"""Makes one prediction per sentence, in order."""

LONGEST = 1_000_000
"""Characters of a task's text."""

_BATCH = 200
_LINE = re.compile("[^\n\r\v\f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Suggester:
    """Answers for tasks, by whoever proposes; `version` signs every result."""

    schema: LabelSchema
    version: str
    propose: Propose

    def page(self, label_config: object) -> Page:
        """Read a labeling configuration; none at all means ours.

        Raises:
            Rejected: nothing of it is ours.
        """
        if label_config in (None, ""):
            return Page(TEXT, frozenset(self.schema.entity_names), frozenset(self.schema.sentence_names))
        if not isinstance(label_config, str):
            raise Rejected("the labeling configuration is not text", "E_CONFIG")
        return page_of(label_config, self.schema)

    def results(self, request: object, is_wanted: Callable[[], bool] = lambda: True) -> list[dict[str, Any]]:
        """Answer a request, one result per task, in order.

        Raises:
            Rejected: it is no request, or its labeling configuration is not ours.
            Unavailable: nobody waits for the answer any more.
        """
        tasks = request.get("tasks") if isinstance(request, Mapping) else None
        if not isinstance(request, Mapping) or not isinstance(tasks, list):
            raise Rejected("the request holds no list of tasks", "E_REQUEST")
        page = self.page(request.get("label_config"))
        return list(self._answered(tasks, page, is_wanted))

    def _answered(self, tasks: Sequence[object], page: Page, is_wanted: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(tasks), _BATCH):
            read = [_read(task, page, number) for number, task in enumerate(tasks[start : start + _BATCH])]
            sentences = [one for found in read if isinstance(found, _Read) for one in found.sentences]
            made = iter(self._proposed(sentences, is_wanted))
            for found in read:
                own = [next(made) for _ in found.sentences] if isinstance(found, _Read) else []
                yield self._result(found, own, page)

    def _proposed(self, sentences: Sequence[Sentence], is_wanted: Callable[[], bool]) -> list[Prediction | Rejected]:
        made: list[Prediction | Rejected] = []
        for start in range(0, len(sentences), _BATCH):
            if not is_wanted():
                raise Unavailable("nobody waits for this answer any more")
            made += self._heard(sentences[start : start + _BATCH])
        return made

    def _heard(self, sentences: Sequence[Sentence]) -> list[Prediction | Rejected]:
        """Ask for some sentences; when that fails, for each of them alone."""
        try:
            made = self.propose(sentences)
            if [one.sentence for one in made] != [one.id for one in sentences]:
                raise Rejected("the proposals are not those of the sentences")
            return list(made)
        except Exception as error:  # Of whatever kind: who proposes is not ours to judge, and the others wait.
            if len(sentences) == 1:
                return [Rejected(f"the annotators failed ({type(error).__name__})", "E_ANNOTATOR")]
            return [one for sentence in sentences for one in self._heard([sentence])]

    def _result(self, found: _Read | Rejected, made: Sequence[Prediction | Rejected], page: Page) -> dict[str, Any]:
        try:
            if isinstance(found, Rejected):
                raise found
            predictions = [_offered(one, page) for one in made]
            if found.is_article:
                return self._shown(predictions, self._marked(found, predictions))
            joined = self._joined(found, predictions)
            return self._shown([joined], regions(joined, found.text))
        except Rejected as error:
            return {**self._shown([], []), "reason": f"{error.code}: {error}"}

    def _shown(self, predictions: Sequence[Prediction], result: list[dict[str, Any]]) -> dict[str, Any]:
        return {"result": result, "score": score_of(predictions), "model_version": self.version}

    def _marked(self, found: _Read, predictions: Sequence[Prediction]) -> list[dict[str, Any]]:
        """Say the predictions on the page of an article, where each sentence is a region of its own.

        Raises:
            Rejected: one of them does not fit.
        """
        for sentence, prediction in zip(found.sentences, predictions, strict=True):
            check_sendable(sentence, prediction, self.schema)
        if not found.sentences:
            return []
        return article_layout.regions(Stretch(found.sentences, found.text, found.sentences[0].start), predictions)

    def _joined(self, found: _Read, predictions: Sequence[Prediction]) -> Prediction:
        """Make one prediction of those for the sentences of a text; only a text of one sentence has a label.

        Raises:
            Rejected: it does not fit.
        """
        placed = zip(found.sentences, predictions, strict=True)
        entities = [_moved(entity, sentence.start) for sentence, one in placed for entity in one.entities or ()]
        label = predictions[0].label if len(predictions) == 1 else None
        answer = Answer(tuple(entity.span for entity in entities), label.name if label else None)
        if problem := self.schema.problem(answer, found.text):
            raise Rejected(f"the prediction does not fit: {problem}", "E_PREDICTION")
        return Prediction("", self.version, tuple(entities), label)


@dataclass(frozen=True, slots=True)
class _Read:
    """A task's text, its sentences, which lie in it where they say, and whether they are regions on its page."""

    text: str
    sentences: tuple[Sentence, ...]
    is_article: bool


def _read(task: object, page: Page, number: int) -> _Read | Rejected:
    """Read a task; one that people are to answer blindly has nothing to propose for."""
    try:
        data = _data_of(task)
        text, ids = _text_of(data, page.field), sentences_of(data)
        is_article = PLACES in data if page.is_article is None else page.is_article
        if not is_open(data, ids):
            return _Read(text, (), is_article)
        places = data.get(PLACES, [[0, len(text)]])
        found = asides.sentences_of(data, ids, places, text) if ids else _split(text, number)
        return _Read(text, tuple(found), is_article)
    except Rejected as error:
        return error


def _data_of(task: object) -> Mapping[str, Any]:
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping):
        raise Rejected("the task has no data", "E_TASK")
    return data


def _text_of(data: Mapping[str, Any], field: str) -> str:
    text = data.get(field)
    if not isinstance(text, str):
        raise Rejected(f"the task has no text in its field {field!r}", "E_TASK")
    if LONGEST < len(text):
        raise Rejected(f"the text has {len(text)} characters, more than {LONGEST}", "E_LONG")
    check_text(text)
    return text


def _split(text: str, task: int) -> Iterator[Sentence]:
    """Find the sentences of a text that somebody else sent, line by line."""
    places = ((line.start() + at, line.start() + end) for line in _LINE.finditer(text) for at, end in split(line[0]))
    language = language_of(text)
    for number, (start, end) in enumerate(places):
        id, own = stable_id("task", task, start, text[start:end]), language_of(text[start:end])
        spoken = language if own == "und" else own
        yield Sentence(id, "", number, start, end, Kind.BODY, spoken, text[start:end])


def _offered(made: Prediction | Rejected, page: Page) -> Prediction:
    """Leave out the labels that a page does not offer.

    Raises:
        Rejected: there is no prediction.
    """
    if isinstance(made, Rejected):
        raise made
    entities = tuple(entity for entity in made.entities or () if entity.span.label in page.entities)
    label = made.label if made.label and made.label.name in page.labels else None
    return replace(made, entities=entities, label=label)


def _moved(entity: Entity, by: int) -> Entity:
    span = entity.span
    return replace(entity, span=Span(span.start + by, span.end + by, span.label)) if by else entity
