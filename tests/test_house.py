"""The house keeps its shape: layers, doors, sizes, words. Read from the source, nothing is imported."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "builder").rglob("*.py"))

COMPANIES = (
    (
        {
            "errors",
            "collector",
            "disk",
            "frozen",
            "tiling",
            "offset_map",
            "reading",
            "model",
            "pairing",
            "publishing",
            "reviewing",
            "splitting",
            "facts",
            "__init__",
        },
    ),
    ({"schema", "text", "ports"},),
    ({"evaluation"},),
    ({"agreement"},),
    (
        {
            "config",
            "config_tables",
            "environment",
            "plugins",
            "approval",
            "effort",
            "provenance",
            "json_schemas",
            "schema_change",
            "schema_differences",
            "schema_history",
            "stratification",
        },
        {"store"},
        {"readers"},
        {"annotators"},
        {"studio"},
        {"exporters"},
    ),
    ({"flow", "servers", "stages"},),
    ({"exchange"},),
    (
        {
            "workbench",
            "watching",
            "contracts",
            "elsewhere",
            "diff_figures",
            "exporter_contract",
            "preview",
            "project_files",
            "rendering",
            "figures",
            "proof_figures",
            "review_figures",
            "plotting",
        },
    ),
    (
        {
            "cli",
            "cli_adjudicate",
            "cli_check",
            "cli_diff",
            "cli_evaluate",
            "cli_prove",
            "cli_publish",
            "cli_schema",
            "cli_stats",
            "cli_status",
            "cli_studio",
            "cli_watch",
            "console",
            "demo",
            "exits",
            "__main__",
        },
    ),
)
"""Floors from the ground up, each of one or more companies: a room may import its own company and any lower floor."""

EXCEPTIONS = {("plugins", "annotators.combine"), ("plugins", "annotators.taught")}
"""What combines annotators is no plug-in itself, so the room of plug-ins imports it, inside a function."""

DOORS = {
    "ahocorasick_rs": {"annotators/automaton.py"},
    "babel": {"annotators/territories.py"},
    "click": {
        "cli.py",
        "cli_adjudicate.py",
        "cli_check.py",
        "cli_diff.py",
        "cli_evaluate.py",
        "cli_prove.py",
        "cli_publish.py",
        "cli_schema.py",
        "cli_stats.py",
        "cli_status.py",
        "cli_studio.py",
        "cli_watch.py",
        "exits.py",
    },
    "daachorse": {"annotators/automaton.py"},
    "datasets": {"exporters/loading.py"},
    "filelock": {"store/db.py", "studio/environment.py", "studio/server.py"},
    "httpx": {"annotators/llm/endpoint.py", "studio/accounts.py", "studio/wire.py"},
    "huggingface_hub": {"exporters/hub.py", "readers/hub.py"},
    "jieba": {"annotators/reference_tagger.py"},
    "label_studio_sdk": {"studio/client.py"},
    "lingua": {"text/latin.py"},
    "matplotlib": {"plotting.py"},
    "numba": {"annotators/machine_code.py"},
    "platformdirs": {"annotators/built.py", "studio/environment.py"},
    "pyarrow": {
        "annotators/precomputed_rows.py",
        "exporters/leakage.py",
        "exporters/parquet.py",
        "exporters/released.py",
        "exporters/tables.py",
        "readers/arrow_rows.py",
    },
    "pydantic": {
        "annotators/user_patterns.py",
        "config.py",
        "config_tables.py",
        "environment.py",
        "evaluation/crosswalk.py",
        "json_schemas.py",
        "schema.py",
        "studio/answers.py",
    },
    "pypdfium2": {"readers/pdf.py"},
    "re2": {"annotators/user_patterns.py"},
    "rensa": {"text/shingles.py"},
    "rjieba": {"annotators/fast_tagger.py"},
    "rich": {"console.py", "rendering.py"},
    "sqlite3": {"store/adding.py", "store/check.py", "store/db.py", "store/remembered.py"},
    "yaml": {"exporters/front_matter.py"},
    "sklearn": {"annotators/crf/judge.py", "annotators/linear_training.py"},
    "scipy": {"annotators/crf/judge.py", "annotators/linear_training.py"},
    "spacy": {"annotators/spacy_model.py", "exporters/spacy_docs.py"},
    "transformers": {"annotators/tiny_transformer.py", "annotators/transformers_model.py"},
    "threadpoolctl": {"annotators/crf/judge.py"},
    "pycrfsuite": {"annotators/crf/training.py"},
    "torch": {"annotators/tiny_transformer.py", "annotators/transformers_model.py"},
    "gliner": {"annotators/gliner_model.py"},
}
"""Which files may import what is not ours; sqlite3 counts, since only the store may keep anything.

