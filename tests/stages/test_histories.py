"""Whatever people and verbs do, in whatever order: what is released is exactly what was validly approved.

What is valid is said by tests/stages/said.py, a plain model of what people last said and decided. Of some histories the
released parquet files are read back, of the others the rows are looked at that an exporter is given.
So many histories as HISTORIES says (2,000 if it says nothing).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager, suppress
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from builder import workbench
from builder.config import Project, parse_config
from builder.errors import BrokenError, Unavailable, UsageError
from builder.exporters.huggingface import HuggingFaceExporter
from builder.reviewing import Annotation
from builder.schema import LabelSchema, read_schema
from builder.schema_change import Wishes
from builder.stages import release as releasing
from builder.stages.schema_change import migrate
from builder.store.db import Store
from tests.fakes import FakeStudio, WordCombiner, no_fault
from tests.project import at_work, toml
from tests.stages.said import People, Said, Terms, line, read_back, written

HISTORIES = int(os.environ.get("HISTORIES", "2000"))
# No span of PARTS begins or ends in white space, in any sentence.
TEXTS = ["Maria met Tom in Rome. Tom left.\n", "Maria met Tom in Rome. Tom stayed there.\n", "Irene spoke for Tom.\n"]
IMPORTED = 99.5  # seconds, by which imported answers are known after they came back
PLACE, PERSON = st.integers(0, 9), st.sampled_from([1, 2, 3])
RULES = {"single": (1,), "agree:2": (2,), "agree:2:0.6": (2, 0.6), "adjudicated": (1, 1.0, True)}
REVIEWS = ["", 'labels = { decision = "agree:3" }', 'groups = ["a", "b"]', "control = 0.5"]
BEGUN = [*product(["sentence"], REVIEWS), *product(["article"], REVIEWS)]
PARTS = [(), ((0, 3, 0),), ((0, 3, 0), (4, 8, 1)), ((0, 3, 1),), ((0, 5, 0), (6, 9, 1))]
CHANGES = [
    ({"PERSON": "HUMAN"}, "renames", "PERSON=HUMAN"),
    ({"PERSON": "NAME", "GPE": "NAME"}, "merges", "PERSON,GPE=NAME"),
    ({"PERSON": None}, "splits", "PERSON=LEADER,OTHER"),
    ({"event": "happening"}, "renames", "event=happening"),
    ({"event": None}, "splits", "event=deed,accident"),
]


@contextmanager
def suppress_of(reason):
    """Let a usage error pass, if it is for this reason."""
    try:
        yield
    except UsageError as error:
        if reason not in str(error):
            raise


class Kept:
    """An exporter that keeps the rows it is given."""

    name = "kept"

    def __init__(self):
        self.rows = []

    def export(self, rows, info, folder):
        self.rows = list(rows)
        (folder / "rows.txt").write_text("\n".join(sorted(row.gold.approval.id for row in self.rows)))
        return {}

    def read(self):
        return [
            {
                "sentence": row.sentence.id,
                "text": row.sentence.text,
                "words": (
                    tuple(sorted((one.span.start, one.span.end, one.span.label) for one in row.gold.entities)),
                    row.gold.label,
                ),
                "rule": row.gold.approval.rule,
                "contents": sorted(row.gold.approval.contents),
                "source": row.source.sha256,
            }
            for row in self.rows
        ]


class Pages(FakeStudio):
    """A server that tells which pages were brought up to date."""

    def __init__(self, path):
        super().__init__(path)
        self.brought = set()

    def open_project(self, *said, **asked):
        self.brought.add(project := super().open_project(*said, **asked))
        return project


class Proposing(WordCombiner):
    """Proposes in the labels that a schema has."""

    def __init__(self, schema):
        self.fingerprint = f"words-{schema.digest[:8]}"
        self.person, self.label = schema.entity_names[0], schema.sentence_names[0]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Give a pushed project of two sentences for each layout and way of reviewing."""
    folders = {}
    for layout, review in BEGUN:
        folder = folders[layout, review] = tmp_path_factory.mktemp("begun")
        (folder / "sources").mkdir()
        (folder / "sources" / "a.txt").write_text(TEXTS[0], "utf-8")
        with at_work(folder, layout=layout, review=review) as (bench, studio):
            bench.store.journal._clock = studio.now
            bench.__dict__["combiner"] = Proposing(_schema())
            bench.ingest()
            bench.annotate()
            bench.push()
    return folders


