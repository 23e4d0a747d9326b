"""A release may be published, or it is said all at once why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Set
from typing import Any

from builder.config import Project
from builder.errors import UsageError
from builder.exporters.card_check import card_problems
from builder.exporters.folder import verify
from builder.exporters.hub_lists import licence_problem
from builder.exporters.released import Released, read_released
from builder.model import text_digest
from builder.store import approvals
from builder.store.approvals import ApprovedText
from builder.store.db import Store
from builder.text.personal import personal_data

_COLUMNS = ("id", "text", "text_sha256", "url", "flags", "approvers", "approved_at", "rule", "content_ids")
_ANEW = "then release a new version"


def publishable(store: Store, project: Project, version: str) -> Released:
    """Read a release that may leave this machine.

    Raises:
        UsageError: there is none of this version, it is damaged, or something forbids it; every reason is said.
    """
    released = sound_release(project, version)
    if reasons := [reason for check in CHECKS for reason in check(released, store, project)]:
        raise UsageError(f"{version} may not be published: {'; '.join(reasons)}")
    return released


def sound_release(project: Project, version: str) -> Released:
    """Read a release, every byte of which is what was written.

    Raises:
        UsageError: there is none of this version, or it is damaged.
    """
    home = project.exports / project.config.project.name
    there = sorted(path.name for path in home.glob("[!.]*") if path.is_dir())
    if version not in there:
        named = ", ".join(there) or "none"
        raise UsageError(
            f"there is no release {version!r} (there is: {named}); make it with: builder release {version}"
        )
    if problems := verify(home / version):
        raise UsageError(f"{home / version} is damaged ({'; '.join(problems[:5])}); release a new version")
    released = read_released(home / version)
    if (written := released.manifest["version"]) != version:
        raise UsageError(f"{home / version} was released as {written}; give its folder this name again")
    return released


def _licensed(released: Released, store: Store, project: Project) -> Iterator[str]:
    licence, name, link = (released.manifest.get(key) or "" for key in ("license", "license_name", "license_link"))
    if problem := licence_problem(licence, name, link):
        yield f"{problem}, {_ANEW}"


def _said(released: Released, store: Store, project: Project) -> Iterator[str]:
    """What only a person can say, and has not; a release lists the missing keys as `unsaid` in its manifest."""
    if unsaid := released.manifest.get("unsaid"):
        yield f"its card lacks what only you can say: write {', '.join(unsaid)} in builder.toml, {_ANEW}"


def _carded(released: Released, store: Store, project: Project) -> Iterator[str]:
    """What the hub would not take of the card."""
    path = released.paths.get("README.md")
    if path is None:
        yield f"it has no card: let `huggingface` be among `exporters` in [release], {_ANEW}"
    elif problems := card_problems(path.read_text("utf-8"), released.files):
        yield f"the hub would refuse its card: {'; '.join(problems[:5])}"


def _row_by_row(released: Released, store: Store, project: Project) -> Iterator[str]:
    tests = _tests(project, approvals.approved_texts(store))
    counts, first = Counter[str](), dict[str, str]()
    for row in released.rows(_COLUMNS):
        counts["rows"] += 1
        for why in (why for why, is_bad in tests.items() if is_bad(row)):
            counts[why] += 1
            first.setdefault(why, row["id"])
    if not counts["rows"]:
        yield "it holds no records"
    yield from (f"{counts[why]} rows {why}, the first is {row}" for why, row in first.items())


def _tests(project: Project, known: Set[ApprovedText]) -> dict[str, Callable[[dict[str, Any]], object]]:
    """Say what a row must not be; `known` is what the journal holds approvals of."""
    without, policy = set(project.config.release.without_flags), project.config.ingest.personal
    flagged = f"with a flag of `[release] without_flags` ({', '.join(sorted(without))})"
    tests: dict[str, Callable[[dict[str, Any]], object]] = {
        "without a whole approval (approvers, rule, time, answers)": lambda row: not _is_approved(row),
        "of which the journal holds no approval": lambda row: _approved(row) not in known,
        "with another text than its `text_sha256` names": lambda row: text_digest(row["text"]) != row["text_sha256"],
        flagged: lambda row: without & {*row["flags"]},
    }
    if policy != "allow":
        why = f'with personal data, which `[ingest] personal = "{policy}"` forbids: read their sources anew, {_ANEW}'
        tests[why] = lambda row: personal_data(row["text"]) or personal_data(row["url"] or "")
    return tests


def _is_approved(row: dict[str, Any]) -> bool:
    return all(row[name] for name in ("approvers", "rule", "approved_at", "content_ids"))


def _approved(row: dict[str, Any]) -> ApprovedText:
    return row["id"], tuple(sorted(row["content_ids"] or ())), row["text_sha256"]


def _leaking(released: Released, store: Store, project: Project) -> Iterator[str]:
    if told := [f"{count} {what}" for what, count in (released.manifest.get("leakage") or {}).items() if count]:
        yield f"in two splits stand {' and '.join(told)}"


CHECKS: tuple[Callable[[Released, Store, Project], Iterator[str]], ...] = (
    _licensed,
    _said,
    _carded,
    _leaking,
    _row_by_row,
)
"""What a release must pass; each check yields its reasons against publishing."""
