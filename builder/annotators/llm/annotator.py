"""The annotator: what is kept is not asked again, what is asked is asked a few at a time, what fits is proposed.

A sentence's prediction depends on its own text and reply only. Where a reply cannot be used it abstains and tells why;
where the server is gone or the budget spent the run stops, and running it again goes on from there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from builder.annotators.llm import asking, grounding
from builder.annotators.llm.endpoint import Endpoint
from builder.annotators.llm.kept import Budget, Kept
from builder.annotators.proposal import Found, check_options, prediction
from builder.errors import Rejected, UsageError
from builder.model import Label, Prediction, Reject, Sentence, stable_id, text_digest
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
OPTIONS = (
    "url", "model", "key_variable", "cache", "timeout", "concurrency",
    "max_requests", "max_tokens", "max_cost", "price_in", "price_out",
)  # fmt: skip
_Number = TypeVar("_Number", int, float)


class Llm:
    """Proposes what a language model says and the sentence bears out."""

    name = "llm"

    def __init__(
        self, endpoint: Endpoint, model: str, kept: Kept, budget: Budget, schema: LabelSchema, *, concurrency: int = 4
    ) -> None:
        self.endpoint, self.model, self.kept, self.budget, self.schema = endpoint, model, kept, budget, schema
        self.concurrency = concurrency
        asked = (VERSION, asking.VERSION, endpoint.url, model, asking.rules(schema))
        self._asked = stable_id(*asked)
        self.fingerprint = stable_id(self._asked, schema.digest)[:8]
        self._rejects: list[Reject] = []
        self._under_way = 0
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot travel."""
        return {**self.__dict__, "_lock": None, "_rejects": [], "_under_way": 0}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Come back with a lock."""
        self.__dict__.update(state, _lock=threading.Lock())

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose for every sentence; what does not fit waits for `take_rejects`.

        Raises:
            Unavailable: the server does not answer, or the budget is spent; what was answered is kept.
            UsageError: the server refuses the key or the model.
        """
        texts = list(dict.fromkeys(sentence.text for sentence in sentences))
        replies = dict(zip(texts, self._replies(texts), strict=True))
        return [self._predict(sentence, replies[sentence.text]) for sentence in sentences]

    def take_rejects(self) -> list[Reject]:
        """Give what did not fit since this was asked last; a whole reply under `SENTENCE#llm`."""
        taken, self._rejects = self._rejects, []
        return taken

    def _replies(self, texts: Sequence[str]) -> list[str | Rejected]:
        """Ask about texts, a few at a time; the first failure that is not one text's own ends it."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            waiting = [pool.submit(self._reply, text) for text in texts]
            try:
                return [one.result() for one in waiting]
            except BaseException:
                for one in waiting:
                    one.cancel()
                raise

    def _reply(self, text: str) -> str | Rejected:
        key = stable_id(self._asked, text_digest(text))
        if (known := self.kept.find(key)) is not None:
            return known
        body = {
            "model": self.model, "temperature": 0, "seed": 0,
            "messages": asking.messages(self.schema, text), "response_format": asking.reply_schema(self.schema),
        }  # fmt: skip
        self._begin()
        usage: Mapping[str, int] = {}
        try:
            words, usage = self.endpoint.ask(body)
        except Rejected as error:
            return error
        finally:
            self._end(usage)
        self.kept.add(key, words)
        return words

    def _begin(self) -> None:
        with self._lock:
            self.kept.check(self.budget, self._under_way)
            self._under_way += 1

    def _end(self, usage: Mapping[str, int]) -> None:
        with self._lock:
            self._under_way -= 1
            self.kept.pay(usage)

    def _predict(self, sentence: Sentence, reply: str | Rejected) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        try:
            if isinstance(reply, Rejected):
                raise reply
            said = grounding.parsed(reply)
        except Rejected as error:
            self._reject(f"{sentence.id}#{self.name}", error)
            return Prediction(sentence.id, by)
        entities = prediction(sentence, by, self._found(sentence, said), self.schema).entities
        return Prediction(sentence.id, by, entities, self._label(sentence, said, by))

    def _found(self, sentence: Sentence, said: Mapping[str, Any]) -> list[Found]:
        found = list(grounding.grounded(said, sentence.text, self.schema))
        for one in found:
            if isinstance(one, Rejected):
                self._reject(sentence.id, one)
        return [one for one in found if isinstance(one, Found)]

    def _label(self, sentence: Sentence, said: Mapping[str, Any], by: str) -> Label | None:
        try:
            return Label(*grounding.label_of(said, self.schema), (by,))
        except Rejected as error:
            self._reject(sentence.id, error)
            return None

    def _reject(self, subject: str, error: Rejected) -> None:
        self._rejects.append(Reject("annotate", subject, error.code, str(error), f"{self.name}@{self.fingerprint}"))


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it needs `url`, `model` and `cache`, a folder for replies.

    Raises:
        UsageError: an option is missing or not sound.
    """
    check_options("llm", options, OPTIONS)
    if missing := [name for name in ("url", "model", "cache") if not options.get(name)]:
        raise UsageError(f"annotator 'llm' needs the option {missing[0]}")
    budget = Budget(
        _number(options, "max_requests", int), _number(options, "max_tokens", int),
        _number(options, "max_cost", float), _number(options, "price_in", float), _number(options, "price_out", float),
    )  # fmt: skip
    if budget.cost and not (budget.price_in or budget.price_out):
        raise UsageError("annotator 'llm': max_cost needs price_in and price_out, per million tokens")
    variable = options.get("key_variable", "BUILDER_LLM_KEY")
    endpoint = Endpoint(options["url"], variable, _number(options, "timeout", float) or 60.0)
    threads = min(_number(options, "concurrency", int) or 4, 16)
    return Llm(endpoint, options["model"], Kept(Path(options["cache"])), budget, schema, concurrency=threads)


def _number(options: Mapping[str, str], name: str, kind: Callable[[str], _Number]) -> _Number:
    try:
        number = kind(options.get(name) or "0")
    except ValueError:
        number = kind("-1")
    if not 0 <= number < 1e15:
        raise UsageError(f"annotator 'llm': {name} = {options[name]!r:.40} is no number of 0 or more")
    return number
