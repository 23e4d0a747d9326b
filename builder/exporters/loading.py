"""A release folder is read as a stranger would read it: through `datasets`, offline. The one place that knows it.

Nothing is left behind in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Rows = list[dict[str, Any]]


def load_release(folder: Path) -> dict[str, dict[str, Rows]]:
    """Load every view of a release: view → split → rows; labels are numbers, as `datasets` gives them."""
    import datasets

    loaded = {}
    with _quiet(), TemporaryDirectory(prefix="builder-") as cache:
        for view in datasets.get_dataset_config_names(str(folder)):
            splits = datasets.load_dataset(str(folder), view, cache_dir=cache)
            loaded[view] = {str(split): rows.to_list() for split, rows in splits.items()}
            del splits
    return loaded


def features_of(folder: Path) -> dict[str, Any]:
    """Load the features of every view of a release, as `datasets` types them."""
    import datasets

    with _quiet(), TemporaryDirectory(prefix="builder-") as cache:
        names = datasets.get_dataset_config_names(str(folder))
        return {view: datasets.load_dataset_builder(str(folder), view, cache_dir=cache).info.features for view in names}


@contextmanager
def _quiet() -> Iterator[None]:
    """Show no progress bar and no note while `datasets` works, then leave it as it was."""
    import datasets

    level, bars = datasets.logging.get_verbosity(), datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    try:
        yield
    finally:
        datasets.logging.set_verbosity(level)
        if not bars:
            datasets.enable_progress_bars()
