"""A file of the user's own terms enters; what each term means leaves. An unsound line is refused with its number."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from builder.errors import UsageError
from builder.schema import LabelSchema

_OWN = 0.95


class Meaning(NamedTuple):
    """What a known name is: its label, how sure a hit is, and the id it shares with other names of the same thing."""

    label: str
    score: float
    id: str = ""


Terms = Mapping[str, Meaning]


def read_terms(body: bytes, path: Path, schema: LabelSchema) -> Terms:
    """Read the bytes of a file of `term<TAB>label` or `term<TAB>label<TAB>id` lines.

    Raises:
        UsageError: it is no UTF-8 text, or a line is not sound.
    """
    terms: dict[str, Meaning] = {}
    meanings: dict[str, Meaning] = {}  # a million terms have few meanings
    for number, line in enumerate(lines_of(body, path), 1):
        text, _, rest = line.strip().partition("\t")
        if text:
            if rest not in meanings:
                meanings[rest] = _read_meaning(rest, f"{path}:{number}", schema)
            terms[text.strip()] = meanings[rest]
    return terms


def own_names(path: Path) -> frozenset[str]:
    """List the names of a file of the user's own terms, whatever their labels.

    Raises:
        UsageError: the file is not there, or is no UTF-8 text.
    """
    lines = lines_of(bytes_of(path), path)
    return frozenset(filter(None, (line.partition("\t")[0].strip() for line in lines)))


def bytes_of(path: Path) -> bytes:
    """Read a file of the user's own terms.

    Raises:
        UsageError: the file is not there.
    """
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def lines_of(body: bytes, path: Path) -> list[str]:
    """Split the bytes of a text file into its lines, whichever way they end.

    Raises:
        UsageError: it is no UTF-8 text.
    """
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except ValueError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"gazetteer: terms = {str(path)!r} is no readable UTF-8 file ({error})")


def _read_meaning(rest: str, where: str, schema: LabelSchema) -> Meaning:
    label, _, id = (part.strip() for part in rest.partition("\t"))
    if not label:
        raise UsageError(f"{where}: expected a term, a tab and a label, found no label")
    if label not in schema.entity_names:
        near = get_close_matches(label, schema.entity_names, n=1) or schema.entity_names
        raise UsageError(f"{where}: label {label!r} is not in schema {schema.name!r}; did you mean {near[0]!r}?")
    return Meaning(label, _OWN, id)
