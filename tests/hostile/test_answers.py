"""Hostile answers that come back from Label Studio: none is approved, none stops the run, and each says why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from builder import console
from builder.errors import Unavailable
from builder.store import queries
from builder.studio import wire
from builder.studio.answers import Account, believed
from tests.project import accepted, pushed_project


def entity(**value: Any) -> dict[str, Any]:
    whole = {"start": 0, "end": 1, "text": "", "labels": ["PERSON"], **value}
    return {"from_name": "entity", "to_name": "text", "type": "labels", "value": whole}


def label(*names: Any) -> dict[str, Any]:
    return {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [*names]}}


def comment(*texts: Any) -> dict[str, Any]:
    return {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": [*texts]}}


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


REFUSED: Mapping[str, list[Any]] = {
    "a label that is mark-up": [label("<img src=x onerror=ran=1>")],
    "a label that is a command of the terminal": [label("\x1b]0;pwned\x07\u202e")],
    "a label that is a path": [entity(labels=["../../etc/passwd"]), label("event")],
    "a label that is an object": [entity(labels=[{"__proto__": 1}]), label("event")],
    "a label of a megabyte": [label("event" * 200_000)],
    "a label of half a surrogate pair": [label("\ud800\x00")],
    "many labels on one span": [entity(labels=["PERSON"] * 1_000), label("event")],
    "a place before the text": [entity(start=-1), label("event")],
    "a place of a giant number": [entity(start=10**300, end=10**301), label("event")],
    "a place that is text": [entity(start="0", end="1 OR 1=1"), label("event")],
    "a place of many digits": [entity(start="9" * 5_000, end="1"), label("event")],
    "a place before the text that quotes nothing": [entity(start=-1, end=2), label("event")],
    "a place behind the text that quotes nothing": [entity(start=2, end=10**6), label("event")],
    "a place that is true": [entity(start=False, end=True), label("event")],
    "another text than ours": [entity(text="<script>ran=1</script>"), label("event")],
    "no regions": [None, 7, "x", [], {}],
    "a region of names that are lists": [{"from_name": ["entity"], "to_name": {}, "type": None, "value": {}}],
    "a control of another kind": [{"from_name": "entity", "to_name": "text", "type": "hypertextlabels", "value": {}}],
    "deep": [nested(700)],
}

HARMLESS: Mapping[str, list[Any]] = {
    "a comment that is mark-up": [comment("<script>ran=1</script>", "=cmd|' '!A0", "\x1b[2J\u202e")],
    "a comment of a megabyte": [comment("x" * 2**20)],
    "meta that is deep": [{**comment("x"), "meta": nested(700)}],
    "relations without end": [{"type": "relation", "from_id": n, "to_id": n + 1} for n in range(3_000)],
    "meta with keys of objects": [{**comment("x"), "meta": {"__proto__": {"ran": 1}, "constructor": "x"}}],
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_reason_and_the_others_count(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pushed_project(tmp_path) as (bench, studio):
        first, *others = studio.payloads()
        studio.submit(first["id"], REFUSED[name])
        for task in others:
            studio.submit(task["id"], accepted(task["data"]["text"], task["predictions"][0]["result"], "event"))
        bench.pull()
        found = bench.review()
        bench.stats(60.0)
        console.show_review(found)
        console.as_json([*found.refusals])

    assert ([first["data"]["builder_key"]], len(others)) == ([key for key, _ in found.refusals], len(found.golds))
    assert set() == set("\x1b\x07\u202e\ud800\x00") & set("".join(capfd.readouterr()))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_part_of_the_answer_changes_nothing(name: str, tmp_path: Path) -> None:
    with pushed_project(tmp_path) as (bench, studio):
        for task in studio.payloads():
            result = accepted(task["data"]["text"], task["predictions"][0]["result"], "event")
            studio.submit(task["id"], [*result, *HARMLESS[name]])
        bench.pull()
        found = bench.review()
        released = b"".join(path.read_bytes() for path in bench.release("v1").rglob("*") if path.is_file())
        rejects = queries.rejects(bench.store)

    assert (5, ()) == (len(found.golds), tuple(found.refusals))
    assert b"ran=1" not in released
    assert {"N_COMMENT", "E_RELATION"} >= {reject.code for reject in rejects}


FIELDS: Mapping[str, Mapping[str, Any]] = {
    f"{name} {str(value)[:12]}": {name: value}
    for name in ("parent_prediction", "lead_time")
    for value in ([1], {"x": 1}, "x", "\ud800", True, 0, -1, -5.5, 0.5, 2**63, 2**70, 10**400, 1e308, -1e308)
}


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_beside_what_was_answered_stops_the_project(name: str, tmp_path: Path) -> None:
    with pushed_project(tmp_path) as (bench, studio):
        for person in (1, 2):
            for task in studio.payloads():
                studio.submit(task["id"], task["predictions"][0]["result"], person=person, **FIELDS[name])
        bench.pull()
        found = bench.review()
        told = json.loads(json.dumps(bench.stats(60.0)), parse_constant=pytest.fail)
        bench.release("v1")

    assert (5, ()) == (len(found.golds), tuple(found.refusals))
    assert 10 == told["answers"]
    for row in told["effort"]:
        assert 0 <= row["seconds"] <= 600
        assert 0 <= row["idle_seconds"] < 10**10


def test_a_number_that_no_database_holds_is_not_believed() -> None:
    assert 2**63 - 1 == believed(Account, {"id": 2**63 - 1, "email": "a@b.test"}, "x").id
    with pytest.raises(Unavailable, match="makes no sense"):
        believed(Account, {"id": 2**63, "email": "a@b.test"}, "x")


@pytest.mark.parametrize("body", ["[NaN]", "[-Infinity]", "[1e999]", "[" * 100_000, "9" * 5_000, '["x'])
def test_json_that_no_store_can_hold_is_no_answer(body: str) -> None:
    response = httpx.Response(200, text=body, request=httpx.Request("GET", "http://127.0.0.1/x"))

    with pytest.raises(Unavailable, match="not JSON"):
        wire.json_of(response, "http://127.0.0.1")
