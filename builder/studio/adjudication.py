"""The page on which an adjudicator decides: the review page, and above the sentence what people answered.

Pure. Each answer stands there as a line of text (A, B, …: nobody's name), and is also a prediction of that name: where
a task is opened from the list of tasks, Label Studio shows those as tabs, and side by side under "Compare All".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from builder.model import Prediction
from builder.reviewing import Answer, PageStyle
from builder.schema import LabelSchema
from builder.studio import codec
from builder.studio.codec import Passage, result_of
from builder.studio.label_config import label_page

ANSWERS = "answers"
_TITLES = {"zh": "各人的答案", "en": "What people answered", "both": "各人的答案 · What people answered"}
_STYLE = "\n.builder-answers{padding:.4em .6em;margin:.4em 0;border-left:4px solid #d98a00;background:#d98a0010}\n"


def adjudication_config(schema: LabelSchema, style: PageStyle | None = None) -> str:
    """Write the labeling configuration."""
    style = style or PageStyle()
    page = label_page(schema, style)
    look = page.find("Style")
    if look is not None:
        look.text = f"{look.text or ''}{_STYLE}"
    sentence = next(place for place, part in enumerate(page) if part.get("className") == "builder-sentence")
    shown = Element("View", className="builder-answers")
    SubElement(shown, "Header", value=_TITLES[style.interface], size="6")
    SubElement(shown, "Text", name=ANSWERS, value=f"${ANSWERS}")
    page.insert(sentence, shown)
    return tostring(page, encoding="unicode")


def task_of(
    passage: Passage, first: Prediction, answers: Sequence[Answer], schema: LabelSchema, batch: str
) -> dict[str, Any]:
    """Make the task of a sentence that starts from one answer and shows all.

    Labels that the schema does not have stand in the lines only.

    Raises:
        Rejected: the text would poison the server.
    """
    task = codec.task_of(passage, _offered(first, schema), schema, batch)
    sentence, text = passage.sentence, passage.sentence.text
    named = [(_name(place), answer) for place, answer in enumerate(answers)]
    lines = "\n".join(f"{name}  {said(answer, text)}" for name, answer in named)
    shown = codec.page_of(passage) | {ANSWERS: lines}
    tabs = [{"model_version": name, "result": result_of(_chosen(answer, schema), text)} for name, answer in named]
    return {
        "data": codec.named(shown, [sentence], batch, schema),
        "predictions": [*task["predictions"], *tabs],
    }


def _offered(first: Prediction, schema: LabelSchema) -> Prediction:
    entities = first.entities and tuple(one for one in first.entities if one.span.label in schema.entity_names)
    label = first.label if first.label and first.label.name in schema.sentence_names else None
    return replace(first, entities=entities, label=label)


def _chosen(answer: Answer, schema: LabelSchema) -> Answer:
    spans = tuple(span for span in answer.entities if span.label in schema.entity_names)
    return Answer(spans, answer.label if answer.label in schema.sentence_names else None)


def said(answer: Answer, text: str) -> str:
    """Write an answer as one line: its label, then the sentence with its spans in brackets, each with its label."""
    marks: dict[int, str] = {}
    for span in sorted(answer.entities, key=lambda span: (-span.start, span.end)):
        marks[span.end] = f"{marks.get(span.end, '')}]{span.label}"
    for span in sorted(answer.entities):
        marks[span.start] = f"{marks.get(span.start, '')}["
    places = sorted({0, *marks})
    ends = [*places[1:], len(text)]
    marked = "".join(f"{marks.get(start, '')}{text[start:end]}" for start, end in zip(places, ends, strict=True))
    return f"{answer.label or '—'}: {' '.join(marked.split())}"


def _name(place: int) -> str:
    """Name an answer by a letter, behind Z by a letter and a number."""
    turn, letter = divmod(place, len(ascii_uppercase))
    return f"{ascii_uppercase[letter]}{turn or ''}"
