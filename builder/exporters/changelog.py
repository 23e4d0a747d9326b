"""A comparison of two releases (diff/1) becomes words: a section of a changelog, and of a card. Pure.

No date is written: a release knows none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from builder.exporters.order import split_place
from builder.exporters.versions import counted

Diff = Mapping[str, Any]

_HEAD = """\
# Changelog

The form is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/). A major version may change labels and
columns, a minor one sentences and spans, a patch nothing that a model is trained on.
"""
_LEVELS = {
    "major": "a major change: labels or columns differ",
    "minor": "a minor change: labels keep their numbers and columns their types, sentences or spans differ",
    "patch": "a patch: nothing that a model is trained on differs",
    "none": "nothing differs",
}
_MOST = 5
_PROVENANCE = "only who approved, proposed or wrote something, when, or what is known of its source"


def first_section(version: str, why: str = "") -> str:
    """Begin a history: a first release, or one that could not be compared."""
    return f"## [{version}]\n\n### Added\n\n- {why or 'First release.'}\n"


def section(diff: Diff) -> str:
    """Write what is new in a version."""
    head = f"## [{diff['new']['version']}]\n\nCompared with {diff['old']['version']}, {_LEVELS[diff['change']]}.\n"
    parts = [f"### {kind}\n\n" + "\n".join(f"- {line}" for line in lines) for kind, lines in changes(diff).items()]
    return "\n".join((head, *(f"{part}\n" for part in [*parts, *_credits(diff)])))


def changelog(newest: str, older: str) -> str:
    """Put the newest section before those of an older changelog, if there is any."""
    begin = f"\n{older}".find("\n## [")
    return f"{_HEAD}\n{newest}" + (f"\n{older[begin:]}" if 0 <= begin else "")


def card_section(diff: Diff | None) -> tuple[str, ...]:
    """Write what a card says of it; nothing for a release without a previous one."""
    if diff is None:
        return ()
    told = [f"- {kind}: {line}" for kind, lines in changes(diff).items() for line in lines]
    lines = [
        f"## Changes since {diff['old']['version']}\n",
        f"Compared with {diff['old']['version']}, {_LEVELS[diff['change']]}. `diff.json` names every sentence and span "
        f"(the first {diff['limit']} of each kind), `CHANGELOG.md` goes back to the first release.\n",
        *told,
        *(f"\n{line}" for line in _credits(diff)),
    ]
    return ("\n".join(lines).rstrip("\n"),)


def changes(diff: Diff) -> dict[str, list[str]]:
    """Say what was added, changed and removed, a line for each; what is empty is left out."""
    told = {"Added": [*_whole(diff, "added")], "Changed": [*_changed(diff)], "Removed": [*_whole(diff, "removed")]}
    if diff["change"] == "patch" and not diff["facts"]:
        told["Changed"].append(_PROVENANCE)
    return {kind: lines for kind, lines in told.items() if lines}


def _whole(diff: Diff, kind: str) -> Iterator[str]:
    """Say which sentences, spans, labels, columns and formats came, or went."""
    with_them = diff["spans"]["counts"][f"{kind}_with_sentences"]
    if number := diff["sentences"]["counts"][kind]:
        yield f"{counted(number, 'sentences')} ({_spread(diff, kind)}), with {counted(with_them, 'spans')}"
    if number := diff["spans"]["counts"][kind] - with_them:
        listed = Counter(one["new" if kind == "added" else "old"]["label"] for one in diff["spans"]["listed"][kind])
        yield f"{counted(number, 'spans')} in sentences that stay{_most(listed, number)}"
    came = ("appended", "inserted") if kind == "added" else ("removed",)
    yield from (f"{one['layer']} label `{one['label']}`" for one in diff["labels"] if one["change"] in came)
    yield from (f"column `{one['column']}`" for one in diff["columns"] if one["change"] == kind)
    yield from (f"format `{one['format']}`" for one in diff["formats"] if one["change"] == kind)


def _changed(diff: Diff) -> Iterator[str]:
    spans, sentences = diff["spans"], diff["sentences"]
    if number := spans["counts"]["moved"]:
        listed = Counter(one["new"]["label"] for one in spans["listed"]["moved"])
        yield f"{counted(number, 'spans')} given other bounds{_most(listed, number)}"
    for what, layer in (("spans", spans), ("sentences", sentences)):
        if number := layer["counts"]["relabelled"]:
            pairs = Counter({f"{one['old']} → {one['new']}": one["count"] for one in layer["relabellings"]})
            yield f"{counted(number, what)} relabelled{_most(pairs, number)}"
    if number := sentences["counts"]["moved"]:
        yield f"{counted(number, 'sentences')} moved to another split"
    if number := sentences["counts"]["reworded"]:
        yield f"{counted(number, 'sentences')} with another text"
    if number := sentences["counts"]["renamed"]:
        yield f"{counted(number, 'sentences')} with another id, for the source file was changed"
    if names := [f"`{one['label']}`" for one in diff["labels"] if one["change"] == "renumbered"]:
        yield f"the numbers of {', '.join(names)}"
    for what in ("columns", "formats"):
        if names := [f"`{one[what[:-1]]}`" for one in diff[what] if one["change"] == "changed"]:
            yield f"{what} {', '.join(names)}"
    yield from (f"{one['fact']}: {_code(one['old'])} → {_code(one['new'])}" for one in diff["facts"])


def _spread(diff: Diff, kind: str) -> str:
    """Count sentences that came, or went, by language and by split."""
    by = {name: Counter[str]() for name in ("language", "split")}
    for cell in diff["sentences"]["cells"]:
        for name, counts in by.items():
            counts[cell[name]] += cell[kind]
    languages = [f"{name} {count}" for name, count in sorted(by["language"].items()) if count]
    splits = [f"{name} {by['split'][name]}" for name in sorted(by["split"], key=split_place) if by["split"][name]]
    return f"{', '.join(languages)}; {', '.join(splits)}"


def _most(counts: Counter[str], number: int) -> str:
    """Name the most frequent of some, and say that there are others."""
    named = sorted(counts.items(), key=lambda found: (-found[1], found[0]))[:_MOST]
    others = number - sum(count for _, count in named)
    told = [f"{name} {count}" for name, count in named] + ([f"others {others}"] if others else [])
    return f": {', '.join(told)}" if named else ""


def _credits(diff: Diff) -> list[str]:
    """Say who approved how many of these sentences and spans, if anybody is known."""
    who = [
        f"{one['reviewer']} {sum(count for name, count in one.items() if name != 'reviewer')}"
        for one in diff["reviewers"]
    ]
    return [f"Approved by, as numbered in this version: {', '.join(who)}."] if who else []


def _code(text: str) -> str:
    """Set any text as code: it ends no line and no code."""
    return f"`{' '.join(text.replace('`', chr(39)).split())}`" if text.strip() else "none"
