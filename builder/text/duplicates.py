"""Texts enter by id; clusters of those that repeat one another leave. Pure; the order of the texts changes nothing.

Two texts are linked when they are the same but for white space and width, when the Jaccard index of their shingles
reaches `NEAR`, or when one lies within the other (`CONTAINED`: a caption or a brief in an article). Every link is
verified on the texts themselves. Clusters follow all links, containment too: a caption in `test` whose article is in
`train` would leak. But a text is only ever stood for by one that it was compared with itself, never by a chain of
links, so a cluster may have more than one representative: two articles that share nothing but a brief are both read.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from heapq import nsmallest
from itertools import groupby
from operator import eq

from builder.text.forest import Forest
from builder.text.shingles import PERMUTATIONS, folded, folded_digest, hashes, signature

# The threshold at which rensa and datasketch were compared on 5,600 documents (recall .956 and .929 of exact Jaccard).
NEAR = 0.7
# A caption lies in its body with 1.00 where measured (its Jaccard index there is .58); a misread character costs five
# shingles, so .9 forgives one in fifty.
CONTAINED = 0.9
SHORTEST, FEWEST = 20, 8
"""Folded characters, and shingles, below which a text is compared whole only: "More news to follow" is in many."""
MOST_HOSTS = 20
"""A text within more clusters than this is a standing passage (a disclaimer): it goes with its longest host only."""

# With 32 bands of 5, a pair at .7 is a candidate with p = .997, at .3 with .08. A pair is not looked at when the
# signatures put it under .55: four standard errors below .7.
_ROWS = 5
_UNLIKELY = 0.55 * PERMUTATIONS
# Of a text's smallest hashes, this many that few texts share are looked for in all other texts; half must be found.
_SMALLEST, _PROBES, _CROWD = 16, 8, 1000
_CACHED = 256

VERSION = f"1/{NEAR}/{CONTAINED}/{SHORTEST}/{FEWEST}/{MOST_HOSTS}/{_ROWS}/{_SMALLEST}/{_PROBES}/{_CROWD}"


class Relation(StrEnum):
    """How a text repeats the one that stands for it."""

    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"


@dataclass(frozen=True, slots=True)
class Member:
    """A text of a cluster. A representative stands for itself (exact, 1.0).

    `score` is the Jaccard index with the text that stands for it, or the share of it that lies therein.
    """

    document: str
    is_representative: bool
    relation: Relation
    score: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts that repeat one another, the first representative first; the cluster is named after it."""

    members: tuple[Member, ...]

    @property
    def name(self) -> str:
        """Name the cluster: its first representative's id."""
        return self.members[0].document


@dataclass(frozen=True, slots=True)
class _Sketch:
    """One text, whoever has it, in about three kilobytes. `size` counts shingles; 0: compared whole only."""

    documents: tuple[str, ...]
    length: int
    size: int
    signature: array[int]
    smallest: tuple[int, ...]


def clusters(texts: Mapping[str, str], preferred: Collection[str] = ()) -> list[Cluster]:
    """Cluster texts by id, in the order of their names; a text without a duplicate is in none.

    A text is read more than once, so the mapping may fetch it; a few hundred are held at a time. The longest text
    stands for the others, or the first by id; `preferred` ones come before and are never stood for by another.
    """
    finder = _Finder(texts, _sketches(texts))
    preferred = frozenset(preferred)
    found = [finder.cluster(component, preferred) for component in finder.components()]
    return sorted(found, key=lambda cluster: cluster.name)


def _sketches(texts: Mapping[str, str]) -> list[_Sketch]:
    """Sketch each different text once."""
    shared = defaultdict[bytes, list[str]](list)
    for document in sorted(texts):
        shared[folded_digest(folded(texts[document]))].append(document)
    return [_sketch(tuple(documents), texts[documents[0]]) for documents in shared.values()]


def _sketch(documents: tuple[str, ...], text: str) -> _Sketch:
    length, hashed = len(folded(text)), hashes(text)
    if length < SHORTEST or len(hashed) < FEWEST:
        return _Sketch(documents, length, 0, array("I"), ())
    return _Sketch(documents, length, len(hashed), signature(hashed), tuple(nsmallest(_SMALLEST, hashed)))


