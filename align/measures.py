"""Measures: what several documents regulate, each in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from lang.tokens import index_tokens

LEAST_LINK = 0.5  # mean probability between two groups from which they are one measure


def name_measure(headings: Mapping[str, str]) -> str:
    """Return the id of the provision whose heading names a measure best: most like the others', then the shortest.

    ``headings`` are the members' headings by id, in order; empty ones name nothing.
    """
    tokens = {id_: set(t for t in index_tokens(heading) if len(t) > 1) for id_, heading in headings.items() if heading}
    if not tokens:
        return next(iter(headings))

    def likeness(id_: str) -> float:
        return sum(2 * len(tokens[id_] & other) / max(len(tokens[id_]) + len(other), 1) for other in tokens.values())

    return min(tokens, key=lambda id_: (-round(likeness(id_), 6), len(headings[id_]), list(headings).index(id_)))
