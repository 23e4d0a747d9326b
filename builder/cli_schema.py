"""The verbs `schema diff` and `schema migrate`: options to a stage; no logic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from builder.errors import UsageError
from builder.exits import Verbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.workbench import Workbench

_DIFF = """\b
Example:
  builder schema diff                    # what people were asked before, and what the project asks now
  builder schema diff old.toml new.toml  # two files; no project is needed
"""
_MIGRATE = """\b
Example:
  builder schema migrate --rename PERSON=HUMAN --dry-run
  builder schema migrate --merge LAW,TREATY=LAW --split ORG=ORG,MEDIA --remove EVENT
"""
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")


@click.group(cls=Verbs, epilog="Example: builder schema diff")
def schema() -> None:
    """Compare label schemas, and carry answers over from one to the next.

    OLD and NEW are a file, a shipped schema, or the beginning of the digest of one that people were asked under.
    """


@schema.command(epilog=_DIFF)
@click.argument("old", default="")
@click.argument("new", default="")
@_as_json
@click.pass_obj
def diff(base: Path, old: str, new: str, as_json: bool) -> None:
    """Say what is different, and how many answers, approvals and tasks hold each label; nothing is changed.

    With --json: contract schema-diff/1, see docs/contracts.md.
    """
    from builder.stages.schema_change import Asked, compare, compare_here, named_schema, pair_of

    asked = Asked(old, new, base)

    def compared(bench: Workbench) -> dict[str, Any]:
        return compare_here(bench.store, *pair_of(bench.store, bench.project.schema, asked), bench.rule)

    alone = bool(old and new) and not _is_project(base)
    _tell(compare(named_schema(old, base), named_schema(new, base)) if alone else _in_project(base, compared), as_json)


@schema.command(epilog=_MIGRATE)
@click.argument("old", default="")
@click.argument("new", default="")
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="The label has another name.")
@click.option("--merge", multiple=True, metavar="A,B=NEW", help="Several labels became one.")
@click.option("--split", multiple=True, metavar="OLD=A,B", help="One label became several: reviewed again.")
@click.option("--remove", multiple=True, metavar="OLD", help="The label is gone: reviewed again where it was chosen.")
@click.option("--rereview", multiple=True, metavar="LABEL", help="Review again where it was chosen; a new one: all.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of the approvals.")
@_as_json
@click.pass_obj
def migrate(base: Path, /, old: str, new: str, dry_run: bool, as_json: bool, **wishes: tuple[str, ...]) -> None:
    """Record what became of the labels: approvals are carried, or their sentences must be reviewed again.

    With --json: contract schema-diff/1 with a plan, see docs/contracts.md.
    """
    from builder.schema_change import Wishes
    from builder.stages.schema_change import Asked, pair_of
    from builder.stages.schema_change import migrate as record

    asked = Asked(old, new, base)
    said = Wishes(wishes["rename"], wishes["merge"], wishes["split"], wishes["remove"], wishes["rereview"])

    def recorded(bench: Workbench) -> dict[str, Any]:
        return record(bench.store, pair_of(bench.store, bench.project.schema, asked), said, bench.rule, dry_run=dry_run)

    _tell(_in_project(base, recorded), as_json)


def _in_project(base: Path, do: Callable[[Workbench], dict[str, Any]]) -> dict[str, Any]:
    from builder import console
    from builder.workbench import opened

    with opened(base, console.say) as bench:
        return do(bench)


def _is_project(base: Path) -> bool:
    from builder.config import read_project

    try:
        return bool(read_project(base))
    except UsageError:
        return False


def _tell(told: dict[str, Any], as_json: bool) -> None:
    from builder import console
    from builder.figures import lines_of_schema

    console.as_json(told) if as_json else console.show_lines(lines_of_schema(told))
