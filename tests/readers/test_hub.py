"""The hub: what is asked of it, what comes, and what is said when nothing comes. A small hub on 127.0.0.1 stands in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from builder import plugins
from builder.errors import Unavailable, UsageError
from builder.readers import hub, jsonl, parquet
from builder.readers.hub import Wanted
from builder.store import queries
from tests.project import at_work, make_sources
from tests.readers.arrow_files import parquet as parquet_bytes

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "README.md": b"# A set",
    "data/train-00000-of-00001.parquet": parquet_bytes({"text": ["The hall opened."]}),
    "data/test-00000-of-00001.parquet": parquet_bytes({"text": ["Tom left early."]}),
    "old/train.csv": b"text\nNot this one.\n",
}
TRAIN, TEST = "data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"


class Hub(BaseHTTPRequestHandler):
    """The few answers of the hub that a download needs."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/datasets/o/gated/"):
            self.answer(b"", 403, {"X-Error-Code": "GatedRepo"})
        elif path.startswith((f"/api/datasets/o/set/tree/{COMMIT}", f"/api/datasets/o/gated/tree/{COMMIT}")):
            tree = [{"type": "file", "path": n, "size": len(c), "oid": "0" * 40} for n, c in FILES.items()]
            self.answer(json.dumps(tree).encode())
        elif path.startswith(("/api/datasets/o/set", "/api/datasets/o/gated")):
            siblings = [{"rfilename": name} for name in FILES]
            self.answer(json.dumps({"id": "o/set", "sha": COMMIT, "siblings": siblings}).encode())
        elif (name := path.removeprefix(f"/datasets/o/set/resolve/{COMMIT}/")) in FILES:
            self.answer(FILES[name])
        else:
            self.answer(b"", 404, {"X-Error-Code": "RepoNotFound"})

    def answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        found = {"Content-Length": len(body), "ETag": f'"{len(body)}"', "X-Repo-Commit": COMMIT, **(headers or {})}
        for name, value in found.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_CODE = """
import json, sys
from pathlib import Path
from builder.errors import BuilderError
from builder.readers.hub import hub_files
try:
    print(json.dumps([path.relative_to(sys.argv[2]).as_posix() for path in hub_files(sys.argv[1], Path(sys.argv[2]))]))
except BuilderError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def brought(address: str, folder: Path, endpoint: str) -> Any:
    """Bring files in a process of its own: the hub's client reads where the hub is once, when it is imported."""
    home = {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    environment = {**os.environ, **home, "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "*", "HF_HUB_OFFLINE": "0"}
    told = subprocess.run(
        [sys.executable, "-c", _CODE, address, str(folder)], capture_output=True, check=True, text=True, env=environment
    )
    return json.loads(told.stdout)


def test_the_files_of_a_dataset_are_brought_under_their_commit(tmp_path: Path) -> None:
    with served() as endpoint:
        found = brought("hf://o/set", tmp_path, endpoint)

    assert [f"o--set@{COMMIT}/{TEST}", f"o--set@{COMMIT}/{TRAIN}"] == found
    assert FILES[TEST] == (tmp_path / found[0]).read_bytes()
    assert not list(tmp_path.rglob("*.csv"))


def test_one_split_may_be_brought(tmp_path: Path) -> None:
    with served() as endpoint:
        found = brought("hf://o/set@main#test", tmp_path, endpoint)

    assert [f"o--set@{COMMIT}/{TEST}"] == found
    assert [] == list(tmp_path.rglob("train*.parquet"))


def test_a_dataset_that_is_not_there_is_the_user_s_to_mend(tmp_path: Path) -> None:
    with served() as endpoint:
        kind, reason = brought("hf://o/other", tmp_path, endpoint)

    assert "UsageError" == kind
    assert "the hub knows no dataset o/other" in reason


def test_a_dataset_whose_files_need_consent_is_the_user_s_to_mend(tmp_path: Path) -> None:
    with served() as endpoint:
        kind, reason = brought("hf://o/gated", tmp_path, endpoint)

    assert "UsageError" == kind
    assert "hf auth login" in reason


def test_a_hub_that_does_not_answer_is_said_with_what_to_do(tmp_path: Path) -> None:
    with served() as endpoint:
        pass
    kind, reason = brought("hf://o/set", tmp_path, endpoint)

    assert "Unavailable" == kind
    assert "ingest their folder" in reason


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hf://o/set", Wanted("o/set")),
        ("hf://set", Wanted("set")),
        ("hf://datasets/o/set", Wanted("o/set")),
        ("hf://o/set@v1.0#train", Wanted("o/set", "v1.0", "train")),
        ("hf://o/set@refs/convert/parquet", Wanted("o/set", "refs/convert/parquet")),
        ("hf://o/set#test", Wanted("o/set", "", "test")),
    ],
)
def test_an_address_says_dataset_revision_and_split(address: str, expected: Wanted) -> None:
    assert expected == Wanted.of(address)


