"""What a person was asked of a dataset, and has answered or not. Pure: the one list of these questions.

The keys are those of `[card]`; what can be counted is not among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from builder.ports import ReleaseInfo

_PLACEHOLDER = re.compile(r"\W*(?:more information needed|to ?do|tbd|fill in|not said yet)\W*", re.I)


@dataclass(frozen=True, slots=True)
class Question:
    """A key of `[card]`, and what it asks; a release without an answer is not published, unless it may be empty."""

    key: str
    asks: str
    is_needed: bool = True


QUESTIONS = (
    Question("summary", "what the dataset is"),
    Question("rationale", "why it was made"),
    Question("uses", "what it is meant for"),
    Question("misuses", "what it is not meant for"),
    Question("collection", "how the source texts were found, chosen and fetched"),
    Question("writers", "who wrote the source texts"),
    Question("written_by", "how the source texts came about"),
    Question("rights", "who holds the rights in the source texts, and how they may be used"),
    Question("annotators", "who the reviewers are"),
    Question("annotated_by", "whether the reviewers are experts or a crowd"),
    Question("personal", "what personal or sensitive information it holds"),
    Question("limitations", "where it falls short"),
    Question("biases", "what is over- or under-represented in it"),
    Question("impact", "what it may do to people"),
    Question("maintenance", "who looks after it"),
    Question("contact", "where questions and errors are reported"),
    Question("authors", "who is to be cited"),
    Question("funding", "who paid for it", is_needed=False),
    Question("homepage", "where its own page is", is_needed=False),
    Question("paper", "what describes it", is_needed=False),
    Question("doi", "what its DOI is", is_needed=False),
    Question("citation", "how it is cited", is_needed=False),
)
_ASKS = {question.key: question.asks for question in QUESTIONS}


def said(info: ReleaseInfo, key: str) -> str:
    """Give what was answered; a placeholder is no answer."""
    if key == "authors":
        return "; ".join(info.authors)
    text = info.said.get(key, "").strip()
    return "" if _PLACEHOLDER.fullmatch(text) else text


def unsaid(info: ReleaseInfo) -> list[str]:
    """Name the keys of builder.toml that must be answered before this is published."""
    return [f"card.{one.key}" for one in QUESTIONS if one.is_needed and not said(info, one.key)]


def prose(info: ReleaseInfo, key: str) -> str:
    """Give what was answered, or the plain line that nothing was."""
    return said(info, key) or f"*Not said yet: {_ASKS[key]} (`card.{key}`).*"
