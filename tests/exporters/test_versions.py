"""Versions: which came before which, and how much a new one must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.exporters.versions import Level, Version, check_rule, parsed, previous

NUMBERS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
LEVELS = st.sampled_from(Level)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v1", "1.0.0"),
        ("v1.2", "1.2.0"),
        ("1.2.3", "1.2.3"),
        ("v0.1", "0.1.0"),
        ("1.0.0-rc1", "1.0.0-rc1"),
        ("2026.11", "2026.11.0"),
        ("2026-11", None),
        ("2026.01.05", None),
        ("v01", None),
        ("1.2.3.4", None),
        ("1.0.0.dev1", None),
        ("v1-rc1", None),
        ("1.0.0-", None),
        ("latest", None),
    ],
)
def test_a_version_is_three_numbers_or_none_that_a_rule_holds_for(name, expected):
    assert expected == (str(parsed(name)) if parsed(name) else None)


@pytest.mark.parametrize(
    ("name", "there", "expected"),
    [
        ("v1", [], None),
        ("v2", ["v1"], "v1"),
        ("v10", ["v9", "v2"], "v9"),
        ("v1.2.1", ["v1", "v1.2", "v2.0.0", "v1.1.7"], "v1.2"),
        ("v0.9", ["v1"], None),
        ("2.0.0", ["v1", "2.0.0-rc1", "2026-11"], "v1"),
        ("2.0.0-rc2", ["v1", "2.0.0-rc1"], "v1"),
        ("2026-11", ["v1"], None),
    ],
)
def test_a_release_follows_the_greatest_final_one_below(name, there, expected):
    assert expected == previous(name, there)


@pytest.mark.parametrize(("name", "there"), [("1.0.0", "v1"), ("v1.0", "v1"), ("v1", "1.0.0")])
def test_one_version_has_one_name(name, there):
    with pytest.raises(UsageError, match=f"{name} is the same version as {there}, which exists"):
        previous(name, [there])


@pytest.mark.parametrize("name", ["1.0.1.1", "1.0.1.fix", "1.00.1", "v1.0.01"])
def test_no_name_evades_the_rule_that_others_of_its_major_version_follow(name):
    assert previous(name, ["v2", "latest"]) is None
    with pytest.raises(UsageError, match=r"cannot be compared with v1\.0\.0: .* like 1\.0\.1-rc1"):
        previous(name, ["v1.0.0"])


@given(NUMBERS, LEVELS)
def test_the_least_version_that_may_change_so_much_may_and_none_below(numbers, level):
    old = Version(*numbers)
    least = old.raised(level)
    below = [Version(*more) for more in [(a, b, c) for a in range(5) for b in range(5) for c in range(5)]]

    assert level <= least.over(old)
    assert [] == [one for one in below if old < one < least and level <= one.over(old) and Level.MINOR <= level]


def of(change, *reasons):
    return {"change": change, "reasons": list(reasons)}


@pytest.mark.parametrize(
    ("name", "last", "change"),
    [
        ("v1.0.1", "v1", "patch"),
        ("v1.0.1", "v1", "none"),
        ("v1.1", "v1.0.3", "minor"),
        ("v2", "v1.7", "major"),
        ("v2", "v1.7", "none"),
        ("v0.2", "v0.1", "major"),
        ("2.0.0-rc1", "v1", "major"),
    ],
)
def test_a_version_that_says_enough_passes(name, last, change):
    check_rule(name, last, [last], of(change, "why"))


@pytest.mark.parametrize(
    ("name", "last", "there", "change", "least"),
    [
        ("v1.0.1", "v1", (), "minor", "v1.1.0"),
        ("1.0.1", "v1", (), "major", "2.0.0"),
        ("v1.1", "v1", (), "major", "v2.0.0"),
        ("v1.2.1", "v1.2.0", ("v1.3", "v2"), "minor", "v1.4.0"),
        ("v1.2.1", "v1.2.0", ("v2",), "major", "v3.0.0"),
        ("v0.1.1", "v0.1", (), "minor", "v0.2.0"),
        ("v0.1.1", "v0.1", (), "major", "v0.2.0"),
    ],
)
def test_a_version_that_says_too_little_is_refused_and_told_the_least_that_would_do(name, last, there, change, least):
    would = "a minor version" if name == "v1.1" else "a patch"
    with pytest.raises(UsageError) as caught:
        check_rule(name, last, [last, *there], of(change, "3 labels changed", "b", "c", "d"))

    assert (
        f"{name} would be {would}, but 3 labels changed, b, c and more since {last}: call it {least} or greater"
        == str(caught.value)
    )
