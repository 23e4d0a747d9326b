"""Rows become CoNLL-2003 files: a token and its tag per line, a blank line after each sentence.

`conll/SPLIT.conll` has the four columns of CoNLL-2003 (`token -X- _ tag`), `-DOCSTART-` before each document, strict
IOB2 tags. `conll/SPLIT.ids` names the sentences, a line each, in the same order. Tokens hold no white space, so the
characters between them are all that a reader must skip to find their places again. A sentence of nothing else has no
place in either file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TextIO

from builder.exporters.derived import TOKENIZERS, check_options, lost, opened, spans_of, tokenizer
from builder.exporters.order import published
from builder.ports import Losses, LostSpan, ReleaseInfo, Row
from builder.text.tags import Token, bio_tags, fit

_DOCUMENT = "-DOCSTART- -X- -X- O\n\n"


@dataclass(frozen=True, slots=True)
class ConllExporter:
    """Writes one CoNLL file per split."""

    tokens: Callable[[str], list[Token]]
    name: str = "conll"

    def export(self, rows: Iterable[Row], info: ReleaseInfo, folder: Path) -> Losses:
        """Write the files; spans that tags cannot hold are told."""
        told: list[LostSpan] = []
        home = folder / self.name
        home.mkdir(exist_ok=True)
        for split, its_rows in published(rows).in_splits():
            with opened(home / f"{split}.conll") as file, opened(home / f"{split}.ids") as ids:
                self._write(its_rows, file, ids, told)
        return {self.name: told}

    def _write(self, rows: Iterable[Row], file: TextIO, ids: TextIO, told: list[LostSpan]) -> None:
        for _, sentences in groupby(rows, key=lambda row: row.document.id):
            file.write(_DOCUMENT)
            for row in sentences:
                if lines := self._sentence(row, told):
                    file.write(lines)
                    ids.write(f"{row.sentence.id}\n")

    def _sentence(self, row: Row, told: list[LostSpan]) -> str:
        text = row.sentence.text
        tokens = self.tokens(text)
        fitted = fit(tokens, spans_of(row))
        told += [lost(row, span, str(reason)) for span, reason in fitted.lost]
        tags = bio_tags(tokens, fitted.held)
        lines = [f"{text[start:end]} -X- _ {tag}\n" for (start, end), tag in zip(tokens, tags, strict=True)]
        return "".join((*lines, "\n")) if lines else ""


def build(options: Mapping[str, str]) -> ConllExporter:
    """Build the exporter; `tokenizer` is `words` (Han characters, Latin words) or `characters`."""
    check_options("conll", options, {"tokenizer": TOKENIZERS})
    return ConllExporter(tokenizer(options))
