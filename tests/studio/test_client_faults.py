"""The client against answers that no healthy server gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.errors import BrokenError, Unavailable, UsageError
from builder.studio.client import StudioClient
from tests.studio.conftest import Scripted


def task(key: str, batch: str) -> dict[str, Any]:
    return {"data": {"text": "甲乙丙", "builder_key": key, "builder_batch": batch}, "predictions": []}


def impatient(scripted: Scripted) -> tuple[StudioClient, list[float]]:
    pauses: list[float] = []
    return StudioClient(scripted.url, "0" * 40, pause=pauses.append), pauses


def test_no_server_is_unavailable_after_three_attempts(scripted: Scripted) -> None:
    client, pauses = impatient(scripted)
    scripted.close()
    with pytest.raises(Unavailable, match="is the server running"):
        client.whoami()
    assert [1.0, 2.0] == pauses


def test_reading_is_tried_again_after_a_failure(scripted: Scripted) -> None:
    client, pauses = impatient(scripted)
    scripted.replies = [(502, "bad gateway"), (429, "slow down"), (200, '{"id": 1, "email": "li@example.org"}')]

    assert "li@example.org" == client.whoami()
    assert 2 == len(pauses)


def test_an_empty_object_instead_of_a_page_is_asked_for_again(scripted: Scripted) -> None:
    client, pauses = impatient(scripted)
    scripted.replies = [(200, "{}"), (200, '{"total": 7, "tasks": []}')]

    assert (7, [1.0]) == (client.count_tasks(1), pauses)


def test_a_missing_first_page_is_asked_for_again_and_then_believed(scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    scripted.replies = [(404, "<html>"), (200, '{"total": 0, "total_annotations": 0, "tasks": []}')]
    assert {} == client.find_batch(1, "b")
    scripted.replies = [(404, "<html>")]
    with pytest.raises(UsageError, match="is the project there"):
        client.find_batch(1, "b")


@pytest.mark.parametrize(
    "reply",
    [(502, "bad gateway"), (500, "oops"), (429, "slow"), (200, "{}"), (201, "<html>"), (404, "<html>"), (201, "[")],
)
def test_an_import_is_sent_once_whatever_the_answer(reply: tuple[int, str], scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    scripted.replies = [reply]
    with pytest.raises(Unavailable):
        client.import_tasks(1, [task("a", "first")])
    assert 1 == len(scripted.asked)


def test_a_short_list_of_ids_is_an_uncertain_import(scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    scripted.replies = [(201, json.dumps({"task_count": 2, "task_ids": [5]}))]
    with pytest.raises(Unavailable, match="1 of 2"):
        client.import_tasks(1, [task("a", "first"), task("b", "first")])


def test_a_redirect_is_not_followed(scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    scripted.replies = [(301, "")]
    with pytest.raises(UsageError, match="redirects"):
        client.import_tasks(1, [task("a", "first")])
    assert 1 == len(scripted.asked)


@pytest.mark.parametrize("reply", [(500, "oops"), (400, "no"), (403, "no"), (200, "{}")])
def test_no_message_holds_a_cookie_or_the_token(reply: tuple[int, str], scripted: Scripted) -> None:
    client = StudioClient(scripted.url, "f00d" * 10, pause=lambda seconds: None)
    scripted.replies = [reply]
    with pytest.raises((UsageError, Unavailable, BrokenError)) as caught:
        client.people()

    assert not [secret for secret in ("f00d" * 10, "a-secret-cookie", "Authorization") if secret in str(caught.value)]


def test_a_server_that_ignores_the_filter_does_not_widen_a_batch(scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    counts = {"updated_at": "2026-01-01", "total_annotations": 0, "cancelled_annotations": 0}
    rows = [{"id": 1, **task("a", "wanted"), **counts}, {"id": 2, **task("b", "other"), **counts}]
    scripted.replies = [(200, json.dumps({"total": 2, "total_annotations": 0, "tasks": rows}))]

    assert {"a": 1} == client.find_batch(7, "wanted")


def test_an_annotation_of_another_task_is_not_believed(scripted: Scripted) -> None:
    client, _ = impatient(scripted)
    times = {"created_at": "2026-01-01", "updated_at": "2026-01-01"}
    stray: dict[str, Any] = {"id": 1, "task": 8, "result": [], "was_cancelled": False, "completed_by": None, **times}
    scripted.replies = [(200, json.dumps({"id": 7, "annotations": [stray]}))]
    with pytest.raises(Unavailable, match="task 8 for task 7"):
        client.list_annotations(7)
