"""An answer given back to a restored project leads to the answer that a person gave before the loss. Reads only.

The server writes times of its own, drops what marked an import or an edited task, and may name another author. What
was true of an answer when it was given stays true while nobody touches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from builder.reviewing import Annotation, did, is_changed_by_another
from builder.store import pulled, queries
from builder.store.db import Store


class Origins:
    """Finds what stands again as it was first given."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _given_back(self) -> Mapping[str, Annotation]:
        return pulled.given_back(self._store)

    def first(self, annotation: Annotation) -> Annotation:
        """Give what was answered in a project that was lost, if this is it given back and nobody touched it since."""
        while (lost := self._given_back.get(annotation.key)) and did(annotation.body) == did(lost.body):
            annotation = lost
        return annotation

    def own(self, annotation: Annotation) -> Annotation:
        """Give what its author saved last, where another account saved it since and changed nothing."""
        annotation = self.first(annotation)
        if not is_changed_by_another(annotation.body):
            return annotation
        before = queries.versions_of(self._store, annotation.key)
        alike = (one for one in before if did(one.body) == did(annotation.body))
        return next((one for one in alike if not is_changed_by_another(one.body)), annotation)
