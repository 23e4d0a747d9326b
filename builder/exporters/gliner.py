"""Rows become what GLiNER is trained on: `gliner/SPLIT.json`, an array of `tokenized_text` and `ner`.

The ends of `ner` are inclusive token numbers. Nested and overlapping spans are held. With its defaults, GLiNER cuts a
text after 384 tokens and leaves out spans of more than 12, without a word; these are told as `gliner.defaults`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.exporters.derived import TOKENIZERS, check_options, json_array, lost, spans_of, tokenizer, write
from builder.exporters.order import published
from builder.ports import Losses, LostSpan, ReleaseInfo, Row
from builder.text.tags import Reason, Token

MAX_WIDTH, MAX_LENGTH = 12, 384
"""GLiNER's own defaults, in tokens: of a span, of a text."""


@dataclass(frozen=True, slots=True)
class GlinerExporter:
    """Writes one JSON array per split."""

    tokens: Callable[[str], list[Token]]
    name: str = "gliner"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; spans that fall inside a token, and those that GLiNER would cut off, are told."""
        told: dict[str, list[LostSpan]] = {self.name: [], f"{self.name}.defaults": []}
        for split, its_rows in published(rows).in_splits():
            write(folder / self.name / f"{split}.json", json_array(self._examples(its_rows, *told.values())))
        return told

    def _examples(
        self, rows: Iterable[Row], misaligned: list[LostSpan], truncated: list[LostSpan]
    ) -> Iterator[dict[str, Any]]:
        for row in rows:
            text = row.sentence.text
            tokens = self.tokens(text)
            starts, ends = ({token[side]: at for at, token in enumerate(tokens)} for side in (0, 1))
            ner = []
            for span in spans_of(row):
                if span.start not in starts or span.end not in ends:
                    misaligned.append(lost(row, span, str(Reason.MISALIGNED)))
                    continue
                first, last = starts[span.start], ends[span.end]
                ner.append([first, last, span.label])
                if MAX_WIDTH <= last - first or MAX_LENGTH <= last:
                    truncated.append(lost(row, span, "truncated"))
            yield {"id": row.sentence.id, "tokenized_text": [text[s:e] for s, e in tokens], "ner": ner}


def build(options: Mapping[str, str]) -> GlinerExporter:
    """Build the exporter; `tokenizer` is `words` (Han characters, Latin words) or `characters`."""
    check_options("gliner", options, {"tokenizer": TOKENIZERS})
    return GlinerExporter(tokenizer(options))
