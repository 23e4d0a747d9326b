"""A text becomes what it is compared by: a digest, and the hashes of its shingles. Pure; no text is changed by it.

White space, full-width forms, case and (in shingles) punctuation do not tell two texts apart. A shingle is five tokens
where it starts with a Han character and three where it starts with a word, so that a passage has the same shingles
alone and within a page of two languages.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Collection

from builder.text.scripts import HAN

HAN_WIDTH, WORD_WIDTH = 5, 3
PERMUTATIONS, SEED = 160, 20240704

# Kana count as Han: they too are written without spaces.
_LONE = f"{HAN}\u3040-\u30ff"
_TOKEN = re.compile(f"[{_LONE}]|[^\\W{_LONE}]+")
# Word characters from here on are kana, Han, or (counted with them) Hangul; a comparison is ten times a match.
_FIRST = "\u3040"
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def folded(text: str) -> str:
    """Drop white space and make full-width forms narrow, for comparison only."""
    return "".join(text.translate(_NARROW).split())


def folded_digest(text: str) -> bytes:
    """Name what two texts share that differ in white space and width only; `text` is folded."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def shingles(text: str) -> frozenset[str]:
    """Cut a text into overlapping runs of tokens."""
    tokens = _TOKEN.findall(text.translate(_NARROW).casefold())
    wide = zip(*(tokens[skip:] for skip in range(HAN_WIDTH)), strict=False)
    narrow = zip(*(tokens[skip:] for skip in range(WORD_WIDTH)), strict=False)
    return frozenset(
        [" ".join(run) for run in wide if _FIRST <= run[0]] + [" ".join(run) for run in narrow if run[0] < _FIRST]
    )


def hashes(text: str) -> frozenset[int]:
    """Hash the shingles of a text to 64 bits, the same in every process."""
    from rensa import RMinHash

    return frozenset(RMinHash.hash_token_sets([list(shingles(text))])[0])


def signature(hashed: Collection[int]) -> array[int]:
    """Make the MinHash signature of hashed shingles: equal places estimate the Jaccard index of two texts."""
    from rensa import RMinHash

    rows = RMinHash.digest_matrix_from_token_hash_sets([list(hashed)], num_perm=PERMUTATIONS, seed=SEED).to_rows()
    return array("I", rows[0])


def algorithm() -> str:
    """Name how shingles are hashed and signed, so that what was found with another way is found anew."""
    from rensa import RMinHash

    return f"{HAN_WIDTH}/{WORD_WIDTH}/{PERMUTATIONS}/{SEED}/{RMinHash.ALGORITHM_VERSION}"
