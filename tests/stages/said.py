"""What people said, decided and took back, written down as it happens: a plain model that knows no code of ours.

What may leave is read from it by the words of the rule, exactly: spans and label.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

Mark = tuple[int, int, str]
Words = tuple[tuple[Mark, ...], str]
"""The spans of a sentence, in order, and its label."""

Step = Mapping[str, str | None]
"""What became of labels when they changed: another name, or nothing that anybody could tell."""


@dataclass(frozen=True)
class Said:
    """One answer as it stands: by whom, where and when, under which labels; a decision is between a `case`.

    `is_own` says that its author saved it last.
    """

    role: str
    task: int
    person: int
    words: Mapping[str, Words]
    labels: int
    at: str
    counts: bool
    content: str
    human: tuple[object, ...]
    case: object = None
    is_own: bool = True

    @property
    def is_decision(self) -> bool:
        return self.role == "adjudication"


@dataclass(frozen=True)
class Terms:
    """A rule: so many people, agreeing so far, or an adjudicator; some labels have their own."""

    people: int
    threshold: float = 1.0
    is_adjudicated: bool = False
    labels: Mapping[str, Terms] = field(default_factory=dict)

    def over(self, every: Iterable[Words]) -> Terms:
        names = {name for spans, label in every for name in (label, *(mark[2] for mark in spans))}
        held = [self.labels.get(name, self) for name in names]
        shares = [one.threshold for one in held if 1 < one.people and not one.is_adjudicated]
        return Terms(max(one.people for one in held), max(shares, default=1.0), any(one.is_adjudicated for one in held))

    def settle(self, told: Sequence[tuple[int, Words]]) -> Words | None:
        """Say on what people are at one; nothing if too few are there, or they are not."""
        every = [words for _, words in told]
        held, people = self.over(every), {person for person, _ in told}
        if held.is_adjudicated or len(people) < held.people or len(people) < len(told):
            return None
        if 1 < len({label for _, label in every}) or _likeness(every) < held.threshold - 1e-9:
            return None
        marked = Counter(mark for spans, _ in every for mark in set(spans))
        return tuple(sorted(mark for mark, count in marked.items() if len(every) < 2 * count)), every[0][1]

    def are_at_odds(self, told: Sequence[tuple[int, Words]]) -> bool:
        """Whether these people contradict each other, however many are asked for."""
        held = self.over([words for _, words in told])
        return Terms(1, held.threshold).settle(told) is None


def _likeness(every: Sequence[Words]) -> float:
    """Give the mean share of common spans over all pairs of people."""
    sets = [set(spans) for spans, _ in every]
    shares = [2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0 for a, b in combinations(sets, 2)]
    return sum(shares) / len(shares) if shares else 1.0


@dataclass
class People:
    """Everything that was said and stands on the server, and what of it was there at the last pull."""

    given: dict[int, Said] = field(default_factory=dict)
    known: dict[int, Said] = field(default_factory=dict)
    cases: dict[int, object] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def pulled(self, roles: Collection[str] | None = None) -> None:
        """Know what stands now, of everything or of some roles."""
        other = {id: one for id, one in self.known.items() if roles is not None and one.role not in roles}
        self.known = other | {id: one for id, one in self.given.items() if roles is None or one.role in roles}

    def forget(self, tasks: Iterable[int]) -> None:
        """Let everything on these tasks be gone."""
        gone = {*tasks}
        self.given = {id: one for id, one in self.given.items() if one.task not in gone}
        self.cases = {task: case for task, case in self.cases.items() if task not in gone}

    def lose(self, role: str | None) -> list[Said]:
        """Lose a role, or everything: what was pulled of it is all that anybody knows, and is to come back."""
        lost = {id: one for id, one in self.known.items() if role in (None, one.role)}
        self.given = {id: one for id, one in self.given.items() if role not in (None, one.role)} | lost
        return [*lost.values()]

    def votes(self, sentence: str, *, pulled: bool = False) -> list[Said]:
        """Give what each person said last in each task, and once what they said alike; now, or at the last pull."""
        given = self.known if pulled else self.given
        return _last(sentence, (one for one in given.values() if not one.is_decision))

    def case(self, sentence: str, *, pulled: bool = False) -> object:
        """Name what an adjudicator decides between: who says what."""
        return frozenset((one.person, one.words[sentence]) for one in self.votes(sentence, pulled=pulled))

    def decided(self, sentence: str) -> list[Said]:
        """Give the decisions between exactly what is said now."""
        case = self.case(sentence)
        return _last(sentence, (one for one in self.given.values() if one.is_decision and case and one.case == case))

    def verdict(self, sentence: str, terms: Terms) -> Words | None:
        """Say what may leave of a sentence; nothing if nothing may, as while somebody else's change stands."""
        if any(not one.is_own for one in self._counted(sentence)):
            return None
        if decisions := self.decided(sentence):
            return self._settled(decisions, sentence, Terms(1))
        return self._settled(self.votes(sentence), sentence, terms)

    def _counted(self, sentence: str) -> Iterator[Said]:
        """Give every answer that stands, and every decision between what is said now."""
        case = self.case(sentence)
        for one in self.given.values():
            if one.counts and sentence in one.words and (not one.is_decision or one.case == case):
                yield one

    def contents(self, sentence: str) -> list[str]:
        """Name what an approval of a sentence rests on, as far as it can be said in the labels of now."""
        votes, decisions = self.votes(sentence), self.decided(sentence)
        return sorted(one.content for some in (votes, decisions) for one in self._live(some, sentence).values())

    def carried(self, one: Said, sentence: str, until: int | None = None) -> Words | None:
        """Say it in later labels; nothing where a person must look again."""
        spans, label = one.words[sentence]
        for step in self.steps[one.labels : until]:
            names = {name: step.get(name, name) for name in (label, *(mark[2] for mark in spans))}
            if None in names.values():
                return None
            label = str(names[label])
            spans = tuple(sorted({(start, end, str(names[name])) for start, end, name in spans}))
        return spans, label

    def _settled(self, votes: Sequence[Said], sentence: str, terms: Terms) -> Words | None:
        live = self._live(votes, sentence)
        void = [one for one in votes if not self.carried(one, sentence)]
        if not live or any(self._was_at_odds(one, votes, sentence, terms) for one in void):
            return None
        return terms.settle([*live])

    def _live(self, votes: Iterable[Said], sentence: str, until: int | None = None) -> dict[tuple[int, Words], Said]:
        """Keep what can be said in later labels, and once what somebody says alike in them."""
        told = [(one, self.carried(one, sentence, until)) for one in votes]
        return {(one.person, words): one for one, words in told if words}

    def _was_at_odds(self, one: Said, votes: Sequence[Said], sentence: str, terms: Terms) -> bool:
        """Whether people contradicted each other when this could last be said."""
        last = max(n for n in range(one.labels, len(self.steps) + 1) if self.carried(one, sentence, n))
        return terms.are_at_odds([*self._live([o for o in votes if o.labels <= last], sentence, last)])

    def come_back(
        self, lost: Sequence[Said], there: Iterable[tuple[int, Said]], edited: Mapping[int, tuple[object, object]]
    ) -> None:
        """Take up what stands again, which must be all that was lost, but decisions that decide nothing any more.

        Of what was `edited` since stands here how it came back.
        """
        self.forget({one.task for one in lost})
        self.known = {id: one for id, one in self.known.items() if one not in lost}
        waiting: dict[object, list[Said]] = {}
        for one in sorted(lost, key=lambda one: one.at):
            waiting.setdefault(one.human, []).append(one)
        for id, found in sorted(there, key=lambda one: (one[1].is_decision, one[0])):
            human = edited[id][0] if id in edited else found.human
            assert waiting.get(human), f"came back, and was never there: {human}"
            waiting[human].remove(was := min(waiting[human], key=lambda one: (self._is_void(one), one.at)))
            again = found if id in edited else replace(was, task=found.task, content=found.content)
            self.given[id] = self.known[id] = again
        left = [one for same in waiting.values() for one in same]
        assert [] == [one for one in left if not one.is_decision], "did not come back"
        assert not [one for one in left if one.counts and not self._is_void(one)], "a decision did not come back"

    def _is_void(self, one: Said) -> bool:
        """Whether this is a decision between other answers than were there at the last pull."""
        return one.is_decision and one.case != self.case(*one.words, pulled=True)


