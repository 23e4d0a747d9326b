"""The figures and labels of a release become its dataset card: README.md. Pure.

What can be counted is counted, what only a person could say and has not said stands there as unknown. No e-mail
address, path or date of making enters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from builder.exporters.features import DEFAULT_VIEW
from builder.exporters.front_matter import ViewFiles, front_matter
from builder.exporters.records import LostSpan, split_order
from builder.exporters.summary import Summary
from builder.model import Action
from builder.ports import ReleaseInfo
from builder.schema import LabelSpec

_LOSSES_SHOWN = 50
_UNKNOWN = "unknown"
_VIEWS = {
    "records": "one sentence per row with its spans, its label, who proposed and what a person did with it (default)",
    "tokens": "tokens with BIO tags, for token classification (`tokens`, `ner_tags`)",
    "sentences": "`text` and `label`, for text classification",
}
_DECISIONS = {
    Action.ACCEPTED: "proposed, and left as it was",
    Action.MOVED: "proposed, and given other bounds",
    Action.RELABELLED: "proposed, and given another label",
    Action.ADDED: "proposed by nobody, added by a person",
    Action.REJECTED: "proposed, and thrown out",
}


def card(info: ReleaseInfo, summary: Summary, written: Sequence[ViewFiles], lost: Sequence[LostSpan]) -> str:
    """Write the whole card: YAML front matter, then prose."""
    sections = (
        _title(info, summary),
        _use(info, written),
        _approval(summary),
        _label_sections(info, summary),
        _figures(info, summary),
        _provenance(summary),
        _losses(lost),
        _offsets(),
        _unknown(info),
    )
    return front_matter(info, summary, written) + "\n" + "\n\n".join(sections) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Draw a Markdown table; a cell may hold any text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _title(info: ReleaseInfo, summary: Summary) -> str:
    languages = ", ".join(sorted(summary.languages)) or _UNKNOWN
    documents, sources = _count(len(summary.documents), "document"), _count(len(summary.sources), "source file")
    return (
        f"# {_cell(info.pretty_name or info.name)}\n\n"
        f"Version `{info.version}`. {_count(summary.rows, 'sentence')} from {documents} in {sources}; "
        f"languages: {languages}. Named entities are marked in every sentence, and every sentence has one label. "
        "Programs proposed, people decided in Label Studio, and **only what a person approved is here**."
    )


def _use(info: ReleaseInfo, written: Sequence[ViewFiles]) -> str:
    rows = [(f"`{view.view.name}`", _VIEWS[view.view.name], sum(f.rows for f in view.files)) for view in written]
    split = written[0].files[0].split
    return (
        "## Load it\n\n```python\nfrom datasets import load_dataset\n\n"
        f'records = load_dataset("path/to/{info.name}/{info.version}", "{DEFAULT_VIEW}", split="{split}")\n'
        'label = records.features["label"]\n'
        "for row in records:\n"
        '    print(label.int2str(row["label"]), [span["text"] for span in row["spans"]])\n```\n\n'
        "A sentence has the same `id` and split in every view.\n\n" + table(("view", "holds", "rows"), rows)
    )


def _approval(summary: Summary) -> str:
    rules = [(f"`{rule}`", count) for rule, count in sorted(summary.rules.items())]
    people, per_row = _count(len(summary.approvers), "person", "people"), sorted(summary.people_per_row.items())
    days = f"{min(summary.days)} to {max(summary.days)}" if any(summary.days) else _UNKNOWN
    return (
        "## Who approved\n\n"
        "A row is here because a person submitted it in Label Studio, did not cancel it, and it had not changed since "
        "when it was last pulled. A prediction never counts as an approval. `single` asks for one person, `agree:N` "
        f"for N people with equal answers. Approved by {people}, {days}.\n\n"
        "`approvers` holds pseudonyms: reviewers are numbered by their first approval in this release. "
        "Names and addresses are not part of it.\n\n"
        f"{table(('rule', 'rows'), rules)}\n\n{table(('people per row', 'rows'), per_row)}"
    )


def _label_sections(info: ReleaseInfo, summary: Summary) -> str:
    schema = info.schema
    nested = "Spans of one sentence may overlap." if schema.overlap == "nested" else "Spans do not overlap."
    digests = ", ".join(f"`{digest}`" for digest in sorted(summary.digests)) or _UNKNOWN
    return (
        f"## Labels\n\nSchema `{schema.name}`, guidelines version {schema.version}, digest `{schema.digest}`; "
        f"approved under: {digests}. {nested} Reviewers were shown these guidelines.\n\n"
        f"### Entity types\n\n{_guidelines(schema.entity, summary.entities)}\n\n"
        f"### Sentence labels\n\n{_guidelines(schema.sentence, summary.labels)}"
    )


def _guidelines(labels: Sequence[LabelSpec], counts: Counter[tuple[str, str]]) -> str:
    header = ("label", "zh", "en", "指南 (zh)", "guideline (en)", "count")
    return table(header, (_guideline(label, counts) for label in labels))


def _guideline(label: LabelSpec, counts: Counter[tuple[str, str]]) -> tuple[object, ...]:
    texts = [texts.get(language, _UNKNOWN) for texts in (label.title, label.guideline) for language in ("zh", "en")]
    return (f"`{label.name}`", *texts, _total(counts, label.name))


def _figures(info: ReleaseInfo, summary: Summary) -> str:
    splits = split_order(summary.splits)
    rows = [
        (language, *(summary.rows_in[language, split] for split in splits), total)
        for language, total in sorted(summary.languages.items())
    ]
    places = [*(f"language {name}" for name in sorted(summary.languages)), *(f"split {name}" for name in splits)]
    counted = [
        table((head, *places), ((f"`{name}`", *(counts[name, place] for place in places)) for name in names))
        for head, names, counts in (
            ("entity type", info.schema.entity_names, summary.entities),
            ("sentence label", info.schema.sentence_names, summary.labels),
        )
    ]
    project = table(("counted at release", "count"), info.counts.items()) if info.counts else ""
    by_split = table(("sentences", *splits, "all"), rows)
    return "## Figures\n\n" + "\n\n".join(part for part in (by_split, *counted, project) if part)


def _provenance(summary: Summary) -> str:
    spans, labels = summary.span_actions, summary.label_actions
    rows = [(str(act), meaning, *_share(spans, act), *_share(labels, act)) for act, meaning in _DECISIONS.items()]
    header = ("decision", "meaning", "spans", "share", "sentence labels", "share")
    proposers = [(f"`{name}`", count) for name, count in sorted(summary.proposers.items())]
    parts = ["## Where the labels come from", table(header, rows)]
    if proposers:
        parts += ["Released spans by proposer (several may propose one span):", table(("proposer", "spans"), proposers)]
    return "\n\n".join(parts)


def _losses(lost: Sequence[LostSpan]) -> str:
    head = "## What the tokens view could not hold\n\n"
    if not lost:
        return head + "Nothing: every span of `records` is in `tokens`."
    reasons = Counter(loss.reason for loss in lost)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    rows = [
        (f"`{loss.sentence}`", f"{loss.span.start}-{loss.span.end}", loss.span.label, loss.text, loss.reason)
        for loss in lost[:_LOSSES_SHOWN]
    ]
    more = f"\n\n… and {len(lost) - _LOSSES_SHOWN} more in `losses.json`." if len(lost) > _LOSSES_SHOWN else ""
    return (
        f"{head}{_count(len(lost), 'span')} of `records` cannot be said in tags ({told}): *misaligned* starts or ends "
        "inside a token, *overlapping* shares characters with one that stays (the leftmost, then the longest). All are "
        f"in `records` and listed in `losses.json`.\n\n"
        f"{table(('sentence', 'place', 'label', 'text', 'why'), rows)}{more}"
    )


def _offsets() -> str:
    return (
        "## Offsets\n\n"
        "`start` and `end` count Unicode code points of `text`, from 0, `end` exclusive: "
        "`row['text'][span['start']:span['end']] == span['text']`. They are not bytes and not UTF-16 units. "
        "`pieces` are ranges of the same kind in the decoded text of the source file named by `source_sha256` and "
        "`encoding`: joined in order they say where every character comes from; an empty list means that the "
        "characters were put in.\n\n"
        "Tokens: one CJK character, or one run of Latin letters and digits (with inner `'` `.` `_` `-`; a possessive "
        "`'s` stands alone), or one other character; white space is never a token. Tags are strict IOB2."
    )


def _unknown(info: ReleaseInfo) -> str:
    rows = (
        ("licence of this dataset", info.license or f"{_UNKNOWN}: the publisher named none"),
        ("rights in the source texts", _UNKNOWN),
        ("agreement between reviewers", "not measured in this release"),
        ("training and background of the reviewers", _UNKNOWN),
        ("personal data", "not searched for; news names people"),
        ("bias and limits", _UNKNOWN),
    )
    return f"## What is known, and what is not\n\n{table(('question', 'answer'), rows)}"


def _share(counts: Counter[Action], action: Action) -> tuple[int, str]:
    total = counts.total()
    return counts[action], f"{counts[action] / total:.1%}" if total else "-"


def _total(counts: Counter[tuple[str, str]], label: str) -> int:
    return sum(count for (name, place), count in counts.items() if name == label and place.startswith("split "))


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
