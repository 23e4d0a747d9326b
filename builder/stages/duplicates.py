"""Live documents become clusters of those that repeat one another. Recomputed whole when a document came or went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from builder.model import stable_id
from builder.store import queries
from builder.store.db import Store
from builder.text.duplicates import VERSION, clusters
from builder.text.shingles import algorithm


class LiveTexts(Mapping[str, str]):
    """The texts of these documents, fetched one at a time."""

    def __init__(self, store: Store, documents: Sequence[str]) -> None:
        self._store, self._documents = store, documents

    def __getitem__(self, document: str) -> str:
        return queries.document_text(self._store, document)

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def find_duplicates(store: Store) -> None:
    """Cluster the live documents anew, unless they are the ones of the last time.

    A document that people saw is never stood for by another, so it keeps its place when a longer one comes.
    """
    documents = queries.live_documents(store)
    basis = stable_id(VERSION, algorithm(), documents)
    if basis != queries.cluster_basis(store):
        store.replace_clusters(basis, clusters(LiveTexts(store, documents), queries.documents_before_people(store)))
