"""Where a project stands: counts per stage, all computed. The shape of the answer is a contract (status/1)."""

from __future__ import annotations

from typing import Any

from builder.config import Project
from builder.stages.projects import review_roles
from builder.store import queries
from builder.store.db import Store

CONTRACT = "status/1"


def status(store: Store, project: Project, annotator: str, *, published: bool = False) -> dict[str, Any]:
    """Count what each stage has done and what waits; where asked, say where releases were published."""
    kinds = project.config.ingest.review_kinds
    rejects = queries.rejects(store)
    answered, approved = len(queries.answered_sentences(store)), queries.count(store, "gold")
    pushed = queries.count(store, "live WHERE id IN (SELECT sentence FROM task)")
    among = project.config.ingest.among
    unannotated = queries.unannotated(store, kinds, annotator, among)
    roles = review_roles(project.config.review.groups)
    unpushed = {id for role in roles for id in queries.unpushed(store, kinds, annotator, among, role)}
    return {
        "contract": CONTRACT,
        "project": project.config.project.name,
        "ingest": {
            "sources": queries.count(store, "source"),
            "documents": len(queries.live_documents(store)),
            "duplicates": queries.count_duplicates(store),
            "sentences": queries.count(store, "live"),
            "rejected": sum(reject.stage == "ingest" for reject in rejects),
        },
        "annotate": {
            "proposed": queries.count(store, "live WHERE id IN (SELECT sentence FROM prediction)"),
            "waiting": len(unannotated),
        },
        "push": {"tasks": pushed, "waiting": len(unpushed)},
        "pull": {"answered": answered, "waiting": pushed - answered},
        "review": {"approved": approved, "refused": len(queries.refusals(store))},
        "release": {"versions": _versions(project), **({"published": _published(store)} if published else {})},
        "rejects": [
            {"stage": r.stage, "subject": r.subject, "place": r.place, "code": r.code, "reason": r.reason}
            for r in rejects
        ],
    }


def _published(store: Store) -> list[dict[str, Any]]:
    names = ("version", "endpoint", "repository", "commit", "tag", "pull_request")
    return [{name: getattr(one, name) or None for name in names} for one in queries.published(store)]


def _versions(project: Project) -> list[str]:
    folder = project.exports / project.config.project.name
    return sorted(path.parent.name for path in folder.glob("*/manifest.json") if not path.parent.name.startswith("."))
