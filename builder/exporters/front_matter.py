"""What was written becomes the YAML at the head of a README, which the Hub and `datasets` read. Pure.

Every view gets a version and its content digest: `datasets` caches a local folder by these words alone and would
otherwise go on serving the rows of an earlier release. The one place that knows PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from builder.exporters.features import DEFAULT_VIEW, View, readme_features
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True, slots=True)
class SplitFile:
    """One parquet file: its place, rows, size as Arrow and size on disk."""

    split: str
    path: str
    rows: int
    arrow_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class ViewFiles:
    """A view, the name of its content, and its files."""

    view: View
    content: str
    files: tuple[SplitFile, ...]


def front_matter(info: ReleaseInfo, summary: Summary, written: Sequence[ViewFiles]) -> str:
    """Write the YAML block, its fences included."""
    import yaml

    fields = {
        **_description(info, summary),
        "configs": [_config(view, info.version) for view in written],
        "dataset_info": [_dataset_info(view) for view in written],
    }
    body = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{body}---\n"


def three_numbers(version: str) -> str:
    """Turn a release's version into the x.y.z that `datasets` wants."""
    numbers = re.findall(r"\d+", re.split(r"[-A-Za-z]", version.removeprefix("v"), maxsplit=1)[0])
    return ".".join([*numbers[:3], "0", "0"][:3])


def language_codes(summary: Summary) -> list[str]:
    """List the languages as the codes the Hub accepts: the first subtag in lower case."""
    codes = {language.replace("_", "-").split("-")[0].lower() for language in summary.languages}
    return sorted(code for code in codes if code not in {"", "und"})


def _description(info: ReleaseInfo, summary: Summary) -> dict[str, Any]:
    languages = language_codes(summary)
    spread = "multilingual" if len(languages) > 1 else "monolingual"
    return {
        **({"language": languages, "multilinguality": [spread]} if languages else {}),
        **({"license": info.license.lower()} if info.license else {}),
        "pretty_name": info.pretty_name or info.name,
        "tags": ["text", "named-entity-recognition", "sentence-classification", "human-reviewed", "label-studio"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": ["named-entity-recognition", "multi-class-classification"],
        "annotations_creators": ["machine-generated", "expert-generated"],
        "size_categories": [_size(summary.rows)],
    }


def _config(written: ViewFiles, version: str) -> dict[str, Any]:
    return {
        "config_name": written.view.name,
        **({"default": True} if written.view.name == DEFAULT_VIEW else {}),
        "version": three_numbers(version),
        "description": written.content,
        "data_files": [{"split": file.split, "path": file.path} for file in written.files],
    }


def _dataset_info(written: ViewFiles) -> dict[str, Any]:
    splits = [{"name": f.split, "num_bytes": f.arrow_bytes, "num_examples": f.rows} for f in written.files]
    return {
        "config_name": written.view.name,
        "features": readme_features(written.view.columns),
        "splits": splits,
        "download_size": sum(file.file_bytes for file in written.files),
        "dataset_size": sum(file.arrow_bytes for file in written.files),
    }


def _size(rows: int) -> str:
    return next((name for bound, name in _SIZES if rows < bound), "1M<n<10M" if rows < 10_000_000 else "n>10M")
