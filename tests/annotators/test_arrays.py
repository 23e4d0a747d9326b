"""A text as numbers."""

from builder.annotators.arrays import codes_of


def test_every_character_is_its_code_point_and_half_a_pair_is_one_too():
    assert [ord("a"), ord("好"), ord("𠮷"), 0xD800, 0] == codes_of("a好𠮷\ud800\0").tolist()
    assert [] == codes_of("").tolist()
