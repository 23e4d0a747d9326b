"""A comparison of two releases (diff/1) becomes lines for people. Prints nothing, computes nothing but sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.figures import aligned

Record = Mapping[str, Any]

_COUNTED = {
    "sentences": ("before", "added", "removed", "moved", "reworded", "relabelled", "renamed", "after"),
    "spans": ("before", "added", "removed", "moved", "relabelled", "after"),
}
_PLACED = ("before", "added", "removed", "arrived", "left", "after")
_SIGNS = {"added": "+", "removed": "-"}
_WIDEST = 60


def lines_of_diff(diff: Record, texts: Mapping[str, str]) -> Iterator[str]:
    """Write the whole comparison; `texts` are those of the sentences that it names."""
    old, new = diff["old"], diff["new"]
    yield f"{old['name']} {old['version']} → {new['name']} {new['version']}: {_level(diff)}"
    yield from _frame(diff)
    for layer in ("sentences", "spans"):
        names = _COUNTED[layer]
        yield from ("", *aligned([[layer, *names], ["", *(f"{diff[layer]['counts'][name]:,}" for name in names)]]))
    for layer, head in (("sentences", "sentence label"), ("spans", "entity type")):
        if cells := diff[layer]["cells"]:
            rows = [[_where(cell), *(f"{cell[name]:,}" for name in _PLACED)] for cell in cells]
            yield from ("", *aligned([[f"{head}, language, split", *_PLACED], *rows]))
    if diff["reviewers"]:
        yield from ("", *aligned(_reviewers(diff["reviewers"])))
    for layer in ("sentences", "spans"):
        for kind, listed in diff[layer]["listed"].items():
            yield from _listed(layer, kind, listed, diff, texts)


def _level(diff: Record) -> str:
    if diff["change"] == "none":
        return "nothing is different"
    told = ", ".join(diff["reasons"][:3]) + (" and more" if diff["reasons"][3:] else "")
    return f"{'a patch' if diff['change'] == 'patch' else 'a ' + diff['change'] + ' change'} ({told})"


def _frame(diff: Record) -> Iterator[str]:
    """Write what differs of all but the rows."""
    told = [(f"{one['layer']} label", one["label"], one["change"]) for one in diff["labels"]]
    told += [("column", one["column"], one["change"]) for one in diff["columns"]]
    told += [("format", one["format"], one["change"]) for one in diff["formats"]]
    for what, name, change in told:
        sign = "+" if change in ("added", "appended", "inserted") else _SIGNS.get(change, "~")
        yield f"{sign} {what} {name}: {change}"
    for one in diff["facts"]:
        yield f"~ {one['fact']}: {one['old'] or 'none'} → {one['new'] or 'none'}"


def _reviewers(reviewers: Sequence[Record]) -> Iterator[list[str]]:
    names = [name for name in reviewers[0] if name != "reviewer"]
    yield ["reviewer (of the new)", *(name.replace("_", " ") for name in names)]
    for one in reviewers:
        yield [one["reviewer"], *(f"{one[name]:,}" for name in names)]


def _listed(layer: str, kind: str, listed: Sequence[Record], diff: Record, texts: Mapping[str, str]) -> Iterator[str]:
    """Name changes of one kind, and say how many are not named."""
    if not listed:
        return
    sign = _SIGNS.get(kind, "~")
    yield from ("", f"{layer} {kind}")
    for one in listed:
        by = f"  ({', '.join(one['by'])})" if one["by"] else ""
        told = _sentence(one, texts) if layer == "sentences" else _span(one, texts)
        yield f"{sign} {told}{by}"
    counts = diff[layer]["counts"]
    if 0 < (more := counts[kind] - counts.get(f"{kind}_with_sentences", 0) - len(listed)):
        yield f"  … {more:,} more; for all: --json, or --limit {len(listed) + more}"


def _sentence(one: Record, texts: Mapping[str, str]) -> str:
    old, new = one["old"] or one["new"], one["new"] or one["old"]
    places = [f"{side['split']} {side['label']}" for side in (old, new)]
    where = " → ".join(dict.fromkeys(places))
    was = f"{_cut(texts.get(one['old_id'] or '', ''))} → " if _is_other(one, texts) else ""
    return f"{one['id']}  {one['language']} {where}  {was}{_cut(texts.get(one['id'], ''))}"


def _is_other(one: Record, texts: Mapping[str, str]) -> bool:
    return bool(one["old_id"]) and texts.get(one["old_id"]) != texts.get(one["id"])


def _span(one: Record, texts: Mapping[str, str]) -> str:
    spans = [f"[{side['text']} {side['label']}]" for side in (one["old"], one["new"]) if side]
    return f"{one['id']}  {one['language']} {one['split']}  {' → '.join(spans)}  {_cut(texts.get(one['id'], ''))}"


def _where(cell: Record) -> str:
    return f"{cell['label']} {cell['language']} {cell['split']}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
