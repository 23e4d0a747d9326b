"""The thirty-five ways in which an answer can come back, each through journal, pull and review.

The numbers are those of the project's list of returned annotations (docs/decisions/pull.md). What only a
real server can do is in tests/studio/test_pulling.py.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.approval import Rule
from builder.errors import UsageError
from builder.reviewing import Action
from builder.schema import read_schema
from builder.stages.review import Review
from builder.store import queries
from builder.studio.codec import label_region
from tests.fakes import FakeStudio
from tests.project import Workbench, answer_all, at_work, pushed_project

EVENT = label_region("event")


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project whose sentences stand on a server, once."""
    folder = tmp_path_factory.mktemp("pushed")
    with pushed_project(folder) as (bench, _):
        pass
    return folder


@dataclass
class Case:
    """One task of the project, and what becomes of its sentence."""

    bench: Workbench
    studio: FakeStudio
    task: int
    sentence: str
    text: str

    def pull(self, **options: Any) -> None:
        self.bench.pull(**options)

    def review(self, rule: str = "single") -> Review:
        from builder.stages.review import review

        return review(self.bench.store, self.bench.project.schema, Rule.parse(rule))

    def outcome(self, rule: str = "single") -> tuple[list[tuple[int, int, str]] | None, str, list[str]]:
        """Give the approved spans, or None; the reason why not; and the codes of what was told."""
        decided = self.review(rule)
        golds = [gold for gold in decided.golds if gold.sentence == self.sentence]
        spans = [(g.span.start, g.span.end, g.span.label) for g in golds[0].entities] if golds else None
        told = [note.code for note in decided.notes if note.subject.startswith(self.sentence)]
        assert told == [r.code for r in queries.rejects(self.bench.store) if r.subject.startswith(self.sentence)]
        return spans, dict(decided.refusals).get(self.sentence, ""), told

    def answered(self, *regions: Any, **fields: Any) -> tuple[list[tuple[int, int, str]] | None, str, list[str]]:
        """Answer as a person would, pull, and decide; what was answered is in the journal, whatever becomes of it."""
        self.studio.submit(self.task, regions, **fields)
        self.pull()
        assert json.loads(json.dumps(list(regions))) in [entry["body"]["result"] for entry in self.journal()]
        return self.outcome()

    def journal(self) -> list[dict[str, Any]]:
        entries = [dict(e.body) for e in self.bench.store.journal.entries() if e.kind == "annotation"]
        return [entry for entry in entries if entry["key"].split(":")[1] == str(self.task)]

    def region(self, start: Any, end: Any, quoted: str | None = None, label: str | None = "PERSON", **more: Any) -> Any:
        covered = self.text[start:end] if quoted is None else quoted
        value = {"start": start, "end": end, "text": covered} | ({"labels": [label]} if label else {})
        return {"from_name": "entity", "to_name": "text", "type": "labels", "value": value, **more}


@contextmanager
def opened(pushed: Path, folder: Path) -> Iterator[Case]:
    shutil.copytree(pushed, folder / "project")
    with at_work(folder / "project") as (bench, studio):
        payload = next(task for task in studio.payloads() if "𠮷" in task["data"]["text"])
        yield Case(bench, studio, payload["id"], payload["data"]["builder_key"], payload["data"]["text"])


@pytest.fixture
def case(pushed: Path, tmp_path: Path) -> Iterator[Case]:
    with opened(pushed, tmp_path) as made:
        yield made


def with_schema(case: Case, **changes: Any) -> None:
    """Let the project have another label schema than when it was pushed."""
    case.bench.project = _replaced(case.bench.project, schema=case.bench.project.schema.model_copy(update=changes))


