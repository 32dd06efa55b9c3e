"""Tell how much of one text stands in another: overlap of runs of eight characters, by a sample of them.

The sample is of the runs' hashes, not of their places: a run that is kept in one text is kept in all. It is what
MinHash estimates, as one numpy array a text: a hundred documents more cost milliseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from lang.tokens import fold

RUN = 8
ONE_IN = 4


@dataclass(frozen=True)
class Overlap:
    """``both`` of all runs that either has (Jaccard); ``part`` of the shorter one's that the other has."""

    both: float
    part: float


def sketch(text: str) -> np.ndarray:
    """Return the sorted hashes of the sampled runs of a text: letters, digits and Han, in their folded form."""
    plain = re.sub(r"[\W_]+", "", fold(text))
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < RUN:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(len(codes) - RUN + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for place in range(RUN):
            hashes = hashes * np.uint64(0x100000001B3) + codes[place : place + len(hashes)]
        hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.unique(hashes[(hashes >> np.uint64(32)) % np.uint64(ONE_IN) == 0])


def overlap(one: np.ndarray, other: np.ndarray) -> Overlap:
    """Return how much two sketches share."""
    if not len(one) or not len(other):
        return Overlap(0.0, 0.0)
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return Overlap(shared / (len(one) + len(other) - shared), shared / min(len(one), len(other)))
