"""Tasks nobody has begun get the newest proposals; what a person saw on opening one is never forgotten.

The new prediction is made and read back before the old one is hidden. Hidden, not deleted: a person who opened the
task before submits an answer that names the old one, and Label Studio refuses it when that is gone (measured on
1.23.2). Killed anywhere, the next run finds what stands at each task and goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from builder.errors import Rejected, Unavailable
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Prediction, stable_id
from builder.ports import Look, Offered, Studio
from builder.reviewing import REVIEW, Answer, Intent, Shown
from builder.schema import LabelSchema
from builder.stages.delivery import PAUSES, Pause, patiently, waiting
from builder.stages.units import offer_of
from builder.store import queries, standing
from builder.store.db import Store
from builder.store.tasks import ARTICLE_BATCH, layout_of


@dataclass(frozen=True, slots=True)
class Outdated:
    """A task that shows the proposals of `batch`, and what it should show."""

    task: int
    sentences: tuple[str, ...]
    batch: str
    prediction: Mapping[str, Any]


class Refresh:
    """Replace the predictions of tasks that show those of other annotators."""

    name = "refresh"
    batch_size = 50

    def __init__(
        self,
        studio: Studio,
        project: int,
        schema: LabelSchema,
        annotator: str,
        role: str = REVIEW,
        pause: Pause = time.sleep,
    ) -> None:
        self._pause = pause
        self._studio, self._project, self._schema = studio, project, schema
        self._annotator, self._role = annotator, role

    def todo(self, store: Store) -> Iterator[Outdated]:
        """List the tasks on which nobody is known to have begun, and whose proposals would look otherwise now."""
        shown, waiting = standing.shown_batches(store, self._project), standing.waiting(store, self._annotator)
        for task, sentences in queries.task_sentences(store, self._project).items():
            if not waiting.issuperset(sentences):
                continue
            batch = shown[task]
            if self._is_outdated(store, sentences, batch) and (new := self._wanted(store, sentences, batch)):
                yield Outdated(task, sentences, batch, new)

    def intend(self, batch: Sequence[Outdated]) -> list[Fact]:
        """Say whose proposals are about to be shown."""
        name, digest = self._batch_name(batch), self._schema.digest
        about = chain.from_iterable(outdated.sentences for outdated in batch)
        return [Intent(sentence, name, self._annotator, digest, self._role) for sentence in about]

    def work(self, batch: Sequence[Outdated]) -> Outcome:
        """Show the new, then hide the old, task by task; leave alone what somebody has begun."""
        looks = self._look([outdated.task for outdated in batch])
        free = [outdated for outdated in batch if outdated.task in looks and not looks[outdated.task].is_begun]
        for outdated in free:
            self._offer(outdated, looks[outdated.task])
        now, name = self._look([outdated.task for outdated in free]), self._batch_name(batch)
        settled = [self._settled(outdated, now[outdated.task], name) for outdated in free if outdated.task in now]
        return Outcome([*chain.from_iterable(settled)], done=sum(shown[-1].batch == name for shown in settled))

    def _settled(self, outdated: Outdated, look: Look, name: str) -> list[Shown]:
        """Leave exactly one prediction of ours in view: the new one, or the old ones should somebody have begun.

        Both were in view for a moment, and a person may have opened either; what stays is said last.
        """
        shown = [offered for offered in look.offered if offered.is_shown]
        new = [offered for offered in shown if _is(outdated, offered)]
        if not new:
            raise Unavailable(f"Label Studio does not show what task {outdated.task} was given; try again")
        is_late = look.is_begun and len(new) < len(shown)
        unwanted = new if is_late else [offered for offered in shown if offered != new[-1]]
        for offered in unwanted:
            patiently(partial(self._studio.retire, offered.id), self._pause)
        made = [(offered, _is(outdated, offered)) for offered in look.offered]
        made.sort(key=lambda pair: (pair[1] != is_late, pair[0].is_shown))
        batches = [(offered.id, name if is_new else outdated.batch) for offered, is_new in made]
        return [Shown(self._project, look.task, prediction, batch) for prediction, batch in batches]

    def _offer(self, outdated: Outdated, look: Look) -> None:
        """Add the new prediction, once as far as that can be known: after a lost answer it is looked for."""
        problem = Unavailable()
        for seconds in PAUSES:
            if any(offered.is_shown and _is(outdated, offered) for offered in look.offered):
                return
            try:
                self._studio.offer(outdated.task, outdated.prediction)
                return
            except Unavailable as error:
                problem = error
                self._pause(waiting(seconds, error))
                look = self._look([outdated.task]).get(outdated.task, look)
        raise problem

    def _look(self, tasks: Sequence[int]) -> dict[int, Look]:
        looks = patiently(partial(self._studio.look_at, self._project, tasks), self._pause) if tasks else []
        return {look.task: look for look in looks}

    def _is_outdated(self, store: Store, sentences: Sequence[str], batch: str) -> bool:
        """Whether the present annotators would show a person anything else."""
        shown = {id: standing.predictor(store, id, batch) for id in sentences}
        others = {id: by for id, by in shown.items() if by and by != self._annotator}
        is_blind = "" in shown.values()
        return not is_blind and any(
            self._says(store, id, by) != self._says(store, id, self._annotator) for id, by in others.items()
        )

    def _says(self, store: Store, sentence: str, annotator: str) -> Answer:
        return _seen(queries.prediction(store, sentence, annotator))

    def _wanted(self, store: Store, sentences: Sequence[str], batch: str) -> Mapping[str, Any] | None:
        """Make the prediction that a task should show; none if it is unfit: what stands there stays."""
        try:
            return offer_of(store, sentences, self._annotator, self._schema, batch)
        except Rejected:
            return None

    def _batch_name(self, batch: Sequence[Outdated]) -> str:
        name = stable_id("refresh", self._annotator, self._project, [outdated.task for outdated in batch])
        return ARTICLE_BATCH + name if layout_of(batch[0].batch) == "article" else name


def _is(outdated: Outdated, offered: Offered) -> bool:
    """Whether this is the prediction that the task should show, regions and scores alike."""
    return list(offered.result) == list(outdated.prediction["result"])


def _seen(prediction: Prediction) -> Answer:
    """Say what a person sees of a prediction: neither scores nor proposers."""
    label = prediction.label.name if prediction.label else None
    return Answer(tuple(sorted(entity.span for entity in prediction.entities or ())), label)