@contextmanager
def opened(folder, review_rule, layout, review):
    """Do what `at_work` does, faster."""
    studio = Pages(folder / "server.db")
    with Store(folder / ".builder") as store:
        project = Project(folder, _config(review_rule, layout, review), _schema())
        bench = workbench.Workbench(project, store, lambda message: None, pause=lambda seconds: None)
        bench.__dict__ |= {"combiner": Proposing(_schema()), "studio": studio}
        store.journal._clock = studio.now
        for db in (store.db, studio._db):
            db.execute("PRAGMA synchronous = OFF").fetchall()
        yield bench, studio
    studio._db.close()


@cache
def _schema():
    return read_schema("news", Path())


@cache
def _config(review_rule, layout, review):
    return parse_config(toml(review_rule, layout, review))


def _changed(schema, at):
    """Change labels: what becomes of each, its name from then on, what to say, the schema; None if they are no more."""
    step, option, wish = CHANGES[at]
    if not {*step} <= {*schema.entity_names, *schema.sentence_names}:
        return None
    targets = {name: (wish.partition("=")[2].split(",") if option == "splits" else [step[name]]) for name in step}
    said = schema.model_dump(mode="json") | {"version": f"{schema.version}{at}"}
    for layer, key in (("entity", "!"), ("sentence", "@")):
        made = {}
        for spec in said[layer]:
            for turn, name in enumerate(targets.get(spec["name"], [spec["name"]])):
                made.setdefault(name, {**spec, "name": name, "hotkey": key if turn else spec["hotkey"]})
        said[layer] = [*made.values()]
    names = {name: several[0] for name, several in targets.items()}
    return step, names, Wishes(**{option: (wish,)}), LabelSchema.model_validate(said)


@st.composite
def answers(draw):
    """Draw one of few answers to every other sentence, so that people agree, nearly agree and disagree."""
    label = st.sampled_from([0, 0, 1])
    return [(draw(st.sampled_from(PARTS)), draw(label)) for _ in range(2)]


