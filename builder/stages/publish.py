"""A release becomes one tagged commit on a hub: committed, read back and compared, then tagged.

Run again after any interruption it goes on where it stopped, since it asks the hub what is there, never itself. A
reader finds the old release or the new one: the commit is one, and the tag comes when every byte was seen to arrive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from builder.disk import sha256_of
from builder.errors import Unavailable, UsageError
from builder.exporters.folder import MANIFEST, SUMS
from builder.exporters.hub import Hub, Placed, Remote
from builder.exporters.released import Released, sums_in
from builder.publishing import Published
from builder.store.db import Store

CONTRACT = "publish/1"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.A)
_HERE = frozenset(("127.0.0.1", "localhost", "::1"))
_THE_HUBS_OWN = frozenset((".gitattributes", "README.md"))
"""What a repository holds that was made by hand and is still empty."""


def hub_at(endpoint: str, token: str) -> Hub:
    """Give the hub at an address.

    Raises:
        UsageError: the address is none, or not one to send a token to; or there is no token.
    """
    split = urlsplit(endpoint)
    if split.scheme not in ("http", "https") or not split.hostname or split.username or split.query:
        raise UsageError("the endpoint must read like https://huggingface.co, without a name, password or query")
    if split.scheme == "http" and split.hostname not in _HERE:
        raise UsageError(f"{endpoint} is not encrypted: the token would be read on the way; use https")
    if not token:
        raise UsageError(
            "no token: set HF_TOKEN to one that may write to the repository (on the hub: settings, tokens)"
        )
    return Hub(endpoint, token)


def publish(
    store: Store, released: Released, hub: Hub, name: str, say: Callable[[str], None], **how: bool
) -> Published:
    """Put a release on a hub, and remember it; `how` may say `private` and `pull_request`.

    Raises:
        UsageError: the repository holds something else, or this version with other content; the hub refuses.
        Unavailable: the hub does not answer, gives back other bytes, or was changed meanwhile; run it again.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} names no repository; write owner/name")
    work = _Publication(hub, name, released, say, proposes=how.get("pull_request", False))
    placed = work.place(private=how.get("private", False))
    work.compare(placed.commit)
    if not placed.pull_request:
        work.tag_it(placed.commit)
    tag = "" if placed.pull_request else work.tag
    done = Published(work.version, hub.endpoint, name, placed.commit, tag, placed.pull_request, released.sums)
    store.add([done])
    return done


def report(done: Published) -> dict[str, Any]:
    """Say where a version stands; the shape is a contract (publish/1)."""
    return {
        "contract": CONTRACT,
        "version": done.version,
        "endpoint": done.endpoint,
        "repository": done.repository,
        "commit": done.commit,
        "tag": done.tag or None,
        "pull_request": done.pull_request or None,
        "url": done.address,
    }


