"""The client against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from builder.errors import BrokenError, UsageError
from builder.ports import Studio
from builder.studio import wire
from builder.studio.client import StudioClient
from builder.studio.codec import SHOWN_VERSION
from builder.studio.server import OWNER, ServerInfo
from tests.conftest import REVIEWER

CONFIG = """<View>
  <Labels name="entities" toName="text"><Label value="PERSON"/></Labels>
  <Text name="text" value="$text" granularity="symbol"/>
  <Choices name="label" toName="text"><Choice value="event"/></Choices>
</View>"""

# Beyond the BMP (CJK extension B, emoji with joiners), combining marks, CRLF, a BOM, a line separator.
HARD = "𠮷野家😀👩‍👩‍👧 e\u0301\r\n\ufeff\u2028末"


def region(text: str, start: int, end: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": ["PERSON"]}
    return {"id": f"r{start}", "from_name": "entities", "to_name": "text", "type": "labels", "value": value}


def task(key: str, batch: str, text: str = "甲乙丙") -> dict[str, Any]:
    prediction = {"score": 0.5, "result": [region(text, 0, 1)]}
    return {"data": {"text": text, "builder_key": key, "builder_batch": batch}, "predictions": [prediction]}


@pytest.fixture
def project(studio: StudioClient, request: pytest.FixtureRequest) -> int:
    """Open a project of this test's own."""
    return studio.open_project(f"[builder:{request.node.name}]", request.node.name, CONFIG, "Read closely.")


@pytest.fixture
def raw(studio_server: ServerInfo) -> Callable[..., Any]:
    """Ask the server as its owner, past our client."""

    def ask(path: str, method: str = "GET", **body: Any) -> Any:
        with wire.connect(studio_server.url, headers={"Authorization": f"Token {studio_server.token}"}) as client:
            return wire.json_of(client.request(method, path, json=body or None), studio_server.url)

    return ask


def test_it_is_a_studio(studio: StudioClient) -> None:
    port: Studio = studio

    assert OWNER == studio.whoami()
    assert port is studio


def test_everybody_has_an_address(studio: StudioClient, reviewer: StudioClient) -> None:
    assert {OWNER, REVIEWER} <= set(studio.people().values())


def test_a_project_is_found_again_by_its_marker(studio: StudioClient, project: int) -> None:
    marker = "[builder:test_a_project_is_found_again_by_its_marker]"

    assert project == studio.find_project(marker)
    assert project == studio.open_project(marker, "another title", CONFIG, "")
    assert studio.find_project("[builder:never made]") is None