class _Finder:
    """Links between sketches, each verified on the texts."""

    def __init__(self, texts: Mapping[str, str], sketches: Sequence[_Sketch]) -> None:
        self._sketches = sketches
        self._compared = [number for number, sketch in enumerate(sketches) if sketch.size]
        self._hashes = lru_cache(_CACHED)(lambda number: hashes(texts[sketches[number].documents[0]]))
        self._apart: set[tuple[int, int]] = set()

    def components(self) -> Iterator[list[int]]:
        """Connect the sketches, and give the groups with more than one document."""
        forest = Forest(len(self._sketches))
        self._join_near(forest)
        for one, other in self._kept_containments(forest):
            forest.join(one, other)
        numbers = sorted(range(len(self._sketches)), key=forest.root)
        for _, group in groupby(numbers, forest.root):
            component = list(group)
            if 1 < sum(len(self._sketches[number].documents) for number in component):
                yield component

    def cluster(self, component: Iterable[int], preferred: frozenset[str]) -> Cluster:
        """Choose who stands for whom."""
        ranked = sorted(
            (document not in preferred, -self._sketches[number].length, document, number)
            for number in component
            for document in self._sketches[number].documents
        )
        standing: list[int] = []
        members = []
        for is_free, _, document, number in ranked:
            relation = self._stood_for(number, standing) if is_free else None
            if relation is None:
                standing.append(number)
            members.append(Member(document, relation is None, *(relation or (Relation.EXACT, 1.0))))
        return Cluster(tuple(members))

    def _stood_for(self, number: int, standing: Sequence[int]) -> tuple[Relation, float] | None:
        """Find how a text repeats the first of these that it repeats."""
        return next(filter(None, (self._relation(number, other) for other in standing)), None)

    def _relation(self, number: int, other: int) -> tuple[Relation, float] | None:
        if number == other:
            return Relation.EXACT, 1.0
        if not self._sketches[number].size or not self._sketches[other].size:
            return None
        mine, theirs = self._hashes(number), self._hashes(other)
        if NEAR <= (near := _jaccard(mine, theirs)):
            return Relation.NEAR, near
        if CONTAINED <= (share := _share(mine, theirs)):
            return Relation.CONTAINED, share
        return None

    def _join_near(self, forest: Forest) -> None:
        for start in range(0, PERMUTATIONS, _ROWS):
            buckets = defaultdict[bytes, list[int]](list)
            for number in self._compared:
                buckets[self._sketches[number].signature[start : start + _ROWS].tobytes()].append(number)
            for bucket in buckets.values():
                self._join_bucket(bucket, forest)

    def _join_bucket(self, bucket: Sequence[int], forest: Forest) -> None:
        """Compare across what is not connected yet."""
        parts: list[list[int]] = []
        for one in bucket:
            mine, others = [one], []
            for part in parts:
                if forest.root(one) == forest.root(part[0]) or any(self._is_near(other, one) for other in part):
                    forest.join(one, part[0])
                    mine += part
                else:
                    others.append(part)
            parts = [*others, mine]

    def _is_near(self, one: int, other: int) -> bool:
        first, second = self._sketches[one], self._sketches[other]
        if sum(map(eq, first.signature, second.signature)) < _UNLIKELY or (one, other) in self._apart:
            return False
        if NEAR <= _jaccard(self._hashes(one), self._hashes(other)):
            return True
        self._apart.add((one, other))
        return False

    def _kept_containments(self, forest: Forest) -> list[tuple[int, int]]:
        """Pair what is contained with its hosts, but a standing passage with the longest host only."""
        hosts = defaultdict[int, list[int]](list)
        for inner, outer in self._containments(forest):
            hosts[inner].append(outer)
        kept = []
        for inner, outers in hosts.items():
            if MOST_HOSTS < len({forest.root(outer) for outer in outers}):
                outers = [min(outers, key=lambda outer: (-self._sketches[outer].length, outer))]
            kept += [(inner, outer) for outer in outers]
        return kept

    def _containments(self, forest: Forest) -> Iterator[tuple[int, int]]:
        """Look for each text's probes in every longer text that it is not near to."""
        probes, needed = self._probes()
        for outer in self._compared:
            whole = self._hashes(outer)
            hits = Counter(inner for probe in whole & probes.keys() for inner in probes[probe])
            for inner, count in hits.items():
                is_open = self._sketches[inner].size < len(whole) and forest.root(inner) != forest.root(outer)
                if needed[inner] <= count and is_open and _share(self._hashes(inner), whole) >= CONTAINED:
                    yield inner, outer

    def _probes(self) -> tuple[dict[int, list[int]], dict[int, int]]:
        """Index a few hashes of each text, and say how many of them must be found; what a crowd shares tells little."""
        crowds = Counter(hashed for number in self._compared for hashed in self._sketches[number].smallest)
        index, needed = defaultdict[int, list[int]](list), {}
        for number in self._compared:
            chosen = [hashed for hashed in self._sketches[number].smallest if crowds[hashed] <= _CROWD][:_PROBES]
            needed[number] = (len(chosen) + 1) // 2
            for hashed in chosen:
                index[hashed].append(number)
        return dict(index), needed


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _share(inner: frozenset[int], whole: frozenset[int]) -> float:
    return len(inner & whole) / len(inner)
