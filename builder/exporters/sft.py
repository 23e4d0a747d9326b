"""A sentence and its spans become a question and its answer, to tune a language model on. Pure.

The question is made from the label schema alone, in Chinese for Chinese sentences and in English for all others; the
answer is one JSON object, from which every span can be found again in the sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from builder.schema import LabelSchema, LabelSpec

ROLES = ("user", "assistant")
_QUOTED = json.JSONEncoder(ensure_ascii=False).encode
_CHINESE = """找出句中的实体，并为整句选一个标签。只回答一个 JSON 对象：
{{"spans": [{{"text": "照抄的原文", "label": "实体类型"}}], "label": "句子标签"}}
spans 按出现的先后排列，没有实体就留空；同样的文字前面已有时，加上 "occurrence"，写明是第几处，从 1 数起。{overlap}
实体类型：{entities}。
句子标签：{labels}。

句子："""
_ENGLISH = """Find the entities of a sentence, and choose one label for the whole of it. Answer with one JSON object:
{{"spans": [{{"text": "copied from the sentence", "label": "entity type"}}], "label": "sentence label"}}
Spans stand in the order of the sentence; the list may be empty. Where the same text already stands earlier in the \
sentence, "occurrence" says which one is meant, counted from 1. {overlap}
Entity types: {entities}.
Sentence labels: {labels}.

Sentence: """
_OVERLAP = {
    "flat": ("实体互不重叠。", "Entities never overlap."),
    "nested": ("实体可以重叠。", "Entities may overlap."),
}


def questions(schema: LabelSchema) -> tuple[str, str]:
    """Write what stands before a sentence: in English, and in Chinese."""
    chinese, english = _OVERLAP[schema.overlap]
    return (
        _ENGLISH.format(overlap=english, entities=_listed(schema.entity, "en"), labels=_listed(schema.sentence, "en")),
        _CHINESE.format(overlap=chinese, entities=_listed(schema.entity, "zh"), labels=_listed(schema.sentence, "zh")),
    )


def in_chinese(language: str) -> bool:
    """Tell whether a sentence of this language is asked about in Chinese."""
    return language.replace("_", "-").split("-")[0].lower() == "zh"


def answer(text: str, spans: Iterable[tuple[int, str, str]], label: str) -> str:
    """Write the answer for a sentence: its spans, each as start, text and label, in order, and its label."""
    told = (f'{{"text": {_QUOTED(quote)}{tail(text, quote, start)}{name}"}}' for start, quote, name in spans)
    return f'{HEAD}{SEPARATOR.join(told)}{FOOT}{label}"}}'


HEAD, SEPARATOR, FOOT = '{"spans": [', ", ", '], "label": "'


def tail(text: str, quote: str, start: int) -> str:
    """Write what stands between a quote and its label: nothing, or which of several equal texts is meant."""
    number = occurrence(text, quote, start)
    return f', "occurrence": {number}, "label": "' if 1 < number else ', "label": "'


def occurrence(text: str, quote: str, start: int) -> int:
    """Count, from 1, the places up to this one where the quote stands; they may overlap."""
    number, at = 1, text.find(quote)
    while 0 <= at < start:
        number, at = number + 1, text.find(quote, at + 1)
    return number


def _listed(labels: Sequence[LabelSpec], language: Literal["zh", "en"]) -> str:
    left, right, between = ("（", "）", "、") if language == "zh" else (" (", ")", ", ")
    return between.join(f"{label.name}{left}{label.title.get(language, label.name)}{right}" for label in labels)