def _replaced(project: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(project, **changes)


def test_every_number_has_a_test() -> None:
    named = {int(n) for name in globals() for n in re.findall(r"test_case_(\d\d)_", name)}

    assert set(range(1, 36)) == named


def test_case_01_an_unknown_label_is_refused_and_the_nearest_named(case: Case) -> None:
    spans, reason, _ = case.answered(case.region(0, 2, label="PERSONS"), EVENT)

    assert spans is None
    assert "E_SCHEMA: label 'PERSONS' is not in schema 'news'; did you mean 'PERSON'?" == reason


def test_case_02_a_label_of_an_earlier_schema_is_refused_and_both_schemas_are_named(case: Case) -> None:
    before = case.bench.project.schema
    with_schema(case, entity=tuple(label for label in before.entity if label.name != "PERSON"))
    _, reason, _ = case.answered(case.region(0, 2), EVENT)

    assert reason.startswith("E_SCHEMA: answered under")
    assert reason.endswith("with other labels; run: builder schema migrate")
    assert before.digest in reason
    assert case.bench.project.schema.digest in reason
    assert before.digest != case.bench.project.schema.digest


def test_case_03_an_end_beyond_the_text_is_put_right_where_the_quote_stands_once(case: Case) -> None:
    at, beyond = case.text.index("江心岛"), len(case.text)

    assert ([(at, at + 3, "PERSON")], "", ["R_QUOTE"]) == case.answered(
        case.region(beyond, beyond + 3, "江心岛"), EVENT
    )


def test_case_03_an_end_beyond_the_text_is_refused_where_the_quote_stands_nowhere(case: Case) -> None:
    end = len(case.text) + 2
    reason = f"E_OFFSET: a span ends at {end}, beyond the {len(case.text)} characters of the text"

    assert (None, reason, []) == case.answered(case.region(end - 2, end, "沙洲"), EVENT)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 1)])
def test_case_04_a_negative_or_backward_span_is_refused(case: Case, start: int, end: int) -> None:
    assert (None, f"E_OFFSET: a span runs from {start} to {end}", []) == case.answered(
        case.region(start, end, "林𠮷"), EVENT
    )


def test_case_05_an_empty_span_is_refused(case: Case) -> None:
    assert (None, "E_OFFSET: a span at 2 covers nothing", []) == case.answered(case.region(2, 2, ""), EVENT)


@pytest.mark.parametrize(("start", "end"), [("0", "2"), (0.0, 2.0), (0, "2")])
def test_case_06_whole_offsets_in_another_form_are_read_and_told(case: Case, start: Any, end: Any) -> None:
    region = case.region(start, end, case.text[:2])

    assert ([(0, 2, "PERSON")], "", ["R_OFFSET"]) == case.answered(region, EVENT)


@pytest.mark.parametrize("end", [1.5, "two", None, True])
def test_case_06_offsets_that_are_not_whole_are_refused(case: Case, end: Any) -> None:
    _, reason, told = case.answered(case.region(0, end, case.text[:2]), EVENT)

    assert (True, []) == (reason.startswith("E_OFFSET: offsets are not whole numbers"), told)


def test_case_07_regions_that_say_the_same_are_merged_and_told(case: Case) -> None:
    twice = [case.region(0, 2, id="a"), case.region(0, 2, id="b", score=0.3)]

    assert ([(0, 2, "PERSON")], "", ["R_TWICE"]) == case.answered(*twice, EVENT)


def test_case_08_overlapping_labels_are_refused_by_a_flat_schema(case: Case) -> None:
    _, reason, _ = case.answered(case.region(0, 2), case.region(1, 3, label="ORG"), EVENT)

    assert "overlap, and schema 'news' is flat" in reason


def test_case_08_overlapping_labels_are_accepted_by_a_nested_schema(case: Case) -> None:
    with_schema(case, overlap="nested")
    case.bench.push()
    now = {"created_at": "2100-01-01T00:00:00Z", "updated_at": "2100-01-01T00:00:00Z"}
    spans, _, _ = case.answered(case.region(0, 2), case.region(1, 3, label="ORG"), EVENT, **now)

    assert [(0, 2, "PERSON"), (1, 3, "ORG")] == spans


def test_case_09_offsets_in_utf_16_are_read_as_such_where_all_regions_fit(case: Case) -> None:
    at = case.text.index("江心岛")
    utf16 = len(case.text[:at].encode("utf-16-le")) // 2
    name, place = case.region(4, 7, "林𠮷"), case.region(utf16, utf16 + 3, "江心岛", "LOCATION")

    assert ([(4, 6, "PERSON"), (at, at + 3, "LOCATION")], "", ["R_UTF16"]) == case.answered(name, place, EVENT)


def test_case_09_one_region_that_fits_neither_reading_refuses_the_answer(case: Case) -> None:
    at = case.text.index("江心岛")
    utf16 = len(case.text[:at].encode("utf-16-le")) // 2
    good, bad = case.region(utf16, utf16 + 3, "江心岛", "LOCATION"), case.region(at, at + 3, "江心洲")
    spans, reason, told = case.answered(good, bad, EVENT)

    assert (None, []) == (spans, told)
    assert reason.startswith("E_OFFSET: ")


def test_case_10_an_offset_inside_a_surrogate_pair_is_refused(case: Case) -> None:
    inside = len(case.text[: case.text.index("𠮷")]) + 1
    _, reason, _ = case.answered(case.region(inside, inside + 3, "\ufffd在“"), EVENT)

    assert "E_OFFSET" in reason
    assert "in UTF-16 cuts a character" in reason


