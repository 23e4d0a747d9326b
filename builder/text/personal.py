"""Personal data in a text: e-mail addresses, telephone numbers, Chinese identity numbers, bank cards. Pure.

Nothing is changed here: flags say where they are, and `mask` says which edits would hide them. What has a checksum is
flagged only when it is right. Full-width digits and signs count like plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from builder.model import Flag
from builder.text.edits import Edit

EMAIL, PHONE, ID, CARD = "personal:email", "personal:phone", "personal:id", "personal:card"
"""The names of the flags."""

REASON = "personal data"
"""Why the edits of `mask` hide what they hide."""

_WIDE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@.+-_%()"
_BLANKS = "\u00a0\u2009\u202f\u3000"
_PLAIN = {
    **{ord(sign) + 0xFEE0: sign for sign in _WIDE},
    **dict.fromkeys(map(ord, "‐‑‒–"), "-"),
    **dict.fromkeys(map(ord, _BLANKS), " "),
}
# Without an at sign or seven digits near each other there is nothing to find.
_AT, _SEVEN = re.compile("[@＠]"), re.compile("[0-9０-９](?:[^0-9０-９]{0,3}[0-9０-９]){6}")
# Every repetition is bounded, so that no text takes long.
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9A-Za-z.,-])[2-6](?:[ -]?[0-9]){12,18}(?![ -]?[0-9])(?![A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z+.,/-])(?:"
    r"(?:(?:\+|00)86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}"  # a Chinese mobile
    r"|(?:\+|00)86[ -]?\(?0?[1-9][0-9]{1,2}\)?[ -]?[2-9][0-9]{6,7}"
    r"|\(?0(?:10|2[0-9]|[3-9][0-9]{2})(?:\)[ -]?|[ -])[2-9][0-9]{2,3}[ -]?[0-9]{4}(?:-[0-9]{1,5})?"  # landline
    r"|[48]00[ -][0-9]{3}[ -][0-9]{4}|[48]00[ -][0-9]{4}[ -][0-9]{3}"
    r"|\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,4}\)?){2,5}"  # any other country
    r"|\([2-9][0-9]{2}\) ?[2-9][0-9]{2}-[0-9]{4}|[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}"  # North America
    r")(?![0-9A-Za-z]|[.,-][0-9])"
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_FIRST_BIRTH = 1880
# The digits that cards of the great networks begin with, and how long their numbers are.
_NETWORK = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|(?:5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}"
    r"|35[0-9]{14}|62[0-9]{14,17}|6(?:011|5[0-9]{2})[0-9]{12}|(?:50|5[6-9]|6[0-9])[0-9]{14,17}"
)
_SHORTEST_FOREIGN, _LONGEST_FOREIGN = 8, 15


def personal_data(text: str) -> tuple[Flag, ...]:
    """Find personal data, left to right and apart; where two kinds claim a place, the one with a checksum has it."""
    if not _AT.search(text) and not _SEVEN.search(text):
        return ()
    plain = text if text.isascii() else text.translate(_PLAIN)
    found: list[tuple[int, int, str]] = []
    taken = set[int]()
    for name, places in (
        (EMAIL, (match.span() for match in _EMAIL.finditer(plain))),
        (ID, (match.span() for match in _ID.finditer(plain) if is_identity_number(match.group()))),
        (CARD, (match.span() for match in _CARD.finditer(plain) if is_card_number(match.group()))),
        (PHONE, _phones(plain)),
    ):
        for start, end in places:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                found.append((start, end, name))
    return tuple(Flag(start, end, name) for start, end, name in sorted(found))


def mask(flags: Iterable[Flag]) -> Iterator[Edit]:
    """Say which edits hide personal data: as many asterisks stand in its place; other flags do nothing."""
    for flag in flags:
        if flag.name.startswith("personal:"):
            yield Edit(flag.start, flag.end, REASON, "*" * (flag.end - flag.start))


def is_identity_number(number: str) -> bool:
    """Whether this is a Chinese identity number: province, date of birth, check character (ISO 7064 MOD 11-2)."""
    if len(number) != len(_WEIGHTS) + 1 or not number[:17].isdecimal() or number[:2] not in _PROVINCES:
        return False
    if not _is_birth(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11] == number[17].upper()


def is_card_number(number: str) -> bool:
    """Whether digits, spaces and hyphens aside, are the number of a bank card: network, length, check (Luhn)."""
    digits = re.sub("[ -]", "", number)
    if not _NETWORK.fullmatch(digits) or len(set(digits)) < 2:
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (9 < value) for value in doubled) % 10 == 0


def _is_birth(digits: str) -> bool:
    """Whether eight digits are a day on which somebody living may be born; the clock is not asked."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return _FIRST_BIRTH <= born.year < 2100


def _phones(plain: str) -> Iterator[tuple[int, int]]:
    """Find telephone numbers; a foreign one must have as many digits as numbers have."""
    for match in _PHONE.finditer(plain):
        digits = sum(map(str.isdecimal, match.group()))
        if match.group()[0] != "+" or _SHORTEST_FOREIGN <= digits <= _LONGEST_FOREIGN:
            yield match.span()
