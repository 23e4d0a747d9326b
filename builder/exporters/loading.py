"""A release folder is read as a stranger would read it: through `datasets`, offline. The one place that knows it.

Nothing is left behind in the user's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a split: the values of each column, the names of each column of labels, and how many rows it has."""

    columns: dict[str, list[Any]]
    names: dict[str, tuple[str, ...]]
    rows: int


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


def load_parts(
    folder: Path, view: str, columns: Sequence[str], picks: Callable[[str, int], Sequence[int]]
) -> dict[str, Part]:
    """Load these columns of the rows that `picks` chooses from each split, by its name and number of rows."""
    import datasets

    parts = {}
    with _quiet(), TemporaryDirectory(prefix="builder-") as cache:
        splits = datasets.load_dataset(str(folder), view, cache_dir=cache)
        for split, rows in splits.items():
            chosen = rows.select_columns(list(columns)).select(picks(str(split), len(rows)))
            names = {name: _names(chosen.features[name]) for name in columns}
            parts[str(split)] = Part(chosen.to_dict(), {name: of for name, of in names.items() if of}, len(rows))
            del rows, chosen
        del splits
    return parts


def features_of(folder: Path) -> dict[str, Any]:
    """Load the features of every view of a release, as `datasets` types them."""
    import datasets

    with _quiet(), TemporaryDirectory(prefix="builder-") as cache:
        names = datasets.get_dataset_config_names(str(folder))
        return {view: datasets.load_dataset_builder(str(folder), view, cache_dir=cache).info.features for view in names}


def _names(feature: Any) -> tuple[str, ...]:
    """Find the names of the labels that a column holds, at any depth; none if it holds no label."""
    if hasattr(feature, "names"):
        return tuple(feature.names)
    if isinstance(feature, dict | list):
        within = [*(feature.values() if isinstance(feature, dict) else feature)]
    else:
        within = [feature.feature] if hasattr(feature, "feature") else []
    return next((names for names in map(_names, within) if names), ())


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
