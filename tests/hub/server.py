"""A server on 127.0.0.1 that speaks as much of the hub's API as publishing and loading a dataset need.

Every request has a number; `fault` is called with it before and after the request is done, and may cut the
connection, answer with an error, or kill whom it likes.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from tests.hub.repository import Blob, Pull, Refused, Repository

TOKEN = "hf_" + "canary" * 5 + "XYZ"
LARGE = re.compile(r"\.parquet$")


@dataclass(frozen=True)
class Asked:
    """One request."""

    number: int
    method: str
    path: str
    authorization: str = ""

    @property
    def is_change(self) -> bool:
        return self.method == "POST" and bool(re.search("/commit/|/tag/|repos/create", self.path))


class Cut(Exception):
    """The connection ends without an answer."""


Fault = Callable[[str, Asked], None]
"""Called with "before" or "after", and the request."""


def no_fault(when: str, asked: Asked) -> None:
    """Let everything pass."""


class Hub:
    """The hub itself, and the server that speaks for it."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.large: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.fault: Fault = no_fault
        self.corrupted: set[str] = set()
        self.echoes_token = False
        self.lock = threading.RLock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def repository(self, name: str) -> Repository:
        if name not in self.repositories:
            raise Refused(404, "Repository not found", "RepoNotFound")
        return self.repositories[name]

    def snapshot(self) -> tuple[Any, ...]:
        """Remember all that it holds."""
        return copy.deepcopy((self.repositories, self.large))

    def go_back(self, snapshot: tuple[Any, ...]) -> None:
        """Hold again what was remembered."""
        self.reset()
        self.repositories, self.large = copy.deepcopy(snapshot)

    def reset(self) -> None:
        """Forget everything but the address."""
        self.repositories, self.large, self.asked, self.fault = {}, {}, [], no_fault
        self.corrupted, self.echoes_token = set(), False


