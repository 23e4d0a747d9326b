"""An annotator enters; one leaves that cannot stop the others: what fails abstains, and is told as a Reject.

A batch that fails is asked again sentence by sentence. After some failed batches on end it is asked no more. Built-in
annotators are asked here, since their time is bounded; all others in a process of their own, which is killed when it
takes too long.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from builder.annotators.answers import checked, reason_of
from builder.annotators.worker import Worker
from builder.errors import Rejected
from builder.model import Prediction, Reject, Sentence
from builder.ports import Annotator
from builder.schema import LabelSchema

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner

STAGE = "annotate"
SECONDS, PATIENCE = 60.0, 3
_SHARE = 4  # A sentence asked alone has this part of a batch's time.
_COSTLY = ("E_TIMEOUT", "E_DIED", "E_START")
_GIVE_UP = 3  # So many sentences on end that hang or kill their process: the rest of the batch is not asked.

Ask = Callable[[Sequence[Sentence], float], object]


class Isolated:
    """Asks an annotator, and abstains for it where it fails."""

    def __init__(
        self,
        annotator: Annotator,
        schema: LabelSchema,
        seconds: float = SECONDS,
        patience: int = PATIENCE,
        apart: bool | None = None,
    ) -> None:
        """Ask it `apart`, in a process of its own, or here; if nothing is said, by whether it is built in."""
        self.name, self.fingerprint = annotator.name, annotator.fingerprint
        self.by = f"{self.name}@{self.fingerprint}"
        self._schema, self._seconds, self._patience = schema, seconds, patience
        is_apart = not _is_built_in(annotator) if apart is None else apart
        self._worker = Worker(annotator, seconds) if is_apart else None
        self._told_itself: Callable[[], list[Reject]] = getattr(annotator, "take_rejects", list)
        self._ask: Ask = self._worker.ask if self._worker else _Here(annotator)
        self._failed_batches = 0
        self._last = ""
        self._rejects: list[Reject] = []

    @property
    def is_off(self) -> bool:
        """Whether it failed so often on end that it is asked no more."""
        return self._patience <= self._failed_batches

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one prediction per sentence, in order; where the annotator fails it abstains."""
        if not sentences:
            return []
        if self.is_off:
            return self._all_refused(sentences, "E_SWITCHED_OFF", f"{self._patience} batches failed: {self._last}")
        before = len(self._rejects)
        made = self._proposed(sentences)
        is_lost = len(self._rejects) - before == len(sentences)
        self._failed_batches = self._failed_batches + 1 if is_lost else 0
        return made

    def take_rejects(self) -> list[Reject]:
        """Give what failed since this was asked last: `SENTENCE#NAME` is refused; what it refused itself comes too."""
        taken, self._rejects = self._rejects, []
        return taken if self._worker else [*taken, *self._told_itself()]

    def close(self) -> None:
        """End its process, if it has one; it is started again when asked."""
        if self._worker:
            self._worker.close()

    def _proposed(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        try:
            return self._asked(sentences, self._seconds)
        except Exception as error:  # Of whatever kind: the plug-in is not ours.
            code, reason = _told(error)
        if code == "E_START" or len(sentences) == 1:
            return self._all_refused(sentences, code, reason)
        return self._one_by_one(sentences)

    def _one_by_one(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        made, costly, reason = list[Prediction](), 0, ""
        for number, sentence in enumerate(sentences):
            if costly == _GIVE_UP:
                rest = sentences[number:]
                return made + self._all_refused(rest, "E_NOT_ASKED", f"{_GIVE_UP} sentences before it: {reason}")
            try:
                made += self._asked([sentence], self._seconds / _SHARE)
                costly = 0
            except Exception as error:
                code, reason = _told(error)
                made.append(self._refused(sentence, code, reason))
                costly = costly + 1 if code in _COSTLY else 0
        return made

    def _asked(self, sentences: Sequence[Sentence], seconds: float) -> list[Prediction]:
        return checked(self._ask(sentences, seconds), sentences, self.by, self._schema)

    def _all_refused(self, sentences: Sequence[Sentence], code: str, reason: str) -> list[Prediction]:
        return [self._refused(sentence, code, reason) for sentence in sentences]

    def _refused(self, sentence: Sentence, code: str, reason: str) -> Prediction:
        if code != "E_SWITCHED_OFF":
            self._last = reason
        self._rejects.append(Reject(STAGE, f"{sentence.id}#{self.name}", code, reason, self.by))
        return Prediction(sentence.id, self.by)


class _Here:
    """Asks an annotator in this process, however long it takes."""

    def __init__(self, annotator: Annotator) -> None:
        self._annotator = annotator

    def __call__(self, sentences: Sequence[Sentence], seconds: float) -> object:
        """Give what it answers."""
        return self._annotator.propose(list(sentences))


def isolated(combiner: Combiner, seconds: float = SECONDS) -> Combiner:
    """Give the same combination, of annotators that cannot stop one another."""
    apart = copy.copy(combiner)
    apart.annotators = tuple(Isolated(annotator, combiner.schema, seconds) for annotator in combiner.annotators)
    return apart


def close(combiner: Combiner) -> None:
    """End the processes of a combination's annotators."""
    for annotator in combiner.annotators:
        if isinstance(annotator, Isolated):
            annotator.close()


def _is_built_in(annotator: Annotator) -> bool:
    return type(annotator).__module__.partition(".")[0] == "builder"


def _told(error: Exception) -> tuple[str, str]:
    """Name what went wrong, and say it."""
    return (error.code if isinstance(error, Rejected) else "E_RAISED"), reason_of(error)
