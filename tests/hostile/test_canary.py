"""Secrets that a failing run was given are nowhere after it: not said, not logged, not kept, on no command line.

The server repeats every header and body that it gets, as proxies that help with debugging do.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from builder import servers
from builder.cli import main
from builder.config import parse_config
from builder.environment import KEY_VARIABLE
from builder.errors import UsageError
from builder.studio import wire
from tests.hostile.canary import CANARY, LLM, PASSWORD, TOML, Called, forms, personal_token, told, traces
from tests.hostile.conftest import ANSWERS, BREAKS, SILENCES, Failing
from tests.studio.backends import basic, running


@pytest.mark.parametrize("mode", [*ANSWERS, *BREAKS])
def test_the_token_is_nowhere_after_a_push_that_failed(mode: str, called: Called, failing: Failing) -> None:
    failing.mode = mode
    result, folder, said = called("push")

    assert result.exit_code in (2, 3, 4), result.output
    assert "Traceback" not in result.output, "the failure was not foreseen"
    assert {f"Token {CANARY}"} == failing.authorised
    assert [] == traces(folder, said, CANARY, PASSWORD, LLM)


@pytest.mark.parametrize("mode", SILENCES)
@pytest.mark.parametrize(("at", "key"), [("GET", CANARY), ("POST", CANARY), ("POST", personal_token())])
def test_the_token_is_nowhere_after_the_client_gave_up(
    mode: str, at: str, key: str, called: Called, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    failing.mode, failing.at = mode, at
    result, folder, said = called("push")
    failing.let_go()

    assert 3 == result.exit_code, result.output
    assert at in {asked.partition(" ")[0] for asked in failing.asked}
    assert bool(failing.late) == (mode == "answers late")
    assert [] == traces(folder, said, *key.split(".")[1:], CANARY, PASSWORD, LLM)


@pytest.mark.parametrize("verb", [("pull",), ("run",), ("check", "--server"), ("restore",), ("review",), ("status",)])
@pytest.mark.parametrize("mode", ["repeats", "broke down", *SILENCES])
def test_the_token_is_nowhere_whatever_verb_failed(
    mode: str, verb: tuple[str, ...], called: Called, failing: Failing
) -> None:
    failing.mode = mode
    _, folder, said = called(*verb)

    assert [] == traces(folder, said, CANARY, PASSWORD, LLM)


@pytest.mark.parametrize("mode", [*ANSWERS, *BREAKS])
def test_a_personal_token_is_nowhere_either(
    mode: str, called: Called, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = personal_token()
    monkeypatch.setenv(KEY_VARIABLE, token)
    failing.mode = mode
    result, folder, said = called("push")

    assert result.exit_code in (2, 3), result.output
    assert failing.asked
    assert [] == traces(folder, said, token.split(".")[1], token.split(".")[2], CANARY)


@pytest.mark.parametrize("mode", ["hangs up", "is cut short", "answers a page"])
def test_the_token_is_not_in_the_trace_of_a_failure_that_nobody_foresaw(
    mode: str, called: Called, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def untranslated(url: str) -> Iterator[None]:
        yield

    def unread(response: httpx.Response, url: str) -> None:
        raise RuntimeError(f"nobody foresaw {response!r}")

    monkeypatch.setattr(wire, "translated", untranslated)
    monkeypatch.setattr(wire, "json_of", unread)
    failing.mode = mode
    result, folder, said = called("push")

    assert (4, True) == (result.exit_code, "Traceback (most recent call last)" in result.stderr)
    assert [] == traces(folder, said, CANARY, PASSWORD, LLM)


@pytest.mark.parametrize("mode", ["refuses", "repeats", "answers a page", "answers without end", "moved"])
def test_the_key_of_a_model_is_nowhere_after_annotating_failed(mode: str, called: Called, failing: Failing) -> None:
    failing.mode = mode
    result, folder, said = called("annotate", more=', "llm"')

    assert {f"Bearer {LLM}"} == failing.authorised
    assert result.exit_code in (1, 2), result.output
    assert [] == traces(folder, said, CANARY, PASSWORD, LLM)


@pytest.mark.parametrize("odd", ["é", "\n", "\r\nX-Evil: 1", " b", "\x7f"])
def test_a_token_that_would_add_a_header_is_refused_unseen(
    odd: str, called: Called, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, CANARY + odd)
    monkeypatch.setenv("BUILDER_LLM_KEY", LLM + odd)
    pushed, folder, said = called("push")
    annotated, _, more = called("annotate", more=', "llm"')

    assert (2, []) == (pushed.exit_code, traces(folder, said + more, CANARY, LLM))
    assert annotated.exit_code in (1, 2) if odd != " b" else True
    assert set() == {sent for sent in failing.authorised if not sent.startswith("Bearer sk-") or odd != " b"}


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{CANARY}@127.0.0.1:1",
        f"http://{CANARY}@127.0.0.1:1",
        f"ftp://me:{CANARY}@127.0.0.1",
        f"http://127.0.0.1:1/?token={CANARY}",
        f"http://127.0.0.1:1/#{CANARY}",
        f"http://127.0.0.1:1\\r\\nX-Token: {CANARY}",
        f"http://127.0.0.1:{CANARY}",
        f"http://[{CANARY}]:1",
        f"127.0.0.1:1/{CANARY}",
    ],
)
@pytest.mark.parametrize("verb", [("push",), ("studio", "start"), ("studio", "status"), ("run",)])
def test_an_address_that_holds_a_secret_is_refused_unseen(url: str, verb: tuple[str, ...], called: Called) -> None:
    def refused(key: str) -> None:
        project = parse_config(f'[project]\nname = "small"\n[studio]\nurl = "{url}"\n')
        wire.checked_url(project.studio.url + key)

    _, folder, _ = called("status")
    (folder / "builder.toml").write_text(f'[project]\nname = "small"\n[studio]\nurl = "{url}"\n')
    result = CliRunner().invoke(main, ["-C", str(folder), *verb])
    (folder / "builder.toml").write_text("")

    assert 2 == result.exit_code, result.output
    assert [] == traces(folder, told(result, ""), CANARY)
    with pytest.raises(UsageError):
        refused("")


@pytest.mark.parametrize(
    "line", [f'[studio]\nkey = "{CANARY}"', f'[studio]\nurl = ["{CANARY}"]', f'[review]\ntrust_api = "{CANARY}"']
)
def test_a_secret_in_the_wrong_place_is_not_repeated(line: str, called: Called) -> None:
    _, folder, _ = called("status")
    (folder / "builder.toml").write_text(f'[project]\nname = "small"\n{line}\n')
    result = CliRunner().invoke(main, ["-C", str(folder), "status"])
    (folder / "builder.toml").write_text("")

    assert 2 == result.exit_code
    assert [] == traces(folder, told(result, ""), CANARY)


def test_the_password_of_the_backend_is_neither_said_nor_sent() -> None:
    def failing(sentences: object) -> list[object]:
        raise RuntimeError("nobody foresaw this")

    given = basic("builder", PASSWORD)
    with running(failing, password=PASSWORD) as asked:  # type: ignore[arg-type]
        answers = [
            asked.ask(method, path, body, headers)
            for method, path, body in (("GET", "/health", None), ("POST", "/predict", {"tasks": [{}]}), ("PUT", "/", 7))
            for headers in (given, basic("builder", PASSWORD[:-1]), {"Authorization": f"Bearer {PASSWORD}"})
        ]
        seen = f"{answers}{asked.said}{asked.server.address}{vars(asked.server)}"

    assert {200, 401, 405} <= {status for status, _, _ in answers}
    assert [] == [form for form in forms(PASSWORD) if form in seen.encode()]


def test_no_command_line_holds_a_secret(called: Called, failing: Failing, tmp_path: Path) -> None:
    _, folder, _ = called("status")
    command = [sys.executable, "-m", "builder", "-C", str(folder), "annotate"]
    (folder / "builder.toml").write_text(TOML.format(url=failing.url, more=', "llm"'))
    failing.mode = "broke down"  # asked five times, with longer and longer pauses: time to look
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not failing.asked:
            assert child.poll() is None
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, check=True).stdout
    finally:
        child.kill()
        child.wait()

    assert str(child.pid).encode() in listed
    assert [] == [form for form in forms(CANARY, PASSWORD, LLM) if form in listed]


def test_who_is_asked_for_a_key_is_not_told_what_else_the_address_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    config = parse_config(f'[project]\nname = "small"\n[studio]\nurl = "http://me:{CANARY}@127.0.0.1"\n')
    for asked in (servers.connect, servers.embedded):
        with pytest.raises(UsageError) as caught:
            asked(type("Project", (), {"config": config, "hidden": Path(os.devnull)}))  # type: ignore[arg-type]
        assert CANARY not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_a_secret_that_is_somewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_bytes(b"\x00" + base64.b64encode(f"builder:{PASSWORD}".encode()))

    assert [".hidden"] == traces(tmp_path, "", PASSWORD)
    assert ["(said)"] == traces(tmp_path, f"x{CANARY}", CANARY)
