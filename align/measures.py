"""Gather counterparts into measures: what several documents regulate, each in its own words."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lang.tokens import index_tokens

LEAST_LINK = 0.5  # mean probability between two groups from which they are one measure


def gather(
    provisions: Sequence[tuple[str, str]],
    pairs: Iterable[tuple[str, str, float]],
    apart: Iterable[tuple[str, str]] = (),
    least: float = LEAST_LINK,
) -> list[list[str]]:
    """Return groups of provision ids, in the order of ``provisions``; each provision is in one group.

    ``provisions`` are (id, document) in order; ``pairs`` are counterparts with their probability, each
    once; ``apart`` are pairs that a curator keeps apart. Average linkage, so that a chain of pairs (a
    is like b, b like c) makes no measure of what is not alike: two groups become one when the mean
    probability over all pairs between them is at least ``least``. Two provisions of one document (a
    clause and its box) are neither for nor against.
    """
    order = {id_: i for i, (id_, _) in enumerate(provisions)}
    document = [name for _, name in provisions]
    groups: dict[int, list[int]] = {i: [i] for i in order.values()}
    links: dict[int, dict[int, float]] = defaultdict(dict)
    for a, b, probability in pairs:
        links[order[a]][order[b]] = links[order[b]][order[a]] = probability
    forbidden: dict[int, set[int]] = defaultdict(set)
    for a, b in apart:
        forbidden[order[a]].add(order[b])
        forbidden[order[b]].add(order[a])
    held = {i: {document[i]: 1} for i in groups}  # of each group, its provisions by document

    def mean(a: int, b: int) -> float:
        between = len(groups[a]) * len(groups[b]) - sum(n * held[b].get(name, 0) for name, n in held[a].items())
        return links[a][b] / between if between else 0.0

    heap = [(-mean(a, b), a, b) for a in list(links) for b in links[a] if a < b]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in groups or b not in groups or b not in links[a] or -negative != mean(a, b):
            continue  # one of the two has grown since: what was pushed then stands further down
        if -negative < least:
            break
        if b in forbidden[a]:
            continue
        _join(a, b, groups, links, forbidden, held)
        for other in links[a]:
            first, second = sorted((a, other))
            heapq.heappush(heap, (-mean(first, second), first, second))
    return [[provisions[i][0] for i in sorted(members)] for _, members in sorted(groups.items(), key=lambda g: min(g[1]))]


def _join(a: int, b: int, groups, links, forbidden, held) -> None:
    """Put group ``b`` into group ``a``."""
    groups[a] += groups.pop(b)
    for name, number in held.pop(b).items():
        held[a][name] = held[a].get(name, 0) + number
    for other, total in links.pop(b).items():
        links[other].pop(b)
        if other != a:
            links[a][other] = links[a].get(other, 0.0) + total
            links[other][a] = links[a][other]
    for other in forbidden.pop(b, ()):
        forbidden[a].add(other)
        forbidden[other].add(a)


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
