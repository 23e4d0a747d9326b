"""What a hub keeps: repositories of commits, references and pull requests. No wire, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

NOTHING = "0" * 40
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"


class Refused(Exception):
    """A request is refused, with the status, code and message that the hub gives."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Blob:
    """A file as it is kept: plainly, or as a large file named by its sha256."""

    content: bytes
    is_large: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def git_name(self) -> str:
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.is_large else self.git_name


@dataclass(frozen=True)
class Commit:
    """One state of all files."""

    parent: str
    title: str
    message: str
    tree: Mapping[str, Blob]

    @property
    def oid(self) -> str:
        names = [f"{path} {blob.etag}" for path, blob in sorted(self.tree.items())]
        return hashlib.sha1("\0".join([self.parent, self.title, self.message, *names]).encode()).hexdigest()


@dataclass
class Pull:
    """A pull request: where it stands, and what it would make of main."""

    head: str
    status: str = "open"


@dataclass
class Repository:
    """Commits by name, and what points at them."""

    is_private: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = Commit(NOTHING, "initial commit", "", {".gitattributes": Blob(ATTRIBUTES)})
        self.commits[first.oid] = first
        self.heads["main"] = first.oid

    @property
    def head(self) -> Commit:
        return self.commits[self.heads["main"]]

    def at(self, revision: str) -> Commit:
        """Find a commit by its name, or by that of a branch, tag or pull request."""
        found = self.heads.get(revision) or self.tags.get(revision) or revision
        if revision.startswith("refs/pr/"):
            found = self.pulls[int(revision.removeprefix("refs/pr/"))].head
        if found not in self.commits:
            raise Refused(404, "Invalid rev id", "RevisionNotFound")
        return self.commits[found]

    def history(self, revision: str) -> list[Commit]:
        """List a commit and those before it."""
        found = [self.at(revision)]
        while found[-1].parent != NOTHING:
            found.append(self.commits[found[-1].parent])
        return found

    def add(self, base: str, title: str, message: str, tree: Mapping[str, Blob]) -> Commit:
        """Keep a commit that nothing points at yet."""
        made = Commit(base, title, message, dict(tree))
        self.commits[made.oid] = made
        return made

    def change(self, path: str, content: bytes | None, title: str = "somebody else") -> Commit:
        """Do what somebody does on the hub's page: write or remove one file of main."""
        tree = {name: blob for name, blob in self.head.tree.items() if name != path}
        made = self.add(self.head.oid, title, "", tree | ({} if content is None else {path: Blob(content)}))
        self.heads["main"] = made.oid
        return made

    def merge(self, number: int) -> Commit:
        """Accept a pull request."""
        pull = self.pulls[number]
        made = self.add(self.head.oid, f"Merge #{number}", "", self.commits[pull.head].tree)
        self.heads["main"], pull.status = made.oid, "merged"
        return made

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """Give what a reader gets, but for the hub's own file."""
        return {path: blob.content for path, blob in self.at(revision).tree.items() if path != ".gitattributes"}