@pytest.mark.parametrize(("title", "kept"), [("甲", "甲__"), (" " + "x" * 80, "x" * 50), ("新闻 news", "新闻 news")])
def test_a_title_is_made_to_fit(
    title: str, kept: str, studio: StudioClient, raw: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    project = studio.open_project(f"[builder:{request.node.name}]", title, CONFIG, "")

    assert kept == raw(f"/api/projects/{project}/")["title"]


def test_a_new_project_holds_the_instruction_without_covering_tasks_and_asks_for_as_many_answers_as_wanted(
    studio: StudioClient, raw: Callable[..., Any]
) -> None:
    project = studio.open_project("[builder:three]", "three", CONFIG, "Read closely.", answers=3)
    made = raw(f"/api/projects/{project}/")

    assert (3, "Read closely.", False) == (
        made["maximum_annotations"],
        made["expert_instruction"],
        made["show_instruction"],
    )


def test_a_broken_label_config_is_refused_with_the_reason(studio: StudioClient) -> None:
    with pytest.raises(BrokenError, match="label_config"):
        studio.open_project("[builder:broken]", "broken", "<View><Bad", "")


def test_250_tasks_arrive_in_order_and_are_all_listed(studio: StudioClient, project: int) -> None:
    keys = [f"k{number}" for number in range(250)]
    ids = studio.import_tasks(project, [task(key, "first") for key in keys])
    listed = studio.list_tasks(project)

    assert list(zip(ids, keys, strict=True)) == [(state.id, *state.sentences) for state in listed]
    assert {0} == {state.answers for state in listed}
    assert dict(zip(keys, ids, strict=True)) == studio.find_batch(project, "first")


def test_a_list_longer_than_a_page_is_complete(
    studio: StudioClient, project: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = studio.import_tasks(project, [task(f"k{number}", "first") for number in range(7)])
    monkeypatch.setattr("builder.studio.client._PAGE", 3)

    assert ids == [state.id for state in studio.list_tasks(project)]


def test_a_project_without_tasks_lists_none(studio: StudioClient, project: int) -> None:
    assert [] == studio.list_tasks(project)
    assert [] == studio.import_tasks(project, [])
    assert {} == studio.find_batch(project, "any")


def test_a_batch_is_told_from_its_neighbours(studio: StudioClient, project: int) -> None:
    first = studio.import_tasks(project, [task("a", "batch-1")])
    studio.import_tasks(project, [task("b", "batch-10"), task("c", "Batch-1")])

    assert {"a": first[0]} == studio.find_batch(project, "batch-1")


def test_a_sentence_that_arrived_twice_is_its_oldest_task(studio: StudioClient, project: int) -> None:
    oldest = studio.import_tasks(project, [task("a", "again")])
    studio.import_tasks(project, [task("a", "again")])

    assert {"a": oldest[0]} == studio.find_batch(project, "again")


def test_tasks_that_are_not_ours_are_passed_over(studio: StudioClient, project: int) -> None:
    studio.import_tasks(project, [{"data": {"text": "a stranger's"}}, task("ours", "first")])

    assert [("ours",)] == [state.sentences for state in studio.list_tasks(project)]


def test_text_and_offsets_come_back_unchanged(
    studio: StudioClient, reviewer: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    spans = [(0, 1), (3, 4), (4, 9), (len(HARD) - 1, len(HARD))]
    regions = [region(HARD, start, end) for start, end in spans]
    [sent] = studio.import_tasks(project, [task("hard", "first", HARD)])
    reviewer.submit(sent, regions, lead_time=2.5)
    [given] = studio.list_annotations(sent)

    assert HARD == raw(f"/api/tasks/{sent}")["data"]["text"]
    assert [part["value"] for part in regions] == [part["value"] for part in given["result"]]
    assert [HARD[start:end] for start, end in spans] == [part["value"]["text"] for part in given["result"]]


def test_an_answer_says_who_gave_it_and_how_long_it_took(
    studio: StudioClient, reviewer: StudioClient, project: int
) -> None:
    [sent] = studio.import_tasks(project, [task("a", "first")])
    made = reviewer.submit(sent, [], lead_time=2.5)
    [given] = studio.list_annotations(sent)

    assert (made, 2.5, False) == (given["id"], given["lead_time"], given["was_cancelled"])
    assert REVIEWER == studio.people()[given["completed_by"]]


def test_a_skipped_answer_is_listed_too(studio: StudioClient, reviewer: StudioClient, project: int) -> None:
    [sent] = studio.import_tasks(project, [task("a", "first")])
    reviewer.submit(sent, [], lead_time=1.0, cancelled=True)

    assert [True] == [given["was_cancelled"] for given in studio.list_annotations(sent)]
    assert [1] == [state.answers for state in studio.list_tasks(project)]


def test_the_stamp_changes_with_an_answer_and_only_then(
    studio: StudioClient, reviewer: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    [sent] = studio.import_tasks(project, [task("a", "first")])
    stamps = [studio.list_tasks(project)[0].stamp]
    made = reviewer.submit(sent, [], lead_time=1.0)
    stamps.append(studio.list_tasks(project)[0].stamp)
    raw(f"/api/annotations/{made}/", "PATCH", result=[region("甲乙丙", 1, 2)])
    stamps.append(studio.list_tasks(project)[0].stamp)

    assert 3 == len(set(stamps))
    assert stamps[-1] == studio.list_tasks(project)[0].stamp


def test_an_unchanged_answer_reads_the_same_twice(studio: StudioClient, reviewer: StudioClient, project: int) -> None:
    [sent] = studio.import_tasks(project, [task("a", "first")])
    reviewer.submit(sent, [], lead_time=1.0)
    before = studio.list_annotations(sent)

    assert before == studio.list_annotations(sent)
    assert not {"created_ago", "created_username"} & set(before[0])


def test_predictions_of_every_push_are_shown_to_the_reviewer(
    studio: StudioClient, reviewer: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    first = studio.import_tasks(project, [task("a", "first")])
    second = studio.import_tasks(project, [task("b", "second")])
    shown = []
    for expected in (*first, *second):
        offered = raw(f"/api/projects/{project}/next/")
        shown.append((offered["id"] == expected, len(offered["predictions"])))
        reviewer.submit(expected, [], lead_time=1.0)

    assert [(True, 1), (True, 1)] == shown


def test_opening_a_project_shows_our_predictions_again(
    studio: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    [sent] = studio.import_tasks(project, [task("a", "first")])
    raw("/api/predictions/", "POST", task=sent, result=[], model_version="somebody's model")
    raw(f"/api/projects/{project}/", "PATCH", model_version="somebody's model")
    assert [] == raw(f"/api/projects/{project}/next/")["predictions"][0]["result"]

    marker = "[builder:test_opening_a_project_shows_our_predictions_again]"
    studio.open_project(marker, "title", CONFIG, "")
    offered = raw(f"/api/projects/{project}/next/")["predictions"]

    assert [(SHOWN_VERSION, 1)] == [(shown["model_version"], len(shown["result"])) for shown in offered]


def test_the_review_page_is_where_we_say(studio: StudioClient, studio_server: ServerInfo) -> None:
    assert f"{studio_server.url}/projects/7/data?labeling=1" == studio.project_url(7)


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_text_that_would_poison_the_project_never_leaves(text: str, studio: StudioClient, project: int) -> None:
    with pytest.raises(BrokenError, match="cannot be sent"):
        studio.import_tasks(project, [task("a", "first", text)])
    assert [] == studio.list_tasks(project)


def test_a_missing_project_is_named(studio: StudioClient) -> None:
    with pytest.raises(UsageError, match="is the project there"):
        studio.list_tasks(999_999)


def test_a_wrong_token_is_refused_without_being_shown(studio_server: ServerInfo) -> None:
    wrong = "0123456789abcdef" * 2 + "01234567"
    with pytest.raises(UsageError, match="BUILDER_STUDIO_KEY") as caught:
        StudioClient(studio_server.url, wrong).whoami()

    assert wrong not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("token", ["", "two words", "line\n", "汉字"])
def test_what_cannot_be_a_token_is_refused_at_once(token: str) -> None:
    with pytest.raises(UsageError, match="BUILDER_STUDIO_KEY"):
        StudioClient("http://127.0.0.1:1", token)


def test_a_personal_access_token_works_until_it_is_revoked(
    studio_server: ServerInfo, reviewer: StudioClient, raw: Callable[..., Any]
) -> None:
    raw("/api/jwt/settings", "POST", api_tokens_enabled=True, legacy_api_tokens_enabled=True)
    personal = raw("/api/token/", "POST", expire="never")["token"]
    assert OWNER == StudioClient(studio_server.url, personal).whoami()

    with wire.connect(studio_server.url, headers={"Authorization": f"Token {studio_server.token}"}) as client:
        assert client.post("/api/token/blacklist/", json={"refresh": personal}).is_success
    with pytest.raises(UsageError, match="refused the token") as caught:
        StudioClient(studio_server.url, personal).whoami()
    assert personal not in str(caught.value)


def test_a_changed_review_page_reaches_an_existing_project(
    studio: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    marker = "[builder:test_a_changed_review_page_reaches_an_existing_project]"
    changed = CONFIG.replace('"PERSON"', '"PERSON" hint="names of people"')

    assert project == studio.open_project(marker, "other title", changed, "Read twice.", answers=2)
    found = raw(f"/api/projects/{project}/")
    assert (changed, "Read twice.", 2) == tuple(
        found[name] for name in ("label_config", "expert_instruction", "maximum_annotations")
    )


def test_a_changed_instruction_and_rule_reach_an_existing_project_and_its_tasks(
    studio: StudioClient, reviewer: StudioClient, project: int, raw: Callable[..., Any]
) -> None:
    marker = "[builder:test_a_changed_instruction_and_rule_reach_an_existing_project_and_its_tasks]"
    [sent] = studio.import_tasks(project, [task("a", "first")])
    reviewer.submit(sent, [], lead_time=1.0)
    assert raw(f"/api/tasks/{sent}")["is_labeled"]

    assert project == studio.open_project(marker, "title", CONFIG, "Read twice.", answers=2)
    found = raw(f"/api/projects/{project}/")
    assert ("Read twice.", 2) == (found["expert_instruction"], found["maximum_annotations"])
    assert not raw(f"/api/tasks/{sent}")["is_labeled"]
