"""What another tag set calls our labels: `PERSON=PER,GPE=LOC` enters (ours=theirs), their labels become ours.

Pure. A label that is not in the map keeps its name; `=MISC` (nothing of ours) sets one of theirs aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from builder.errors import UsageError
from builder.schema import LabelSchema

SET_ASIDE = ""


def read_map(name: str, written: str, schema: LabelSchema) -> dict[str, str]:
    """Read the pairs of an option: what is ours, by what is theirs.

    Raises:
        UsageError: a pair is not sound, ours is not in the schema, or one of theirs stands for two of ours.
    """
    pairs: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (equals and theirs):
            raise UsageError(f"annotator {name!r}: labels: {pair!r} is no pair; it looks like PERSON=PER,GPE=LOC")
        _check_ours(name, ours, schema)
        if pairs.setdefault(theirs, ours) != ours:
            raise UsageError(f"annotator {name!r}: labels: {theirs!r} would be both {pairs[theirs]!r} and {ours!r}")
    return pairs


def mapped(pairs: Mapping[str, str], label: str) -> str:
    """Give our name of one of their labels: its own where the map is silent, empty where it is set aside."""
    return pairs.get(label, label)


def fits_any(pairs: Mapping[str, str], theirs: Iterable[str], known: Sequence[str]) -> bool:
    """Whether at least one of their labels is one that we know."""
    return any(mapped(pairs, label) in known for label in theirs)


def _check_ours(name: str, ours: str, schema: LabelSchema) -> None:
    known = (*schema.entity_names, *schema.sentence_names)
    if ours and ours not in known:
        near = get_close_matches(ours, known, n=1) or known
        raise UsageError(
            f"annotator {name!r}: labels: {ours!r} is not in schema {schema.name!r}; did you mean {near[0]!r}?"
        )
