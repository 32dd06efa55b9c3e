"""Trace every character of a reading text to what claims it: a provision, a fact, removed noise; and count them.

The same judgement as the build's own proof, made anew from what the tables say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]

#: What visible characters may be; ``none`` and ``twice`` say that the accounting is broken.
STATES = ("provision", "metadata", "noise", "none", "twice")


@dataclass(frozen=True)
class Claim:
    """A run of characters with one and the same claim.

    ``state`` is one of STATES, or ``blank`` for white space that nothing claims. ``facts`` are all that cover the
    run: those of a run of a provision are evidence and claim nothing.
    """

    start: int
    end: int
    state: str
    provision: Row | None = None
    facts: tuple[Row, ...] = ()
    noise: Row | None = None


def count_visible(words: str) -> int:
    """Return how many characters of some words are not white space."""
    return sum(map(len, words.split()))


def trace_claims(text: str, provisions: Iterable[Row], facts: Iterable[Row], noise: Iterable[Row]) -> list[Claim]:
    """Return the claims on a text in order; they cover it without gap.

    ``provisions`` have ``start`` and ``own_end``, facts and noise ``start`` and ``end`` (null: not in the text).
    Noise that stands inside a provision or a fact is not theirs; a fact claims characters only where no provision
    has any of them.
    """
    spans = [("own", row, row["start"], row["own_end"]) for row in provisions]
    spans += [("noise", row, row["start"], row["end"]) for row in noise]
    facts = [row for row in facts if row["start"] is not None and row["end"] is not None]
    runs = list(_sweep(len(text), spans + [("fact", row, row["start"], row["end"]) for row in facts]))
    owned = [(start, end) for start, end, active in runs if active["own"] and not active["noise"]]
    evidence = {id(row) for row in facts if _overlaps(owned, row["start"], row["end"])}
    return [_judge(text, start, end, active, evidence) for start, end, active in runs]


def count_claims(text: str, claims: Iterable[Claim]) -> dict[str, Any]:
    """Count the visible characters of a text by what claims them.

    Shape: ``{"visible", "provision", "metadata", "noise", "none", "twice", "difference", "is_balanced"}``;
    ``difference`` is what the three claims leave of the visible characters, 0 when the accounting holds.
    """
    counts = dict.fromkeys(STATES, 0)
    for claim in claims:
        if claim.state != "blank":
            counts[claim.state] += count_visible(text[claim.start : claim.end])
    return settle({"visible": count_visible(text), **counts})


def settle(counts: Mapping[str, int]) -> dict[str, Any]:
    """Add to counts what is left over, and whether nothing is."""
    difference = counts["visible"] - counts["provision"] - counts["metadata"] - counts["noise"]
    return {**counts, "difference": difference, "is_balanced": difference == 0 and not counts["none"] and not counts["twice"]}


def _judge(text: str, start: int, end: int, active: Mapping[str, Sequence[Row]], evidence: set[int]) -> Claim:
    own, noise, facts = active["own"], active["noise"], tuple(active["fact"])
    is_told = any(id(row) not in evidence for row in facts)
    count = len(noise) + (0 if noise else len(own) + is_told)
    if count == 0:
        state = "blank" if not text[start:end].strip() else "none"
    elif count > 1:
        state = "twice"
    else:
        state = "noise" if noise else "provision" if own else "metadata"
    return Claim(start, end, state, own[0] if own else None, facts, noise[0] if noise else None)


def _sweep(length: int, spans: Iterable[tuple[str, Row, int, int]]) -> Iterator[tuple[int, int, dict[str, list[Row]]]]:
    """Yield the runs between the ends of spans, each with the rows that cover it, by kind."""
    opening: defaultdict[int, list[tuple[str, Row]]] = defaultdict(list)
    closing: defaultdict[int, list[tuple[str, Row]]] = defaultdict(list)
    for kind, row, start, end in spans:
        start, end = max(0, start), min(length, end)
        if start < end:
            opening[start].append((kind, row))
            closing[end].append((kind, row))
    active: dict[str, list[Row]] = {"own": [], "noise": [], "fact": []}
    points = sorted({0, length, *opening, *closing})
    for start, end in zip(points, points[1:]):
        for kind, row in closing[start]:
            active[kind] = [other for other in active[kind] if other is not row]
        for kind, row in opening[start]:
            active[kind] = [*active[kind], row]
        yield start, end, dict(active)


def _overlaps(runs: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    position = bisect_right(runs, (start, float("inf"))) - 1
    return any(first < end and start < last for first, last in runs[max(0, position) : position + 2]) if start < end else False
