"""Counted figures become small pictures (SVG): the same figures, the same bytes, on every machine. Pure.

Written by hand rather than by a library, whose version would be in the bytes. Letters stay letters, which the viewer's
own fonts draw: a label may be Chinese. The hub shows SVG of a repository as a picture on the card, at any size sharp.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from builder.exporters.markdown import cell
from builder.exporters.order import split_place
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo

FOLDER = "plots"
_WIDTH, _LEFT, _RIGHT, _TOP, _LINE = 680, 170, 90, 62, 24
_COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#a463f2", "#97bbf5", "#9c6b4e", "#9498a0")
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
    "aria-label={label}>\n"
    '<style>text {{ font: 13px "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; '
    "fill: #222 }} .title {{ font-weight: bold }} .end {{ text-anchor: end }}</style>\n"
    '<rect width="{w}" height="{h}" fill="#fff"/>\n'
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file in the release, what it shows in words, its text."""

    path: str
    shows: str
    svg: str

    @property
    def markdown(self) -> str:
        """Show it on the card."""
        return f"![{self.shows}]({self.path})"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure between 0 and 1 (or below) with its interval."""

    name: str
    value: float
    low: float
    high: float


def pictures(info: ReleaseInfo, summary: Summary) -> dict[str, Picture]:
    """Draw what a release holds, by the name of the picture."""
    languages = sorted(summary.languages)
    splits = sorted(summary.splits, key=split_place)
    by_split = [(split, [summary.rows_in[language, split] for language in languages]) for split in splits]
    entities = _by_language(info.schema.entity_names, summary.entities, languages)
    labels = _by_language(info.schema.sentence_names, summary.labels, languages)
    drawn = (
        bars("splits", "Sentences by split and language", by_split, languages),
        bars("entity-types", "Spans by entity type and language", entities, languages),
        bars("sentence-labels", "Sentences by label and language", labels, languages),
    )
    return {picture.path.split("/")[1].removesuffix(".svg"): picture for picture in drawn}


def _by_language(
    names: Sequence[str], counts: Counter[tuple[str, str]], languages: Sequence[str]
) -> list[tuple[str, list[int]]]:
    return [(name, [counts[name, f"language {language}"] for language in languages]) for name in names]


def bars(name: str, title: str, rows: Sequence[tuple[str, Sequence[int]]], series: Sequence[str]) -> Picture:
    """Draw a bar for each row, in parts that follow one another, with their sum behind it."""
    most = max((sum(parts) for _, parts in rows), default=0) or 1
    drawn = "".join(line for place, row in enumerate(rows) for line in _bar(place, *row, most))
    told = "; ".join(f"{row} {sum(parts)}" for row, parts in rows)
    return _picture(name, title, told, len(rows), f"{_legend(series)}{drawn}")


def intervals(name: str, title: str, rows: Sequence[Measured]) -> Picture:
    """Draw a dot for each figure, upon the line of its interval, from 0 (or the lowest) to 1."""
    lowest = min([0.0, *(row.low for row in rows)])

    def across(value: float) -> int:
        return _LEFT + round((value - lowest) / (1 - lowest) * (_WIDTH - _LEFT - _RIGHT))

    scale = "".join(_mark(across(tick / 4), tick / 4, len(rows)) for tick in range(5))
    drawn = "".join(line for place, row in enumerate(rows) for line in _interval(place, row, across))
    told = "; ".join(f"{row.name} {row.value:.2f} ({row.low:.2f} to {row.high:.2f})" for row in rows)
    return _picture(name, title, told, len(rows), scale + drawn)


def _picture(name: str, title: str, told: str, rows: int, drawn: str) -> Picture:
    shows = _printable(f"{title}: {told}")
    head = _HEAD.format(w=_WIDTH, h=_TOP + _LINE * rows + 14, label=quoteattr(shows))
    title = f'<text class="title" x="12" y="24">{_text(title)}</text>\n'
    return Picture(
        f"{FOLDER}/{name}.svg", cell(shows.replace("[", "(").replace("]", ")")), f"{head}{title}{drawn}</svg>\n"
    )


def _bar(place: int, name: str, parts: Sequence[int], most: int) -> Iterator[str]:
    room, top, done = _WIDTH - _LEFT - _RIGHT, _TOP + place * _LINE, 0
    yield f'<text class="end" x="{_LEFT - 8}" y="{top + 15}">{_text(name)}</text>\n'
    for colour, count in enumerate(parts):
        start, end = _LEFT + done * room // most, _LEFT + (done + count) * room // most
        done += count
        if count:
            shade = _COLOURS[colour % len(_COLOURS)]
            yield f'<rect x="{start}" y="{top}" width="{max(1, end - start)}" height="{_LINE - 6}" fill="{shade}"/>\n'
    yield f'<text x="{_LEFT + done * room // most + 6}" y="{top + 15}">{done:,}</text>\n'


def _legend(series: Sequence[str]) -> str:
    """Say which colour is what; only when there are several."""
    if len(series) < 2:
        return ""
    places = enumerate(series)
    return "".join(
        f'<rect x="{_LEFT + n * 70}" y="36" width="12" height="12" fill="{_COLOURS[n % len(_COLOURS)]}"/>'
        f'<text x="{_LEFT + n * 70 + 17}" y="47">{_text(name or "?")}</text>\n'
        for n, name in places
    )


def _text(text: str) -> str:
    """Write any text as text."""
    return escape(_printable(text))


def _printable(text: str) -> str:
    """Show what no picture may hold as missing."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _mark(x: int, value: float, rows: int) -> str:
    bottom = _TOP + _LINE * rows
    return (
        f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{bottom}" stroke="#ddd"/>'
        f'<text x="{x - 10}" y="{_TOP - 12}">{value:.2f}</text>\n'
    )


def _interval(place: int, row: Measured, across: Callable[[float], int]) -> Iterator[str]:
    middle = _TOP + place * _LINE + 10
    low, value, high = across(row.low), across(row.value), across(row.high)
    yield f'<text class="end" x="{_LEFT - 8}" y="{middle + 5}">{_text(row.name)}</text>\n'
    yield f'<line x1="{low}" y1="{middle}" x2="{high}" y2="{middle}" stroke="{_COLOURS[0]}" stroke-width="3"/>\n'
    yield f'<circle cx="{value}" cy="{middle}" r="5" fill="{_COLOURS[0]}"/>\n'
    yield f'<text x="{_WIDTH - _RIGHT + 12}" y="{middle + 5}">{row.value:.2f}</text>\n'
