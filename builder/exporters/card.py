"""The figures and labels of a release become its dataset card: README.md. Pure.

What can be counted is counted; what only a person can say is theirs, and until they say it the card says that it is
not said. No path or date of making enters, and no address but those that the publisher wrote there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from builder.exporters import card_figures as figures
from builder.exporters.card_agreement import agreement, headlines
from builder.exporters.changelog import card_section
from builder.exporters.citation import bibtex
from builder.exporters.features import DEFAULT_VIEW
from builder.exporters.front_matter import ViewFiles, front_matter
from builder.exporters.ledger import section as division
from builder.exporters.markdown import cell, counted, joined, listed, table
from builder.exporters.plots import Picture, pictures
from builder.exporters.questions import prose, said
from builder.exporters.summary import Summary
from builder.ports import Losses, LostSpan, ReleaseInfo

_LOSSES_SHOWN, _PEOPLE_SHOWN = 50, 6
_VIEWS = {
    "records": "one sentence per row with its spans, its label, who proposed and what a person did with it (default)",
    "tokens": "tokens with BIO tags, for token classification (`tokens`, `ner_tags`)",
    "sentences": "`text` and `label`, for text classification",
    "sft": "a question and its answer as chat `messages`, to tune a language model on",
}
_REASONS = {
    "misaligned": "starts or ends inside a token",
    "overlapping": "shares characters with one that stays (the leftmost, then the longest)",
    "truncated": "is in the file, and its reader cuts it off unless told otherwise",
}
_POLICIES = {
    "allow": "what was found stands as it was",
    "mask": "what was found is written as asterisks in what was read since this was set",
    "block": "articles that hold any were left out of what was read since this was set, contact lines and menus aside",
}


@dataclass(frozen=True, slots=True)
class Card:
    """The text of a card, and the pictures that it shows."""

    text: str
    pictures: tuple[Picture, ...]


def card(
    info: ReleaseInfo,
    summary: Summary,
    written: Sequence[ViewFiles],
    lost: Losses,
    leakage: Mapping[str, int] | None = None,
) -> Card:
    """Write the whole card: YAML front matter, then prose."""
    drawn = pictures(info, summary)
    agreed, of_agreement = agreement(info)
    sections = (
        _title(info, summary),
        _glance(info, summary, lost),
        _uses(info),
        _loading(info, written),
        figures.labels(info, summary, drawn),
        figures.spread(info, summary, drawn),
        division(info, leakage),
        _approval(info, summary),
        agreed,
        figures.decisions(info, summary),
        *card_section(info.changes),
        _losses(lost),
        figures.sources(info, summary),
        _risks(info, summary),
        _offsets(info),
        _upkeep(info, summary),
    )
    text = front_matter(info, summary, written) + "\n" + joined(sections) + "\n"
    return Card(text, (*drawn.values(), *of_agreement))


def _title(info: ReleaseInfo, summary: Summary) -> str:
    languages = cell(", ".join(sorted(summary.languages))) or figures.UNKNOWN
    documents, files = counted(len(summary.documents), "document"), counted(len(summary.sources), "source file")
    return (
        f"# {cell(info.pretty_name or info.name)}\n\n{prose(info, 'summary')}\n\n"
        f"Version `{info.version}`. {counted(summary.rows, 'sentence')} from {documents} in {files}; "
        f"languages: {languages}. Named entities are marked in every sentence, and every sentence has one label. "
        "Programs proposed, people decided in Label Studio, and **only what a person approved is here**."
    )


def _glance(info: ReleaseInfo, summary: Summary, lost: Losses) -> str:
    """Answer a stranger's first questions, each in a line."""
    schema, people = info.schema, figures.by_reviewer(summary)
    marked = f"{listed(schema.entity_names)} in the text; one of {listed(schema.sentence_names)} for each sentence"
    first = [
        f"{name}: {counted(count, 'sentence')} by the rule {rules}" for name, rules, count in people[:_PEOPLE_SHOWN]
    ]
    approved = "; ".join([*first, *(["…"] if _PEOPLE_SHOWN < len(people) else [])])
    rows = (
        ("what is marked", f"{marked} (defined below)"),
        ("who approved", f"{counted(len(people), 'person', 'people')}, under pseudonyms ({approved})"),
        ("how well they agreed", "; ".join(headlines(info)) or "not measured in this release"),
        ("what was lost on the way", _lost_in_a_line(lost)),
        ("who the reviewers are", prose(info, "annotators")),
        ("licence", _licence(info)),
    )
    return f"## At a glance\n\n{table(('question', 'answer'), rows)}"


def _lost_in_a_line(lost: Losses) -> str:
    found = [f"{counted(len(spans), 'span')} not in `{view}`" for view, spans in lost.items() if spans]
    return f"{', '.join(found)}; all are in `{DEFAULT_VIEW}`" if found else "nothing: every view holds every span"


def _licence(info: ReleaseInfo) -> str:
    named = f"{info.license_name} ({info.license_link})" if info.license_name else info.license
    return cell(named) or f"{figures.UNKNOWN}: the publisher named none"


def _uses(info: ReleaseInfo) -> str:
    return (
        f"## Uses\n\n### Intended use\n\n{prose(info, 'uses')}\n\n"
        f"### Out-of-scope use\n\n{prose(info, 'misuses')}\n\n### Why it was made\n\n{prose(info, 'rationale')}"
    )


def _loading(info: ReleaseInfo, written: Sequence[ViewFiles]) -> str:
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


