"""The backend over real sockets: the protocol's shapes, who may ask, and what no visitor can do to it."""

from __future__ import annotations

import json
import threading

import pytest

from builder.errors import UsageError
from builder.studio import backend as module
from builder.studio.backend import Address, Backend
from builder.studio.label_config import label_config
from tests.studio.backends import SCHEMA, VERSION, Asked, basic, running, suggester, tom_proposed

TOKEN = "c0ffee" * 6
SETUP = {"project": "1.2", "schema": label_config(SCHEMA), "hostname": "http://ls.test", "access_token": TOKEN}


@pytest.fixture(scope="module")
def asked():
    with running() as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/health", "/health/", "/health?full=1"])
def test_it_says_that_it_is_up(asked: Asked, path: str) -> None:
    status, answer, headers = asked.ask("GET", path)

    assert (200, {"status": "UP", "model_version": VERSION}) == (status, answer)
    assert "application/json" == headers["Content-Type"]


def test_setup_gives_the_model_version(asked: Asked) -> None:
    assert (200, {"model_version": VERSION}) == asked.ask("POST", "/setup", SETUP)[:2]


@pytest.mark.parametrize("body", [SETUP, {**SETUP, "schema": "<!"}, {**SETUP, "schema": 7}, [TOKEN], TOKEN])
def test_the_token_that_setup_brings_is_neither_said_nor_sent_back(asked: Asked, body: object) -> None:
    _, answer, headers = asked.ask("POST", f"/setup?token={TOKEN}", body)

    assert TOKEN not in f"{answer}{headers}{asked.said}"


def test_setup_with_foreign_controls_says_why_where_label_studio_shows_it(asked: Asked) -> None:
    body = json.dumps({**SETUP, "schema": "<View><Text name='t' value='$t'/></View>"}).encode()
    head = f"POST /setup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    first = asked.raw(head.encode(), body).partition(b"\r\n")[0].decode()

    assert first.startswith("HTTP/1.1 422 the labeling configuration has no control of ours")


def test_predictions_are_regions_with_score_and_version(asked: Asked) -> None:
    status, answer = asked.predict("Then Tom left.")
    (result,) = answer["results"]
    entity, label = result["result"]

    assert (200, 0.65, VERSION) == (status, result["score"], result["model_version"])
    assert {"start": 5, "end": 8, "text": "Tom", "labels": ["PERSON"]} == entity["value"]
    assert ("entity", "text", "labels", 0.8) == tuple(entity[k] for k in ("from_name", "to_name", "type", "score"))
    assert ("label", "choices", {"choices": ["event"]}) == (label["from_name"], label["type"], label["value"])


def test_a_webhook_is_heard_and_does_nothing(asked: Asked) -> None:
    assert (200, {}) == asked.ask("POST", "/webhook", b"not even JSON \xff")[:2]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/train", 404),
        ("POST", "/", 405),
        ("POST", "/health", 405),
        ("GET", "/predict", 405),
        ("DELETE", "/setup", 405),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/health/..", 404),
        ("BREW", "/predict", 501),
    ],
)
def test_what_there_is_not_is_refused_in_json(asked: Asked, method: str, path: str, expected: int) -> None:
    status, answer, _ = asked.ask(method, path)

    assert (expected, ["error"]) == (status, list(answer))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"tasks": ' + b"9" * 5_000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"tasks": 5}', 422),
        (b'{"tasks": [], "label_config": 5}', 422),
        (b'{"tasks": [], "label_config": "<a>&lol;</a>"}', 422),
    ],
)
def test_garbage_is_refused_without_a_trace(asked: Asked, body: bytes, expected: int) -> None:
    status, answer, _ = asked.ask("POST", "/predict", body)

    assert (expected, ["error"]) == (status, list(answer))
    assert "Traceback" not in f"{answer}{asked.said}"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"POST /predict HTTP/1.1\r\n\r\n{}", b"411"),
        (b"POST /predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /predict HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}", b"400"),
        (b"POST /predict HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", b"400"),
        (b"POST /predict HTTP/1.1\r\nContent-Length: " + b"9" * 6_000 + b"\r\n\r\n", b"413"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"a%d: b\r\n" % n for n in range(200)) + b"\r\n", b"431"),
        (b"secret words\r\n\r\n", b"400"),
    ],
)
def test_a_strange_request_gets_its_status_and_no_echo(asked: Asked, head: bytes, expected: bytes) -> None:
    answer = asked.raw(head)

    assert expected in answer.partition(b"\r\n")[0]
    assert b'{"error": ' in answer
    assert b"secret" not in answer


