"""Files of a dataset on the Hugging Face hub come to this machine; the one place that knows the hub.

Enters: `hf://owner/name[@revision][#split]`. Leaves: files below a folder whose name ends with the commit they are
of, so that every source says which state of the dataset it was. Nothing is ever sent but the request.
"""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from builder.errors import Unavailable, UsageError

_NAME = re.compile(
    r"hf://(?:datasets/)?(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[^#@\s]+))?(?:#(?P<split>[\w.-]+))?", re.A
)
_SUFFIXES = (".parquet", ".jsonl", ".csv")
"""In the order of choice: of a dataset that offers several, the first is read."""
_PATIENCE = 30.0
"""Seconds that the hub may take for an answer."""
_LOG_IN = "if it is private or asks for consent, log in with: hf auth login"


class Wanted(NamedTuple):
    """A dataset on the hub, which state of it, and which split; empty: the latest, and all."""

    name: str
    revision: str = ""
    split: str = ""

    @classmethod
    def of(cls, address: str) -> Wanted:
        """Read `hf://owner/name[@revision][#split]`.

        Raises:
            UsageError: it is something else.
        """
        found = _NAME.fullmatch(address)
        if found is None or ".." in address:
            raise UsageError(f"{address!r} names no dataset; write hf://owner/name, hf://owner/name@revision#split")
        return cls(found["name"], found["revision"] or "", found["split"] or "")


def address_of(path: Path) -> str:
    """Give the address that a person wrote as a path, in whatever folder; a path has lost one of two slashes."""
    if "hf:" not in path.parts or path.exists():
        return ""
    return "hf://" + "/".join(path.parts[path.parts.index("hf:") + 1 :])


def hub_files(address: str, folder: Path) -> list[Path]:
    """Bring the Parquet, JSON-lines or CSV files of a dataset into `folder`; those that are there stay.

    Raises:
        UsageError: there is no such dataset, revision, split or file, or it needs a token.
        Unavailable: the hub does not answer.
    """
    wanted = Wanted.of(address)
    commit, names = _listed(wanted)
    chosen = _chosen(wanted, names)
    home = folder / f"{wanted.name.replace('/', '--')}@{commit}"
    if not all((home / name).is_file() for name in chosen):
        _bring(wanted.name, commit, chosen, home)
    return [home / name for name in chosen]


def _chosen(wanted: Wanted, names: list[str]) -> list[str]:
    """Choose the files of the wanted split, all of one format."""
    known = [name for name in names if name.endswith(_SUFFIXES) and not _leads_out(name)]
    word = re.compile(rf"(?<![^\W_]){re.escape(wanted.split)}(?![^\W_])")
    there = [name for name in known if not wanted.split or word.search(name)]
    if not there:
        of = f" of split {wanted.split!r}" if wanted.split else ""
        listed = ", ".join((known or names)[:9]) or "nothing"
        raise UsageError(f"{wanted.name} holds no Parquet, JSON-lines or CSV file{of}; it holds {listed}")
    suffix = next(suffix for suffix in _SUFFIXES if any(name.endswith(suffix) for name in there))
    return sorted(name for name in there if name.endswith(suffix))


def _leads_out(name: str) -> bool:
    path = PureWindowsPath(name)
    return ".." in path.parts or bool(path.anchor)


def _listed(wanted: Wanted) -> tuple[str, list[str]]:
    """Ask which commit is wanted, and what files it holds."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        info = HfApi().dataset_info(wanted.name, revision=wanted.revision or None, timeout=_PATIENCE)
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        reason = f"the hub knows no dataset {wanted.name} {wanted.revision}".rstrip()
        raise UsageError(f"{reason}; {_LOG_IN}") from error
    except _failures() as error:
        raise _away(error) from error
    return info.sha or wanted.revision, [file.rfilename for file in info.siblings or ()]


def _bring(name: str, commit: str, names: list[str], home: Path) -> None:
    """Download files into a folder."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError

    patterns = [re.sub(r"([*?\[])", r"[\1]", name) for name in names]
    try:
        snapshot_download(name, repo_type="dataset", revision=commit, allow_patterns=patterns, local_dir=home)
    except RepositoryNotFoundError as error:
        raise UsageError(f"the hub does not give out the files of {name}; {_LOG_IN}") from error
    except _failures() as error:
        raise _away(error) from error


def _failures() -> tuple[type[BaseException], ...]:
    """List what a failed request raises: the base of the hub's own error is that of its HTTP library, whichever."""
    from huggingface_hub.errors import HfHubHTTPError

    return (*(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception)), OSError)


def _away(error: BaseException) -> Unavailable:
    # An address may be signed: what follows its question mark lets people in.
    reason = re.sub(r"\?\S+", "?…", " ".join(str(error).split()))[:200] or type(error).__name__
    return Unavailable(
        f"the Hugging Face hub does not answer ({reason}); try again, or download the dataset's files"
        " elsewhere and ingest their folder"
    )
