"""Sentences enter, a GLiNER model is asked for our entity types by name, its spans leave.

The one door to gliner. `model` is a folder with safetensors; nothing is downloaded. `labels` says what the model is
asked for: `PERSON=person,GPE=country or city`; by default, the English titles of the schema's types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.annotators import label_map, model_folder
from builder.annotators.proposal import Found, check_options, prediction
from builder.errors import UsageError
from builder.model import Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"


class GlinerModel:
    """Proposes what a GLiNER model finds under the names it is asked for."""

    name = "gliner"

    def __init__(self, folder: Path, asked: Mapping[str, str], threshold: float, schema: LabelSchema) -> None:
        """Take the folder, our label for each name that is asked for, and the least score of a span."""
        self.folder, self.asked, self.threshold, self.schema = folder, dict(asked), threshold, schema
        parts = (VERSION, model_folder.digest_of(folder), self.asked, threshold, schema.entity_names)
        self.fingerprint = stable_id(*parts)[:8]
        self._model: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the model out: it is read again where it is needed."""
        return {**self.__dict__, "_model": None}

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose for every sentence what the model finds."""
        by = f"{self.name}@{self.fingerprint}"
        if not self.asked:
            return [Prediction(sentence.id, by) for sentence in sentences]
        texts, names = [sentence.text for sentence in sentences], list(self.asked)
        read = self.model.inference(texts, names, threshold=self.threshold, flat_ner=self.schema.overlap == "flat")
        return [prediction(s, by, self._found(one), self.schema) for s, one in zip(sentences, read, strict=True)]

    @property
    def model(self) -> Any:
        """Read the model at the first use.

        Raises:
            UsageError: it cannot be read.
        """
        if self._model is None:
            from gliner import GLiNER

            try:
                self._model = GLiNER.from_pretrained(str(self.folder), local_files_only=True)
            except (OSError, ValueError, KeyError, RuntimeError) as error:
                said = " ".join(str(error).split())[:200]
                raise UsageError(f"annotator 'gliner': {self.folder} cannot be read: {said}") from error
        return self._model

    def _found(self, read: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
        for one in read:
            score = min(max(float(one["score"]), 0.0), 1.0)
            yield Found(int(one["start"]), int(one["end"]), self.asked.get(one["label"], ""), score)


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; it needs `model`, a folder; `threshold` is the least score of a span, 0.5 if unsaid.

    Raises:
        UsageError: gliner is not installed, or the folder holds no model that may be read.
    """
    check_options("gliner", options, ("model", "labels", "threshold"))
    model_folder.need("gliner", ("gliner", "torch"), "gliner")
    folder = Path(options.get("model", ""))
    if not options.get("model") or not (folder / "gliner_config.json").is_file():
        raise UsageError(f"annotator 'gliner': model = {str(folder)!r} is no folder with a gliner_config.json")
    model_folder.check_safe("gliner", folder)
    pairs = label_map.read_map("gliner", options.get("labels", ""), schema)
    asked = pairs or {spec.title.get("en", spec.name).lower(): spec.name for spec in schema.entity}
    ours = {name: label for name, label in asked.items() if label in schema.entity_names}
    return GlinerModel(folder, ours, _threshold(options.get("threshold", "0.5")), schema)


def _threshold(written: str) -> float:
    try:
        threshold = float(written)
    except ValueError:
        threshold = -1.0
    if not 0.0 <= threshold <= 1.0:
        raise UsageError(f"annotator 'gliner': threshold = {written!r:.40} is not between 0 and 1")
    return threshold
