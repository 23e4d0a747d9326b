"""Replies enter once and stay on disk, named by what was asked; beside them, what asking has cost so far.

A reply is written aside and renamed, so it is there whole or not at all. The ledger is one line per request, and all
processes that share the folder share it: what was spent counts until someone allows more.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import Unavailable

LEDGER = "spent.jsonl"


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent; 0 means no bound. Prices are per million tokens, in whatever currency."""

    requests: int = 0
    tokens: int = 0
    cost: float = 0.0
    price_in: float = 0.0
    price_out: float = 0.0


@dataclass(slots=True)
class Spent:
    """What was spent."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def cost(self, budget: Budget) -> float:
        """Give the price of it."""
        return (self.tokens_in * budget.price_in + self.tokens_out * budget.price_out) / 1_000_000


class Kept:
    """The replies of one folder, and its ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read = 0
        self._spent = Spent()

    def find(self, key: str) -> str | None:
        """Find the reply to what was asked; one that is damaged is as if it were not there."""
        try:
            reply = json.loads(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None
        return reply["reply"] if isinstance(reply, dict) and isinstance(reply.get("reply"), str) else None

    def add(self, key: str, reply: str) -> None:
        """Keep a reply."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps({"reply": reply}).encode())
        os.replace(aside, path)

    def pay(self, usage: Mapping[str, int]) -> None:
        """Write one request into the ledger."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps([usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)]) + "\n"
        handle = os.open(self.folder / LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def spent(self) -> Spent:
        """Sum up the ledger; only what is new is read."""
        try:
            with (self.folder / LEDGER).open("rb") as file:
                file.seek(self._read)
                new = file.read()
        except OSError:
            return self._spent
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in filter(None, whole.split(b"\n")):
            tokens_in, tokens_out = json.loads(line)
            self._spent.requests += 1
            self._spent.tokens_in += tokens_in
            self._spent.tokens_out += tokens_out
        return self._spent

    def check(self, budget: Budget, under_way: int = 0) -> None:
        """Refuse another request when the budget does not allow it.

        Raises:
            Unavailable: it says what was spent, and how to go on.
        """
        spent = self.spent()
        bounds = {
            "max_requests": (spent.requests + under_way, budget.requests),
            "max_tokens": (spent.tokens_in + spent.tokens_out, budget.tokens),
            "max_cost": (spent.cost(budget), budget.cost),
        }
        for option, (used, allowed) in bounds.items():
            if allowed and allowed <= used:
                raise Unavailable(
                    f"annotator 'llm' has spent its budget: {option} = {allowed:g}, used {used:g}; its replies are "
                    f"kept in {self.folder}: allow more and run the same command again"
                )

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