class _Publication:
    """One release on its way to one repository."""

    def __init__(self, hub: Hub, name: str, released: Released, say: Callable[[str], None], *, proposes: bool) -> None:
        self._hub, self._name, self._released, self._say = hub, name, released, say
        self._proposes = proposes
        self.version: str = released.manifest["version"]
        self.tag = f"v{self.version.removeprefix('v')}"

    def place(self, *, private: bool) -> Placed:
        """Find the commit that holds the release, or make it."""
        there = self._hub.look(self._name) or self._created(private)
        if private and not there.is_private:
            raise UsageError(f"{self._name} is public; make it private in its settings, or leave out --private")
        tagged = there.tags.get(self.tag)
        if not tagged:
            return self._found(there) or self._committed(there)
        if not self._is_at(tagged):
            raise UsageError(
                f"{self._name} has a tag {self.tag} with other content, which stays; release a new version"
            )
        return Placed(tagged)

    def compare(self, commit: str) -> None:
        """Download every file again, and hash it."""
        changed = []
        with TemporaryDirectory(prefix="builder-") as folder:
            for path, digest in sorted(self._released.files.items()):
                fetched = self._hub.fetch(self._name, commit, path, Path(folder))
                if digest != sha256_of(fetched):
                    changed.append(path)
                fetched.unlink()
        if changed:
            named = ", ".join(changed[:5])
            raise Unavailable(
                f"{self._name} gives back other bytes than were sent, at commit {commit[:12]}: {named}; no tag was set"
                " now; run the same command again, and if they stay as they are, tell the hub"
            )

    def tag_it(self, commit: str) -> None:
        """Set the tag, unless it stands; whatever is answered, it is looked up."""
        standing, failure = self._standing(), None
        if standing is None:
            try:
                self._hub.tag(self._name, self.tag, commit)
            except Unavailable as error:
                failure = error
            standing = self._standing()
        if standing is None:
            raise failure or Unavailable(f"{self._name} does not show the tag {self.tag}; run the same command again")
        if standing != commit:
            raise UsageError(f"somebody else has tagged {standing[:12]} of {self._name} as {self.tag} meanwhile")

    def _standing(self) -> str | None:
        there = self._hub.look(self._name)
        return there.tags.get(self.tag) if there else None

    def _created(self, private: bool) -> Remote:
        failure = None
        try:
            self._hub.create(self._name, private=private)
        except Unavailable as error:
            failure = error
        there = self._hub.look(self._name)
        if there is None:
            raise failure or UsageError(f"HF_TOKEN holds no token that may see {self._name}")
        return there

    @property
    def _mark(self) -> str:
        """Name the release in the description of its commit, so that it is found again."""
        return f"SHA256SUMS sha256:{self._released.sums}"

    def _found(self, there: Remote) -> Placed | None:
        """Find the release where an interrupted run may have left it."""
        if self._is_at(there.head):
            return Placed(there.head)
        for told in self._hub.commits(self._name):
            if self._mark in told.message and self._is_at(told.commit):
                return Placed(told.commit)
        for number, commit in sorted(there.pulls.items(), reverse=True) if self._proposes else ():
            if self._is_at(commit) and self._hub.is_open(self._name, number):
                return Placed(commit, self._hub.pull_address(self._name, number))
        return None

    def _is_at(self, commit: str) -> bool:
        """Whether a commit holds every file of the release."""
        files = self._hub.files(self._name, commit)
        paths = self._released.paths
        return paths.keys() <= files.keys() and all(files[name].is_same(path) for name, path in paths.items())

    def _committed(self, there: Remote) -> Placed:
        gone = self._superseded(there.head)
        told = (f"Release {self.version}", self._mark)
        try:
            return self._hub.commit(self._name, self._released.paths, gone, there.head, told, pull=self._proposes)
        except Unavailable as error:
            # It may have been made although the answer is lost.
            now = self._hub.look(self._name)
            found = self._found(now) if now else None
            if found is None:
                raise Unavailable(f"{error}; nothing of {self.version} is there") from error
            return found

    def _superseded(self, head: str) -> set[str]:
        """Name the files of the last release there that this one has not; whatever else is there stays."""
        there = self._hub.files(self._name, head)
        if not {SUMS, MANIFEST} <= there.keys():
            if strange := sorted(there.keys() - _THE_HUBS_OWN):
                named = ", ".join(strange[:5])
                raise UsageError(f"{self._name} holds files that are no release ({named}); choose another repository")
            return set()
        with TemporaryDirectory(prefix="builder-") as folder:
            sums, manifest = (self._hub.fetch(self._name, head, name, Path(folder)) for name in (SUMS, MANIFEST))
            last, name = sums_in(sums.read_text("utf-8", "replace")), _name_in(manifest.read_bytes())
            if name != self._released.manifest["name"]:
                raise UsageError(
                    f"{self._name} holds releases of {name or 'something else'}; choose another repository"
                )
            self._warn(last, head, Path(folder))
        return last.keys() & there.keys() - self._released.files.keys()

    def _warn(self, last: dict[str, str], head: str, folder: Path) -> None:
        """Say when the card was edited on the hub: what is written there is replaced."""
        if "README.md" in last and last["README.md"] != sha256_of(
            self._hub.fetch(self._name, head, "README.md", folder)
        ):
            self._say(
                f"README.md was edited on {self._name}; the new card takes its place, the old stays in the history"
            )


def _name_in(manifest: bytes) -> str:
    try:
        found = json.loads(manifest)
    except ValueError:
        return ""
    return str(found.get("name", "")) if isinstance(found, dict) else ""