def test_too_large_a_body_is_refused_and_the_refusal_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 100_000)
    with running() as small:
        status, answer, _ = small.ask("POST", "/predict", b" " * 3_000_000)
        largest = small.ask("POST", "/predict", b'{"tasks": []}'.ljust(100_000))

    assert (413, "more than 100000 bytes; send fewer tasks at once") == (status, answer["error"])
    assert (200, {"results": []}) == largest[:2]


@pytest.fixture(scope="module")
def guarded():
    with running(password="hunter2:&", user="li") as found:
        yield found


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("li", "hunter2"),
        basic("Li", "hunter2:&"),
        basic("", ""),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ä"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer " + basic("li", "hunter2:&")["Authorization"].split()[1]},
        {"Authorization": f"Token {TOKEN}"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("POST", "/setup"), ("POST", "/predict")])
def test_without_the_right_credentials_nothing_is_answered(
    guarded: Asked, headers: dict[str, str], method: str, path: str
) -> None:
    status, answer, told = guarded.ask(method, path, b"{}" if method == "POST" else None, headers)

    assert (401, 'Basic realm="builder"') == (status, told["WWW-Authenticate"])
    assert ["error"] == list(answer)
    assert "hunter2" not in f"{answer}{guarded.said}"


def test_with_the_right_credentials_everything_is_answered(guarded: Asked) -> None:
    key = basic("li", "hunter2:&")

    assert 200 == guarded.ask("GET", "/health", None, key)[0]
    assert 200 == guarded.ask("POST", "/predict", {"tasks": []}, key)[0]


def test_a_webhook_needs_no_password_since_label_studio_sends_none(guarded: Asked) -> None:
    assert 200 == guarded.ask("POST", "/webhook", b"{}")[0]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://127.0.0.1:8080"}, {"Host": "attacker.example:9090"}, {"Host": "127.0.0.1.evil.test"}]
)
def test_web_pages_cannot_ask_through_a_browser(asked: Asked, headers: dict[str, str]) -> None:
    assert 403 == asked.ask("POST", "/predict", {"tasks": []}, headers)[0]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9090", "[::1]:9090", "LOCALHOST:1"])
def test_this_machine_by_any_name_may_ask(asked: Asked, host: str) -> None:
    assert 200 == asked.ask("GET", "/health", None, {"Host": host})[0]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_beyond_this_machine_a_password_is_needed(host: str) -> None:
    with pytest.raises(UsageError, match="BUILDER_BACKEND_PASSWORD"):
        Address(host)
    assert not Address(host, password="x").is_local


@pytest.mark.parametrize(("user", "password"), [("ü", "x"), ("a:b", "x"), ("a", "密码")])
def test_credentials_that_label_studio_cannot_send_are_refused(user: str, password: str) -> None:
    with pytest.raises(UsageError, match="ASCII"):
        Address(user=user, password=password)


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Address(password="hunter2"))


def test_a_taken_port_says_how_to_choose_another(asked: Asked) -> None:
    with pytest.raises(UsageError, match="choose with --port"):
        Backend(Address(port=asked.port), suggester(), print)


def test_too_slow_an_answer_is_given_up_and_the_next_one_comes() -> None:
    go = threading.Event()

    def slow(sentences):
        if "wait" in sentences[0].text:
            go.wait(20)
        return tom_proposed(sentences)

    with running(slow, seconds=0.3) as asked:
        late, busy, up = asked.predict("wait"), asked.predict("Tom"), asked.ask("GET", "/health")[0]
        go.set()
        later = next(answer for answer in iter(lambda: asked.predict("Tom"), None) if answer[0] == 200)

    assert (503, "no answer within 0.3 seconds; ask for fewer tasks at once") == (late[0], late[1]["error"])
    assert (503, "busy with other requests for 0.3 seconds; try again later") == (busy[0], busy[1]["error"])
    assert (200, 2) == (up, len(later[1]["results"][0]["result"]))


def test_annotators_are_asked_by_one_at_a_time() -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def counted(sentences):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.02)
        with lock:
            inside -= 1
        return tom_proposed(sentences)

    answers: list[int] = []
    with running(counted) as asked:
        threads = [threading.Thread(target=lambda: answers.append(asked.predict("Tom")[0])) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert ([200] * 12, 1) == (answers, most)


def test_a_failure_nobody_foresaw_is_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as asked:
        monkeypatch.setattr(asked.server.turns, "take", lambda *given: 1 / 0)
        status, answer = asked.predict("secret words")
        monkeypatch.undo()
        after = asked.predict("Tom")[0]

    assert (500, {"error": "the backend failed (ZeroDivisionError)"}, 200) == (status, answer, after)
    assert "secret" not in str(asked.said)
