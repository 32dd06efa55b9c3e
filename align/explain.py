"""Explain why two provisions are counterparts, in terms that a reader can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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
    common = encoded.words[left].multiply(other.words[right]).tocsr()
    weight = common.data.copy()
    for headings in (encoded.heading_words[left], other.heading_words[right]):
        weight *= 1 + np.isin(common.indices, headings.indices)  # what a heading names says most
    best = np.argsort(-weight, kind="stable")[:MOST_WORDS]
    themes = [theme for theme in encoded.provisions[left].themes if theme in other.provisions[right].themes]
    return {
        **{name: round(float(value), 3) for name, value in zip(FEATURES, values)},
        "shared_words": [words[int(common.indices[i])] for i in best],
        "shared_themes": themes,
    }