def _last(sentence: str, said: Iterable[Said]) -> list[Said]:
    in_turn = sorted((one for one in said if one.counts and sentence in one.words), key=lambda one: one.at)
    last = {(one.person, one.task): one for one in in_turn}
    return [*{(o.person, o.words[sentence]): o for o in sorted(last.values(), key=lambda one: one.at)}.values()]


def region(control: str, kind: str, names: str, place: tuple[int, int], text: str, id: str) -> dict[str, Any]:
    """Write a region as Label Studio does."""
    value = {"start": place[0], "end": place[1], "text": text[slice(*place)], kind: [names]}
    return {"from_name": control, "to_name": "text", "type": kind, "value": value, "id": id}


def written(words: Mapping[str, Words], shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write what is said of the sentences of a task as its page would."""
    text, places = shown["text"], shown.get("builder_places")
    if places is None:
        ((spans, label),) = words.values()
        choice = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [label]}, "id": "l"}
        return [*_marks(spans, 0, text), choice]
    made = []
    for (spans, label), (start, end) in zip(words.values(), places, strict=True):
        mark = region("sentence", "labels", f"s:{label}", (start, end), text, f"s{start}")
        made += [mark, region("label", "choices", label, (start, end), text, f"s{start}"), *_marks(spans, start, text)]
    return made


def _marks(spans: Iterable[Mark], by: int, text: str) -> list[dict[str, Any]]:
    return [
        region("entity", "labels", name, (start + by, end + by), text, f"e{start + by}") for start, end, name in spans
    ]


def line(words: Words, text: str) -> str:
    """Write what somebody said as an adjudicator's page shows it: the label, and the spans in brackets."""
    spans, label = words
    for start, end, name in reversed(spans):
        text = f"{text[:start]}[{text[start:end]}]{name}{text[end:]}"
    return f"{label}: {text}"


def read_back(path: Any) -> list[dict[str, Any]]:
    """Read the records of one released parquet file, labels by the names that the file itself gives."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    names, entities = features["label"]["names"], features["spans"][0]["label"]["names"]
    return [
        {
            "sentence": row["id"],
            "text": row["text"],
            "words": (
                tuple((span["start"], span["end"], entities[span["label"]]) for span in row["spans"]),
                names[row["label"]],
            ),
            "rule": row["rule"],
            "contents": row["content_ids"],
            "source": row["source_sha256"],
        }
        for row in table.to_pylist()
    ]
