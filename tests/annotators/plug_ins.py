"""Annotators as strangers write them, sound and broken in every way; at module level, so that they travel."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from builder.model import Entity, Label, Prediction, Sentence, Span

POISON = "poison"
BY = "stranger@1"


def sound(sentence: Sentence) -> Prediction:
    """Propose the first character, as a PERSON."""
    return Prediction(sentence.id, BY, (Entity(Span(0, 1, "PERSON"), 0.5, (BY,)),), Label("event", 0.5, (BY,)))


class Stranger:
    """Answers soundly, but for sentences that hold the word `poison`, of which it makes what it was given to make."""

    name = "stranger"
    fingerprint = "1"

    def __init__(self, fault: Callable[[Sentence], list[object]], poison: str = POISON) -> None:
        self.fault, self.poison = fault, poison
        self.asked: list[int] = []

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        self.asked.append(len(sentences))
        made: list = []
        for sentence in sentences:
            made += self.fault(sentence) if self.poison in sentence.text else [sound(sentence)]
        return made


def raises(sentence):
    raise ValueError("bad\nword \ud800")


def raises_unreadably(sentence):
    class Unreadable(Exception):
        def __str__(self):
            raise RuntimeError

    raise Unreadable


def hangs(sentence):
    time.sleep(600)


def dies(sentence):
    os._exit(7)


def leaves(sentence):
    raise SystemExit(3)


def prints(sentence):
    os.write(1, b"noise on standard output\n")
    return [sound(sentence)]


def is_silent(sentence):
    return []


def speaks_twice(sentence):
    return [sound(sentence)] * 2


def means_another(sentence):
    return [Prediction("another", BY)]


def signs_wrongly(sentence):
    return [Prediction(sentence.id, "jieba@1")]


def is_no_prediction(sentence):
    return [{"sentence": sentence.id}]


def leaves_the_text(sentence):
    end = len(sentence.text) + 1
    return [Prediction(sentence.id, BY, (Entity(Span(0, end, "PERSON"), 0.5, (BY,)),))]


def forged(cls, **fields):
    """Make one of our nouns without its checks, as unpickling does."""
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def goes_backward(sentence):
    return [Prediction(sentence.id, BY, (Entity(forged(Span, start=3, end=1, label="PERSON"), 0.5, (BY,)),))]


def knows_a_strange_label(sentence):
    return [Prediction(sentence.id, BY, (Entity(Span(0, 1, "Gene"), 0.5, (BY,)),))]


def knows_a_strange_function(sentence):
    return [Prediction(sentence.id, BY, (), Label("verse", 0.5, (BY,)))]


def is_too_sure(sentence):
    return [Prediction(sentence.id, BY, (forged(Entity, span=Span(0, 1, "PERSON"), score=1.5, by=(BY,)),))]


def is_not_a_number(sentence):
    return [Prediction(sentence.id, BY, (), forged(Label, name="event", score=float("nan"), by=(BY,)))]


def repeats_itself(sentence):
    return [Prediction(sentence.id, BY, (Entity(Span(0, 1, "PERSON"), 0.5, (BY,)),) * 2)]


def until(sentence):
    """Raise as long as a file stands at the place that the sentence names."""
    if Path(sentence.text.split()[-1]).exists():
        raise OSError("away")
    return [sound(sentence)]


FAULTS = {
    raises: "E_RAISED",
    raises_unreadably: "E_RAISED",
    is_silent: "E_COUNT",
    speaks_twice: "E_COUNT",
    means_another: "E_SENTENCE",
    signs_wrongly: "E_AUTHOR",
    is_no_prediction: "E_ANSWER",
    leaves_the_text: "E_SPAN",
    goes_backward: "E_SPAN",
    knows_a_strange_label: "E_LABEL",
    knows_a_strange_function: "E_LABEL",
    is_too_sure: "E_SCORE",
    is_not_a_number: "E_SCORE",
    repeats_itself: "E_TWICE",
}
"""What a sentence can suffer, and the code under which it is refused."""
FATAL = {hangs: "E_TIMEOUT", dies: "E_DIED", leaves: "E_DIED"}
"""What only a process of its own survives."""
