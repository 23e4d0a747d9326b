"""Lines of labelled text enter; gold sentences leave, and a reject with its line number for each unfit line.

A line is {"text", "spans": [[start, end, label], …]}, offsets in code points, half-open (contract gold/1), and may also
have "label" (of the sentence), "language" and "group" (what belongs together, such as one page). Never repairs a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from builder.errors import Rejected
from builder.model import Reject, Sentence, Span
from builder.reading import Kind
from builder.text.language import language_of

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence and what is right for it, under the file's own labels."""

    sentence: Sentence
    spans: tuple[Span, ...]
    label: str | None = None

    @property
    def group(self) -> str:
        """Name what it belongs to: its page, or itself."""
        return self.sentence.document


def read_gold(lines: Iterable[bytes], name: str) -> tuple[list[GoldSentence], list[Reject]]:
    """Read every line that is not blank; `name` names the file in rejects."""
    gold, rejects = list[GoldSentence](), list[Reject]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            gold.append(gold_sentence(line.removeprefix(_BOM) if number == 1 else line, number))
        except Rejected as error:
            rejects.append(Reject("evaluate", name, error.code, str(error), f"line {number}"))
    return gold, rejects


def gold_sentence(line: bytes, number: int) -> GoldSentence:
    """Read one line.

    Raises:
        Rejected: it has not the form of the contract.
    """
    record = _record(line)
    text, given = _text(record.get("text"), "text"), record.get("spans")
    if not isinstance(given, list):
        raise Rejected('"spans" must be a list of [start, end, label]', "E_GOLD")
    spans = tuple(sorted({_span(one, len(text)) for one in given}))
    label, language, group = (_text(record[key], key) if record.get(key) is not None else None for key in _OPTIONAL)
    me = f"line {number}"
    sentence = Sentence(me, group or me, number, 0, len(text), Kind.BODY, language or language_of(text), text)
    return GoldSentence(sentence, spans, label)


_OPTIONAL = ("label", "language", "group")


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Rejected(f"not UTF-8 at byte {error.start} of the line", "E_GOLD") from error
    except (ValueError, RecursionError) as error:
        raise Rejected(f"not JSON: {error}", "E_GOLD") from error
    if not isinstance(record, dict):
        raise Rejected("not a JSON object", "E_GOLD")
    return record


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise Rejected(f'"{key}" must be a string that is not empty', "E_GOLD")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Rejected(f'"{key}" holds half a character (a lone surrogate)', "E_GOLD")
    return value


def _span(value: object, length: int) -> Span:
    match value:
        case [int(start), int(end), str(label)] if label and bool not in (type(start), type(end)):
            if not 0 <= start < end <= length:
                raise Rejected(f"span [{start}, {end}) does not lie in the {length} characters of the text", "E_GOLD")
            return Span(start, end, label)
    raise Rejected(f"a span must be [start, end, label], not {json.dumps(value, ensure_ascii=False)[:80]}", "E_GOLD")
