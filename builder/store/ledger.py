"""What the store can be asked about splits: where documents stand, and by what one is known again. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from builder.model import stable_id
from builder.splitting import Placed
from builder.store.db import Store
from builder.text.shingles import folded, folded_digest

_PAGE = 500


class Trace(NamedTuple):
    """By what a document is known again when its file has changed; no place where records may shift."""

    text: str
    place: str


def placed(store: Store) -> list[Placed]:
    """Say where every document stands that was ever released, oldest first."""
    sql = 'SELECT document, "group", split, version, text, place FROM ledger ORDER BY number, document'
    return [Placed(*row) for row in store.db.execute(sql)]


def clusters(store: Store) -> dict[str, str]:
    """Name the cluster of every document that repeats, or is repeated by, another."""
    return dict(store.db.execute("SELECT document, cluster FROM cluster").fetchall())


def traces(store: Store, documents: Iterable[str]) -> dict[str, Trace]:
    """Give the traces of documents."""
    waiting, found = iter(documents), {}
    while page := list(islice(waiting, _PAGE)):
        sql = f"""SELECT d.id, d.text, s.path, d.key, d.article, d.record FROM document d
                  JOIN source s ON s.sha256 = d.source WHERE d.id IN ({", ".join("?" * len(page))})"""
        for id, text, path, key, article, record in store.db.execute(sql, page):
            place = stable_id(path, key, article) if key or not record else ""
            found[id] = Trace(folded_digest(folded(text)).hex(), place)
    return found
