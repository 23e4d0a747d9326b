"""Rows become spaCy documents: `spacy/SPLIT.spacy`, a `DocBin` that `spacy train` reads. The one place that writes it.

`doc.text` is the sentence to the character, white space included. `doc.ents` holds the flat spans, `doc.spans["sc"]`
all of them, `doc.cats` the sentence label, `doc.user_data` the id. spaCy must be installed: nothing else can write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from builder.errors import UsageError
from builder.exporters.derived import TOKENIZERS, check_options, lost, spans_of, tokenizer
from builder.exporters.order import published
from builder.model import Span
from builder.ports import Losses, LostSpan, ReleaseInfo, Row
from builder.text.tags import Reason, Token, fit

KEY = "sc"
"""Where spaCy's span categorizer looks for spans."""
_HELD = ("ORTH", "ENT_IOB", "ENT_TYPE")
"""What we know of a token; a quarter of what a `DocBin` keeps unless told."""


@dataclass(frozen=True, slots=True)
class SpacyExporter:
    """Writes one DocBin per split."""

    tokens: Callable[[str], list[Token]]
    name: str = "spacy"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; what `doc.ents` and what `doc.spans` cannot hold is told apart."""
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        (folder / self.name).mkdir()
        told: dict[str, list[LostSpan]] = {f"{self.name}.ents": [], f"{self.name}.spans": []}
        vocab = Vocab()
        for split, its_rows in published(rows).in_splits():
            docs = (self._doc(vocab, row, info.schema.sentence_names, *told.values()) for row in its_rows)
            DocBin(_HELD, store_user_data=True, docs=docs).to_disk(folder / self.name / f"{split}.spacy")
        return told

    def _doc(
        self, vocab: Any, row: Row, labels: Iterable[str], no_ents: list[LostSpan], no_spans: list[LostSpan]
    ) -> Any:
        from spacy.tokens import Doc

        spans = spans_of(row)
        tokens = self.tokens(row.sentence.text)
        words, spaces = words_and_spaces(row.sentence.text, tokens)
        doc = Doc(vocab, words, spaces)
        fitted = fit(tokens, spans)
        misaligned = {loss.span for loss in fitted.lost if loss.reason is Reason.MISALIGNED}
        no_ents += [lost(row, span, str(reason)) for span, reason in fitted.lost]
        no_spans += [lost(row, span, str(Reason.MISALIGNED)) for span in spans if span in misaligned]
        doc.ents = [_in(doc, span) for span in fitted.held]
        doc.spans[KEY] = [_in(doc, span) for span in spans if span not in misaligned]
        doc.cats = {label: float(label == row.gold.label) for label in labels}
        doc.user_data["id"] = row.sentence.id
        return doc


def build(options: Mapping[str, str]) -> SpacyExporter:
    """Build the exporter; `tokenizer` is `words` (Han characters, Latin words) or `characters`.

    Raises:
        UsageError: spaCy is not installed.
    """
    check_options("spacy", options, {"tokenizer": TOKENIZERS})
    if find_spec("spacy") is None:
        raise UsageError("the spacy exporter needs spaCy: pip install 'annotation-dataset-builder[spacy]'")
    return SpacyExporter(tokenizer(options))


def words_and_spaces(text: str, tokens: Iterable[Token]) -> tuple[list[str], list[bool]]:
    """Say a text as spaCy does: words, and whether one space follows each; other white space is words of its own."""
    words: list[str] = []
    spaces: list[bool] = []
    bounds = [(0, 0), *tokens, (len(text), len(text))]
    for (_, before), (start, end) in pairwise(bounds):
        gap = text[before:start]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        for word in filter(None, (gap, text[start:end])):
            words.append(word)
            spaces.append(False)
    return words, spaces


def _in(doc: Any, span: Span) -> Any:
    return doc.char_span(span.start, span.end, label=span.label)
