"""No code of ours evaluates what it reads: the few places that unpack or run anything are named, with what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent.parent / "builder"
SOURCES = sorted(ROOM.rglob("*.py"))

RUNS = {
    ("frozen.py", "exec"),  # builds constructors of our own nouns from their own fields
    ("flow.py", "pickle.loads"),  # what this process handed to its own children
    ("elsewhere.py", "pickle.loads"),  # the same, for the tests of plug-in authors
    ("annotators/reference_tagger.py", "pickle.loads"),  # files of the installed package jieba
    ("stages/proposers.py", "import_module"),  # a name that stands beside it
    ("exporters/front_matter.py", "yaml.safe_dump"),  # writes
    ("exporters/front_matter.py", "yaml.safe_load"),  # what it wrote; plain values only
}
ALONE = frozenset({"eval", "exec", "compile", "__import__", "import_module"})
FORBIDDEN = frozenset(
    """os.system os.popen os.execv pty.spawn pickle.load pickle.loads
    pickle.Unpickler marshal.load marshal.loads shelve.open dill.loads joblib.load torch.load yaml.load yaml.full_load
    yaml.unsafe_load yaml.load_all yaml.safe_load yaml.safe_dump yaml.dump runpy.run_path
    ElementTree.parse ElementTree.fromstring ElementTree.XMLParser minidom.parse minidom.parseString
    etree.parse etree.fromstring sax.parse .extractall shutil.unpack_archive tempfile.mktemp""".split()
)
XML = {"docx_text.py": "parser_of", "controls.py": "page_of"}
"""Where XML is read, and the function that makes the parser."""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Name each call of a source: `loads` and `pickle.loads` both count."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def dangerous(path: Path) -> set[tuple[str, str]]:
    where = path.relative_to(ROOM).as_posix()
    return {(where, name) for name, _ in calls(path) if name in ALONE or name.endswith(tuple(FORBIDDEN))}


def imported(path: Path, module: str) -> set[str]:
    """List what a source takes from a module."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {a.name for n in nodes if isinstance(n, ast.ImportFrom) and n.module == module for a in n.names}


def test_what_could_run_a_document_is_called_in_known_places_only() -> None:
    assert RUNS == {found for path in SOURCES for found in dangerous(path)}


def test_no_shell_is_asked() -> None:
    shells = [
        path.name
        for path in SOURCES
        for name, call in calls(path)
        if name.startswith("subprocess.") and any(word.arg == "shell" for word in call.keywords)
    ]

    assert [] == shells


def test_arrays_are_read_without_pickles() -> None:
    loads = [(path.name, call) for path in SOURCES for name, call in calls(path) if name == "np.load"]
    careful = [(name, call) for name, call in loads if "allow_pickle=False" in ast.unparse(call)]

    assert loads == careful
    assert loads


def test_xml_is_read_by_parsers_that_refuse_document_types() -> None:
    made = {path.name for path in SOURCES for name, _ in calls(path) if name == "expat.ParserCreate"}
    guarded = {path.name for path in SOURCES if "StartDoctypeDeclHandler = _refuse" in path.read_text("utf-8")}
    built = [imported(path, "xml.etree.ElementTree") for path in SOURCES]

    assert (set(XML), set(XML)) == (made, guarded)
    assert {"Element", "SubElement", "tostring"} == set().union(*built)


@pytest.mark.parametrize("code", ["pickle.loads(x)", "eval(x)", "yaml.load(x)", "a.extractall()", "etree.parse(x)"])
def test_a_call_that_runs_a_document_is_seen(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.hostile.test_loading.ROOM", tmp_path)
    (tmp_path / "x.py").write_text(code)

    assert 1 == len(dangerous(tmp_path / "x.py"))
