"""Approved sentences enter with their documents; where each stands leaves, and what must be left out for that.

A document stands with its group: those that repeat it, directly or through others, now or when they were released
before, and its own earlier readings. Where the ledger has any of them, the new ones go there. The others are placed by
`stratification`. Nothing that stands is ever moved; a group that grew together out of several splits is kept in the one
that needs protection most, the last configured one, and so is a sentence text. What is left out elsewhere is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from builder.errors import UsageError
from builder.splitting import LeftOut, Placed
from builder.store import ledger
from builder.store.db import Store
from builder.store.ledger import Trace
from builder.stratification import allot
from builder.text.forest import Forest


class Approved(NamedTuple):
    """An approved sentence: where it stands, what it says (a digest), and its labels."""

    document: str
    number: int
    sentence: str
    text: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Division:
    """Where documents stand: those of the ledger, those that are new to it, and how they hang together now."""

    known: Sequence[Placed]
    new: Sequence[Placed]
    groups: Mapping[str, str]
    clusters: Mapping[str, str]

    @property
    def split_of(self) -> dict[str, str]:
        """Say in which split each document stands."""
        return {one.document: one.split for one in (*self.known, *self.new)}


def divide(store: Store, approved: Sequence[Approved], shares: Mapping[str, float], version: str) -> Division:
    """Find where the documents of these sentences stand, and places for those that are new.

    Raises:
        UsageError: documents stand in a split that is not configured any more.
    """
    known = ledger.placed(store)
    _check_configured(known, shares)
    new = {one.document for one in approved} - {one.document for one in known}
    return divided(approved, known, ledger.traces(store, sorted(new)), ledger.clusters(store), shares, version)


def divided(
    approved: Iterable[Approved],
    known: Sequence[Placed],
    traces: Mapping[str, Trace],
    clusters: Mapping[str, str],
    shares: Mapping[str, float],
    version: str,
) -> Division:
    """Do so for what is known of documents, and the traces of those that are new. Pure; no order changes anything."""
    names = {one.document: [("group", one.group)] for one in known} | {document: [] for document in traces}
    for document in names.keys() & clusters.keys():
        names[document].append(("cluster", clusters[document]))
    counts, groups = _counts(approved), connected(names)
    groups |= _read_before(known, traces, groups, counts.keys(), _ranks(shares))
    places = _places(known, groups, counts, shares)
    new = [Placed(document, *places[document], version, *traces[document]) for document in sorted(traces)]
    here = {document: clusters[document] for document in counts if document in clusters}
    return Division(known, new, {document: groups[document] for document in counts}, here)


def connected(names: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, str]:
    """Group documents that share a name (kind, value), directly or through others; the least id names the group."""
    documents = sorted(names)
    forest, first = Forest(len(documents)), dict[Hashable, int]()
    for number, document in enumerate(documents):
        for name in names[document]:
            forest.join(number, first.setdefault(name, number))
    return {document: documents[forest.root(number)] for number, document in enumerate(documents)}


def protected(
    approved: Iterable[Approved], division: Division, shares: Mapping[str, float]
) -> tuple[list[tuple[str, Approved]], list[LeftOut]]:
    """Put every sentence into its split, but leave out what another split holds that needs more protection."""
    standing, rank = division.split_of, _ranks(shares)
    whole = [(standing[one.document], one) for one in approved]
    left: list[LeftOut] = []
    for reason, same in (("group", lambda one: division.groups[one.document]), ("text", lambda one: one.text)):
        kept_in: dict[str, str] = {}
        for split, one in whole:
            name = same(one)
            kept_in[name] = max(split, kept_in.get(name, split), key=rank.__getitem__)
        for split, one in whole:
            if split != (kept := kept_in[same(one)]):
                left.append(LeftOut(one.sentence, one.document, split, kept, reason))
        whole = [(split, one) for split, one in whole if split == kept_in[same(one)]]
    return whole, left


def _check_configured(known: Sequence[Placed], shares: Mapping[str, float]) -> None:
    standing = Counter(one.split for one in known)
    if gone := sorted(standing.keys() - shares.keys()):
        told = " and ".join(f"{split!r} ({standing[split]} released documents)" for split in gone)
        raise UsageError(
            f"`[release] splits` has no {told} any more, and a document never moves to another split: "
            f"put it back, as with `{gone[0]} = 0.001`, if hardly anything new shall go there"
        )


def _counts(approved: Iterable[Approved]) -> dict[str, Counter[Hashable]]:
    """Count the rows and labels of each document."""
    counts: dict[str, Counter[Hashable]] = defaultdict(Counter)
    for one in approved:
        counts[one.document].update(("rows", *one.labels))
    return dict(counts)


def _read_before(
    known: Iterable[Placed],
    traces: Mapping[str, Trace],
    groups: Mapping[str, str],
    here: Set[str],
    rank: Mapping[str, int],
) -> dict[str, str]:
    """Give documents without a group that stands the group of an earlier reading: of what says the same, or was there.

    A place tells something only where what was read there is neither here any more nor anywhere else by now.
    """
    known = sorted(known, key=lambda one: (rank[one.split], one.group, one.document))
    order = {one.document: place for place, one in enumerate(known)}
    texts, standing = {trace.text for trace in traces.values()}, {groups[one.document] for one in known}
    by_text = {one.text: one.document for one in known}
    by_place = {one.place: one.document for one in known if one.document not in here and one.text not in texts}
    joined: dict[str, str] = {}
    readings: tuple[Callable[[Trace], str | None], ...] = (
        lambda trace: by_text.get(trace.text),
        lambda trace: by_place.get(trace.place) if trace.place else None,
    )
    for read in readings:
        found: dict[str, str] = {}
        for document, trace in traces.items():
            group = groups[document]
            if group not in standing and group not in joined and (earlier := read(trace)):
                found[group] = max(earlier, found.get(group, earlier), key=order.__getitem__)
        joined |= {group: groups[earlier] for group, earlier in found.items()}
    return {document: joined[groups[document]] for document in traces if groups[document] in joined}


def _places(
    known: Iterable[Placed],
    groups: Mapping[str, str],
    counts: Mapping[str, Counter[Hashable]],
    shares: Mapping[str, float],
) -> dict[str, tuple[str, str]]:
    """Say in which group and split each document of this release stands."""
    rank = _ranks(shares)
    places, homes = dict[str, tuple[str, str]](), dict[str, tuple[str, str]]()
    for one in known:
        places[one.document] = mine = (one.group, one.split)
        theirs = homes.get(groups[one.document], mine)
        homes[groups[one.document]] = min(mine, theirs, key=lambda place: (-rank[place[1]], place[0]))
    places |= {document: homes[groups[document]] for document in counts.keys() - places if groups[document] in homes}
    fresh: dict[str, Counter[Hashable]] = defaultdict(Counter)
    for document in counts.keys() - places:
        fresh[groups[document]].update(counts[document])
    chosen = allot(fresh, shares, _standing(places, groups, counts, rank))
    return places | {document: (groups[document], chosen[groups[document]]) for document in counts.keys() - places}


def _standing(
    places: Mapping[str, tuple[str, str]],
    groups: Mapping[str, str],
    counts: Mapping[str, Counter[Hashable]],
    rank: Mapping[str, int],
) -> dict[str, Counter[Hashable]]:
    """Count what this release holds of the documents that have a place; a group counts where it is kept."""
    here = {document: places[document][1] for document in counts.keys() & places}
    kept_in: dict[str, str] = {}
    for document, split in here.items():
        kept_in[groups[document]] = max(split, kept_in.get(groups[document], split), key=rank.__getitem__)
    standing: dict[str, Counter[Hashable]] = defaultdict(Counter)
    for document, split in here.items():
        if split == kept_in[groups[document]]:
            standing[split].update(counts[document])
    return standing


def _ranks(shares: Mapping[str, float]) -> dict[str, int]:
    """Say how much each split needs protection: the last configured one most."""
    return {split: place for place, split in enumerate(shares)}