@contextmanager
def running():
    """Serve until the block ends."""
    hub = Hub()
    thread = threading.Thread(target=hub.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.server.shutdown()
        hub.server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """Requests to answers."""

    hub: Hub
    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = -1, True
    query: dict[str, list[str]]

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        split = urlsplit(self.path)
        path, self.query = split.path, parse_qs(split.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        with self.hub.lock:
            asked = Asked(len(self.hub.asked) + 1, self.command, path, self.headers.get("Authorization", ""))
            self.hub.asked.append(asked)
            try:
                self.hub.fault("before", asked)
                status, headers, content = self._done(path, body)
                self.hub.fault("after", asked)
            except Cut:
                self.close_connection = True
                self.connection.close()
                return
            except Refused as refused:
                status, headers, content = self._refusal(refused)
        self._send(status, headers, content)

    do_GET = do_POST = do_PUT = do_HEAD = _serve

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _refusal(self, refused: Refused) -> tuple[int, dict[str, str], bytes]:
        told = f"{refused.message} {self.headers.get('Authorization', '') if self.hub.echoes_token else ''}".strip()
        headers = {"X-Error-Message": told, "Content-Type": "application/json"}
        headers |= {"X-Error-Code": refused.code} if refused.code else {}
        return refused.status, headers, json.dumps({"error": told, "errors": [{"message": told}]}).encode()

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _done(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        for pattern, method in _ROUTES:
            kind, _, rest = pattern.partition(" ")
            if self.command in kind.split("|") and (found := re.fullmatch(rest, path)):
                answer = getattr(self, method)(*map(unquote, found.groups()), body=body)
                return answer if isinstance(answer, tuple) else (200, _JSON, json.dumps(answer).encode())
        raise Refused(404, f"no such place: {self.command} {path}", "EntryNotFound")

    def _may_write(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != TOKEN:
            raise Refused(
                401, "Invalid credentials in Authorization header" if token else "Invalid username or password."
            )

    def _found(self, name: str) -> Repository:
        repository = self.hub.repository(name)
        if repository.is_private and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "Repository not found", "RepoNotFound")
        return repository

    def _create(self, body: bytes) -> Any:
        self._may_write()
        told = json.loads(body)
        name = f"{told['organization']}/{told['name']}"
        if told["organization"] == "forbidden":
            raise Refused(403, "You don't have the rights to create a dataset under this namespace")
        if name in self.hub.repositories:
            raise Refused(409, "You already created this dataset repo")
        self.hub.repositories[name] = Repository(told.get("visibility") == "private" or bool(told.get("private")))
        return {"url": f"{self.hub.url}/datasets/{name}", "name": name}

    def _info(self, name: str, revision: str = "main", *, body: bytes) -> Any:
        repository = self._found(name)
        commit = repository.at(revision)
        return {
            "id": name,
            "sha": commit.oid,
            "private": repository.is_private,
            "siblings": [{"rfilename": path} for path in commit.tree],
        }

    def _refs(self, name: str, body: bytes) -> Any:
        repository = self._found(name)
        pulls = [(f"{number}", f"refs/pr/{number}", pull.head) for number, pull in repository.pulls.items()]
        return {
            "branches": _references((b, f"refs/heads/{b}", oid) for b, oid in repository.heads.items()),
            "tags": _references((t, f"refs/tags/{t}", oid) for t, oid in repository.tags.items()),
            "pullRequests": _references(pulls),
            "converts": [],
        }

    def _commits(self, name: str, revision: str, body: bytes) -> Any:
        return [
            {"id": c.oid, "title": c.title, "message": c.message, "authors": [], "date": "2026-01-01T00:00:00.000Z"}
            for c in self._found(name).history(revision)
        ]

    def _discussion(self, name: str, number: str, body: bytes) -> Any:
        pull = self._found(name).pulls.get(int(number))
        if pull is None:
            raise Refused(404, "Discussion not found")
        return {
            "num": int(number),
            "title": "a release",
            "author": {"name": "somebody"},
            "createdAt": "2026-01-01T00:00:00.000Z",
            "status": pull.status,
            "repo": {"name": name, "type": "dataset"},
            "isPullRequest": True,
            "events": [],
            "filesWithConflicts": [],
            "changes": {"base": "refs/heads/main"},
        }

    def _validate_yaml(self, body: bytes) -> Any:
        fields = next(iter(yaml.safe_load_all(json.loads(body)["content"].split("---\n")[1])))
        if strange := [language for language in fields.get("language", []) if language != language.lower()]:
            raise Refused(400, f'"language[0]" must only contain lowercase characters: {strange[0]}')
        return {"errors": [], "warnings": []}

    def _preupload(self, name: str, revision: str, body: bytes) -> Any:
        self._may_write()
        tree = self._found(name).at(revision).tree
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if LARGE.search(file["path"]) else "regular",
                "shouldIgnore": False,
                "oid": tree[file["path"]].etag if file["path"] in tree else None,
            }
            for file in json.loads(body)["files"]
        ]
        return {"files": files}

    def _batch(self, name: str, body: bytes) -> Any:
        self._may_write()
        objects = []
        for wanted in json.loads(body)["objects"]:
            href = f"{self.hub.url}/large/{wanted['oid']}"
            actions = {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}
            objects.append(wanted if wanted["oid"] in self.hub.large else {**wanted, "actions": actions})
        return {"transfer": "basic", "objects": objects}

    def _put(self, oid: str, body: bytes) -> Any:
        if Blob(body).sha256 != oid:
            raise Refused(400, "the content is not what its name says")
        self.hub.large[oid] = body
        return 200, {}, b""

    def _verify(self, oid: str, body: bytes) -> Any:
        if oid not in self.hub.large:
            raise Refused(404, "not uploaded")
        return {}

    def _commit(self, name: str, revision: str, body: bytes) -> Any:
        self._may_write()
        repository = self._found(name)
        lines = [json.loads(line) for line in body.splitlines()]
        header = lines[0]["value"]
        base = repository.at(header.get("parentCommit") or revision)
        is_pull = "create_pr" in self.query
        if not is_pull and base.oid != repository.at(revision).oid:
            raise Refused(412, "A commit has happened since. Please refresh and try again.")
        tree = dict(base.tree)
        for line in lines[1:]:
            _apply(tree, line["key"], line["value"], self.hub.large)
        made = repository.add(base.oid, header["summary"], header.get("description", ""), tree)
        answer = {
            "success": True,
            "commitOid": made.oid,
            "commitUrl": f"{self.hub.url}/datasets/{name}/commit/{made.oid}",
        }
        if not is_pull:
            repository.heads[revision] = made.oid
            return answer
        number = len(repository.pulls) + 1
        repository.pulls[number] = Pull(made.oid)
        return {**answer, "pullRequestUrl": f"{self.hub.url}/datasets/{name}/discussions/{number}"}

    def _tag(self, name: str, revision: str, body: bytes) -> Any:
        self._may_write()
        repository, tag = self._found(name), json.loads(body)["tag"]
        if tag in repository.tags:
            raise Refused(409, "Tag reference exists already")
        repository.tags[tag] = repository.at(revision).oid
        return {}

    def _tree(self, name: str, revision: str, folder: str = "", *, body: bytes) -> Any:
        tree = self._found(name).at(revision).tree
        under = f"{folder.strip('/')}/" if folder.strip("/") else ""
        if under and not any(path.startswith(under) for path in tree):
            raise Refused(404, f"{folder} does not exist", "EntryNotFound")
        is_deep = self.query.get("recursive", ["false"])[0].lower() in ("true", "1")
        inside = {path: blob for path, blob in sorted(tree.items()) if path.startswith(under)}
        files = [_entry(path, blob) for path, blob in inside.items() if is_deep or "/" not in path[len(under) :]]
        folders = {under + path[len(under) :].split("/")[0] for path in inside if "/" in path[len(under) :]}
        return [{"type": "directory", "path": path, "size": 0, "oid": "0" * 40} for path in sorted(folders)] + files

    def _paths(self, name: str, revision: str, body: bytes) -> Any:
        tree = self._found(name).at(revision).tree
        told = json.loads(body) if body.startswith(b"{") else {}
        paths = told.get("paths") or parse_qs(body.decode()).get("paths", [])
        found = [_entry(path, tree[path]) for path in paths if path in tree]
        within = {path for path in paths if any(name.startswith(f"{path}/") for name in tree)}
        return [*found, *({"type": "directory", "path": path, "size": 0, "oid": "0" * 40} for path in sorted(within))]

    def _resolve(self, name: str, revision: str, path: str, body: bytes) -> Any:
        commit = self._found(name).at(revision)
        if path not in commit.tree:
            raise Refused(404, "Entry not found", "EntryNotFound")
        blob = commit.tree[path]
        content = blob.content
        if path in self.hub.corrupted:
            content = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
        headers = {"ETag": f'"{blob.etag}"', "X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
        headers |= {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{blob.etag}"'} if blob.is_large else {}
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            return 206, headers, content[start : end + 1]
        return 200, headers, content


_JSON = {"Content-Type": "application/json"}
_DATASET = r"/api/datasets/([^/]+/[^/]+)"
_ROUTES = (
    ("POST /api/repos/create", "_create"),
    ("POST /api/validate-yaml", "_validate_yaml"),
    (f"GET {_DATASET}", "_info"),
    (f"GET {_DATASET}/revision/([^/]+)", "_info"),
    (f"GET {_DATASET}/refs", "_refs"),
    (f"GET {_DATASET}/commits/([^/]+)", "_commits"),
    (f"GET {_DATASET}/discussions/([0-9]+)", "_discussion"),
    (f"POST {_DATASET}/preupload/([^/]+)", "_preupload"),
    (r"POST /datasets/([^/]+/[^/]+)\.git/info/lfs/objects/batch", "_batch"),
    ("PUT /large/([0-9a-f]{64})", "_put"),
    ("POST /large/([0-9a-f]{64})/verify", "_verify"),
    (f"POST {_DATASET}/commit/([^/]+)", "_commit"),
    (f"POST {_DATASET}/tag/([^/]+)", "_tag"),
    (f"GET {_DATASET}/tree/([^/]+)", "_tree"),
    (f"GET {_DATASET}/tree/([^/]+)/(.+)", "_tree"),
    (f"POST {_DATASET}/paths-info/([^/]+)", "_paths"),
    ("GET|HEAD /datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", "_resolve"),
)


def _references(found: Any) -> list[dict[str, str]]:
    return [{"name": name, "ref": ref, "targetCommit": oid} for name, ref, oid in found]


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    entry = {"type": "file", "path": path, "size": len(blob.content), "oid": blob.git_name}
    large = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": 130}
    return entry | ({"lfs": large} if blob.is_large else {})


def _apply(tree: dict[str, Blob], kind: str, told: dict[str, Any], large: dict[str, bytes]) -> None:
    if kind == "file":
        tree[told["path"]] = Blob(base64.b64decode(told["content"]))
    elif kind == "lfsFile":
        if told["oid"] not in large:
            raise Refused(400, f"{told['path']} was not uploaded")
        tree[told["path"]] = Blob(large[told["oid"]], is_large=True)
    elif kind == "deletedFile":
        tree.pop(told["path"])
    else:
        raise Refused(400, f"unknown operation {kind}")
