"""Personal data is found, and what only looks like it is not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder.model import Flag
from builder.text import edits
from builder.text.personal import is_card_number, is_identity_number, mask, personal_data
from tests.strategies import PAGES

WIDE = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789X"}


def kinds(text: str) -> list[tuple[str, str]]:
    return [(flag.name.removeprefix("personal:"), text[flag.start : flag.end]) for flag in personal_data(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("联系我们 qnbyw@163.com。", [("email", "qnbyw@163.com")]),
        ("Write to Jane.O+x@mail.example.co.uk.", [("email", "Jane.O+x@mail.example.co.uk")]),
        ("邮箱：ｎｅｗｓ＠ｅｘａｍｐｌｅ．ｃｏｍ。", [("email", "ｎｅｗｓ＠ｅｘａｍｐｌｅ．ｃｏｍ")]),
        ("写信给a@b.cn和c@d.cn。", [("email", "a@b.cn"), ("email", "c@d.cn")]),
        ("It is @home or a@b, not a@b..c.", []),
        ("手机13812345678。", [("phone", "13812345678")]),
        ("手机138 1234 5678。", [("phone", "138 1234 5678")]),
        ("手机138\u00a01234\u20095678。", [("phone", "138\u00a01234\u20095678")]),
        ("手机１３８１２３４５６７８。", [("phone", "１３８１２３４５６７８")]),
        ("电话+86-138-1234-5678。", [("phone", "+86-138-1234-5678")]),
        ("电话+8613812345678。", [("phone", "+8613812345678")]),
        ("电话010-62345678。", [("phone", "010-62345678")]),
        ("电话（0571）8765432。", [("phone", "（0571）8765432")]),
        ("热线：400-000-1234", [("phone", "400-000-1234")]),
        ("Call +1 (212) 555-0123.", [("phone", "+1 (212) 555-0123")]),
        ("Call +44 20 7946 0958 now.", [("phone", "+44 20 7946 0958")]),
        ("Call (212) 555-0123 or 212-555-0123.", [("phone", "(212) 555-0123"), ("phone", "212-555-0123")]),
        ("编号1381234567890。", []),
        ("号码12812345678。", []),
        ("共13812345678.5元。", []),
        ("增长+12.5%，2024-07-04 20:36，2024-2025年。", []),
        ("共1,381,234,567元，GB13812345678号。", []),
        ("身份证11010519491231002X。", [("id", "11010519491231002X")]),
        ("身份证11010519491231002x。", [("id", "11010519491231002x")]),
        ("身份证110105194912310021。", []),
        ("身份证11010519491331002X。", []),
        ("编号A11010519491231002X。", []),
        ("卡号4111 1111 1111 1111。", [("card", "4111 1111 1111 1111")]),
        ("卡号4242-4242-4242-4242，", [("card", "4242-4242-4242-4242")]),
        ("卡号6222020200112230009？", []),
        ("卡号4012888888881881。", [("card", "4012888888881881")]),
        ("编号40128888888818810000。", []),
        ("订单0.4012888888881881。", []),
    ],
)
def test_personal_data_is_found_where_it_is(text: str, found: list[tuple[str, str]]) -> None:
    assert found == kinds(text)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """Draw numbers that people may have, written after GB 11643: MOD 11-2 by its definition, not by weights."""
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31))).strftime("%Y%m%d")
    body = draw(st.sampled_from(("110105", "310101", "440304", "650102"))) + born + f"{draw(st.integers(0, 999)):03}"
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - rest) % 11]


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """Draw numbers of cards with their check digit."""
    begin, size = draw(st.sampled_from((("4", 16), ("52", 16), ("37", 15), ("622848", 19), ("6011", 16))))
    body = begin + draw(st.text("0123456789", min_size=size - len(begin) - 1, max_size=size - len(begin) - 1))
    assume(1 < len(set(body)))
    return next(body + check for check in "0123456789" if luhn(body + check))


def luhn(number: str) -> bool:
    odd, even = number[-1::-2], number[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(2 * int(digit), 10)) for digit in even)) % 10 == 0


def changed(number: str, at: int, by: int) -> str:
    """Change one digit."""
    return number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]


@given(identity_numbers())
def test_every_valid_identity_number_is_found(number: str) -> None:
    assert [("id", number)] == kinds(f"身份证{number}，")


@given(identity_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_an_identity_number_with_one_digit_changed_is_not_found(number: str, at: int, by: int) -> None:
    assert not is_identity_number(changed(number, at, by))
    assert "id" not in dict(kinds(f"身份证{changed(number, at, by)}，"))


@given(card_numbers(), st.sampled_from(("", " ", "-")))
def test_every_valid_card_number_is_found(number: str, joint: str) -> None:
    written = joint.join(number[at : at + 4] for at in range(0, len(number), 4))

    assert [("card", written)] == kinds(f"卡号{written}，")


@given(card_numbers(), st.data())
def test_a_card_number_with_one_digit_changed_is_not_found(number: str, data: st.DataObject) -> None:
    wrong = changed(number, data.draw(st.integers(0, len(number) - 1)), data.draw(st.integers(1, 9)))

    assert not is_card_number(wrong)
    assert "card" not in dict(kinds(f"卡号{wrong}，"))


@given(st.one_of(identity_numbers(), card_numbers()))
def test_full_width_digits_count_too(number: str) -> None:
    [(_, plain)], [(_, wide)] = kinds(f"号{number}。"), kinds(f"号{number.translate(WIDE)}。")

    assert plain.translate(WIDE) == wide


@given(PAGES, st.lists(st.one_of(identity_numbers(), card_numbers(), st.just("a@b.cn"), st.just("13812345678"))))
def test_a_masked_text_holds_no_personal_data(text: str, numbers: list[str]) -> None:
    raw = text + "，".join(["", *numbers, ""]) + text
    masked, offsets = edits.apply(raw, mask(personal_data(raw)))

    assert [] == kinds(masked)
    assert masked == offsets.replay(raw)[: len(masked)]
    assert len(raw) == len(masked)
    assert 6 * len(numbers) <= masked.count("*") - raw.count("*")


def test_masking_leaves_other_flags_alone() -> None:
    flags = [Flag(0, 2, "repeat"), Flag(3, 9, "personal:email")]

    assert [edits.Edit(3, 9, "personal data", "******")] == list(mask(flags))


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "1-", "a.", "a@", "a@a.", "+1", "(1)", "138", "4242 ", "0", "a-", "１", "@"]
)
def test_a_very_long_text_is_looked_at_in_one_pass(unit: str) -> None:
    """A pattern that backtracks would take hours here."""
    assert isinstance(personal_data(unit * (300_000 // len(unit))), tuple)
