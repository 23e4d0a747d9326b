"""A label schema becomes the review page: text, context, entity keys, sentence-label keys, guidelines, a comment.

Pure; the XML is built by a library, so no text can break out of its attribute.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from builder.reviewing import Interface, PageStyle
from builder.schema import LabelSchema, LabelSpec
from builder.studio.article_layout import SENTENCE, mark_of
from builder.studio.codec import COMMENT, ENTITY, LABEL, TEXT

# Chromium computes the drag handles of a region as display:none without the first rule.
_STYLE = """
area{display:inline-block !important}
.builder-sentence{padding:.4em .6em;margin:.4em 0;border-left:4px solid #4b6bfb;background:#4b6bfb10}
.builder-sentence div,.builder-sentence span{font-size:21px !important;line-height:2 !important}
.builder-context{color:#777;padding:0 1em}
.builder-origin{color:#999;font-size:.85em}
"""
# The labels of an article's sentences stay in reach below it. The buttons that would make new sentence regions are
# hidden: a sentence is where it is.
_ARTICLE_STYLE = """
.builder-sentence div,.builder-sentence span{font-size:17px !important}
.builder-sentence .htx-highlight[data-label*=":s:"]{border-right:3px solid #000a}
.builder-layer{display:none}
.builder-hint *{font-size:13px !important;font-weight:normal !important;margin:0}
.builder-labels{position:sticky;bottom:0;z-index:9;min-height:2em;padding:.4em;border-top:1px solid #4b6bfb}
.builder-labels{background:var(--color-neutral-background,#fff)}
"""
_UNSURE_COLOUR = "#999999"

_Language = Literal["zh", "en"]
_MESSAGES: Mapping[str, Mapping[_Language, str]] = {
    "comment": {"zh": "备注", "en": "comment"},
    "required": {"zh": "请选择句子标签", "en": "Choose a sentence label"},
    "guidelines": {"zh": "标注说明", "en": "Guidelines"},
    "article": {
        "zh": "点击句子，再选标签；底色是预标注的标签。误删的句子用 Ctrl+Z 找回。",
        "en": "Click a sentence, then choose its label; its colour shows the proposed one. "
        "Ctrl+Z brings back a sentence deleted by mistake.",
    },
}


def label_config(schema: LabelSchema, style: PageStyle | None = None, earlier: Collection[str] = ()) -> str:
    """Write the labeling configuration of a layout; without a style, that of one sentence in both languages.

    `earlier` sentence labels are asked for no more, and stand in answers: such a sentence stays one to be labelled.
    """
    return tostring(label_page(schema, style, earlier), encoding="unicode")


def label_page(schema: LabelSchema, style: PageStyle | None = None, earlier: Collection[str] = ()) -> Element:
    """Make the labeling configuration, as an element that more can be put into."""
    page = _Page(schema, style or PageStyle(), earlier)
    return page.article() if page.style.layout == "article" else page.sentence()


def instruction(schema: LabelSchema, style: PageStyle | None = None) -> str:
    """Write the instruction that Label Studio shows before labeling, as HTML."""
    interface = (style or PageStyle()).interface
    texts = (escape(text.strip()).replace("\n", "<br>") for text in _wanted(schema.instruction, interface))
    return "<br>".join(f"<p>{text}</p>" for text in texts)


class _Page:
    """The page of a schema in the making."""

    def __init__(self, schema: LabelSchema, style: PageStyle, earlier: Collection[str] = ()) -> None:
        self.schema, self.style = schema, style
        self.earlier = [name for name in dict.fromkeys(earlier) if name not in schema.sentence_names]

    def sentence(self) -> Element:
        """Lay out one sentence between its neighbours."""
        page = self._head(_STYLE)
        self._text(page)
        self._label_keys(page, {"required": "true"})
        self._foot(page)
        return page

    def article(self) -> Element:
        """Lay out an article: entities on one layer, sentences on another."""
        page = self._head(_STYLE + _ARTICLE_STYLE)
        hint = SubElement(page, "View", className="builder-hint")
        SubElement(hint, "Header", value=self._message("article"), size="6")
        layer = SubElement(SubElement(page, "View", className="builder-layer"), "Labels", name=SENTENCE, toName=TEXT)
        colours = {mark_of(label.name): label.color for label in self.schema.sentence}
        colours |= dict.fromkeys(map(mark_of, (None, *self.earlier)), _UNSURE_COLOUR)
        for mark, colour in colours.items():
            SubElement(layer, "Label", value=mark, background=colour)
        self._text(page)
        # Only a region of these labels asks for a choice; `required` would ask entities too.
        when = {"perRegion": "true", "visibleWhen": "region-selected", "whenLabelValue": ",".join(colours)}
        self._label_keys(SubElement(page, "View", className="builder-labels"), {**when, "required": "true"})
        self._foot(page)
        return page

    def _head(self, style: str) -> Element:
        page = Element("View")
        SubElement(page, "Style").text = style
        SubElement(page, "Header", value="$title", size="4")
        control = SubElement(page, "Labels", name=ENTITY, toName=TEXT, showInline="true")
        for label in self.schema.entity:
            SubElement(control, "Label", self._shown(label), background=label.color)
        return page

    def _text(self, page: Element) -> None:
        """Show the text between what stands before and after it."""
        _context(page, "before")
        sentence = SubElement(page, "View", className="builder-sentence")
        SubElement(sentence, "Text", _shown_as_text(TEXT), granularity="symbol")
        _context(page, "after")

    def _label_keys(self, page: Element, when: Mapping[str, str]) -> None:
        options = {"choice": "single-radio", "showInline": "true", **when}
        message = self._message("required")
        control = SubElement(page, "Choices", options, name=LABEL, toName=TEXT, requiredMessage=message)
        for label in self.schema.sentence:
            SubElement(control, "Choice", self._shown(label))

    def _foot(self, page: Element) -> None:
        hint = self._message("comment")
        SubElement(page, "TextArea", name=COMMENT, toName=TEXT, placeholder=hint, rows="1", maxSubmissions="1")
        panel = SubElement(SubElement(page, "Collapse"), "Panel", value=self._message("guidelines"))
        for label in (*self.schema.entity, *self.schema.sentence):
            SubElement(panel, "Header", value=f"{self._titled(label)}: {self._guideline(label)}", size="6")
        origin = SubElement(page, "View", className="builder-origin")
        SubElement(origin, "Text", _shown_as_text("origin"))

    def _shown(self, label: LabelSpec) -> dict[str, str]:
        """Show a label by its titles; what is stored is its name (the alias)."""
        hint = self._guideline(label)
        return {"value": self._titled(label), "alias": label.name, "hotkey": label.hotkey, "hint": hint}

    def _titled(self, label: LabelSpec) -> str:
        language: _Language = "en" if self.style.interface == "en" else "zh"
        return f"{label.name} {label.title.get(language, '')}".strip()

    def _guideline(self, label: LabelSpec) -> str:
        return " / ".join(_wanted(label.guideline, self.style.interface))

    def _message(self, name: str) -> str:
        return " · ".join(_wanted(_MESSAGES[name], self.style.interface))


def _context(page: Element, name: str) -> None:
    context = SubElement(page, "View", className="builder-context")
    SubElement(context, "Text", _shown_as_text(name))


def _wanted(texts: Mapping[_Language, str], interface: Interface) -> Sequence[str]:
    """Choose the texts of the interface's language; all of them if it is both or they lack it."""
    return [texts[interface]] if interface != "both" and interface in texts else [*texts.values()]


def _shown_as_text(name: str) -> dict[str, str]:
    """Show a field of the task as it is; unsaid, a server in its secure mode would fetch it as an address."""
    return {"name": name, "value": f"${name}", "valueType": "text"}
