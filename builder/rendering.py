"""A previewed sentence as text for a terminal: spans, joins, removed characters and flags. Prints nothing.

`rich` is imported when something is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

_Place = tuple[int, str]

# Escape sequences, marks that turn the direction, half surrogate pairs: a terminal would obey, or choke on, them.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_SIGNS = {"joined": "⏎", "removed": "·", "replaced": "≈", "leapt": "⤳"}


def harmless(text: str) -> str:
    """Show the characters that a terminal takes for commands as signs, one for one: ␛ and its like, or �."""
    return _COMMANDS.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\ufffd", text)


def packed(value: Any) -> bytes:
    """Write a value as JSON on one line, in UTF-8; what a terminal takes for commands stands there escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"


def page_of(line: Mapping[str, Any]) -> str:
    """Say which article of which file a line is from, and what was odd about all of it."""
    told = line["structure"]
    name = f"{line['document']}#{told['record']}" if told["record"] else line["document"]
    title = f"  {told['title']}" if told["title"] else ""
    flags = f"  ⚑ {', '.join(told['document_flags'])}" if told["document_flags"] else ""
    return harmless(f"{name}  article {line['article'] + 1}{title}{flags}")


def sentence_shown(line: Mapping[str, Any], colours: Mapping[str, str], *, is_coloured: bool) -> Text:
    """Mark the spans of a sentence, and say its label and flags behind it."""
    from rich.text import Text

    line = {**line, "text": harmless(line["text"])}
    return _in_colour(line, colours) if is_coloured else Text(_in_characters(line))


def _in_colour(line: Mapping[str, Any], colours: Mapping[str, str]) -> Text:
    from rich.text import Text

    shown = Text(line["text"])
    for entity in line["entities"]:
        shown.stylize(f"bold white on {colours[entity['label']]}", entity["start"], entity["end"])
    for flag in _placed_flags(line):
        shown.stylize("underline yellow", flag["start"], flag["end"])
    shown = _with_signs(shown, line)
    if line["label"]:
        name = line["label"]["name"]
        shown.append("  ").append(
            f"\u00a0{name}\u00a0{line['label']['score']:.2f}\u00a0", style=f"italic white on {colours[name]}"
        )
    if line["flags"]:
        shown.append(f"  ⚑ {', '.join(line['flags'])}", style="yellow")
    return shown


def _with_signs(shown: Text, line: Mapping[str, Any]) -> Text:
    """Put a sign where something was joined or taken out."""
    from rich.text import Text

    signs = list(_signs(line))
    parts = shown.divide([at for at, _ in signs])
    signed = Text()
    for number, part in enumerate(parts):
        signed.append_text(part)
        if number < len(signs):
            signed.append(signs[number][1], style="dim cyan")
    return signed


def _signs(line: Mapping[str, Any]) -> Iterator[_Place]:
    """Yield the sign of each change, behind what stands for it now."""
    for change in line.get("structure", {}).get("changes", ()):
        is_space = change["did"] == "removed" and not change["was"].strip()
        yield change["end"], "␣" if is_space else _SIGNS[change["did"]]


def _placed_flags(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the flags that stand at a place, not on the whole sentence."""
    length = len(line["text"])
    flags = line.get("structure", {}).get("flags", ())
    return [flag for flag in flags if (flag["start"], flag["end"]) != (0, length)]


def _in_characters(line: Mapping[str, Any]) -> str:
    """Write spans, flags and labels as characters, where there are no colours: [Paris GPE] and ⟨so so repeat⟩."""
    opened: list[_Place] = []
    closed: list[_Place] = []
    for entity in line["entities"]:
        opened.append((entity["start"], "["))
        closed.append((entity["end"], f" {entity['label']}]"))
    for flag in _placed_flags(line):
        opened.append((flag["start"], "⟨"))
        closed.append((flag["end"], f" {flag['name']}⟩"))
    shown = str(line["text"])
    # Of signs at one place the last to be put in comes to stand first: what closes, before what opens.
    for at, sign in sorted([*opened, *_signs(line), *closed], key=lambda place: place[0], reverse=True):
        shown = shown[:at] + sign + shown[at:]
    label = f"  <{line['label']['name']} {line['label']['score']:.2f}>" if line["label"] else ""
    return shown + label + (f"  ⚑ {', '.join(line['flags'])}" if line["flags"] else "")
