"""Texts that repeat one another are found, whatever the order they come in; others are left alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text import duplicates
from builder.text.duplicates import Relation, clusters
from builder.text.shingles import folded, shingles

ROOT = Path(__file__).parents[2]
HAN = [chr(code) for code in range(0x4E00, 0x5600)]
WORDS = [f"{one}{two}{three}" for one in "bdkt" for two in "aeiou" for three in ("n", "rst", "ving", "lo")]


def chinese(length, seed):
    return "".join(random.Random(seed).choices(HAN, k=length))


def english(length, seed):
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def edited(text, edits, seed):
    """Replace so many characters, far apart, by others."""
    characters = list(text)
    for number in range(edits):
        characters[(2 * number + 1) * len(text) // (2 * edits)] = random.Random(seed + number).choice("龍龜龠齉")
    return "".join(characters)


def shown(found):
    """Say clusters as [(document, relation, is representative)]."""
    return [[(m.document, str(m.relation), m.is_representative) for m in cluster.members] for cluster in found]


def test_the_same_text_twice_is_exact():
    assert [[("a", "exact", True), ("b", "exact", False)]] == shown(clusters({"b": "会议开幕。", "a": "会议开幕。"}))


def test_white_space_and_width_do_not_tell_texts_apart():
    assert [[("a", "exact", True), ("b", "exact", False)]] == shown(
        clusters({"a": "ＡＢＣ 会议\u3000开幕！", "b": "ABC会议\n开幕!"})
    )


@pytest.mark.parametrize("make", [chinese, english])
def test_texts_of_their_own_are_in_no_cluster(make):
    assert [] == clusters({str(seed): make(200, seed) for seed in range(20)})


def test_an_edited_chinese_text_is_near():
    text = chinese(300, 1)

    assert [[("a", "exact", True), ("b", "near", False)]] == shown(clusters({"a": text, "b": edited(text, 4, 2)}))


def test_an_edited_english_text_is_near():
    text = english(200, 1)

    assert [[("b", "exact", True), ("a", "near", False)]] == shown(
        clusters({"a": text, "b": text.replace(text.split()[99], "altogether", 1) + " so they said"})
    )


def test_punctuation_and_case_do_not_hide_a_near_duplicate():
    text = english(100, 4)
    (cluster,) = clusters({"a": text, "b": text.upper().replace(" ", ", ", 3)})

    assert (Relation.NEAR, 1.0) == (cluster.members[1].relation, cluster.members[1].score)


def test_the_score_of_a_near_duplicate_is_its_exact_jaccard_index():
    one, other = chinese(300, 1), edited(chinese(300, 1), 3, 2)
    (cluster,) = clusters({"a": one, "b": other})

    expected = len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))
    assert expected == cluster.members[1].score


def test_a_caption_in_an_article_is_contained():
    article = chinese(800, 1)

    assert [[("article", "exact", True), ("caption", "contained", False)]] == shown(
        clusters({"caption": article[300:340], "article": article})
    )


def test_a_brief_in_a_page_of_two_languages_is_contained():
    brief = english(30, 1)

    assert [[("page", "exact", True), ("brief", "contained", False)]] == shown(
        clusters({"brief": brief, "page": f"{chinese(400, 2)}。{brief}. {chinese(400, 3)}"})
    )


def test_half_a_caption_in_an_article_is_not_contained():
    article = chinese(800, 1)

    assert [] == clusters({"caption": article[300:330] + chinese(30, 2), "article": article})


def test_a_tiny_text_is_only_ever_an_exact_duplicate():
    article = chinese(800, 1)

    assert [[("a", "exact", True), ("b", "exact", False)]] == shown(
        clusters({"a": article[:15], "b": article[:15], "article": article})
    )


def test_two_articles_that_share_a_brief_are_one_cluster_and_both_are_read():
    """They must stand in one split, yet neither stands for the other."""
    brief = chinese(60, 1)
    one, other = chinese(400, 2) + brief, brief + chinese(300, 3)

    assert [[("one", "exact", True), ("other", "exact", True), ("brief", "contained", False)]] == shown(
        clusters({"brief": brief, "one": one, "other": other})
    )


def test_a_text_is_never_stood_for_through_a_chain():
    whole = chinese(1000, 1)
    chain = {"a": whole[:800], "b": whole[120:919], "c": whole[240:1038] + "龍" * 30}

    assert [("a", True), ("b", False), ("c", True)] == sorted(
        (m.document, m.is_representative) for m in clusters(chain)[0].members
    )


def test_a_standing_passage_does_not_tie_unrelated_articles_together(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_HOSTS", 3)
    notice = chinese(40, 1)
    pages = {f"page {seed}": chinese(300 + seed, seed) + notice for seed in range(10, 15)}

    assert [[("page 14", "exact", True), ("notice", "contained", False)]] == shown(
        clusters({"notice": notice, **pages})
    )


def test_the_longest_stands_for_the_others_and_then_the_first_by_id():
    text = chinese(300, 1)

    assert ["c", "a", "b"] == [
        member.document for member in clusters({"b": text, "a": text, "c": text + "龍龜"})[0].members
    ]


def test_a_preferred_text_is_never_stood_for():
    text = chinese(300, 1)
    found = clusters({"b": text, "a": text, "c": text + "龍龜"}, preferred={"b", "elsewhere"})

    assert [[("b", "exact", True), ("c", "near", False), ("a", "exact", False)]] == shown(found)


def test_every_preferred_text_of_a_cluster_stands():
    text = chinese(300, 1)

    assert [[("a", "exact", True), ("b", "exact", True)]] == shown(
        clusters({"a": text, "b": text}, preferred={"a", "b"})
    )


def test_many_editions_of_one_text_are_one_cluster():
    text = chinese(400, 1)
    found = clusters({f"{number:02}": edited(text, 2, number) for number in range(40)})

    assert [40] == [len(cluster.members) for cluster in found]


def test_no_texts_have_no_clusters():
    assert [] == clusters({})


def test_folding_keeps_what_tells_texts_apart():
    assert "“江心岛”说，A1" == folded(" “江心岛” 说，Ａ１\u3000\n").replace(",", "，")


POOL = [chinese(120, 1), chinese(120, 1)[20:60], english(60, 2), english(60, 2) + " kan", edited(chinese(120, 1), 1, 3)]
TEXTS = st.one_of(st.sampled_from(POOL), st.text(max_size=60))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_changes_nothing(texts, order):
    listed = [(f"{number}", text) for number, text in enumerate(texts)]
    mixed = order.sample(listed, len(listed))

    assert clusters(dict(listed)) == clusters(dict(mixed))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_every_text_is_in_one_cluster_at_most_and_each_has_a_representative(texts):
    found = clusters({f"{number}": text for number, text in enumerate(texts)})
    members = [member.document for cluster in found for member in cluster.members]

    assert len(members) == len(set(members))
    assert all(cluster.members[0].is_representative and 2 <= len(cluster.members) for cluster in found)


@settings(max_examples=100, deadline=None)
@given(st.integers(100, 600), st.integers(0, 10_000), st.data())
def test_a_text_with_a_few_edits_is_found(length, seed, data):
    text = chinese(length, seed)
    # Each edit costs five shingles on either side: 1 in 40 characters leaves a Jaccard index of about .78.
    changed = edited(text, data.draw(st.integers(1, length // 40)), seed)

    assert [2] == [len(cluster.members) for cluster in clusters({"a": text, "b": changed, "c": chinese(200, seed + 1)})]


def test_another_process_with_another_hash_seed_finds_the_same():
    code = """
from builder.text.duplicates import clusters
from tests.text.test_duplicates import chinese, edited
text = chinese(400, 1)
print(clusters({**{str(n): edited(text, 3 * n, n) for n in range(12)}, "caption": text[50:90]}))
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert told[0] == told[1]
    assert "contained" in told[0]
