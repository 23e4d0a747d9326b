"""One published release, for tests that only look at it."""

import pytest

from builder.exporters.folder import publish
from builder.exporters.huggingface import build
from tests.exporters.approved_rows import INFO, sample_rows


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("exports"), INFO, sample_rows(), [build({})])


@pytest.fixture(scope="session")
def loaded(release):
    from builder.exporters.loading import load_release

    return load_release(release)