class Histories(RuleBasedStateMachine):
    begun: dict[tuple[str, str], Path]

    @initialize(
        review_rule=st.sampled_from([*RULES]), begun=st.sampled_from(BEGUN), one=answers(), other=answers(),
        is_written=st.sampled_from([False, False, True]),
    )  # fmt: skip
    def begin(self, review_rule, begun, one, other, is_written):
        """Begin with two answers to every task, of which nothing is pulled yet."""
        self.layout, self.version, self.is_written = begun[0], 0, is_written
        self.folder = Path(tempfile.mkdtemp(prefix="history-"))
        shutil.copytree(self.begun[begun], self.folder, dirs_exist_ok=True)
        self.context = opened(self.folder, review_rule, *begun)
        self.bench, self.studio = self.context.__enter__()
        self.kept, self.people, self.marker = Kept(), People(), self.bench.store.marker
        self.schemas, self.pages = [_schema()], [(("PERSON", "GPE"), ("event", "decision"))]
        self.source, self.texts = TEXTS[0], {}
        self.asked = {id: 0 for (id,) in self.studio._db.execute("SELECT id FROM project")}
        self.agree_on(review_rule, begun[1])
        exporter = HuggingFaceExporter() if is_written else self.kept
        workbench.plugins.exporter = lambda name, options: exporter
        self.look()
        for task in self.studio.payloads():
            self.submit(task, 1, one)
            self.submit(task, 2, other)

    def teardown(self):
        if hasattr(self, "context"):
            self.release(pulls=1)
            self.context.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def agree_on(self, review_rule, review):
        """Take a rule, as the configuration says it and as it is meant."""
        config = _config(review_rule, self.layout, review)
        self.bench.project = Project(self.folder, config, self.schemas[-1])
        own = {"decision": Terms(3)} if "labels" in review else {}
        people, *more = RULES[review_rule]
        self.terms = Terms(2 if more[1:] and "groups" in review else people, *more, labels=own)

    def look_at_pages(self):
        """See which pages there are, and which labels they ask for."""
        markers = dict(self.studio._db.execute("SELECT id, marker FROM project"))
        self.roles = {id: marker.removeprefix(self.marker).removeprefix("/") for id, marker in markers.items()}
        self.asked = {id: at for id, at in self.asked.items() if id in markers}
        self.asked |= dict.fromkeys(self.studio.brought, len(self.people.steps))
        self.studio.brought.clear()
        tasks = {task["id"] for task in self.studio.payloads()}
        self.people.cases = {task: case for task, case in self.people.cases.items() if task in tasks}

    def look(self, *, pulled=False):
        """See too what the pages show, and what is gone; new cases are between what is said now, or was `pulled`."""
        self.look_at_pages()
        tasks = {task["id"]: task["data"] for task in self.studio.payloads()}
        known = {one.task for one in self.people.given.values()}
        self.people.forget(known - tasks.keys())
        for id, shown in tasks.items():
            places = shown.get("builder_places") or [[0, len(shown["text"])]]
            told = zip(shown["builder_key"].split(), places, strict=True)
            self.texts |= {sentence: shown["text"][slice(*place)] for sentence, place in told}
            if "answers" in shown and id not in self.people.cases:
                self.take_case(id, shown, pulled=pulled)

    def take_case(self, id, shown, *, pulled):
        """Note between what a case is; its page shows exactly that."""
        sentence = shown["builder_key"]
        self.people.cases[id] = self.people.case(sentence, pulled=pulled)
        said = [self.people.carried(one, sentence) for one in self.people.votes(sentence, pulled=pulled)]
        lines = {one.partition("  ")[2] for one in shown["answers"].splitlines()}
        assert None in said or {line(words, shown["text"]) for words in said} == lines

    def submit(self, task, person, answer, **fields):
        words = self.worded(task, answer)
        self.note(self.studio.submit(task["id"], written(words, task["data"]), person=person, **fields), words)

    def worded(self, task, answer):
        """Say a drawn answer in the labels that the page of a task asks for."""
        entities, labels = self.pages[self.asked[self.studio.project_of(task["id"])]]
        drawn = [(id, answer[at % 2]) for at, id in enumerate(task["data"]["builder_key"].split())]
        return {
            id: (tuple((*place, entities[slot]) for *place, slot in spans), labels[label])
            for id, (spans, label) in drawn
        }

    def note(self, id, words):
        self.people.given[id] = self.said(id, words)

    def said(self, id, words):
        """Read from the server's own tables how an answer stands there."""
        sql = """SELECT t.project, t.id, t.data ->> '$.builder_key', a.body FROM annotation a
                 JOIN task t ON t.id = a.task WHERE a.id = ?"""
        project, task, sentences, body = self.studio._db.execute(sql, (id,)).fetchone()
        body, ids = {**json.loads(body), "id": id, "task": task}, tuple(sentences.split())
        person, role = body["completed_by"], self.roles[project]
        key = f"{project}:{task}:{id}:{body['created_at']}"
        did = (json.dumps(body["result"], sort_keys=True), body["was_cancelled"], body["lead_time"])
        return Said(
            role=role,
            task=task,
            person=person,
            words=words,
            labels=self.asked[project],
            at=body["updated_at"],
            counts=not body["was_cancelled"] and body["lead_time"] is not None and "import_id" not in body,
            content=Annotation(key, ids, self.studio.people()[person], body).content,
            human=(role, *sorted(ids), person, *did),
            case=self.people.cases.get(task),
            is_own=body["updated_by"] == person,
        )

    def task_of(self, place):
        tasks = self.studio.payloads()
        return tasks[place % len(tasks)]

    @rule(given=st.lists(st.tuples(PLACE, PERSON, answers(), st.integers(0, 5)), min_size=1, max_size=4))
    def answer(self, given):
        for place, person, answer, skipped in given:
            self.submit(self.task_of(place), person, answer, was_cancelled=skipped == 0)

    @rule(places=st.sets(PLACE, min_size=1, max_size=3), one=answers(), other=answers(), people=st.integers(2, 3))
    def agree(self, places, one, other, people):
        """Two or three people answer the same tasks alike, but for the last one perhaps."""
        for place in places:
            for person in range(1, people + 1):
                self.submit(self.task_of(place), person, other if person == people else one)

    @rule(
        place=PLACE,
        answer=answers(),
        what=st.sampled_from(["edit", "edit", "edit of another", "delete", "delete task"]),
    )
    def change(self, place, answer, what):
        tasks = {task["id"]: task for task in self.studio.payloads()}
        by_people = sorted(id for id, one in self.people.given.items() if one.human[-1] not in (None, IMPORTED))
        if what == "delete task" and 2 < len(tasks):
            self.studio.delete_task([*tasks][place % len(tasks)])
            self.look()
        elif what in ("edit", "edit of another") and by_people:
            id = by_people[place % len(by_people)]
            words = self.worded(task := tasks[self.people.given[id].task], answer)
            other = self.people.given[id].person % 3 + 1
            self.edit(id, words, task, person=None if what == "edit" else other)
            self.note(id, words)
            seen[what] += 1
        elif what == "delete" and by_people:
            id = by_people[place % len(by_people)]
            self.studio.delete_annotation(id)
            del self.people.given[id]

    def edit(self, id, words, task, person=None):
        """Update an answer, which takes time."""
        spent = "SELECT body ->> '$.lead_time' FROM annotation WHERE id = ?"
        (lead_time,) = self.studio._db.execute(spent, (id,)).fetchone()
        self.studio.edit(id, written(words, task["data"]), lead_time=lead_time + 0.25, person=person)

    @rule(
        place=PLACE, person=PERSON, answer=answers(), how=st.sampled_from(["import", "api", "copy", "draft", "again"])
    )
    def come_otherwise(self, place, person, answer, how):
        """Answers are imported, or made by a program; somebody begins one, or goes on with one, and does not submit."""
        task = self.task_of(place)
        drafted = written(self.worded(task, answer), task["data"])
        theirs = [id for id, one in self.people.given.items() if (one.task, one.person) == (task["id"], person)]
        if how in ("draft", "again"):
            self.studio.begin(task["id"], drafted, person=person, annotation=max(theirs, default=None))
        else:
            marks = {"import": {"import_id": 7, "lead_time": IMPORTED}, "api": {}, "copy": {"parent_prediction": 1}}[
                how
            ]
            self.submit(task, person, answer, **{"lead_time": None, **marks})

    @rule()
    def push(self):
        self.bench.annotate()
        with suppress(UsageError):  # nothing is sent while the server lacks a task that was not said to be gone
            self.bench.push()
        self.look()

    @rule()
    def pull(self):
        self.bench.pull()
        self.people.pulled()

    @rule(pulls=st.integers(0, 3))
    def review(self, pulls):
        if pulls:
            self.pull()
        self.bench.review()

    @rule(review_rule=st.sampled_from([*RULES]), review=st.sampled_from(REVIEWS))
    def reconfigure(self, review_rule, review):
        """Ask for more or less, of other groups."""
        self.agree_on(review_rule, review)

    @rule(text=st.sampled_from(TEXTS), pushes=st.booleans())
    def write_anew(self, text, pushes):
        """The document has another version, or an earlier one again."""
        self.source = text
        (self.folder / "sources" / "a.txt").write_text(text, "utf-8")
        self.bench.ingest()
        if pushes:
            self.push()

    @rule(at=st.integers(0, len(CHANGES) - 1), pushes=st.booleans(), releases=st.sampled_from([True, True, False]))
    def relabel(self, at, pushes, releases):
        """Labels change, and what became of them is recorded."""
        if found := _changed(self.schemas[-1], at):
            step, targets, wishes, schema = found
            migrate(self.bench.store, (self.schemas[-1], schema), wishes, self.bench.rule, dry_run=False)
            self.people.steps.append(step)
            self.schemas.append(schema)
            self.pages.append(tuple(tuple(targets.get(name, name) for name in names) for names in self.pages[-1]))
            self.bench.project = Project(self.folder, self.bench.project.config, schema)
            self.bench.__dict__["combiner"] = Proposing(schema)
            seen["relabelled"] += 1
        if pushes:
            self.push()
        if releases:
            self.release(pulls=1)

    @rule(person=PERSON, answer=answers(), then=st.sampled_from(["", "release", "change", "change"]), place=PLACE)
    def adjudicate(self, person, answer, then, place):
        """Decide; then perhaps release, or release after one of the answers was changed."""
        self.pull()
        self.bench.adjudicate()
        self.look()
        cases = self.studio.payloads(self.studio.find_project(f"{self.marker}/adjudication") or -1)
        for case in cases[-2:]:
            self.submit(case, person, answer)
        if then == "change":
            self.change(place, answer, "edit")
        if then:
            self.release(pulls=1)

    @rule(which=st.integers(0, 3), releases=st.booleans(), pulls=st.booleans(), cut=st.integers(0, 5), answer=answers())
    def lose(self, which, releases, pulls, cut, answer):
        """The server loses everything, or a project; perhaps a release is made before anybody brings it back."""
        if pulls:
            self.pull()
        roles = [None, *sorted(self.roles.values())]
        role = roles[which % len(roles)]
        lost = self.people.lose(role)
        kept = {id for id, one in self.people.given.items() if role not in (None, one.role)}
        self.studio.lose("%" if role is None else f"{self.marker}/{role}".removesuffix("/"))
        self.look_at_pages()
        if releases:
            self.release(pulls=0)
        edited = {}
        with suppress(UsageError):  # nothing was ever sent to it
            edited = self.restore(kept, answer, cut)
            self.bench.restore()
        brought = {*self.studio.brought}
        self.look_at_pages()
        there = sorted(self.annotations() - kept)
        # What was lost before is restored and pulled once more.
        self.people.pulled({self.roles[project] for project in brought})
        self.people.come_back(lost, [(id, self.said(id, edited.get(id, ((), {}))[1])) for id in there], edited)
        self.look(pulled=True)
        for id, (_, words) in edited.items():  # a decision is between what its page shows, seen only now
            self.note(id, words)
            self.people.known[id] = self.people.given[id]
        seen["brought back"] += len(there)
        seen["edited unheard"] += len(edited)

    def restore(self, kept, answer, cut):
        """Bring back until the reply to one answer is lost, which somebody then edits; give how it was, and is."""
        if not cut:
            return {}
        left = iter(range(cut - 1))

        def fault(step):
            if step == "after answer" and next(left, None) is None:
                raise Unavailable("connection reset")

        self.studio._fault = fault
        done = []
        with suppress(Unavailable):
            done = self.bench.restore()
        self.studio._fault = no_fault
        if done:  # every reply was heard
            return {}
        self.look_at_pages()
        id = max(self.annotations() - kept, default=0)
        if not id or (was := self.said(id, {}).human)[-1] in (None, IMPORTED):
            return {}
        (task,) = (task for task in self.studio.payloads() if task["id"] == self.said(id, {}).task)
        self.edit(id, words := self.worded(task, answer), task)
        return {id: (was, words)}

    def annotations(self):
        return {id for (id,) in self.studio._db.execute("SELECT id FROM annotation")}

    @rule(pulls=st.integers(0, 3))
    def release(self, pulls):
        if pulls:
            self.pull()
        rows = self.released()
        for row in rows:
            self.check(row)
            seen[row["rule"].partition(";")[0]] += 1
            seen["carried"] += "carried" in row["rule"]
            seen["read back"] += self.is_written
            seen[self.layout] += 1
        if self.people.known == self.people.given:
            live = {id for (id,) in self.bench.store.db.execute("SELECT id FROM live")} & self.texts.keys()
            assert {row["sentence"] for row in rows} == {id for id in live if self.people.verdict(id, self.terms)}

    def released(self):
        """Release; give what did leave."""
        self.version += 1
        folder = None
        with suppress_of("nothing is approved"):
            folder = self.bench.release(f"v{self.version}")
        if folder is None:
            return []
        files = sorted((folder / "records").glob("*.parquet"))
        return [row for file in files for row in read_back(file)] if self.is_written else self.kept.read()

    def check(self, row):
        """Hold a released row against what people said, and the lines of the journal."""
        sentence, is_decided = row["sentence"], bool(self.people.decided(row["sentence"]))
        assert self.people.verdict(sentence, self.terms) == row["words"]
        assert self.people.contents(sentence) == row["contents"]
        assert is_decided == row["rule"].startswith("adjudicated")
        assert self.texts[sentence] == row["text"]
        assert hashlib.sha256(self.source.encode()).hexdigest() == row["source"]
        lines = [entry.body for entry in self.bench.store.journal.entries() if entry.kind == "approval"]
        assert row["contents"] in [sorted(said["contents"]) for said in lines if said["sentence"] == sentence]

    @rule(place=PLACE, answer=answers(), what=st.sampled_from(["edit", "delete", "delete task"]))
    def release_what_was_reviewed_before(self, place, answer, what):
        """Golds of an older review leave only if a new one would find the very same."""
        for task in self.studio.payloads():
            for person in self.studio.people():
                self.submit(task, person, answer)
        self.pull()
        stale = self.bench.review().golds
        self.change(place, answer, what)
        if what == "edit":
            self.release(pulls=0)
        self.pull()
        if not stale:
            return
        self.version += 1
        try:
            releasing.release(self.bench.store, self.bench.project, f"v{self.version}", stale, [self.kept])
        except BrokenError:
            seen["stale"] += 1
            return
        fresh = workbench.review(self.bench.store, self.schemas[-1], self.bench.rule).golds
        assert {gold.sentence: gold for gold in stale}.items() <= {gold.sentence: gold for gold in fresh}.items()

    @invariant()
    def gold_rests_on_a_recorded_approval(self):
        if hasattr(self, "bench"):
            sql = "SELECT json_extract(body, '$.approval[1]') FROM gold"
            known = {row[0] for row in self.bench.store.db.execute("SELECT contents FROM approval")}
            assert {row[0] for row in self.bench.store.db.execute(sql)} <= known


seen: Counter[str] = Counter()
"""How many rows were released of each kind, how many stale releases were refused, …: the test saw something."""
WANTED = {
    *RULES,
    "stale",
    "edited unheard",
    "edit of another",
    "relabelled",
    "brought back",
    "carried",
    "read back",
    "sentence",
    "article",
}


def test_what_is_released_is_exactly_what_was_validly_approved_and_no_other_row(begun, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda file: None)
    monkeypatch.setattr(workbench.plugins, "exporter", workbench.plugins.exporter)
    Histories.begun = begun
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=8,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a history is short; to shrink one takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(HISTORIES, "histories:", dict(seen))
    if 200 <= HISTORIES:
        assert {name for name in WANTED if seen[name]} == WANTED