numpy does not: arrays are words of the language to whoever counts.
"""

SLOW = {
    "ahocorasick_rs",
    "babel",
    "daachorse",
    "datasets",
    "gliner",
    "httpx",
    "huggingface_hub",
    "jieba",
    "label_studio_sdk",
    "lingua",
    "matplotlib",
    "numba",
    "pyarrow",
    "pypdfium2",
    "re2",
    "rensa",
    "rich",
    "rjieba",
    "scipy",
    "sklearn",
    "spacy",
    "torch",
    "transformers",
    "yaml",
}
"""What is imported inside the function that uses it, unless the whole module is imported only when used."""

LONGEST_FUNCTION, LONGEST_FILE, DEEPEST = 40, 300, 4
MEDIAN_FUNCTION, NINE_OF_TEN = 8, 25

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Name a source within builder/."""
    return path.relative_to(ROOT / "builder").as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    """Name every module a source imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room"
            inside = node.module == "builder"
            yield from (f"builder.{alias.name}" for alias in node.names) if inside else [node.module or ""]


def rooms_imported(tree: ast.AST) -> set[str]:
    """Name every room of ours that a source imports: `model`, `store.db`."""
    found = {name.removeprefix("builder.") for name in imports(tree) if name.split(".")[0] == "builder"}
    return {name for name in found if name != "__version__"}


def company(room: str) -> tuple[int, int]:
    """Find a room's floor and company."""
    top = room.split(".")[0]
    return next((f, c) for f, floor in enumerate(COMPANIES) for c, rooms in enumerate(floor) if top in rooms)


def room_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Count a function's lines, its docstring aside."""
    doc = ast.get_docstring(function)
    return (function.end_lineno or 0) - function.lineno + 1 - (len(doc.splitlines()) + 1 if doc else 0)


def depth(node: ast.AST, deep: int = 0) -> int:
    """Measure the deepest nesting; an elif counts as one more."""
    blocks = ast.For | ast.While | ast.If | ast.With | ast.Try | ast.AsyncFor | ast.AsyncWith
    return max([deep, *(depth(child, deep + isinstance(child, blocks)) for child in ast.iter_child_nodes(node))])


def undocumented(node: ast.AST, where: str) -> Iterator[str]:
    """Name what is public and has no docstring."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            if not ast.get_docstring(child):
                yield f"{where}.{child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{where}.{child.name}")


def swallows(node: ast.AST) -> bool:
    """Whether a handler takes every error and does nothing."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    everything = node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
    return everything and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)


