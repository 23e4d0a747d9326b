"""A project's annotators answer a Label Studio server's questions, as an ML backend.

The store is not opened: the backend runs for hours, and the other verbs work meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from builder import plugins
from builder.annotators.combine import Combiner
from builder.annotators.isolation import Isolated, close, isolated
from builder.config import Project
from builder.model import Prediction, Sentence
from builder.stages.annotate import annotator_id
from builder.stages.train import newest_taught
from builder.studio.backend import PASSWORD_VARIABLE, Address, Backend, Say
from builder.studio.suggestions import Suggester

_WARMING = ("会议昨天在北京开幕。", "Maria Lee opened the forum in Paris on Friday.")
"""Asked once before anyone else asks, since the first question loads dictionaries."""


def address(host: str, port: int, user: str, seconds: float) -> Address:
    """Say where to listen, and who may ask: the password comes from the environment.

    Raises:
        UsageError: others than this machine could ask without a password.
    """
    return Address(host, port, user, os.environ.get(PASSWORD_VARIABLE, ""), seconds)


@contextmanager
def backend(project: Project, where: Address, say: Say) -> Iterator[Backend]:
    """Listen with the project's annotators ready to propose; at the end nothing of them is left running."""
    table = project.config.annotate
    taught = newest_taught(project.hidden, project.schema.digest) if table.learnt else None
    combiner = plugins.combiner(table.annotators, project.annotator_options, project.schema, taught)
    heard = isolated(combiner, min(table.seconds, where.seconds))
    suggester = Suggester(project.schema, annotator_id(combiner), told(heard, say))
    try:
        with Backend(where, suggester, say) as server:
            suggester.results({"tasks": [{"data": {"text": text}} for text in _WARMING]})
            yield server
    finally:
        close(heard)


def told(combiner: Combiner, say: Say) -> Callable[[Sequence[Sentence]], list[Prediction]]:
    """Propose by these annotators, and say of each the first time that it fails."""
    known: set[tuple[str, str]] = set()

    def propose(sentences: Sequence[Sentence]) -> list[Prediction]:
        made = combiner.propose(sentences)
        asked = (annotator for annotator in combiner.annotators if isinstance(annotator, Isolated))
        for reject in (reject for annotator in asked for reject in annotator.take_rejects()):
            if (reject.place, reject.code) not in known:
                known.add((reject.place, reject.code))
                say(f"{reject.place} failed, the others are heard: {reject.code}: {reject.reason}")
        return made

    return propose