def test_case_11_half_a_character_in_an_answer_is_kept_and_refused(case: Case) -> None:
    _, reason, _ = case.answered(case.region(0, 1, "\ud842"), EVENT)

    assert "E_SURROGATE: the answer holds half a surrogate pair" == reason


def test_case_11_a_task_that_cannot_be_read_keeps_what_is_known_and_the_rest_is_pulled(case: Case) -> None:
    answer_all(case.studio)
    case.pull()
    known = case.journal()
    case.studio.poison(case.task)
    other = next(task["id"] for task in case.studio.payloads() if task["id"] != case.task)
    case.studio.edit(case.studio.list_annotations(other)[0]["id"], [EVENT])
    for _ in range(2):
        tally = case.bench.pull()
        assert [(f"task {case.task}", "E_UNREADABLE")] == [(r.subject, r.code) for r in tally.rejected]
    assert known == case.journal()
    assert f"task {case.task}: Label Studio breaks down" in case.outcome()[1]

    case.studio.poison(case.task, cured=True)
    assert () == case.bench.pull().rejected
    assert case.outcome()[0] is not None


def test_case_12_an_answer_to_an_edited_text_is_refused(case: Case) -> None:
    case.studio.alter(case.task, text=case.text + "！")
    _, reason, _ = case.answered(case.region(0, 2), EVENT)

    assert "E_EDITED: the text of its task was edited on Label Studio, so the answer is to another text" == reason
    assert case.text + "！" == case.journal()[-1]["body"]["builder_task"]["text"]


def test_case_13_other_edited_data_are_kept_and_told_and_ours_count(case: Case) -> None:
    case.studio.alter(case.task, title="another title")

    assert ([(0, 2, "PERSON")], "", ["N_EDITED"]) == case.answered(case.region(0, 2), EVENT)
    assert "another title" == case.journal()[-1]["body"]["builder_task"]["title"]


@pytest.mark.parametrize("key", [None, "strange", "other"])
def test_case_14_a_task_whose_key_changed_is_a_strangers(case: Case, key: str | None) -> None:
    answer_all(case.studio)
    case.pull()
    another = next(task["data"]["builder_key"] for task in case.studio.payloads() if task["id"] != case.task)
    case.studio.alter(case.task, builder_key=another if key == "other" else key)
    tally = case.bench.pull()
    spans, reason, _ = case.outcome()

    assert [(f"task {case.task}", "E_FOREIGN")] == [(r.subject, r.code) for r in tally.rejected]
    assert spans is None
    assert f"task {case.task}: its key was {case.sentence!r} and is now" in reason
    assert [[case.sentence], []] == [entry["sentences"] for entry in case.journal()]
    assert len(case.studio.payloads()) - 1 == len(case.review().golds)
    assert 0 == case.bench.pull().taken


def test_case_15_a_sentence_in_two_tasks_has_two_annotators(case: Case) -> None:
    copy = case.studio.copy_task(case.task)
    case.studio.submit(case.task, [EVENT], person=1)
    case.studio.submit(copy, [EVENT], person=2)
    case.pull()

    assert [] == case.outcome("agree:2")[0]


def test_case_15_who_answers_two_tasks_of_a_sentence_otherwise_approves_neither(case: Case) -> None:
    copy = case.studio.copy_task(case.task)
    case.studio.submit(case.task, [EVENT])
    case.studio.submit(copy, [label_region("statement")])
    case.pull()

    assert "one person gave different answers in two tasks" == case.outcome()[1]


