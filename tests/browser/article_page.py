"""The review page of a whole article: entities on one layer, sentences on another."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import TimeoutError, expect

from tests.browser.review_page import _ENDS, CHOSEN, PATIENCE, SENTENCE, ReviewPage

_ALL = f"{SENTENCE} .htx-highlight"
_MARKS = f"{SENTENCE} .htx-highlight[data-label*=':s:']"


class ArticlePage(ReviewPage):
    """A page on which a sentence is selected before its label is seen or chosen."""

    def spans(self) -> list[tuple[str, str]]:
        """Read the entities, in the order of the article; of one across a border only the piece that has its name."""
        found = [(mark.inner_text(), mark.get_attribute("data-label") or "") for mark in self.page.locator(_ALL).all()]
        named = [(text, label.partition(":")[2]) for text, label in found]
        return [(text, label.split()[0]) for text, label in named if label and not label.startswith("s:")]

    def sentences(self) -> list[str]:
        """Read the sentences that can be labelled."""
        return [mark.inner_text() for mark in self.page.locator(_MARKS).all()]

    def select(self, piece: str) -> None:
        """Click a piece of a sentence that no entity covers, until the page takes notice of it."""
        active = self.page.locator(f"{_MARKS}.__active")

        def is_taken() -> bool:
            start, _ = self.page.evaluate(_ENDS, [SENTENCE, piece])
            self.page.mouse.click(*start)  # Between its ends may be the end of a line.
            with suppress(TimeoutError):
                active.first.wait_for(timeout=PATIENCE / 10)
            return active.count() == 1

        self._until(is_taken)

    def label_of(self, piece: str) -> str:
        """Select a sentence by a piece of it, read its label, and let go of it."""
        self.select(piece)
        expect(self.page.locator(CHOSEN)).to_have_count(1)
        label = self.label()
        self._let_go()
        return label

    def choose_for(self, piece: str, label: str, hotkey: str) -> None:
        """Select a sentence by a piece of it, and choose its label by key."""
        self.select(piece)
        self.choose(label, hotkey)
        self._let_go()

    def click_for(self, piece: str, label: str) -> None:
        """Select a sentence by a piece of it, and choose its label by mouse."""
        self.select(piece)
        self.page.locator(f"input[type=radio][name^='{label} ']").click()
        self._until(lambda: self.label() == label)
        self._let_go()

    def delete_sentence(self, piece: str) -> None:
        """Select a sentence by a piece of it, and delete its region."""
        before = self.sentences()
        self.select(piece)
        self.page.keyboard.press("Backspace")
        self._until(lambda: self.sentences() != before)

    def undo(self) -> None:
        before = self.sentences()
        self.page.keyboard.press("Control+z")
        self._until(lambda: self.sentences() != before)

    def _wait_for(self, text: str, labels: int = 0) -> None:
        """Wait for a piece of the article and for its sentences."""
        marks = self.page.locator(_MARKS)
        self._until(lambda: marks.count() and self.page.locator(SENTENCE).count() == 1 and text in self.sentence())
        expect(self.page.locator(CHOSEN)).to_have_count(0, timeout=PATIENCE)
