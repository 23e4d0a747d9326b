"""A labeling configuration enters; what of it is ours leaves: the field of the text, and the labels it offers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from builder.errors import Rejected
from builder.schema import LabelSchema
from builder.studio.article_layout import SENTENCE, mark_of
from builder.studio.codec import ENTITY, LABEL, TEXT

_FIELD = re.compile(r"\$(\w+)")
_FOREIGN = (
    f"the labeling configuration has no control of ours: Labels named {ENTITY!r} or Choices named {LABEL!r}, "
    f"with labels of this project's schema, on a Text named {TEXT!r}"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What of a labeling configuration is ours: the field that holds the text, and the labels that are offered."""

    field: str
    entities: frozenset[str]
    labels: frozenset[str]
    is_article: bool | None = None
    """Whether sentences are regions, each with its label; unsaid, a task shows it."""


def page_of(label_config: str, schema: LabelSchema) -> Page:
    """Find our controls in a labeling configuration.

    Raises:
        Rejected: it is not XML, declares a document type (whose entities can blow up), or nothing of it is ours.
    """
    found = _Controls()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = found.open, found.close
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(label_config, True)
    except (expat.ExpatError, UnicodeEncodeError):
        raise Rejected("the labeling configuration is not XML", "E_CONFIG") from None
    entities = frozenset(found.offered[ENTITY]) & frozenset(schema.entity_names)
    labels = frozenset(found.offered[LABEL]) & frozenset(schema.sentence_names)
    marks = frozenset(found.offered[SENTENCE])
    is_article = mark_of(None) in marks
    if not found.field or not entities | labels:
        raise Rejected(_FOREIGN, "E_CONFIG")
    if is_article:
        labels = frozenset(name for name in labels if mark_of(name) in marks)
    return Page(found.field, entities, labels, is_article)


def _refuse_doctype(*declared: object) -> None:
    raise Rejected("the labeling configuration declares a document type", "E_CONFIG")


class _Controls:
    """Collects, element by element, what our controls offer."""

    _OURS: Mapping[str, tuple[str, str]] = {
        ENTITY: ("Labels", "Label"),
        SENTENCE: ("Labels", "Label"),
        LABEL: ("Choices", "Choice"),
    }

    def __init__(self) -> None:
        self.field = ""
        self.offered: dict[str, list[str]] = {name: [] for name in self._OURS}
        self._within = ""

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take in the start of an element."""
        if tag in ("Labels", "Choices"):
            name = attributes.get("name", "")
            is_ours = attributes.get("toName") == TEXT and self._OURS.get(name, ("",))[0] == tag
            self._within = name if is_ours else ""
        elif tag == "Text" and attributes.get("name") == TEXT and attributes.get("valueType", "text") == "text":
            field = _FIELD.fullmatch(attributes.get("value", ""))
            self.field = field[1] if field else ""
        elif self._within and tag == self._OURS[self._within][1]:
            self.offered[self._within].append(attributes.get("alias") or attributes.get("value", ""))

    def close(self, tag: str) -> None:
        """Take in the end of an element."""
        if self._within and tag == self._OURS[self._within][0]:
            self._within = ""
