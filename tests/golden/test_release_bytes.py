"""The bytes of a release: the same in every process, and their content the same for ever."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from builder.exporters.batches import content_of
from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from tests.exporters.approved_rows import INFO, sample_rows

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
from pathlib import Path
from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from tests.exporters.approved_rows import INFO, sample_rows
from tests.said import measured

rows = sample_rows()[:: int(sys.argv[2])]
print(publish(Path(sys.argv[1]), measured(INFO, rows), rows, [build({})]))
"""
# A change here changes what every release says of the same approval: raise the version and say why in the changelog.
GOLDEN = {
    "records": "11562c3f59b409e25c1c3aeca44b72869fa894b2b28fded859c04ccddaab663c",
    "tokens": "7a87e8eea97e04a3ab799b459ce36055856b958ec087beec73654b5d19d95d23",
    "sentences": "7063b3cef56a79d9563f6f9a3b64c1f3edafee39cb4e25f5c360bf4aff9052a7",
    "sft": "5969958689e2bf341ad96d065d82635b5f0ffe3ae12650aebeff511239d8bf43",
}


def contents():
    with TemporaryDirectory() as folder:
        published = publish(Path(folder), INFO, sample_rows(), [build({})])
        fields = yaml.safe_load((published / "README.md").read_text("utf-8").split("---\n")[1])
    return {config["config_name"]: config["description"] for config in fields["configs"]}


def build_apart(exports, seed, step, threads):
    """Build the release in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BUILD, str(exports), step]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_processes_write_the_same_bytes(tmp_path):
    """Another hash seed, another order of rows, another number of threads."""
    one, two = build_apart(tmp_path / "1", "1", "1", "1"), build_apart(tmp_path / "2", "2", "-1", "4")

    assert {"plots/agreement-spans-suggested.svg", "croissant.json", "CITATION.cff"} <= one.keys()
    assert one == two


def test_the_content_of_every_view_is_golden():
    assert GOLDEN == contents()


def test_the_content_of_a_release_is_that_of_its_records():
    assert GOLDEN["records"] == content_of(sample_rows(), INFO)
