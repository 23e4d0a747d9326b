"""What was counted in a release becomes sections of its card: labels, spread, decisions, proposers, sources. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from builder.exporters.markdown import counted, joined, listed, table
from builder.exporters.order import split_place
from builder.exporters.plots import Picture
from builder.exporters.questions import prose
from builder.exporters.summary import KEPT, THROWN_OUT, Summary
from builder.ports import ReleaseInfo
from builder.reviewing import Action
from builder.schema import LabelSpec

UNKNOWN = "unknown"
_DECISIONS = {
    Action.ACCEPTED: "proposed, and left as it was",
    Action.MOVED: "proposed, and given other bounds",
    Action.RELABELLED: "proposed, and given another label",
    Action.ADDED: "proposed by nobody, added by a person",
    Action.REJECTED: "proposed, and thrown out",
}


def labels(info: ReleaseInfo, summary: Summary, drawn: Mapping[str, Picture]) -> str:
    """Say what each label means, in the words that reviewers were shown."""
    schema = info.schema
    nested = "Spans of one sentence may overlap." if schema.overlap == "nested" else "Spans do not overlap."
    digests = listed(sorted(summary.digests)) or UNKNOWN
    return joined(
        (
            "## What the labels mean",
            f"Schema `{schema.name}`, guidelines version {schema.version}, digest `{schema.digest}`; approved under: "
            f"{digests}. {nested} Reviewers were shown these guidelines.",
            f"### Entity types\n\n{_guidelines(schema.entity, summary.entities)}",
            drawn["entity-types"].markdown,
            f"### Sentence labels\n\n{_guidelines(schema.sentence, summary.labels)}",
            drawn["sentence-labels"].markdown,
        )
    )


def _guidelines(specs: Sequence[LabelSpec], counts: Counter[tuple[str, str]]) -> str:
    header = ("label", "zh", "en", "指南 (zh)", "guideline (en)", "count")
    return table(header, (_guideline(label, counts) for label in specs))


def _guideline(label: LabelSpec, counts: Counter[tuple[str, str]]) -> tuple[object, ...]:
    texts = [texts.get(language, UNKNOWN) for texts in (label.title, label.guideline) for language in ("zh", "en")]
    total = sum(count for (name, place), count in counts.items() if name == label.name and place.startswith("split "))
    return (f"`{label.name}`", *texts, total)


def spread(info: ReleaseInfo, summary: Summary, drawn: Mapping[str, Picture]) -> str:
    """Count sentences and labels by language and split."""
    splits = sorted(summary.splits, key=split_place)
    rows = [
        (language, *(summary.rows_in[language, split] for split in splits), total)
        for language, total in sorted(summary.languages.items())
    ]
    places = [*(f"language {name}" for name in sorted(summary.languages)), *(f"split {name}" for name in splits)]
    tables = [
        table((head, *places), ((f"`{name}`", *(counts[name, place] for place in places)) for name in names))
        for head, names, counts in (
            ("entity type", info.schema.entity_names, summary.entities),
            ("sentence label", info.schema.sentence_names, summary.labels),
        )
    ]
    project = table(("counted at release", "count"), info.counts.items()) if info.counts else ""
    sentences = table(("sentences", *splits, "all"), rows)
    return joined(
        (
            "## Figures",
            sentences,
            drawn["splits"].markdown,
            "### Labels by language and split",
            *tables,
            f"### The project\n\n{project}" if project else "",
        )
    )


def decisions(info: ReleaseInfo, summary: Summary) -> str:
    """Say where the labels come from: what people did with proposals, and who proposed."""
    spans, of_labels = summary.span_actions, summary.label_actions
    rows = [(str(act), meaning, *_share(spans, act), *_share(of_labels, act)) for act, meaning in _DECISIONS.items()]
    header = ("decision", "meaning", "spans", "share", "sentence labels", "share")
    return joined(
        (
            "## Where the labels come from",
            f"Programs proposed, people decided; in the {counted(summary.rows, 'sentence')} of this release:",
            table(header, rows),
            _proposers(summary),
            _acceptance(info),
        )
    )


def _proposers(summary: Summary) -> str:
    names = sorted({by for by, _ in summary.proposers})
    if not names:
        return ""
    rows = [
        (f"`{by.partition('@')[0]}`", f"`{by.partition('@')[2]}`", *(summary.proposers[by, fate] for fate in _FATES))
        for by in names
    ]
    told = "Who proposed spans (several may propose the same one). A fingerprint names code, options and word lists:"
    return f"{told}\n\n{table(('proposer', 'fingerprint', *_FATES), rows)}"


_FATES = (KEPT, THROWN_OUT)


def _acceptance(info: ReleaseInfo) -> str:
    """Say what became of every annotator's proposals, label by label."""
    if not info.acceptance:
        return ""
    cells = {(row["annotator"], row["label"]): row for row in info.acceptance}
    annotators = sorted({name for name, _ in cells if name})
    used = {label for _, label in cells}
    known = [*info.schema.entity_names, *info.schema.sentence_names]
    names = [*(name for name in known if name in used), *sorted(used - set(known))]
    rows = [
        (
            f"`{label}`",
            *(_accepted(cells.get((annotator, label))) for annotator in annotators),
            (cells.get(("", label)) or {"added": 0})["added"],
        )
        for label in names
    ]
    told = (
        "Acceptance by annotator and label: of so many proposals that people were shown, so many were left exactly as "
        "they were. Counted over every answer submitted before this release, each for everybody who proposed it:"
    )
    return f"{told}\n\n{table(('label', *(f'`{name}`' for name in annotators), 'added by people'), rows)}"


def _accepted(row: Mapping[str, int] | None) -> str:
    if not row or not row["proposed"]:
        return "–"
    return f"{row['accepted']} of {row['proposed']} ({row['accepted'] / row['proposed']:.0%})"


def sources(info: ReleaseInfo, summary: Summary) -> str:
    """Say where the texts come from."""
    formats = Counter(summary.sources.values())
    licences = {name or "none stated": count for name, count in summary.licences.items()}
    documents, files = counted(len(summary.documents), "document"), counted(len(summary.sources), "source file")
    return joined(
        (
            "## Where the texts come from",
            f"{documents} in {files}; every row names its file by digest (`source_sha256`).",
            f"### How they were collected\n\n{prose(info, 'collection')}",
            f"### Who wrote them\n\n{prose(info, 'writers')}",
            f"### Rights in them\n\n{prose(info, 'rights')}",
            _counts("format of source files", "files", formats),
            _counts("kind of sentence", "sentences", summary.kinds),
            _counts("licence that the source states", "sentences", licences),
        )
    )


def _counts(head: str, what: str, counts: Mapping[str, int]) -> str:
    ordered: list[tuple[str, int]] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return table((head, what), ordered)


def _share(counts: Counter[Action], action: Action) -> tuple[int, str]:
    total = counts.total()
    return counts[action], f"{counts[action] / total:.1%}" if total else "-"


def by_reviewer(summary: Summary) -> list[tuple[str, str, int]]:
    """Count the sentences that each reviewer approved, by rule; in the order of their numbers."""
    rules: dict[str, set[str]] = defaultdict(set)
    totals: Counter[str] = Counter()
    for (person, rule), count in summary.approvers.items():
        rules[person].add(rule)
        totals[person] += count
    ordered = sorted(totals, key=lambda person: (len(person), person))
    return [(person, listed(sorted(rules[person])), totals[person]) for person in ordered]
