"""What tests of several stages begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import at_work, make_sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a project whose sentences wait to be sent."""
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        bench.annotate()
    return tmp_path
