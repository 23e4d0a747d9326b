"""Sentences enter, a spaCy pipeline reads them, its entities and its likeliest category leave under our labels.

The one door to spaCy. `model` is a folder or the name of an installed pipeline; nothing is ever downloaded. spaCy says
of no entity how sure it is, so each has the same score. Abstains where the pipeline has no label that the schema has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from builder.annotators import label_map, model_folder
from builder.annotators.proposal import Found, check_options, prediction
from builder.errors import UsageError
from builder.model import Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
SURE = 0.7
"""The score of every entity."""
_CATEGORIES = ("textcat", "textcat_multilabel")


class SpacyModel:
    """Proposes what a spaCy pipeline finds."""

    name = "spacy"

    def __init__(self, folder: Path, labels: Mapping[str, str], schema: LabelSchema) -> None:
        self.folder, self.labels, self.schema = folder, dict(labels), schema
        self._digest = model_folder.digest_of(folder)
        asked = (VERSION, version("spacy"), self._digest, self.labels, schema.entity_names, schema.sentence_names)
        self.fingerprint = stable_id(*asked)[:8]
        self._pipeline: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the pipeline out: it is read again where it is needed."""
        return {**self.__dict__, "_pipeline": None}

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose for every sentence what the pipeline finds in it."""
        pipeline = self.pipeline
        with pipeline.memory_zone():
            texts = (sentence.text for sentence in sentences)
            return [self._predict(s, d) for s, d in zip(sentences, pipeline.pipe(texts), strict=True)]

    @property
    def pipeline(self) -> Any:
        """Read the pipeline at the first use.

        Raises:
            UsageError: it cannot be read.
        """
        if self._pipeline is None:
            import spacy

            try:
                self._pipeline = spacy.load(self.folder)
            except (OSError, ValueError, KeyError, ImportError) as error:
                said = " ".join(str(error).split())[:200]
                raise UsageError(f"annotator 'spacy': {self.folder} cannot be read: {said}") from error
        return self._pipeline

    def _predict(self, sentence: Sentence, found: Any) -> Prediction:
        by = f"{self.name}@{self.fingerprint}"
        entities = None
        if label_map.fits_any(self.labels, self._their_labels(categories=False), self.schema.entity_names):
            ours = (Found(e.start_char, e.end_char, self._ours(e.label_), SURE) for e in found.ents)
            entities = prediction(sentence, by, ours, self.schema).entities
        return Prediction(sentence.id, by, entities, self._label(found.cats, by))

    def _label(self, categories: Mapping[str, float], by: str) -> Label | None:
        """Give the likeliest category, if the schema has it; another that is less likely is never put in its place."""
        best = max(sorted(categories), key=lambda name: categories[name], default="")
        if self._ours(best) not in self.schema.sentence_names:
            return None
        return Label(self._ours(best), round(min(max(float(categories[best]), 0.0), 1.0), 4), (by,))

    def _ours(self, label: str) -> str:
        return label_map.mapped(self.labels, label)

    def _their_labels(self, *, categories: bool) -> list[str]:
        factories = {name: self.pipeline.get_pipe_meta(name).factory for name in self.pipeline.pipe_names}
        listed = self.pipeline.pipe_labels
        return [
            label for name, factory in factories.items() if (factory in _CATEGORIES) is categories
            for label in listed.get(name, ())
        ]  # fmt: skip


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; `model` names the pipeline, `labels` pairs ours with theirs.

    Raises:
        UsageError: spaCy is not installed, or there is no such pipeline.
    """
    check_options("spacy", options, ("model", "labels"))
    if not options.get("model"):
        raise UsageError("annotator 'spacy' needs the option model: a folder, or the name of an installed pipeline")
    labels = label_map.read_map("spacy", options.get("labels", ""), schema)
    model_folder.need("spacy", ("spacy",), "spacy")
    return SpacyModel(_folder(options["model"]), labels, schema)


def _folder(model: str) -> Path:
    folder = Path(model)
    if (folder / "config.cfg").is_file():
        return folder
    found = find_spec(model) if model.isidentifier() else None
    if found is not None and found.origin:
        inside = sorted(Path(found.origin).parent.glob("*/config.cfg"))
        if inside:
            return inside[0].parent
    raise UsageError(f"annotator 'spacy': model = {model!r} is neither a pipeline's folder nor an installed pipeline")
