"""Judge how a document words a measure: as others do, adapted, or its own way."""

from __future__ import annotations

from collections.abc import Sequence

from align.reuse import shared_share

SAME, ADAPTED, OWN = "same", "adapted", "own"
LEAST_SAME, LEAST_ADAPTED = 0.6, 0.2  # share of the text's Han characters that stand in others' texts


def judge_cover(text: str, others: Sequence[str]) -> tuple[str, float]:
    """Return how ``text`` words what ``others`` (of other documents) word too, and the share that it has in common."""
    shared = shared_share(text, others) if others else 0.0
    return name_cover(shared), shared


def name_cover(shared: float) -> str:
    """Return the state of a text of which so large a share stands in others."""
    return SAME if shared >= LEAST_SAME else ADAPTED if shared >= LEAST_ADAPTED else OWN
