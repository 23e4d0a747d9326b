"""A release goes to a repository on the Hugging Face hub and is read back from it; the one place that sends to the hub.

Whatever changes the hub is asked for once: whoever calls looks what came of it before asking again. The token goes
into requests and nowhere else, errors included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from builder.disk import sha256_of
from builder.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_KIND = "dataset"
_PATIENCE = 300.0
"""Seconds that the hub may be silent: a commit of many files takes it a while."""
_REFUSED = frozenset((401, 403))
_STALE = frozenset((409, 412))
_UNFIT = frozenset((400, 404, 413, 422))


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository as it is now: the last commit of `main`, tags, and the commit of each pull request."""

    head: str
    is_private: bool
    tags: Mapping[str, str]
    pulls: Mapping[int, str]


class File(NamedTuple):
    """A file as the hub lists it: `large` is the sha256 of a large one; git's name is that of its content otherwise."""

    git_name: str
    large: str = ""

    def is_same(self, path: Path) -> bool:
        """Whether it has the content of a file here."""
        return self.large == sha256_of(path) if self.large else self.git_name == git_name(path)


class Placed(NamedTuple):
    """Where a release stands: a commit, and the address of the pull request that proposes it, if one does."""

    commit: str
    pull_request: str = ""


class Told(NamedTuple):
    """A commit, and what it says of itself."""

    commit: str
    message: str


class Hub:
    """The hub at an address, and its datasets as our nouns.

    Every method raises Unavailable when the hub does not answer, or not as expected, and UsageError when it refuses.
    """

    def __init__(self, endpoint: str, token: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._token = token

    def look(self, name: str) -> Remote | None:
        """Look at a repository; nothing if there is none, or none that the token may see."""
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._asking(name) as api:
            try:
                info = api.dataset_info(name, timeout=_PATIENCE)
            except RepositoryNotFoundError:
                return None
            refs = api.list_repo_refs(name, repo_type=_KIND, include_pull_requests=True)
        tags = {tag.name: tag.target_commit for tag in refs.tags}
        pulls = {int(pull.ref.rpartition("/")[2]): pull.target_commit for pull in refs.pull_requests or ()}
        return Remote(info.sha or "", bool(info.private), tags, pulls)

    def create(self, name: str, *, private: bool) -> None:
        """Make a repository that holds nothing yet; unless private, its owner's settings say who sees it."""
        with self._asking(name) as api:
            api.create_repo(name, repo_type=_KIND, private=private or None, exist_ok=True)

    def files(self, name: str, commit: str) -> dict[str, File]:
        """List the files of a commit."""
        from huggingface_hub.hf_api import RepoFile

        with self._asking(name) as api:
            tree = [*api.list_repo_tree(name, recursive=True, revision=commit, repo_type=_KIND)]
        return {
            file.path: File(file.blob_id, file.lfs.sha256 if file.lfs else "")
            for file in tree
            if isinstance(file, RepoFile)
        }

    def commits(self, name: str) -> list[Told]:
        """List the commits of `main`, the latest first."""
        with self._asking(name) as api:
            return [Told(c.commit_id, f"{c.title}\n{c.message}") for c in api.list_repo_commits(name, repo_type=_KIND)]

    def is_open(self, name: str, pull: int) -> bool:
        """Whether a pull request still waits."""
        with self._asking(name) as api:
            return api.get_discussion_details(name, pull, repo_type=_KIND).status in ("open", "draft")

    def pull_address(self, name: str, pull: int) -> str:
        """Give the page of a pull request."""
        return f"{self.endpoint}/datasets/{name}/discussions/{pull}"

    def commit(
        self,
        name: str,
        files: Mapping[str, Path],
        gone: Iterable[str],
        parent: str,
        told: tuple[str, str],
        *,
        pull: bool,
    ) -> Placed:
        """Add files and remove others in one commit upon `parent`, or propose it; `told` is its title and description.

        Raises:
            Unavailable: main is not at `parent` any more; or nobody knows whether it was made.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        additions = [CommitOperationAdd(path, str(file)) for path, file in sorted(files.items())]
        deletions = [CommitOperationDelete(path, is_folder=False) for path in sorted(gone)]
        with self._asking(name) as api:
            made = api.create_commit(
                name,
                [*additions, *deletions],
                commit_message=told[0],
                commit_description=told[1],
                repo_type=_KIND,
                parent_commit=parent,
                create_pr=pull,
            )
        return Placed(made.oid, made.pr_url or "")

    def tag(self, name: str, tag: str, commit: str) -> None:
        """Name a commit for ever.

        Raises:
            Unavailable: the tag exists; or nobody knows whether it was set.
        """
        with self._asking(name) as api:
            api.create_tag(name, tag=tag, revision=commit, repo_type=_KIND)

    def fetch(self, name: str, commit: str, path: str, folder: Path) -> Path:
        """Download a file of a commit afresh, into a folder."""
        with self._asking(name) as api:
            return Path(
                api.hf_hub_download(name, path, repo_type=_KIND, revision=commit, local_dir=folder, force_download=True)
            )

    @contextmanager
    def _asking(self, name: str) -> Iterator[HfApi]:
        """Speak to the hub, and turn what it raises into our errors."""
        from huggingface_hub import HfApi

        try:
            with _quiet():
                yield HfApi(self.endpoint, token=self._token)
        except _failures() as error:
            if isinstance(error, OSError) and error.filename:
                raise  # A file of this machine.
            # Not `from error`: it may hold what was sent, the token included.
            raise self._told(error, name) from None

    def _told(self, error: BaseException, name: str) -> UsageError | Unavailable:
        reason = " ".join(str(error).split()).replace(self._token, "***")[:300] or type(error).__name__
        status = _status_of(error)
        if status in _REFUSED:
            return UsageError(f"{self.endpoint}: HF_TOKEN holds no token that may do this to {name} ({reason})")
        # A download that broke off is a ValueError too: one that came from another error.
        if status in _UNFIT or status is None and isinstance(error, ValueError) and error.__cause__ is None:
            return UsageError(f"{self.endpoint} refuses what was asked of {name}: {reason}")
        if status in _STALE:
            return Unavailable(f"{name} was changed by somebody else meanwhile ({reason}); look at it, then run again")
        return Unavailable(f"{self.endpoint} does not answer as expected ({reason}); run the same command again")


def git_name(path: Path) -> str:
    """Name the content of a file as git does."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _status_of(error: BaseException | None) -> int | None:
    """Find the status that the hub answered with, in an error or in what it came from."""
    while error is not None:
        status: Any = getattr(getattr(error, "response", None), "status_code", None)
        if status is not None:
            return int(status)
        error = error.__cause__ or error.__context__
    return None


def _failures() -> tuple[type[Exception], ...]:
    """List what the library raises: the base of the hub's own error is that of its HTTP library, whichever.

    What is no hub at all answers in forms that it trips over.
    """
    from huggingface_hub.errors import HfHubHTTPError

    bases = (base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))
    return (*bases, OSError, ValueError, RuntimeError, LookupError, TypeError)


@contextmanager
def _quiet() -> Iterator[None]:
    """Show no progress bar and no note of the library, wait for no answer for ever, then leave it as it was."""
    import warnings

    from huggingface_hub import utils

    library: Any = utils
    level, bars, session = library.logging.get_verbosity(), library.are_progress_bars_disabled(), library.get_session()
    patience = getattr(session, "timeout", None)
    library.disable_progress_bars()
    library.logging.set_verbosity_error()
    session.timeout = _PATIENCE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        session.timeout = patience
        library.logging.set_verbosity(level)
        if not bars:
            library.enable_progress_bars()
