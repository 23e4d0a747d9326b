"""The token that publishes is nowhere after a hub that hangs, or that answers when nobody waits any more."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from builder.cli import main
from builder.exporters import hub as sending
from tests.hostile.canary import told, traces
from tests.hub.releases import NAME
from tests.hub.server import TOKEN, Asked, Hub
from tests.project import make_release

STEPS = {"the first look": "/api/datasets/", "a change": "/commit/", "reading back": "/resolve/"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("released"))


@pytest.fixture
def released(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture
def publish(
    released: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[[], tuple[int, str]]:
    """Call the verb with little patience; give how it ended and all that was said."""
    monkeypatch.setattr(sending, "_PATIENCE", 0.3)
    for name in ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"):
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", 0.3)
    for name, value in (("HF_TOKEN", TOKEN), ("HF_ENDPOINT", hub.url)):
        monkeypatch.setenv(name, value)
    caplog.set_level("DEBUG")

    def call() -> tuple[int, str]:
        result = CliRunner().invoke(main, ["-C", str(released), "publish", "v1", NAME])
        return result.exit_code, told(result, caplog.text)

    return call


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"], ids=["hangs", "answers late"])
def test_the_token_is_nowhere_after_the_hub_was_silent(
    step: str, when: str, publish: Callable[[], tuple[int, str]], released: Path, hub: Hub
) -> None:
    hung, over = list[Asked](), threading.Event()

    def hang(moment: str, asked: Asked) -> None:
        if moment == when and STEPS[step] in asked.path and not over.is_set():
            hung.append(asked)
            over.wait()

    hub.fault = hang
    code, said = publish()
    over.set()
    with hub.lock:
        hub.fault = lambda moment, asked: None

    assert (3, True) == (code, bool(hung)), said
    assert TOKEN in "".join(asked.authorization for asked in hub.asked)
    assert [] == traces(released, said, TOKEN)
    code, said = publish()
    assert (0, []) == (code, traces(released, said, TOKEN)), said
    assert 1 == sum("/commit/" in asked.path and asked.is_change for asked in hub.asked)