def arrow(start: str, end: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": "right"}


def test_case_16_a_relation_to_a_missing_region_is_left_out_and_told(case: Case) -> None:
    spans, _, told = case.answered(case.region(0, 2, id="a"), arrow("a", "nowhere"), EVENT)

    assert ([(0, 2, "PERSON")], ["E_RELATION"]) == (spans, told)
    assert any("not there" in r.reason for r in case.review().notes)


@pytest.mark.parametrize(
    ("arrows", "fault"),
    [([("a", "a")], "to itself"), ([("a", "b"), ("b", "a")], "circle"), ([("a", "b")], "the schema has none")],
)
def test_case_17_a_relation_to_itself_or_in_a_circle_is_left_out_and_told(
    case: Case, arrows: list[tuple[str, str]], fault: str
) -> None:
    at = case.text.index("江心岛")
    regions = [case.region(0, 2, id="a"), case.region(at, at + 3, id="b"), *(arrow(*ends) for ends in arrows)]
    spans, _, told = case.answered(*regions, EVENT)

    assert ([(0, 2, "PERSON"), (at, at + 3, "PERSON")], ["E_RELATION"] * len(arrows)) == (spans, told)
    assert all(fault in note.reason for note in case.review().notes)


@pytest.mark.parametrize("change", [{"from_name": "other"}, {"to_name": "title"}, {"type": "brush"}])
def test_case_18_an_unknown_control_is_refused(case: Case, change: dict[str, str]) -> None:
    _, reason, _ = case.answered({**case.region(0, 2), **change}, EVENT)

    assert reason.startswith("E_REGION: a region of an unknown control")


@pytest.mark.parametrize("labels", [None, []])
def test_case_19_a_region_without_labels_is_refused(case: Case, labels: list[str] | None) -> None:
    region = case.region(0, 2, label=None)
    region["value"] |= {} if labels is None else {"labels": labels}
    _, reason, _ = case.answered(region, EVENT)

    assert reason in ("E_REGION: a region without labels", "E_LABELS: a span with 0 labels")


def test_case_20_a_skipped_task_is_no_answer(case: Case) -> None:
    assert (None, "skipped", []) == case.answered(case.region(0, 2), EVENT, was_cancelled=True)


def test_case_21_what_is_only_begun_is_kept_and_waits(case: Case) -> None:
    case.studio.begin(case.task, [EVENT])
    case.pull()
    (entry,) = case.journal()

    assert (True, "ann@example.org", [EVENT]) == (entry["draft"], entry["author"], entry["body"]["result"])
    assert (None, "", []) == case.outcome()
    assert case.sentence not in queries.unannotated(case.bench.store, ["body"], "somebody@new")
    assert 0 == case.bench.pull().taken


def test_case_21_what_was_begun_and_then_submitted_counts_once(case: Case) -> None:
    draft = case.studio.begin(case.task, [EVENT])
    case.pull()
    case.studio.go_on(draft, [case.region(0, 2), EVENT])
    case.pull()
    case.studio.give_up(draft)
    case.studio.submit(case.task, [case.region(0, 2), EVENT])
    case.pull()

    assert ([(0, 2, "PERSON")], "", []) == case.outcome()
    assert [False, False, True] == [entry["deleted"] for entry in case.journal() if entry.get("draft")]


def test_case_22_a_draft_newer_than_the_submission_is_told_and_the_submission_counts(case: Case) -> None:
    case.studio.submit(case.task, [case.region(0, 2), EVENT])
    case.pull()
    case.studio.begin(case.task, [EVENT], annotation=1)
    case.pull()

    assert ([(0, 2, "PERSON")], "", ["N_DRAFT"]) == case.outcome()


def test_case_22_a_draft_older_than_the_submission_is_not_told(case: Case) -> None:
    case.studio.begin(case.task, [])
    case.studio.submit(case.task, [case.region(0, 2), EVENT])
    case.pull()

    assert ([(0, 2, "PERSON")], "", []) == case.outcome()


def test_case_23_a_submission_without_spans_says_that_there_are_none(case: Case) -> None:
    assert ([], "", []) == case.answered(EVENT)


def test_case_23_an_empty_submission_approves_nothing(case: Case) -> None:
    assert (None, "E_LABELS: no sentence label was chosen", []) == case.answered()


def test_case_24_a_copied_prediction_is_nobodys_answer(case: Case) -> None:
    copied = case.answered(case.region(0, 2), EVENT, lead_time=None, parent_prediction=7)

    assert (None, "copied from a prediction, not submitted by a person", []) == copied


def test_case_25_an_import_is_no_answer_unless_its_account_is_trusted(case: Case) -> None:
    outcome = case.answered(EVENT, import_id=3, ground_truth=True, lead_time=None)
    rule = Rule.parse("single", ["ann@example.org"])
    from builder.stages.review import review

    assert (None, "imported, not submitted by a person", []) == outcome
    assert 1 == len(review(case.bench.store, case.bench.project.schema, rule).golds)


def test_case_26_of_two_people_who_disagree_neither_is_approved(case: Case) -> None:
    case.studio.submit(case.task, [label_region("statement")], person=2)

    assert (None, "2 people disagree", []) == case.answered(EVENT)


def test_case_27_of_two_ground_truths_that_contradict_neither_is_approved(case: Case) -> None:
    case.studio.submit(case.task, [label_region("statement")], ground_truth=True)
    _, reason, _ = case.answered(EVENT, ground_truth=True)

    assert "2 answers contradict each other, and each is marked as ground truth" == reason


def test_case_28_who_answered_is_remembered_when_the_account_is_deleted(case: Case) -> None:
    case.studio.submit(case.task, [EVENT])
    case.pull()
    case.studio.edit(1, [EVENT], completed_by=None)
    case.pull()

    assert ["ann@example.org"] * 2 == [entry["author"] for entry in case.journal()]
    assert [] == case.outcome()[0]


def test_case_28_an_answer_first_seen_without_its_author_is_refused(case: Case) -> None:
    assert (None, "the server does not say who answered", []) == case.answered(EVENT, completed_by=None)


def test_case_28_what_was_changed_after_its_author_was_deleted_is_not_theirs(case: Case) -> None:
    case.studio.submit(case.task, [EVENT])
    case.pull()
    case.studio.edit(1, [label_region("statement")], completed_by=None)
    case.pull()

    assert "the server does not say who answered" == case.outcome()[1]


def test_case_29_the_answers_of_a_deleted_task_are_kept_and_its_sentence_says_so(case: Case) -> None:
    case.answered(EVENT)
    case.studio.delete_task(case.task)
    case.pull()

    assert [False, True] == [entry["deleted"] for entry in case.journal()]
    assert f"task {case.task} was deleted on Label Studio, with every answer" == case.outcome()[1]


def test_case_30_a_task_that_moved_to_another_project_is_named_and_counts_no_more(case: Case) -> None:
    case.answered(EVENT)
    case.studio.move_task(case.task, 9)
    tally = case.bench.pull()

    assert ["E_MOVED"] == [reject.code for reject in tally.rejected]
    assert [False, True] == [entry["deleted"] for entry in case.journal()]
    assert f"task {case.task}: it was moved to project 9" in case.outcome()[1]
    case.studio.move_task(case.task, 1)
    case.pull()
    assert [] == case.outcome()[0]


def test_case_31_an_edit_after_approval_is_another_content(case: Case) -> None:
    case.answered(case.region(0, 2), EVENT)
    (before,) = case.review().golds
    case.studio.edit(1, [EVENT])
    assert ["changed in Label Studio since the last pull; run: builder pull"] == [
        reason for _, reason in case.bench.review().refusals
    ]
    case.pull()
    (after,) = case.review().golds

    assert before.approval.contents != after.approval.contents
    assert (Action.ADDED, ()) == (before.entities[0].action, after.entities)


def test_case_32_a_reused_id_is_another_answer(case: Case) -> None:
    case.answered(case.region(0, 2), EVENT)
    case.studio.delete_annotation(1)
    assert 1 == case.studio.submit(case.task, [EVENT], person=2)
    case.pull()

    assert [] == case.outcome()[0]
    assert [("ann@example.org", False), ("bob@example.org", False), ("ann@example.org", True)] == [
        (entry["author"], entry["deleted"]) for entry in case.journal()
    ]


def test_case_33_comments_are_kept_and_told_and_never_in_the_gold(case: Case) -> None:
    remark = {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": ["ask the desk"]}}
    spans, _, told = case.answered(case.region(0, 2, meta={"text": ["is it a name?"]}), remark, EVENT)

    assert ([(0, 2, "PERSON")], ["N_COMMENT", "N_COMMENT"]) == (spans, told)
    assert ["is it a name?", "ask the desk"] == [note.reason for note in case.review().notes]
    released = "".join(
        path.read_text("utf-8", "replace") for path in case.bench.release("v1").rglob("*") if path.is_file()
    )
    assert "ask the desk" not in released
    assert "is it a name?" not in released


def test_case_34_answers_come_from_json_over_the_server_and_no_other_way() -> None:
    sources = (Path(__file__).parents[2] / "builder").rglob("*.py")
    asked = {
        word for path in sources for word in re.findall(r"JSON_MIN|exportType|export_type|/export\b", path.read_text())
    }

    assert set() == asked


def test_case_35_tasks_that_moved_back_in_time_stop_the_pull_until_accepted(case: Case) -> None:
    backup = case.studio.snapshot()
    answer_all(case.studio)
    case.pull()
    before = case.journal()
    case.studio.restore(backup)
    with pytest.raises(UsageError, match="restored from a backup.*--accept-restored"):
        case.pull()
    assert before == case.journal()
    assert [] != case.outcome()[0]

    case.pull(accept_restored=True)
    assert [False, True] == [entry["deleted"] for entry in case.journal()]


def test_the_schema_of_these_cases_is_the_shipped_one(pushed: Path) -> None:
    assert "flat" == read_schema("news", pushed).overlap
