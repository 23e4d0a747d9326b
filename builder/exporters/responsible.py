"""What is known of how a dataset came about becomes the fields of Croissant for responsible AI (RAI 1.0). Pure.

Eight of them must be there for a dataset to be submitted where such are asked for: `NEEDED`. Three of these are counted
as far as they go, the others are what a person said under `[card]`.
"""

from __future__ import annotations

from typing import Any

from builder.exporters.card_agreement import headlines
from builder.exporters.markdown import counted
from builder.exporters.questions import said
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo

NEEDED = (
    "rai:dataLimitations",
    "rai:dataBiases",
    "rai:personalSensitiveInformation",
    "rai:dataUseCases",
    "rai:dataSocialImpact",
    "rai:hasSyntheticData",
    "prov:wasDerivedFrom",
    "prov:wasGeneratedBy",
)
_WORDS = {
    "rai:dataLimitations": ("limitations", "misuses"),
    "rai:dataBiases": ("biases",),
    "rai:personalSensitiveInformation": ("personal",),
    "rai:dataUseCases": ("uses",),
    "rai:dataSocialImpact": ("impact",),
    "rai:dataCollection": ("collection",),
    "rai:annotatorDemographics": ("annotators",),
    "rai:dataReleaseMaintenancePlan": ("maintenance",),
}
"""Fields that are a person's words: the first key must be said, the others are added."""


def responsible(info: ReleaseInfo, summary: Summary) -> dict[str, Any]:
    """Give every field that there is something to say in."""
    words = {
        field: "\n\n".join(text for key in keys if (text := said(info, key)))
        for field, keys in _WORDS.items()
        if said(info, keys[0])
    }
    return {**words, **_derived(info, summary), **_generated(info, summary), **_annotated(info, summary)}


def _derived(info: ReleaseInfo, summary: Summary) -> dict[str, Any]:
    """Say what it was made from; not before a person has said how that was found."""
    files = f"{counted(len(summary.sources), 'source file')}, each named by its sha256 in `source_sha256` of every row"
    written_by = said(info, "written_by")
    return {
        **({"prov:wasDerivedFrom": f"{said(info, 'collection')} ({files})"} if said(info, "collection") else {}),
        **({"rai:hasSyntheticData": written_by == "machine-generated"} if written_by else {}),
    }


def _generated(info: ReleaseInfo, summary: Summary) -> dict[str, Any]:
    """Tell the activities in their order."""
    people = {person for person, _ in summary.approvers}
    rules = ", ".join(sorted(summary.rules))
    return {
        "prov:wasGeneratedBy": [
            f"Reading, cleaning and splitting into sentences by annotation-dataset-builder {info.builder_version}",
            f"Proposals by {', '.join(_proposers(summary)) or 'nobody'}",
            f"Review in Label Studio by {counted(len(people), 'person', 'people')}, rule {rules}, schema "
            f"{info.schema.name} {info.schema.version} ({info.schema.digest})",
        ]
    }


def _annotated(info: ReleaseInfo, summary: Summary) -> dict[str, Any]:
    per_row = [f"{rows} rows by {counted(n, 'person', 'people')}" for n, rows in sorted(summary.people_per_row.items())]
    told = {
        "rai:dataAnnotationPlatform": "Label Studio",
        "rai:dataAnnotationProtocol": (
            f"Guidelines {info.schema.name} {info.schema.version} (digest {info.schema.digest}); a sentence is "
            f"released only when people approved it as it stands, rule {', '.join(sorted(summary.rules))}"
        ),
        "rai:dataAnnotationAnalysis": [f"Agreement: {line}" for line in headlines(info)],
        "rai:annotationsPerItem": "; ".join(per_row),
        "rai:machineAnnotationTools": _proposers(summary),
    }
    return {field: value for field, value in told.items() if value}


def _proposers(summary: Summary) -> list[str]:
    return sorted({by for by, _ in summary.proposers})
