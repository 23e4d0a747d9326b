"""Turns: one at a time, and nobody waits longer than their time."""

from __future__ import annotations

import threading
import time

import pytest

from builder.errors import Unavailable
from builder.studio.turns import Turns, Wanted


def test_work_that_nobody_waits_for_is_told_and_makes_room() -> None:
    turns, told = Turns(), threading.Event()

    def until_unwanted(wanted: Wanted) -> None:
        while wanted():
            time.sleep(0.01)
        told.set()

    with pytest.raises(Unavailable, match="no answer within"):
        turns.take(until_unwanted, time.monotonic(), 0.05)
    assert told.wait(20)
    assert "next" == turns.take(lambda wanted: "next", time.monotonic(), 20.0)


def test_what_waited_too_long_is_never_begun() -> None:
    turns, go, begun = Turns(), threading.Event(), []
    with pytest.raises(Unavailable, match="no answer"):
        turns.take(lambda wanted: go.wait(20), time.monotonic(), 0.05)
    with pytest.raises(Unavailable, match="busy"):
        turns.take(lambda wanted: begun.append(1), time.monotonic(), 0.05)
    go.set()

    assert "next" == turns.take(lambda wanted: "next", time.monotonic(), 20.0)
    assert [] == begun


def test_an_error_reaches_who_asked_and_makes_room() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        turns.take(lambda wanted: 1 / 0, time.monotonic(), 20.0)
    assert "next" == turns.take(lambda wanted: "next", time.monotonic(), 20.0)
