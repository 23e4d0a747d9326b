"""One person's annotation becomes their answer to a sentence, with what had to be mended, or a reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from builder.approval import Given, last_change, seat_of
from builder.errors import Rejected
from builder.model import Reject, Sentence, text_digest
from builder.reviewing import TASK, Annotation, Answer
from builder.stages.carrying import Carrying
from builder.stages.origins import Origins
from builder.stages.units import stretch_of
from builder.store import approvals
from builder.store.db import Store
from builder.studio.article_layout import Answers, is_of_article
from builder.studio.codec import shown_digest
from builder.studio.mending import mended_answer, mended_article

Note = tuple[str, str]
"""A code, and what was mended, left out or noticed."""

ADRIFT = "N_ADRIFT"
"""Code of the note that a span of an article touches no sentence under review."""


@dataclass
class Desk:
    """Where answers are read. One to an article answers many sentences: it is read once, and noted once."""

    store: Store
    notes: list[Reject] = field(default_factory=list)
    """What was mended or noticed in answers to articles."""
    _read: dict[str, Answers | Rejected] = field(default_factory=dict)

    def __post_init__(self) -> None:
        origins = Origins(self.store)
        self.first, self.own = origins.first, origins.own

    @cached_property
    def lost_decisions(self) -> Mapping[str, Sequence[tuple[str, Annotation]]]:
        """Say of each sentence which decisions went with a lost project, and between which answers each was."""
        return approvals.lost_decisions(self.store)

    def read(self, annotation: Annotation, sentence: Sentence) -> tuple[Answer, list[Note]]:
        """Read what was answered to a sentence, in the layout that the answer itself shows.

        Raises:
            Rejected: it does not answer this sentence.
        """
        result = annotation.body.get("result") or []
        if len(annotation.sentences) == 1 and not is_of_article(result):
            notes = _edited(self.first(annotation), sentence.text)
            mended = mended_answer(result, sentence.text)
            return mended.answer, [*notes, *mended.repairs, *_comments(mended.comments)]
        if annotation.key not in self._read:
            self._read[annotation.key] = self._article(annotation)
        found = self._read[annotation.key]
        if isinstance(found, Rejected):
            raise found
        if sentence.id not in found.given:
            raise found.problems[sentence.id]
        return found.given[sentence.id], []

    def _article(self, annotation: Annotation) -> Answers | Rejected:
        try:
            stretch = stretch_of(self.store, annotation.sentences)
            notes = _edited(self.first(annotation), stretch.text)
            mended = mended_article(annotation.body.get("result") or [], stretch)
        except Rejected as error:
            return error
        left_out = [(ADRIFT, f"{span} stands outside the sentences under review") for span in mended.answers.adrift]
        for code, told in (*notes, *mended.repairs, *_comments(mended.comments), *left_out):
            subject = f"{annotation.sentences[0]}#article {len(self.notes)}"
            self.notes.append(Reject("review", subject, code, told))
        return mended.answers


def given_of(desk: Desk, annotation: Annotation, sentence: Sentence, told: list[Note]) -> Given:
    """Read an annotation as it was said, and tell what was mended.

    Raises:
        Rejected: it does not answer this sentence.
    """
    said, notes = desk.read(annotation, sentence)
    told += notes
    return Given(annotation, said, last_change(desk.first(annotation)))


def carried_of(given: Given, sentence: Sentence, carrying: Carrying) -> Given | str:
    """Say an answer in the present labels; a string says that people must look again, since the labels changed.

    Raises:
        Rejected: it does not answer this sentence under the present schema.
    """
    answer = carrying.carry(given.annotation, given.answer)
    if isinstance(answer, str):
        return answer
    if problem := carrying.schema.problem(answer, sentence.text):
        raise Rejected(problem, "E_SCHEMA")
    if answer.label is None:
        raise Rejected("no sentence label was chosen", "E_LABELS")
    return replace(given, answer=answer)


def last_ones(desk: Desk, submitted: Iterable[Annotation]) -> list[Annotation]:
    """Keep the last answer of each person to each task, whether or not it can be read, in the order of time."""
    in_turn = sorted(submitted, key=lambda one: last_change(desk.first(one)))
    last = {seat_of(one): one.key for one in in_turn}
    return [one for one in in_turn if last[seat_of(one)] == one.key]


def begun_again(drafts: Sequence[Annotation], submitted: Sequence[Annotation]) -> list[Note]:
    """Tell who went on with an answer after submitting it; the submission counts."""
    last = {one.author: str(one.body.get("updated_at", "")) for one in submitted}
    newer = [d for d in drafts if d.author in last and last[d.author] < str(d.body.get("updated_at", ""))]
    return [("N_DRAFT", f"{draft.author} went on after submitting, and has not submitted that") for draft in newer]


def _comments(comments: Sequence[str]) -> list[Note]:
    return [("N_COMMENT", comment) for comment in comments]


def _edited(annotation: Annotation, text: str) -> list[Note]:
    """Tell that the task shows something else than was sent; if it is the text, nothing said of it can be used."""
    shown = annotation.body.get(TASK)
    if shown is None:
        return []
    if shown_digest(shown) != text_digest(text):
        raise Rejected("the text of its task was edited on Label Studio, so the answer is to another text", "E_EDITED")
    return [("N_EDITED", "what its task shows beside the text was edited on Label Studio; ours counts")]