def tracked() -> list[Path]:
    """List the committed text files."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


each_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)


@each_source
def test_a_room_imports_its_own_company_and_lower_floors_only(path: Path) -> None:
    room, wrong = room_of(path), set()
    for other in rooms_imported(tree_of(path)):
        (floor, mine), (below, theirs) = company(room), company(other)
        if floor < below or floor == below and mine != theirs:
            wrong.add((room, other))

    assert set() == wrong - EXCEPTIONS


def test_every_exception_to_the_layers_is_still_needed() -> None:
    found = {(room_of(path), other) for path in SOURCES for other in rooms_imported(tree_of(path))}

    assert EXCEPTIONS == EXCEPTIONS & found


def test_each_third_party_has_its_doors_and_no_others() -> None:
    ours = sys.stdlib_module_names - {"sqlite3"} | {"builder", "numpy"}
    used: dict[str, set[str]] = {}
    for path in SOURCES:
        for package in {name.split(".")[0] for name in imports(tree_of(path))} - ours:
            used.setdefault(package, set()).add(name_of(path))

    assert DOORS == used


@each_source
def test_what_is_slow_is_not_imported_at_the_top(path: Path) -> None:
    if (
        any(name_of(path) in DOORS[package] for package in ("datasets", "pyarrow", "yaml"))
        or "annotators" in path.parts
    ):
        return  # imported only when used: exporters and annotators are entry points
    top = [node for node in tree_of(path).body if isinstance(node, ast.Import | ast.ImportFrom)]

    assert set() == {name.split(".")[0] for node in top for name in imports(node)} & SLOW


@each_source
def test_only_the_console_prints(path: Path) -> None:
    said = {ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name | ast.Attribute)}

    assert name_of(path) == "console.py" or set() == said & {"print", "sys.stdout", "sys.stderr", "click.echo"}


@each_source
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@each_source
def test_everything_public_has_a_docstring(path: Path) -> None:
    assert [] == list(undocumented(tree_of(path), room_of(path)))


@each_source
def test_no_function_is_too_long(path: Path) -> None:
    assert [] == [f"{f.name}: {length(f)}" for f in functions(tree_of(path)) if LONGEST_FUNCTION < length(f)]


@each_source
def test_no_function_is_nested_too_deep(path: Path) -> None:
    assert [] == [f"{f.name}: {depth(f)}" for f in functions(tree_of(path)) if DEEPEST < depth(f)]


@each_source
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_most_functions_are_short() -> None:
    lengths = sorted(length(f) for path in SOURCES for f in functions(tree_of(path)))

    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert lengths[len(lengths) * 9 // 10] <= NINE_OF_TEN


@each_source
def test_no_error_is_swallowed_whole(path: Path) -> None:
    assert [] == [node for node in ast.walk(tree_of(path)) if swallows(node)]


@each_source
def test_what_is_left_to_do_has_an_issue(path: Path) -> None:
    word = "TO" + "DO|FIX" + "ME"

    assert [] == re.findall(rf"(?:{word})(?!\(#\d+\)).*", path.read_text("utf-8"))


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    folders = r"(?<![\w.])/(?:" + "wo" + "rk|tm" + "p/w|ro" + r"ot)\b"
    hosts = "py" + r"pi\.|python" + r"hosted\.|npm" + r"js\.|conda\." + "anaconda"
    pattern = re.compile(f"{folders}|{hosts}")
    found = [
        f"{path.relative_to(ROOT)}: {hit}"
        for path in tracked()
        for hit in pattern.findall(path.read_text("utf-8", "replace"))
    ]

    assert [] == found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try:\n    x\nexcept Exception:\n    pass", True),
        ("try:\n    x\nexcept:\n    pass", True),
        ("try:\n    x\nexcept OSError:\n    pass", False),
        ("try:\n    x\nexcept Exception:\n    raise", False),
    ],
)
def test_a_swallowed_error_is_seen(code: str, expected: bool) -> None:
    assert expected == any(swallows(node) for node in ast.walk(ast.parse(code)))


def test_a_public_method_without_a_docstring_is_seen() -> None:
    code = 'class A:\n    """A."""\n    def b(self): ...\n    def _c(self): ...\nclass _D:\n    def e(self): ...'

    assert ["m.A.b"] == list(undocumented(ast.parse(code), "m"))


def test_nesting_is_measured() -> None:
    assert 3 == depth(ast.parse("def f():\n for a in b:\n  if a:\n   with a:\n    pass"))
