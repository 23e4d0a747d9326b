"""Groups fall into splits near the shares, rare labels too, the same whatever the order they come in."""

import hashlib
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.stratification import allot

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
COUNTS = st.dictionaries(st.sampled_from(["rows", "a", "b", "c"]), st.integers(0, 50))
GROUPS = st.dictionaries(st.text("abcdef", min_size=1, max_size=6), COUNTS, max_size=30)


def corpus(seed, groups=300, labels=12):
    """Make groups of one row or many, with labels of which each is rarer than the one before."""
    draw, made = random.Random(seed), {}
    for _ in range(groups):
        rows, topic = min(40, int(draw.paretovariate(1.3))), 2 * draw.random()
        counts = Counter(rows=rows)
        for _ in range(rows):
            counts[f"sentence {min(4, int(draw.paretovariate(1.2)))}"] += 1
            for label in range(labels):
                counts[f"entity {label}"] += draw.random() < 0.5 * 0.6**label * (topic if label % 2 else 1)
        made[f"{draw.getrandbits(96):024x}"] = counts
    return made


def by_hash(groups, shares):
    """Choose a split by the name of a group alone, as releases did before there was a ledger."""
    chosen = {}
    for name in groups:
        point = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
        for split, share in shares.items():
            chosen.setdefault(name, split) if point < share else None
            point -= share
        chosen.setdefault(name, [*shares][-1])
    return chosen


def deviations(groups, chosen, shares):
    """Say for all that is counted how far the worst split is from its share."""
    totals, held = Counter(), {split: Counter() for split in shares}
    for name, counts in groups.items():
        totals.update(counts)
        held[chosen[name]].update(counts)
    return {
        key: max(abs(held[split][key] / total - share) for split, share in shares.items())
        for key, total in totals.items()
        if total
    }


@pytest.mark.parametrize("size", [60, 300])
@pytest.mark.parametrize("seed", range(8))
def test_labels_and_rows_are_nearer_to_their_shares_than_by_hash(seed, size):
    groups = corpus(seed, size)
    greedy, hashed = (deviations(groups, how, SHARES) for how in (allot(groups, SHARES, {}), by_hash(groups, SHARES)))

    assert sum(greedy.values()) < sum(hashed.values())
    assert greedy["rows"] < hashed["rows"]


def test_the_labels_of_many_groups_are_within_a_hundredth_of_their_shares():
    groups = corpus(1, 3000)
    told = deviations(groups, allot(groups, SHARES, {}), SHARES)
    totals = sum(map(Counter, groups.values()), Counter())

    assert [] == [key for key, off in told.items() if 200 < totals[key] and 0.01 < off]


def test_large_groups_do_not_all_fall_into_the_largest_split():
    groups = corpus(2, 1000)
    chosen = allot(groups, SHARES, {})

    assert 0.75 < list(chosen.values()).count("train") / 1000 < 0.85
    assert {"train", "validation", "test"} == {
        chosen[name] for name in sorted(groups, key=lambda n: -groups[n]["rows"])[:30]
    }


def test_what_stands_already_counts():
    standing = {"train": Counter(), "test": Counter(rows=100)}

    assert {"g": "train"} == allot({"g": Counter(rows=10)}, {"train": 0.5, "test": 0.5}, standing)


def test_a_label_that_one_split_has_none_of_goes_there():
    standing = {"train": Counter(rows=50), "test": Counter(rows=50, rare=3)}

    assert {"g": "train"} == allot({"g": Counter(rows=1, rare=1)}, {"train": 0.5, "test": 0.5}, standing)


def test_of_two_splits_that_do_equally_well_the_last_gets_the_group():
    assert {"g": "test"} == allot({"g": Counter(rows=1)}, {"dev": 0.5, "test": 0.5}, {})


@given(GROUPS, st.dictionaries(st.sampled_from("xyz"), st.floats(1e-9, 1e9), min_size=1), st.randoms())
def test_every_group_gets_a_split_and_no_order_changes_it(groups, shares, chance):
    turned = [(name, dict(chance.sample([*counts.items()], len(counts)))) for name, counts in groups.items()]
    chance.shuffle(turned)
    chosen = allot(groups, shares, {})

    assert groups.keys() == chosen.keys()
    assert set(chosen.values()) <= shares.keys()
    assert chosen == allot(dict(turned), shares, {})


@given(st.dictionaries(st.text("abc", max_size=4), st.integers(1, 30), min_size=1))
def test_no_split_is_further_from_its_share_than_the_largest_group(sizes):
    chosen = allot({name: Counter(rows=size) for name, size in sizes.items()}, SHARES, {})
    held = Counter(dict.fromkeys(SHARES, 0))
    for name, size in sizes.items():
        held[chosen[name]] += size

    for split, share in SHARES.items():
        assert abs(held[split] - share * sum(sizes.values())) <= max(sizes.values()) + 1e-9