@pytest.mark.parametrize("address", ["hf://", "hf://a/b/c", "hf://../x", "hf://o/set@", "hf://o/set#a/b", "hf://o s"])
def test_an_odd_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="names no dataset"):
        Wanted.of(address)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("hf://o/set@v1", "hf://o/set@v1"), ("/project/hf:/o/set", "hf://o/set"), ("/project/a.txt", "")],
)
def test_an_address_is_known_although_it_was_taken_for_a_path(path: str, expected: str) -> None:
    assert expected == hub.address_of(Path(path))


@pytest.mark.parametrize(
    ("names", "split", "expected"),
    [
        (["a/train.csv", "b/train.jsonl"], "train", ["b/train.jsonl"]),
        (["train-1.csv", "test-1.csv"], "train", ["train-1.csv"]),
        (["trained.csv", "x_train_2.csv"], "train", ["x_train_2.csv"]),
        (["b.csv", "a.csv", "x.md"], "", ["a.csv", "b.csv"]),
        (["../b.csv", "/a.csv", "x/..\\..\\c.csv", "C:\\d.csv", "in.csv"], "", ["in.csv"]),
    ],
)
def test_files_of_one_format_and_split_are_chosen(names: list[str], split: str, expected: list[str]) -> None:
    assert expected == hub._chosen(Wanted("o/set", "", split), names)


def test_a_split_that_is_not_there_names_what_is() -> None:
    with pytest.raises(UsageError, match="of split 'dev'; it holds train.csv"):
        hub._chosen(Wanted("o/set", "", "dev"), ["train.csv"])


def test_a_dataset_on_the_hub_is_ingested_and_its_commit_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bring(name: str, commit: str, names: list[str], home: Path) -> None:
        for each in names:
            (home / each).parent.mkdir(parents=True, exist_ok=True)
            (home / each).write_bytes(FILES[each])

    monkeypatch.setattr(plugins, "readers", lambda: [jsonl.build({}), parquet.build({})])
    monkeypatch.setattr(hub, "_listed", lambda wanted: (COMMIT, list(FILES)))
    monkeypatch.setattr(hub, "_bring", bring)
    with at_work(tmp_path) as (bench, _):
        assert (2, 0) == (bench.ingest([tmp_path / "hf:/o/set"]).done, bench.ingest([tmp_path / "hf:/o/set"]).taken)
        found = [queries.find_document(bench.store, id) for id in queries.live_documents(bench.store)]
        paths = {queries.find_source(bench.store, document.source).path for document in found}

    assert {"The hall opened.", "Tom left early."} == {document.text for document in found}
    assert {f".builder/hub/o--set@{COMMIT}/{name}" for name in (TRAIN, TEST)} == paths


def test_an_away_hub_is_told_when_what_is_here_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> list[Path]:
        raise Unavailable("the hub does not answer")

    monkeypatch.setattr(hub, "hub_files", away)
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        with pytest.raises(Unavailable):
            bench.ingest([Path("hf://owner/name"), tmp_path / "sources"])

        assert 2 == len(queries.live_documents(bench.store))
