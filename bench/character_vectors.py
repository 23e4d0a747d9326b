"""jieba's dictionary enters; a vector per character leaves, alike for characters that stand in like words.

    python bench/character_vectors.py builder/annotators/crf

Positive mutual information of characters with their neighbours in words and with the words' tags, reduced to a few
dimensions (truncated SVD); and clusters of these. The three files it writes ship with the package; no text but the
dictionary goes in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

from builder.annotators.tagger import word_tags

SIZE = 48
CLUSTERS = (64, 256)
ROUNDS = 25


def main() -> None:
    """Write the characters, their vectors and their clusters into the folder."""
    folder = Path(sys.argv[1])
    characters, contexts, cells = {}, {}, []
    for character, context in pairs():
        row = characters.setdefault(character, len(characters))
        cells.append((row, contexts.setdefault(context, len(contexts))))
    vectors = reduced(np.array(cells), (len(characters), len(contexts)))
    order = np.argsort([ord(character) for character in characters])
    codes = np.array([ord(character) for character in characters], np.uint32)[order]
    np.save(folder / "character_codes.npy", codes, allow_pickle=False)
    table = np.rint(vectors[order] * 127).astype(np.int8)
    np.save(folder / "character_vectors.npy", table, allow_pickle=False)
    found = [clusters(table.astype(np.float64), count) for count in CLUSTERS]
    np.save(folder / "character_clusters.npy", np.stack(found, 1).astype(np.uint16), allow_pickle=False)


def clusters(vectors: np.ndarray, count: int) -> np.ndarray:
    """Give each vector the number of its cluster (spherical k-means, begun at vectors spread over the table)."""
    centres = vectors[np.linspace(0, len(vectors) - 1, count).astype(int)]
    for _ in range(ROUNDS):
        centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
        nearest = (vectors @ centres.T).argmax(1)
        centres = np.stack([vectors[nearest == n].sum(0) for n in range(count)])
    return nearest


def pairs() -> Iterator[tuple[str, str]]:
    """Give each character of each word with its neighbours, and with the word's tag, length and its place."""
    for word, tag in word_tags().items():
        if not 2 <= len(word) <= 6:
            continue
        for place, character in enumerate(word):
            part = "B" if place == 0 else "E" if place == len(word) - 1 else "M"
            yield character, f"tag {tag} {part} {len(word)}"
            if place:
                yield character, f"left {word[place - 1]}"
            if place + 1 < len(word):
                yield character, f"right {word[place + 1]}"


def reduced(cells: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Weigh the pairs, keep what is more frequent than chance, and reduce it to vectors of length one."""
    counts = csr_matrix((np.ones(len(cells)), cells.T), shape=shape)
    counts.sum_duplicates()
    rows, columns = np.asarray(counts.sum(1)).ravel(), np.asarray(counts.sum(0)).ravel() ** 0.75
    columns *= rows.sum() / columns.sum()
    cell = counts.tocoo()
    chance = np.log(cell.data * rows.sum() / (rows[cell.row] * columns[cell.col]))
    positive = csr_matrix((np.maximum(chance, 0), (cell.row, cell.col)), shape=shape)
    left, strength, _ = svds(positive, k=SIZE, v0=np.ones(min(shape)))
    vectors = left * np.sqrt(strength)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


if __name__ == "__main__":
    main()
