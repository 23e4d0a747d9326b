"""Sentences enter, a fine-tuned transformer tags their tokens or classifies them, and its spans and labels leave.

The one door to transformers and torch. `model` is a folder with safetensors; nothing is downloaded, and no code of a
model runs. A sentence longer than the model reads is cut into overlapping windows that are put together again; what is
about as long is computed together. Runs where torch sees a GPU, unless `device` says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from builder.annotators import label_map, model_folder, windows
from builder.annotators.proposal import check_options, prediction
from builder.errors import UsageError
from builder.model import Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
MOST_TOKENS = 8192
"""Tokens that are computed at once, padding counted."""
_LONGEST, _OVERLAP = 512, 4
_TASKS = {"ForTokenClassification": "tokens", "ForSequenceClassification": "sentence"}


class TransformersModel:
    """Proposes what a transformer says."""

    name = "transformers"

    def __init__(self, folder: Path, labels: Mapping[str, str], device: str, schema: LabelSchema) -> None:
        self.folder, self.labels, self.device, self.schema = folder, dict(labels), device, schema
        self.task, self.tags = _about(folder)
        digest = model_folder.digest_of(folder)
        self.fingerprint = stable_id(VERSION, _version(), digest, self.labels, schema.entity_names)[:8]
        self._engine: Any = None
        fine = schema.entity_names if self.task == "tokens" else schema.sentence_names
        theirs = [windows.split_tag(tag)[1] if self.task == "tokens" else tag for tag in self.tags]
        self._fits = label_map.fits_any(self.labels, [name for name in theirs if name], fine)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the model out: it is read again where it is needed."""
        return {**self.__dict__, "_engine": None}

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose for every sentence what the model says."""
        by = f"{self.name}@{self.fingerprint}"
        if not self._fits or not sentences:
            return [Prediction(sentence.id, by) for sentence in sentences]
        read = self.engine.read([sentence.text for sentence in sentences])
        make = self._of_tokens if self.task == "tokens" else self._of_sentence
        return [make(sentence, found, by) for sentence, found in zip(sentences, read, strict=True)]

    @property
    def engine(self) -> Any:
        """Read the model at the first use."""
        if self._engine is None:
            self._engine = Engine(self.folder, self.task, self.device)
        return self._engine

    def _of_tokens(self, sentence: Sentence, read: Sequence[Read], by: str) -> Prediction:
        cut = [
            [windows.Token(*place, self.tags[tag], chance) for place, tag, chance in _likeliest(one)] for one in read
        ]
        found = windows.spans(windows.stitched(cut), sentence.text)
        ours = (one._replace(label=label_map.mapped(self.labels, one.label)) for one in found)
        return prediction(sentence, by, ours, self.schema)

    def _of_sentence(self, sentence: Sentence, read: Sequence[Read], by: str) -> Prediction:
        """Average the windows; a label that the schema does not have is never replaced by another."""
        chances = [sum(column) / len(read) for column in zip(*(rows[0] for _, rows in read), strict=True)]
        best = max(range(len(chances)), key=lambda n: chances[n])
        ours = label_map.mapped(self.labels, self.tags[best])
        if ours not in self.schema.sentence_names:
            return Prediction(sentence.id, by)
        return Prediction(sentence.id, by, label=Label(ours, round(min(chances[best], 1.0), 4), (by,)))


Read = tuple[list[tuple[int, int]], list[list[float]]]
"""One window: the places of its tokens, and a row of chances for each (one row only, for a sentence's label)."""


class Engine:
    """The tokenizer and the model, read from a folder."""

    def __init__(self, folder: Path, task: str, device: str) -> None:
        """Read both.

        Raises:
            UsageError: they cannot be read, or the tokenizer tells no offsets.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

            kind = AutoModelForTokenClassification if task == "tokens" else AutoModelForSequenceClassification
            safely = {"local_files_only": True, "trust_remote_code": False}
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, use_fast=True, **safely)
            self._model: Any = kind.from_pretrained(folder, use_safetensors=True, **safely)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            said = " ".join(str(error).split())[:200]
            raise UsageError(f"annotator 'transformers': {folder} cannot be read: {said}") from error
        if not self.tokenizer.is_fast:
            raise UsageError(f"annotator 'transformers': {folder} has no fast tokenizer, so no offsets")
        self._task = task
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._model.to(self._device).eval()
        longest = getattr(self._model.config, "max_position_embeddings", _LONGEST)
        self.longest = min(self.tokenizer.model_max_length, longest, _LONGEST)

    def read(self, texts: Sequence[str]) -> list[list[Read]]:
        """Give the windows of every text, in order."""
        cut = cut_up(self.tokenizer, texts, self.longest)
        lengths = {number: len(ids) for number, ids in enumerate(cut["input_ids"])}
        read: dict[int, Read] = {}
        for batch in windows.by_length(lengths, MOST_TOKENS):
            read.update(zip(batch, self._computed(cut, batch), strict=True))
        of_text: list[list[Read]] = [[] for _ in texts]
        for number, owner in enumerate(cut["overflow_to_sample_mapping"]):
            of_text[owner].append(read[number])
        return of_text

    def _computed(self, cut: Any, batch: Sequence[int]) -> Iterator[Read]:
        import torch

        fields = [name for name in self.tokenizer.model_input_names if name in cut]
        padded = self.tokenizer.pad({name: [cut[name][n] for n in batch] for name in fields}, return_tensors="pt")
        with torch.inference_mode():
            logits = self._model(**padded.to(self._device)).logits
        chances = torch.softmax(logits.float(), dim=-1).cpu().tolist()
        for number, rows in zip(batch, chances, strict=True):
            places, inner = cut["offset_mapping"][number], cut["special_tokens_mask"][number]
            if self._task == "sentence":
                yield [], [rows]
            else:
                kept = [n for n, special in enumerate(inner) if not special]
                yield [tuple(places[n]) for n in kept], [rows[n] for n in kept]


def cut_up(tokenizer: Any, texts: Sequence[str], longest: int) -> Any:
    """Cut texts into windows of so many tokens, a quarter of which overlap."""
    return tokenizer(
        list(texts), truncation=True, max_length=longest, stride=longest // _OVERLAP, padding=False,
        return_overflowing_tokens=True, return_offsets_mapping=True, return_special_tokens_mask=True,
    )  # fmt: skip


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; `model` names its folder, `labels` pairs ours with theirs, `device` says where it runs.

    Raises:
        UsageError: transformers or torch is not installed, or the folder holds no model that may be read.
    """
    check_options("transformers", options, ("model", "labels", "device"))
    model_folder.need("transformers", ("transformers", "torch"), "transformers")
    folder = Path(options.get("model", ""))
    if not options.get("model") or not (folder / "config.json").is_file():
        raise UsageError(f"annotator 'transformers': model = {str(folder)!r} is no folder with a config.json")
    model_folder.check_safe("transformers", folder)
    labels = label_map.read_map("transformers", options.get("labels", ""), schema)
    return TransformersModel(folder, labels, options.get("device", ""), schema)


def _about(folder: Path) -> tuple[str, list[str]]:
    """Read from a model's configuration what it does, and its tags by number."""
    try:
        said = json.loads((folder / "config.json").read_bytes())
        (made,) = said["architectures"]
        task = next(task for ending, task in _TASKS.items() if made.endswith(ending))
        tags = [str(said["id2label"][str(number)]) for number in range(len(said["id2label"]))]
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise UsageError(
            f"annotator 'transformers': {folder / 'config.json'} is no model for token or sequence classification"
        ) from error
    return task, tags


def _likeliest(read: Read) -> Iterator[tuple[tuple[int, int], int, float]]:
    for place, row in zip(*read, strict=True):
        best = max(range(len(row)), key=lambda n: row[n])
        yield place, best, row[best]


def _version() -> str:
    try:
        return version("transformers")
    except PackageNotFoundError:
        return ""
