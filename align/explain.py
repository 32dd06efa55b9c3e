"""Explain why two provisions are counterparts, in terms that a reader can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    mine, theirs = _read_row(encoded.words, left), _read_row(other.words, right)
    named, also_named = _read_row(encoded.heading_words, left), _read_row(other.heading_words, right)
    # What a heading names says most.
    weight = {word: mine[word] * theirs[word] * (1 + (word in named)) * (1 + (word in also_named)) for word in mine if word in theirs}
    best = sorted(weight, key=lambda word: (-weight[word], word))[:MOST_WORDS]
    themes = [theme for theme in encoded.provisions[left].themes if theme in other.provisions[right].themes]
    return {
        **{name: round(float(value), 3) for name, value in zip(FEATURES, values)},
        "shared_words": [words[word] for word in best],
        "shared_themes": themes,
    }


def _read_row(matrix: csr_matrix, row: int) -> dict[int, float]:
    """The values of a row by column; a slice by scipy takes many times as long."""
    within = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return dict(zip(matrix.indices[within].tolist(), matrix.data[within].tolist()))
