"""The review page, worked as a person works it: eyes on the highlights, hands on mouse and keys.

Every wait is for something to be seen, and ends after `PATIENCE`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response, expect

PATIENCE = 30_000.0  # milliseconds
SENTENCE = ".builder-sentence"
CHOSEN = "input[type=radio][name]:checked"

# Where to press and where to let go to mark a piece of the sentence: well inside its first and last character.
# Offsets in the DOM are UTF-16.
_ENDS = """([selector, piece]) => {
  const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const start = nodes.map(node => node.data).join('').indexOf(piece);
  const letters = [...piece], last = letters[letters.length - 1];
  const place = offset => {
    for (const node of nodes) { if (offset < node.length) return [node, offset]; offset -= node.length; }
  };
  const box = (offset, letter) => {
    const [node, from] = place(offset), range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, from + letter.length);
    return range.getBoundingClientRect();
  };
  const from = box(start, letters[0]), to = box(start + piece.length - last.length, last);
  return [[from.left + 0.2 * from.width, from.top + from.height / 2],
          [to.right - 0.2 * to.width, to.top + to.height / 2]];
}"""


class ReviewPage:
    """One logged-in person at one Label Studio; `hosts` and `paths` are what the browser asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url
        self.hosts: set[str] = set()
        self.paths: list[str] = []
        self._visited: set[int] = set()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self._note(request.url))

    def log_in(self, email: str, password: str) -> None:
        self.page.goto(f"{self._url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/user/login" not in url)

    def open(self, project: int, task: int, text: str, *, labels: int = 1) -> None:
        """Open one task, and wait until its sentence and label (if any) are shown; a tab looks like a blank."""
        self._visit(project)
        self.page.goto(f"{self._url}/projects/{project}/data?task={task}")
        self._wait_for(text.replace("\t", " "), labels)

    def open_next(self, project: int, text: str) -> None:
        """Start working through the tasks, as "Label All Tasks" does."""
        self.page.goto(f"{self._url}/projects/{project}/data?labeling=1")
        self._wait_for(text)

    def sentence(self) -> str:
        return self.page.locator(SENTENCE).inner_text()

    def spans(self) -> list[tuple[str, str]]:
        """Read what is highlighted, and under which label, in the order of the sentence."""
        marks = self.page.locator(f"{SENTENCE} .htx-highlight").all()
        named = [(mark.inner_text(), (mark.get_attribute("data-label") or "").partition(":")[2]) for mark in marks]
        return [(text, label.split(" ")[0]) for text, label in named]

    def label(self) -> str:
        """Read which sentence label is chosen."""
        return (self.page.locator(CHOSEN).get_attribute("name") or "").split()[0]

    def relabel(self, span: str, hotkey: str) -> None:
        self._pick(span)
        self._press_until_changed(hotkey)
        self._let_go()

    def delete(self, span: str) -> None:
        self._pick(span)
        self._press_until_changed("Backspace")

    def add(self, piece: str, hotkey: str) -> None:
        """Choose a label, then drag the mouse over the piece; again, as a person would, if the page did not take it."""
        self.page.keyboard.press(hotkey)
        expect(self.page.locator(".lsf-label_selected")).to_have_count(1)
        before = self.spans()

        def is_taken() -> bool:
            self._drag(*self.page.evaluate(_ENDS, [SENTENCE, piece]))
            with suppress(AssertionError):
                self._until(lambda: self.spans() != before, PATIENCE / 5)
            return self.spans() != before

        self._until(is_taken)
        self._let_go()

    def stretch(self, span: str, whole: str) -> None:
        """Drag the right edge of a span until it covers the whole piece.

        Over a character beyond the BMP Label Studio 1.23.2 lets go one character too far, and shows that it did.
        """
        self._pick(span)
        before = self.spans()
        edge = self.page.locator("area.__resize_right").bounding_box()
        assert edge is not None, "the span has no edge to drag"
        _, end = self.page.evaluate(_ENDS, [SENTENCE, whole])
        self._drag((edge["x"] + edge["width"] / 2, edge["y"] + edge["height"] / 2), end)
        self._until(lambda: self.spans() != before)
        self._let_go()

    def choose(self, label: str, hotkey: str) -> None:
        self.page.keyboard.press(hotkey)
        self._until(lambda: self.label() == label)

    def comment(self, hint: str, text: str) -> None:
        """Write into the field that shows this hint."""
        field = self.page.get_by_placeholder(hint, exact=True)
        field.fill(text)
        field.press("Enter")
        expect(self.page.get_by_text(text, exact=True)).to_have_count(1)

    def submit(self) -> dict[str, Any]:
        """Press Ctrl+Enter; give what the server stored."""
        return self._answered("Control+Enter", "POST", r"/api/tasks/\d+/annotations/?", 201)

    def update(self) -> dict[str, Any]:
        """Press Ctrl+Enter on a task that was submitted before."""
        return self._answered("Control+Enter", "PATCH", r"/api/annotations/\d+/?", 200)

    def skip(self) -> dict[str, Any]:
        return self._answered("Control+Space", "POST", r"/api/tasks/\d+/annotations/?", 201)

    def next_is(self, text: str) -> None:
        """Wait until the page has gone on to this sentence."""
        self._wait_for(text)

    def _visit(self, project: int) -> None:
        """Look at the list of tasks once, as whoever chooses one does.

        The first visit of a person makes the view of that list. Label Studio 1.23.2 may read the list after a task that
        was opened meanwhile, and then shows that task without what is proposed.
        """
        if project not in self._visited:
            with self.page.expect_response(lambda response: urlsplit(response.url).path == "/api/tasks"):
                self.page.goto(f"{self._url}/projects/{project}/data")
            self._visited.add(project)

    def _wait_for(self, text: str, labels: int = 1) -> None:
        """Wait for the sentence, its spans (every sentence of these tests has some) and its label."""
        marks = self.page.locator(f"{SENTENCE} .htx-highlight")
        self._until(lambda: marks.count() and self.page.locator(SENTENCE).count() == 1 and self.sentence() == text)
        expect(self.page.locator(CHOSEN)).to_have_count(labels, timeout=PATIENCE)

    def _pick(self, span: str) -> None:
        """Click a span; its neighbour lets go of the selection first."""
        mark = self._mark(span)
        mark.click()
        expect(mark).to_have_class(re.compile("__active"))

    def _mark(self, span: str) -> Locator:
        return self.page.locator(f"{SENTENCE} .htx-highlight").filter(has_text=re.compile(f"^{re.escape(span)}$"))

    def _let_go(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator(f"{SENTENCE} .__active")).to_have_count(0)

    def _press_until_changed(self, key: str) -> None:
        before = self.spans()
        self.page.keyboard.press(key)
        self._until(lambda: self.spans() != before)

    def _drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    def _answered(self, keys: str, method: str, path: str, status: int) -> dict[str, Any]:
        def is_answer(response: Response) -> bool:
            found = re.fullmatch(path, urlsplit(response.url).path)
            return response.request.method == method and found is not None

        with self.page.expect_response(is_answer) as caught:
            self.page.keyboard.press(keys)
        assert caught.value.status == status, caught.value.text()
        stored: dict[str, Any] = caught.value.json()
        return stored

    def _until(self, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        """Look again every twentieth of a second until it is so."""
        end = time.monotonic() + patience / 1000
        while time.monotonic() < end:  # What is looked at may be gone, and then waits itself.
            if is_so():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never seen; the page shows {self.sentence()!r} with {self.spans()}")

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob"):
            self.hosts.add(parts.hostname or "")
            self.paths.append(parts.path)
