"""The reference pages say everything, and nothing that is not so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.config import parse_config
from builder.config_tables import Config

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \|", re.MULTILINE)


def rows(page: str, heading: str = "") -> dict[str, str]:
    """Read the first two columns of a page's tables, under a heading if one is given."""
    text = (DOCS / page).read_text("utf-8")
    part = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0] if heading else text
    return dict(ROW.findall(part))


def keys() -> Iterator[tuple[str, str]]:
    """Yield every key of builder.toml, and its default as the page writes it."""
    least: dict[str, Any] = parse_config('[project]\nname = "x"').model_dump(mode="json", by_alias=True)
    required = {("project", "name")}
    for table, found in least.items():
        for key, default in found.items():
            shown = "(required)" if (table, key) in required else f"`{json.dumps(default)}`"
            yield f"{table}.{key}", shown


def fields(schema: dict[str, Any], found: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield every field of a contract as the page writes it: `entities[].start`."""
    if "$ref" in found:
        found = schema["$defs"][found["$ref"].split("/")[-1]]
    for part in found.get("oneOf", ()):
        yield from fields(schema, part, path)
    if "properties" in found:
        if path and path.split(".")[-1] not in TABLES:
            yield path
        for name, inner in found["properties"].items():
            yield from fields(schema, inner, f"{path}.{name}" if path else name)
    elif "properties" in (inside := _resolved(schema, found.get("items"))):
        yield path
        yield from (name for name in fields(schema, inside, f"{path}[]") if name != f"{path}[]")
    elif found.get("type") != "null":
        yield path


TABLES = {"ingest", "annotate", "push", "pull", "review", "release"}
"""Parts of the status that hold counts and say nothing by themselves."""


def _resolved(schema: dict[str, Any], found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        return {}
    resolved: dict[str, Any] = schema["$defs"][found["$ref"].split("/")[-1]] if "$ref" in found else found
    return resolved


@pytest.mark.parametrize(("key", "default"), list(keys()))
def test_every_key_has_a_line_with_its_default(key: str, default: str) -> None:
    assert default == rows("configuration.md")[key]


def test_no_line_speaks_of_a_key_that_is_gone() -> None:
    assert {key for key, _ in keys()} == {key for key in rows("configuration.md") if "." in key}


def test_the_page_covers_every_table() -> None:
    assert {*Config.model_fields} == {key.split(".")[0] for key in rows("configuration.md") if "." in key}


@pytest.mark.parametrize("name", ["preview", "status"])
def test_every_field_of_a_contract_has_a_line_and_no_other(name: str) -> None:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8"))

    assert {*fields(schema, schema)} == {*rows("contracts.md", f"`{name}/1`")}


def test_environment_variables_on_the_page_are_read_by_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "builder").rglob("*.py"))
    named = set(rows("configuration.md", "Environment"))

    assert set(re.findall(r'"((?:BUILDER|HF)_[A-Z]+(?:_[A-Z]+)*)"', code)) == named


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))

    assert [] == [link for link in links if not (path.parent / link).exists()]
