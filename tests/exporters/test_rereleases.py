"""Whoever reads while releases are made sees whole ones, with the cache that any user has."""

import json
import os
import subprocess
import sys
from dataclasses import replace

from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from builder.offset_map import copy
from tests.exporters.approved_rows import INFO, gold_span, make_document, make_row

RELEASES = 200
READER = """
import json, re, sys
from pathlib import Path
import datasets

home, done = Path(sys.argv[1]), Path(sys.argv[2])
datasets.disable_progress_bars()
loads, newest, mixed = 0, [], []


def listed():
    return sorted((path.name for path in home.glob("v*")), key=lambda name: int(name[1:]))


def load(version):
    global loads
    loads += 1
    seen = set()
    for view in ("records", "tokens", "sentences"):
        for split, rows in datasets.load_dataset(str(home / version), view).items():
            texts = ["".join(row["tokens"]) if view == "tokens" else row["text"] for row in rows]
            seen.update(re.findall(r"[0-9]+", " ".join(texts)))
            seen.add(f"{view} {split} {len(rows)}")
    whole = {f"{view} {split} 1" for view in ("records", "tokens", "sentences") for split in ("train", "test")}
    if seen != whole | {version[1:]}:
        mixed.append([version, sorted(seen)])


print("ready", flush=True)
while True:
    is_last = done.exists()
    if versions := listed():
        newest.append(versions[-1])
        load(versions[-1])  # at once: a release that is not whole yet would be met
        load(versions[loads % len(versions)])
    if is_last:
        break
print(json.dumps({"loads": loads, "newest": len(set(newest)), "last": newest[-1], "mixed": mixed}))
"""


def rows_of(number):
    """Two documents, one per split, whose every sentence says the number of its release."""
    return [
        make_row(source, document, 0, 0, len(document.text), [gold_span(0, 7, "ORG")], split=split)
        for split in ("train", "test")
        for source, document in [_page(f"Release {number} is {split}.", split)]
    ]


def _page(text, split):
    return make_document(text, (copy(0, len(text)),), "en", f"{split}.txt")


def test_a_reader_during_two_hundred_releases_never_sees_a_mixed_one(tmp_path):
    done, exports = tmp_path / "done", tmp_path / "exports"
    environment = {**os.environ, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_DATASETS_CACHE", None)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(exports / INFO.name), str(done)], stdout=subprocess.PIPE, env=environment
    ) as reader:
        assert b"ready\n" == reader.stdout.readline()
        try:
            for number in range(1, RELEASES + 1):
                assert reader.poll() is None, "the reader could not read"
                publish(exports, replace(INFO, version=f"v{number}"), rows_of(number), [build({})])
        finally:
            done.touch()
        told = json.loads(reader.communicate()[0])

    assert [] == told["mixed"]
    assert f"v{RELEASES}" == told["last"]
    assert 3 <= told["newest"] < told["loads"]