def _approval(info: ReleaseInfo, summary: Summary) -> str:
    rules = [(f"`{rule}`", count) for rule, count in sorted(summary.rules.items())]
    people, per_row = figures.by_reviewer(summary), sorted(summary.people_per_row.items())
    known = sorted({min(summary.days), max(summary.days)} - {""}) if summary.days else []
    days = cell(" to ".join(known)) or figures.UNKNOWN
    return (
        "## Who approved\n\n"
        "A row is here because a person submitted it in Label Studio, did not cancel it, and it had not changed since "
        "when it was last pulled. A prediction never counts as an approval. `single` asks for one person, `agree:N` "
        f"for N people with equal answers. Approved by {counted(len(people), 'person', 'people')}, {days}.\n\n"
        "`approvers` holds pseudonyms: reviewers are numbered by their first approval in this release. "
        "Names and addresses are not part of it.\n\n"
        f"{table(('reviewer', 'by the rule', 'sentences approved'), people)}\n\n"
        f"{table(('rule', 'rows'), rules)}\n\n{table(('people per row', 'rows'), per_row)}\n\n"
        f"### Who the reviewers are\n\n{prose(info, 'annotators')}"
    )


def _losses(lost: Losses) -> str:
    found = {view: spans for view, spans in lost.items() if spans}
    head = "## What was lost on the way\n\n"
    whole = [f"`{view}`" for view in lost if view not in found]
    held = f"Nothing: every span of `records` is in {', '.join(whole)}." if whole else ""
    if not found:
        return head + held
    reasons = sorted({loss.reason for spans in found.values() for loss in spans})
    counts = [
        (f"`{view}`", len(spans), *(sum(loss.reason == reason for loss in spans) for reason in reasons))
        for view, spans in found.items()
    ]
    rows = [_lost(view, loss) for view, spans in found.items() for loss in spans]
    more = f"… and {len(rows) - _LOSSES_SHOWN} more in `losses.json`." if len(rows) > _LOSSES_SHOWN else ""
    told = (
        "Spans of `records` that another view or format cannot hold. All are in `records`, and each is listed in "
        f"`losses.json` with its sentence and place. {_reasons(reasons)}",
        table(("view", "spans", *reasons), counts),
        table(("view", "sentence", "place", "label", "text", "why"), rows[:_LOSSES_SHOWN]),
    )
    return head + "\n\n".join(part for part in (*told, more, held) if part)


def _lost(view: str, loss: LostSpan) -> tuple[object, ...]:
    place = f"{loss.span.start}-{loss.span.end}"
    return f"`{view}`", f"`{loss.sentence}`", place, loss.span.label, loss.text, loss.reason


def _reasons(reasons: Iterable[str]) -> str:
    return " ".join(f"*{reason}*: {_REASONS[reason]}." for reason in reasons if reason in _REASONS)


def _offsets(info: ReleaseInfo) -> str:
    pieces = (
        " `pieces` are ranges of the same kind in the decoded text of the source file named by `source_sha256` and "
        "`encoding`: joined in order they say where every character comes from; an empty list means that the "
        "characters were put in."
    )
    return (
        "## Offsets\n\n"
        "`start` and `end` count Unicode code points of `text`, from 0, `end` exclusive: "
        "`row['text'][span['start']:span['end']] == span['text']`. They are not bytes and not UTF-16 units."
        f"{pieces if info.pieces else ''}\n\n"
        "Tokens: one CJK character, or one run of Latin letters and digits (with inner `'` `.` `_` `-`; a possessive "
        "`'s` stands alone), or one other character; white space is never a token. Tags are strict IOB2."
    )


def _risks(info: ReleaseInfo, summary: Summary) -> str:
    return (
        f"## Personal data, bias, limits\n\n### Personal and sensitive information\n\n{prose(info, 'personal')}\n\n"
        f"{personal_told(info, summary)}.\n\n### Bias\n\n{prose(info, 'biases')}\n\n"
        f"### Limits\n\n{prose(info, 'limitations')}\n\n### What it may do to people\n\n{prose(info, 'impact')}"
    )


def personal_told(info: ReleaseInfo, summary: Summary) -> str:
    """Say what was searched for, found and done."""
    if info.personal not in _POLICIES:
        return "Counted: unknown; news names people"
    return (
        "Counted: e-mail addresses, telephone numbers, identity and bank card numbers were searched for, and nothing "
        f"else: {counted(summary.personal, 'sentence')} here flagged with `personal:…`. `ingest.personal` was "
        f"`{info.personal}` at release: {_POLICIES[info.personal]}. News names people"
    )


def _upkeep(info: ReleaseInfo, summary: Summary) -> str:
    more = [
        (name, said(info, key))
        for name, key in (("funded by", "funding"), ("page", "homepage"), ("paper", "paper"), ("DOI", "doi"))
    ]
    known = table(("", ""), [row for row in more if row[1]]) if any(text for _, text in more) else ""
    authors = prose(info, "authors")
    return joined(
        (
            f"## Upkeep and citation\n\n### Maintenance\n\n{prose(info, 'maintenance')}",
            f"### Contact\n\n{prose(info, 'contact')}",
            f"### Authors\n\n{authors}",
            f"### Licence of this dataset\n\n{_licence(info)}",
            known,
            f"### Citation\n\n```bibtex\n{bibtex(info, summary)}\n```" if said(info, "authors") else "",
        )
    )
