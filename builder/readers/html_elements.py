"""The open elements of a web page, and what each says of the text within. Pure.

They stand on a stack of bounded depth; tags beyond it still part blocks and say nothing else. No tag takes more work
than that depth, and of each element that is opened one is closed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from builder.readers.html_zones import Zones, mark_of

_DEEPEST = 512
"""Elements within elements; browsers stop there too."""
_NEAR = 32
"""Elements that are searched for one that a tag closes unsaid."""

PARTS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav ol "
    "optgroup option p pre search section select summary table tbody td tfoot th thead title tr ul".split()
)
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_ENDS = {
    **dict.fromkeys(("dt", "dd"), (frozenset(("dt", "dd")), frozenset(("dl",)))),
    **dict.fromkeys(("td", "th"), (frozenset(("td", "th")), frozenset(("tr", "table")))),
    **dict.fromkeys(("option", "optgroup"), (frozenset(("option",)), frozenset(("select",)))),
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "dir"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    "a": (frozenset(("a",)), PARTS),
}
"""Which open elements a tag closes unsaid, unless one of the others stands between."""
_PARAGRAPH, _BETWEEN = frozenset(("p",)), frozenset(("button", "td", "th"))
"""What the beginning of a part closes so."""
_HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
_NOT_SHOWN = {
    **dict.fromkeys(("template", "svg", "datalist"), "hidden"),
    **dict.fromkeys(("audio", "video", "canvas", "object", "applet"), "fallback"),
    **dict.fromkeys(("rp", "rt", "rtc"), "ruby"),
}
_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)


class Element(NamedTuple):
    """An open element and what it says of its text: why it is `hidden`, its zone, the rank of a heading around it."""

    name: str
    hidden: str = ""
    zone: int = 0
    heading: int = 0
    is_link: bool = False
    is_pre: bool = False
    is_paragraph: bool = False


class Elements:
    """The stack of open elements."""

    def __init__(self, zones: Zones) -> None:
        """Begin outside of all."""
        self._zones = zones
        self.inner = Element("")
        """The innermost element."""
        self._stack = [self.inner]
        self._open = Counter[str]()
        self._flat = 0

    def enter(self, name: str, said: Mapping[str, str], *, is_closed: bool) -> bool:
        """Open an element, closing what it closes unsaid; false when it lies too deep."""
        if name in PARTS:
            self._close(_PARAGRAPH, _BETWEEN)
        if name in _ENDS and not self._flat:
            self._close(*_ENDS[name])
        if name in _VOID or is_closed:
            return True
        if _DEEPEST <= len(self._stack):
            self._flat += 1
            return False
        self._open[name] += 1
        self.inner = self._entered(name, said)
        self._stack.append(self.inner)
        return True

    def leave(self, name: str) -> None:
        """Close the innermost element of this name with all within it, if there is one."""
        if self._flat:
            self._flat -= 1
        elif self._open[name]:
            while self._pop() != name:
                pass

    def _entered(self, name: str, said: Mapping[str, str]) -> Element:
        """Give an element what it takes from the one around it."""
        around = self.inner
        if around.hidden:
            return around._replace(name=name)
        mark = mark_of(name, said)
        return Element(
            name,
            hidden=_NOT_SHOWN.get(name, "") or ("hidden" if said and _is_unseen(said) else ""),
            zone=self._zones.add(mark, around.zone) if mark else around.zone,
            heading=_HEADINGS.get(name, around.heading),
            is_link=around.is_link or name == "a" and "href" in said,
            is_pre=around.is_pre or name in ("pre", "listing", "xmp", "plaintext"),
            is_paragraph=name == "p" or around.is_paragraph and name not in PARTS,
        )

    def _close(self, names: frozenset[str], barriers: frozenset[str]) -> None:
        """Close the innermost of some elements, unless something stands between or it is far."""
        if not any(map(self._open.get, names)):
            return
        for back in range(1, min(_NEAR, len(self._stack))):
            name = self._stack[-back].name
            if name in names:
                for _ in range(back):
                    self._pop()
                return
            if name in barriers:
                return

    def _pop(self) -> str:
        name = self._stack.pop().name
        self.inner = self._stack[-1]
        self._open[name] -= 1
        return name


def _is_unseen(said: Mapping[str, str]) -> bool:
    """Whether attributes hide an element."""
    is_hidden = "hidden" in said and said["hidden"].lower() != "until-found"
    return is_hidden or _UNSEEN.search(said.get("style", "")) is not None
