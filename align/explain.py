"""Explain why two provisions are counterparts, in terms that a reader can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from align.counterparts import FEATURES
from align.provisions import Encoded

MOST_WORDS = 8


def explain(
    encoded: Encoded, left: int, right: int, values: Sequence[float], words: Mapping[int, str], other: Encoded | None = None
) -> dict[str, Any]:
    """Return the reasons for a pair: each of FEATURES, the words that weigh most in both, the themes of both.

    ``right`` is a row of ``other`` where that is given; ``words`` are the words by their number.
    """
    other = other or encoded
    (mine, my_weights), (theirs, their_weights) = _row(encoded.words, left), _row(other.words, right)
    common, i, j = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    weight = my_weights[i] * their_weights[j]
    for headings, _ in (_row(encoded.heading_words, left), _row(other.heading_words, right)):
        weight *= 1 + np.isin(common, headings)  # what a heading names says most
    best = np.argsort(-weight, kind="stable")[:MOST_WORDS]
    themes = [theme for theme in encoded.provisions[left].themes if theme in other.provisions[right].themes]
    return {
        **{name: round(float(value), 3) for name, value in zip(FEATURES, values)},
        "shared_words": [words[int(common[n])] for n in best],
        "shared_themes": themes,
    }


def _row(matrix: csr_matrix, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns and values of a row; a slice by scipy takes many times as long."""
    within = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[within], matrix.data[within]
