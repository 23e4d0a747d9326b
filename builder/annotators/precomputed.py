"""Predictions made elsewhere enter with their file; sentences leave with the rows that fit them.

A row is a JSON object, or a row of a Parquet file with these columns: `sentence` (its id), `text` (exact) or
`text_sha256`; `spans`, a list of `[start, end, label]` or `[start, end, label, score]` in code points; `label`, the
sentence label, and `label_score`; `by`, who made it. In Parquet a span may also be a struct of these names. Without
`spans`, or without `label`, it abstains there, and for a sentence that has no row it abstains wholly. A span's edges
are trimmed as those of any annotator. What does not fit is told, and never bent until it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.annotators import label_map
from builder.annotators.precomputed_rows import Rows, digest_of
from builder.annotators.proposal import Found, check_options, prediction, trimmed
from builder.errors import BrokenError, Rejected, UsageError
from builder.model import Label, Prediction, Reject, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
UNSURE = 0.5
"""The score of what comes without one."""
_AUTHOR = re.compile(r"[\w.:/+-]{1,100}(?:@[\w.:/+-]{1,100})?")


class Precomputed:
    """Hands out what a file holds."""

    name = "precomputed"

    def __init__(self, path: Path, labels: Mapping[str, str], schema: LabelSchema) -> None:
        self.path, self.labels, self.schema = path, dict(labels), schema
        self._digest = digest_of(path)
        self.fingerprint = stable_id(VERSION, self._digest, self.labels, schema.digest)[:8]
        self._rows: Rows | None = None
        self._rejects: list[Reject] = []

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Give the file's prediction for every sentence; what does not fit waits for `take_rejects`."""
        return [self._predict(sentence) for sentence in sentences]

    def take_rejects(self) -> list[Reject]:
        """Give what did not fit since this was asked last: rows, and spans of sentences that had others."""
        taken, self._rejects = self._rejects, []
        return taken

    def __getstate__(self) -> dict[str, Any]:
        """Leave the index out: it is built again where it is needed."""
        return {**self.__dict__, "_rows": None, "_rejects": []}

    @property
    def rows(self) -> Rows:
        """Build the index at the first use."""
        if self._rows is None:
            if digest_of(self.path) != self._digest:
                raise BrokenError(f"{self.path} was changed while it was read; run the command again")
            self._rows = Rows(self.path)
            self._rejects += self._rows.unread
        return self._rows

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        made: Prediction | None = None
        for place, row in self.rows.of(sentence):
            try:
                if made is not None:
                    raise Rejected("another row for this sentence stands before it", "E_TWICE")
                made = self._read(sentence, row, place, by)
            except Rejected as error:
                self._reject(sentence, error, place)
        return made or Prediction(sentence.id, by)

    def _read(self, sentence: Sentence, row: Mapping[str, Any], place: str, by: str) -> Prediction:
        if row.get("text") not in (None, sentence.text):
            raise Rejected("was made for another text", "E_TEXT")
        author = _author(row.get("by"))
        label = self._label(sentence, row, place, (by, *author))
        if row.get("spans") is None:
            return Prediction(sentence.id, by, None, label)
        if not isinstance(row["spans"], list):
            raise Rejected("spans is no list", "E_ROW")
        found = list(self._found(sentence, row["spans"], place))
        entities = prediction(sentence, by, found, self.schema).entities or ()
        return Prediction(sentence.id, by, tuple(replace(one, by=(by, *author)) for one in entities), label)

    def _found(self, sentence: Sentence, spans: Sequence[object], place: str) -> Iterator[Found]:
        for number, span in enumerate(spans):
            try:
                found = _span(span, sentence.text)
                label = label_map.mapped(self.labels, found.label)
                if label == label_map.SET_ASIDE:
                    continue
                _check_known(label, self.schema.entity_names)
                yield found._replace(label=label)
            except Rejected as error:
                self._reject(sentence, error, f"{place}, span {number}")

    def _label(self, sentence: Sentence, row: Mapping[str, Any], place: str, by: tuple[str, ...]) -> Label | None:
        try:
            if not (name := row.get("label")):
                return None
            ours = label_map.mapped(self.labels, str(name))
            if ours == label_map.SET_ASIDE:
                return None
            _check_known(ours, self.schema.sentence_names)
            return Label(ours, _score(row.get("label_score")), by)
        except Rejected as error:
            self._reject(sentence, error, f"{place}, label")
            return None

    def _reject(self, sentence: Sentence, error: Rejected, place: str) -> None:
        self._rejects.append(Reject("annotate", sentence.id, error.code, str(error), place))


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; `file` names the predictions (.jsonl or .parquet), `labels` pairs ours with theirs.

    Raises:
        UsageError: there is no such file, or a pair of labels is not sound.
    """
    check_options("precomputed", options, ("file", "labels"))
    if not options.get("file"):
        raise UsageError("annotator 'precomputed' needs the option file: predictions as .jsonl or .parquet")
    path = Path(options["file"])
    if path.suffix not in (".jsonl", ".ndjson", ".parquet"):
        raise UsageError(f"annotator 'precomputed': file = {str(path)!r} is neither .jsonl nor .parquet")
    return Precomputed(path, label_map.read_map("precomputed", options.get("labels", ""), schema), schema)


def _span(span: object, text: str) -> Found:
    if isinstance(span, dict):
        span = [span.get(key) for key in ("start", "end", "label", "score")]
    if not isinstance(span, list) or not 3 <= len(span) <= 4:
        raise Rejected(f"{span!r:.80} is not [start, end, label] or [start, end, label, score]", "E_SPAN")
    start, end, label = span[:3]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise Rejected(f"[{start!r:.20}, {end!r:.20}) lies not in the {len(text)} characters of the sentence", "E_SPAN")
    if not isinstance(label, str):
        raise Rejected(f"label {label!r:.80} is no text", "E_LABEL")
    low, high = trimmed(text, start, end)
    if high <= low:
        raise Rejected(f"[{start}, {end}) holds only spaces or punctuation", "E_SPAN")
    return Found(start, end, label, _score(span[3] if len(span) == 4 else None))


def _score(score: object) -> float:
    if score is None:
        return UNSURE
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0.0 <= score <= 1.0:
        raise Rejected(f"score {score!r:.40} is not between 0 and 1", "E_SCORE")
    return float(score)


def _author(by: object) -> tuple[str, ...]:
    if by is None:
        return ()
    if not isinstance(by, str) or not _AUTHOR.fullmatch(by):
        raise Rejected(f"by = {by!r:.80} is no name like model or model@version", "E_AUTHOR")
    return (by,)


def _check_known(label: str, known: Sequence[str]) -> None:
    if label not in known:
        raise Rejected(f"label {label!r:.80} is not in the schema; pair it with one: labels = OURS=THEIRS", "E_LABEL")
