"""Tokens and their tags enter, tags of other tokens leave: a tiny transformer of random weights, trained here.

Nothing is downloaded, nothing is kept. A token is a number of the vocabulary that the sentences to learn from make, and
a number for what kind of characters it has; so each token has one tag, and nothing is left to align. One thread, one
seed: the same rows give the same tags on the same machine. A second door to transformers and torch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import chain
from typing import Any, NamedTuple

from builder.annotators.crf.token_tagger import shape

STEPS = 600
"""Batches that are learnt from."""
_BATCH, _LONGEST, _FEWEST = 16, 256, 2
_PAD, _UNKNOWN, _FIRST = 0, 1, 2
_FORGOTTEN = 0.15
"""The share of tokens whose text is hidden while learning, so that what stands around them tells too."""
_SIZE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
_RATE, _WARM = 2e-3, 50

Tokens = Sequence[Sequence[str]]


class _Numbered(NamedTuple):
    """A stretch of a sentence as numbers."""

    tokens: list[int]
    shapes: list[int]
    tags: list[int]


def missing() -> str:
    """Say which package it needs and is not installed; nothing if it can run."""
    return next((package for package in ("torch", "transformers") if find_spec(package) is None), "")


def tagged(
    learn: Tokens, tags: Tokens, measure: Tokens, seed: int, advance: Callable[[int], None] = lambda steps: None
) -> list[list[str]]:
    """Learn the tags of some sentences, and give those of others; `advance` hears of every step."""
    import torch

    names, numbering = sorted(set(chain.from_iterable(tags))), _Numbering(learn)
    place = {name: number for number, name in enumerate(names)}
    taught = [
        one
        for sentence, its in zip(learn, tags, strict=True)
        for one in numbering.stretches(sentence, [place[tag] for tag in its])
    ]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many on a busy machine are tens of times slower
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = _model(numbering, len(names))
            _train(model, taught, advance)
            return [_tags(model, numbering, sentence, names) for sentence in measure]
    finally:
        torch.set_num_threads(threads)


class _Numbering:
    """Numbers for the tokens seen more than once, and for every shape."""

    def __init__(self, sentences: Tokens) -> None:
        counts = Counter(token.lower() for token in chain.from_iterable(sentences))
        often = (token for token, count in counts.items() if _FEWEST <= count)
        self.tokens = {token: number for number, token in enumerate(often, _FIRST)}
        shapes = dict.fromkeys(map(shape, chain.from_iterable(sentences)))
        self.shapes = {kind: number for number, kind in enumerate(shapes, _FIRST)}

    def stretches(self, sentence: Sequence[str], tags: Sequence[int] = ()) -> Iterator[_Numbered]:
        """Write a sentence as numbers, in stretches that the model can read."""
        for start in range(0, len(sentence), _LONGEST):
            part = sentence[start : start + _LONGEST]
            tokens = [self.tokens.get(token.lower(), _UNKNOWN) for token in part]
            shapes = [self.shapes.get(shape(token), _UNKNOWN) for token in part]
            yield _Numbered(tokens, shapes, [*tags[start : start + _LONGEST]])


def _model(numbering: _Numbering, tags: int) -> Any:
    from transformers import BertConfig, BertForTokenClassification

    vocabulary, shapes = _FIRST + len(numbering.tokens), _FIRST + len(numbering.shapes)
    config = BertConfig(
        vocab_size=vocabulary, type_vocab_size=shapes, max_position_embeddings=_LONGEST, num_labels=tags,
        pad_token_id=_PAD, attn_implementation="eager", **_SIZE,
    )  # fmt: skip
    return BertForTokenClassification(config)


def _train(model: Any, taught: Sequence[_Numbered], advance: Callable[[int], None]) -> None:
    import torch

    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / _WARM, (STEPS - step) / (STEPS - _WARM))
    )
    model.train()
    for batch in _batches(taught):
        asked = _padded(batch)
        hidden = (torch.rand(asked["input_ids"].shape) < _FORGOTTEN) & (asked["input_ids"] != _PAD)
        asked["input_ids"][hidden] = _UNKNOWN
        model(**asked).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        pace.step()
        optimiser.zero_grad()
        advance(1)


def _batches(taught: Sequence[_Numbered]) -> Iterator[list[_Numbered]]:
    """Go round and round through all, each time in another order, for so many steps."""
    import torch

    order: list[int] = []
    for _ in range(STEPS):
        while len(order) < _BATCH:
            order += torch.randperm(len(taught)).tolist()
        picked, order = order[:_BATCH], order[_BATCH:]
        yield [taught[number] for number in picked]


def _padded(batch: Sequence[_Numbered]) -> dict[str, Any]:
    import torch

    longest = max(len(one.tokens) for one in batch)

    def filled(column: int, blank: int) -> Any:
        return torch.tensor([[*one[column], *[blank] * (longest - len(one[column]))] for one in batch])

    tokens = filled(0, _PAD)
    return {
        "input_ids": tokens,
        "token_type_ids": filled(1, _PAD),
        "attention_mask": (tokens != _PAD).long(),
        "labels": filled(2, -100),
    }


def _tags(model: Any, numbering: _Numbering, sentence: Sequence[str], names: Sequence[str]) -> list[str]:
    import torch

    model.eval()
    found: list[str] = []
    with torch.inference_mode():
        for stretch in numbering.stretches(sentence):
            asked = {"input_ids": torch.tensor([stretch.tokens]), "token_type_ids": torch.tensor([stretch.shapes])}
            found += [names[number] for number in model(**asked).logits[0].argmax(-1).tolist()]
    return found
