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
from builder.exporters.hub_lists import hub_lists
from builder.exporters.questions import said
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo
from builder.reviewing import Action


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
    fields = {
        **_description(info, summary),
        "configs": [_config(view, info.version) for view in written],
        "dataset_info": [_dataset_info(view) for view in written],
    }
    return f"---\n{as_yaml(fields)}---\n"


def read_front_matter(text: str) -> tuple[Any, str]:
    """Read the YAML block of a card; give its fields, or what is wrong."""
    import yaml

    parts = text.split("---\n", 2)
    if len(parts) < 3 or parts[0]:
        return None, "the card has no YAML between two lines of ---"
    try:
        return yaml.safe_load(parts[1]), ""
    except yaml.YAMLError as error:
        return None, f"the YAML of the card cannot be read: {' '.join(str(error).split())}"


def as_yaml(fields: object) -> str:
    """Write fields in their order, words that look like truths or numbers in quotes."""
    import yaml

    return str(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000))


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
        **_licence(info),
        "pretty_name": info.pretty_name or info.name,
        "tags": ["text", "named-entity-recognition", "sentence-classification", "human-reviewed", "label-studio"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": ["named-entity-recognition", "multi-class-classification"],
        **_creators(info, summary),
        "source_datasets": ["original"],
        "size_categories": [size_category(summary.rows)],
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


def _licence(info: ReleaseInfo) -> dict[str, str]:
    named = {"license_name": info.license_name, "license_link": info.license_link}
    return {
        **({"license": info.license.lower()} if info.license else {}),
        **{key: text for key, text in named.items() if text},
    }


def _creators(info: ReleaseInfo, summary: Summary) -> dict[str, list[str]]:
    """Say who made the labels and the texts: whether a machine proposed is counted, the rest was said."""
    proposed = any(summary.proposers.values()) or any(
        count for action, count in summary.label_actions.items() if action is not Action.ADDED
    )
    labels = ["machine-generated"] if proposed else []
    labels += [text for text in (said(info, "annotated_by"),) if text]
    texts = [text for text in (said(info, "written_by"),) if text]
    return {
        **({"annotations_creators": labels} if labels else {}),
        **({"language_creators": texts} if texts else {}),
    }


def size_category(rows: int) -> str:
    """Find the hub's class of sizes: from n<1K by factors of ten to n>1T."""
    sizes = hub_lists()["size_categories"]
    return str(sizes[min(max(len(str(rows)) - 3, 0), len(sizes) - 1)])
