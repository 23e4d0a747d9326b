"""A label schema becomes the review page: one sentence, its context, entity keys, sentence-label keys, guidelines.

Pure; the XML is built by a library, so no text can break out of its attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from builder.schema import LabelSchema, LabelSpec
from builder.studio.codec import COMMENT, ENTITY, LABEL, TEXT

# Chromium computes the drag handles of a region as display:none without the first rule.
_STYLE = """
area{display:inline-block !important}
.builder-sentence{padding:.4em .6em;margin:.4em 0;border-left:4px solid #4b6bfb;background:#4b6bfb10}
.builder-sentence div,.builder-sentence span{font-size:21px !important;line-height:2 !important}
.builder-context{color:#777;padding:0 1em}
.builder-origin{color:#999;font-size:.85em}
"""


def label_config(schema: LabelSchema) -> str:
    """Write the labeling configuration."""
    page = Element("View")
    SubElement(page, "Style").text = _STYLE
    SubElement(page, "Header", value="$title", size="4")
    _entity_keys(page, schema.entity)
    context = SubElement(page, "View", className="builder-context")
    SubElement(context, "Text", name="before", value="$before")
    sentence = SubElement(page, "View", className="builder-sentence")
    SubElement(sentence, "Text", name=TEXT, value=f"${TEXT}", granularity="symbol")
    context = SubElement(page, "View", className="builder-context")
    SubElement(context, "Text", name="after", value="$after")
    _label_keys(page, schema.sentence)
    SubElement(page, "TextArea", name=COMMENT, toName=TEXT, placeholder="备注 · comment", rows="1", maxSubmissions="1")
    _guidelines(page, schema)
    origin = SubElement(page, "View", className="builder-origin")
    SubElement(origin, "Text", name="origin", value="$origin")
    return tostring(page, encoding="unicode")


def instruction(schema: LabelSchema) -> str:
    """Write the instruction that Label Studio shows before labeling, as HTML."""
    texts = (escape(text.strip()).replace("\n", "<br>") for text in schema.instruction.values())
    return "<br>".join(f"<p>{text}</p>" for text in texts)


def _entity_keys(page: Element, labels: Sequence[LabelSpec]) -> None:
    control = SubElement(page, "Labels", name=ENTITY, toName=TEXT, showInline="true")
    for label in labels:
        SubElement(control, "Label", _shown(label), background=label.color)


def _label_keys(page: Element, labels: Sequence[LabelSpec]) -> None:
    options = {"choice": "single-radio", "showInline": "true", "required": "true"}
    message = "请选择句子标签 · Choose a sentence label"
    control = SubElement(page, "Choices", options, name=LABEL, toName=TEXT, requiredMessage=message)
    for label in labels:
        SubElement(control, "Choice", _shown(label))


def _shown(label: LabelSpec) -> dict[str, str]:
    """Show a label by its titles; what is stored is its name (the alias)."""
    return {"value": _titled(label), "alias": label.name, "hotkey": label.hotkey, "hint": _guideline(label)}


def _titled(label: LabelSpec) -> str:
    return f"{label.name} {label.title.get('zh', '')}".strip()


def _guideline(label: LabelSpec) -> str:
    return " / ".join(label.guideline.values())


def _guidelines(page: Element, schema: LabelSchema) -> None:
    panel = SubElement(SubElement(page, "Collapse"), "Panel", value="标注说明 · Guidelines")
    for label in (*schema.entity, *schema.sentence):
        SubElement(panel, "Header", value=f"{_titled(label)}: {_guideline(label)}", size="6")
