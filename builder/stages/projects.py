"""The projects on Label Studio that serve this store: known by their marker, made when missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from builder.approval import Rule
from builder.config_tables import ReviewTable
from builder.errors import UsageError
from builder.model import stable_id
from builder.ports import Studio
from builder.reviewing import ADJUDICATION, REVIEW, Layout, PageStyle, ReviewProject, SchemaSeen
from builder.schema import LabelSchema
from builder.store import queries, schemas
from builder.store.db import Store
from builder.store.tasks import pushed_layouts
from builder.studio.adjudication import adjudication_config
from builder.studio.label_config import instruction, label_config

_LONGEST = 50  # characters of a title


def open_project(
    studio: Studio,
    store: Store,
    title: str,
    schema: LabelSchema,
    people: int,
    role: str = REVIEW,
    style: PageStyle | None = None,
) -> int:
    """Find or create this store's project of a role, which asks so many people per task.

    Raises:
        UsageError: tasks were pushed before, and this server does not know them; or they are of another layout.
    """
    style = page_style(style or PageStyle(), role)
    check_layout(store, style.layout, role)
    find_project(studio, store, role)
    if role == ADJUDICATION:
        page = adjudication_config(schema, style)
    else:
        page = label_config(schema, style, schemas.sentence_labels(store))
    told = instruction(schema, style)
    project = studio.open_project(marker_of(store, role), titled(title, role), page, told, answers=people)
    # Afterwards, so that no answer counts as given under labels that the page did not show yet.
    seen = SchemaSeen(project, schema.digest, schema.model_dump(mode="json"))
    store.add([ReviewProject(project, role), seen])
    return project


def check_layout(store: Store, layout: Layout, role: str = REVIEW) -> None:
    """Let no project show tasks on the page of another layout: a sentence could not be labelled there.

    Raises:
        UsageError: its tasks are of another layout.
    """
    if others := pushed_layouts(store, role) - {layout}:
        (other,) = others
        raise UsageError(
            f"the {role} project was pushed in the {other} layout, and its page cannot serve tasks of the {layout} "
            f'layout: keep [studio] layout = "{other}", or start another project for the {layout} layout'
        )


def find_project(studio: Studio, store: Store, role: str = REVIEW) -> int | None:
    """Find this store's project of a role on the server.

    Raises:
        UsageError: it was pushed to another server, or deleted on this one.
    """
    project, pushed = studio.find_project(marker_of(store, role)), queries.pushed_projects(store, role)
    if pushed and project not in pushed:
        raise UsageError(
            f"the {role} project with the {sum(pushed.values())} tasks pushed before is not on this Label Studio: "
            "point [studio] url at the server that holds it, or bring it back there; another Label Studio is refused"
        )
    return project


def remember_project(store: Store, project: int, role: str) -> None:
    """Take down what a project on the server is for, before anything of it is."""
    store.add([ReviewProject(project, role)])


def marker_of(store: Store, role: str) -> str:
    """Name this store and the role, as the project's description says it on a line of its own."""
    return store.marker if role == REVIEW else f"{store.marker}/{role}"


def page_style(style: PageStyle, role: str) -> PageStyle:
    """Say how the page of a role looks: an adjudicator decides sentence by sentence in every layout."""
    return replace(style, layout="sentence") if role == ADJUDICATION else style


def review_roles(groups: Sequence[str]) -> tuple[str, ...]:
    """Name the roles of the projects in which people review: one for all, or one for each group."""
    return tuple(f"{REVIEW}/{group}" for group in groups) or (REVIEW,)


def known_roles(store: Store, groups: Sequence[str]) -> tuple[str, ...]:
    """Name the roles that are configured, and those that there were before; adjudication is the last."""
    known = [*review_roles(groups), *queries.roles(store)]
    return tuple(sorted(dict.fromkeys(known), key=lambda role: role == ADJUDICATION))


def find_projects(studio: Studio, store: Store, groups: Sequence[str]) -> tuple[dict[str, int], dict[str, UsageError]]:
    """Find the projects of this store on the server, by role; say of each with tasks that is missing what is wrong."""
    found, missing = dict[str, int](), dict[str, UsageError]()
    for role in known_roles(store, groups):
        try:
            project = find_project(studio, store, role)
        except UsageError as error:
            missing[role] = error
        else:
            found |= {} if project is None else {role: project}
    return found, missing


def titled(title: str, role: str) -> str:
    """Say in a title whose project it is; what is too long is cut before that."""
    whose = role.removeprefix(REVIEW).removeprefix("/")
    return f"{title[: _LONGEST - len(whose) - 3]} · {whose}" if whose else title


def people_per_task(rule: Rule, groups: Sequence[str]) -> int:
    """Count the answers that one project must ask for, so that all of them together reach what the rule needs."""
    return -(-rule.most // max(1, len(groups)))


def is_blind(store: Store, table: ReviewTable, name: str) -> bool:
    """Whether people answer a sentence, or an article, without seeing a proposal: the same ones in every group."""
    point = int(stable_id("control", store.marker, name)[:13], 16) / 16**13
    return table.hide or point < table.control
