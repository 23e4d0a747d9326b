"""The bytes of a release: the same in every process, and their content the same for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.exporters.features import views
from builder.exporters.records import ContentDigest, Recorder, by_id, content_of, in_splits, pseudonyms
from tests.exporters.approved_rows import SCHEMA, sample_rows

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
from pathlib import Path
from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from tests.exporters.approved_rows import INFO, sample_rows

rows = sample_rows()[:: int(sys.argv[2])]
print(publish(Path(sys.argv[1]), INFO, rows, [build({})]))
"""
# A change here changes what every release says of the same approval: raise the version and say why in the changelog.
GOLDEN = {
    "records": "a6390ae409ca4a59ce88df047fdd47fcb6e528a3bfc67624c543b6843acf82d1",
    "tokens": "b6a54604e245aec146cc2f5f90e5032e07948307a3500159d204c4bb92952038",
    "sentences": "0031c807077ee71efb8d619b894190b8f9007bd36831201dec4c9b06b91011da",
}


def content(view):
    rows = by_id(sample_rows())
    recorder, digest = Recorder(SCHEMA, pseudonyms(rows)), ContentDigest(view)
    for split, its_rows in in_splits(rows):
        list(digest.through(split, (recorder.record(view.name, row) for row in its_rows)))
    return digest.value


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

    assert 9 == len(one)
    assert one == two


@pytest.mark.parametrize("view", views(SCHEMA), ids=lambda view: view.name)
def test_the_content_of_a_view_is_golden(view):
    assert GOLDEN[view.name] == content(view)


def test_the_content_of_a_release_is_that_of_its_records():
    assert GOLDEN["records"] == content_of(sample_rows(), SCHEMA)
