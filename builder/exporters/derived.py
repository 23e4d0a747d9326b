"""What the derived formats share: their options, their tokens, what they say of a row. Pure, but for `write`.

Every one of them writes below a folder of its own name, one file or folder per split that has rows, in published order
and without holding the rows, and tells each span that it does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TextIO

from builder.errors import UsageError
from builder.exporters.features import Choice, Many, Struct, Type, views
from builder.exporters.records import Record, Recorder
from builder.model import Span
from builder.ports import LostSpan, ReleaseInfo, Row
from builder.text.graphemes import is_edge
from builder.text.tags import Token
from builder.text.tokens import tokenize

Tokenizer = Literal["words", "characters"]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def check_options(exporter: str, options: Mapping[str, str], known: Mapping[str, Sequence[str]]) -> None:
    """Let pass options that the exporter has, with values that it takes; no value listed means any.

    Raises:
        UsageError: it has no such option, or does not take the value.
    """
    for name, value in sorted(options.items()):
        if name not in known:
            hint = f"it has: {', '.join(sorted(known))}" if known else "it has none; remove it"
            raise UsageError(f"the {exporter} exporter has no option {name!r}; {hint}")
        if known[name] and value not in known[name]:
            raise UsageError(f"the {exporter} exporter takes {name} = {' or '.join(known[name])}, not {value!r}")


def tokenizer(options: Mapping[str, str]) -> Callable[[str], list[Token]]:
    """Choose how a text is cut: into characters for Chinese and words for Latin, or into characters throughout."""
    return characters if options.get("tokenizer") == "characters" else tokenize


TOKENIZERS: Sequence[str] = ("words", "characters")


def characters(text: str) -> list[Token]:
    """Cut a text into what a reader sees as characters; white space is none."""
    edges = [at for at in range(len(text) + 1) if is_edge(text, at)]
    pairs = zip(edges, edges[1:], strict=False)
    return [_bare(text, start, end) for start, end in pairs if not text[start:end].isspace()]


def _bare(text: str, start: int, end: int) -> Token:
    """Leave out white space that a mark clings to."""
    while text[start].isspace():
        start += 1
    return start, end


def spans_of(row: Row) -> list[Span]:
    """List the spans of a row, from left to right, the longer first."""
    return sorted({gold.span for gold in row.gold.entities}, key=lambda span: (span.start, -span.end, span.label))


def lost(row: Row, span: Span, reason: str) -> LostSpan:
    """Say that a span of this row is lost."""
    return LostSpan(row.sentence.id, span, row.sentence.text[span.start : span.end], reason)


def told(people: Mapping[str, str], info: ReleaseInfo) -> Callable[[Row], Record]:
    """Give what says all that is published of a row: its `records` row, with names in place of numbers."""
    recorder, view = Recorder(info.schema, people), views(info.schema, pieces=info.pieces)[0]

    def tell(row: Row) -> Record:
        record = recorder.record(view.name, row)
        return {column.name: _named(column.type, record[column.name]) for column in view.columns}

    return tell


def _named(type_: Type, value: Any) -> Any:
    if isinstance(type_, Choice):
        return None if value is None else type_.names[value]
    if isinstance(type_, Many):
        return [_named(type_.of, one) for one in value]
    if isinstance(type_, Struct):
        return {column.name: _named(column.type, value[column.name]) for column in type_.columns}
    return value


def line(value: object) -> str:
    """Write a value as one line of JSON."""
    return _ENCODER.encode(value)


def write(path: Path, parts: Iterable[str]) -> None:
    r"""Write a text as it is: UTF-8, no line end translated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened(path) as file:
        file.writelines(parts)


def opened(path: Path) -> TextIO:
    """Open a new text file: UTF-8, no line end translated."""
    return path.open("w", encoding="utf-8", newline="")


def json_array(values: Iterable[object]) -> Iterator[str]:
    """Write values as one JSON array, a line each."""
    mark = "["
    for value in values:
        yield f"{mark}\n{line(value)}"
        mark = ","
    yield "\n]\n"
