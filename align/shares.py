"""Count how much of each document stands word for word in others, by the least length of a passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from align.atoms import Atoms, find_atoms, order_numbers
from align.stream import Stream

MINIMA = (12, 20, 30, 50, 100)  # matching characters; ascending
MOST_OTHERS = 200  # all share some formula with all: thousands of documents would have millions of pairs


@dataclass(frozen=True)
class Shares:
    """Of one document: its matching characters, and how many of them lie in passages that stand elsewhere too.

    ``shared`` counts what any other document holds, ``with_others`` what one does, by its id; both have a number for
    each of the minima, for the MOST_OTHERS that hold most of it at the first one. A passage that one document holds in two halves, apart, counts only as far as each half reaches.
    """

    document: str
    characters: int
    shared: tuple[int, ...]
    with_others: dict[str, tuple[int, ...]]


def count_shares(stream: Stream, minima: Sequence[int] = MINIMA) -> list[Shares]:
    """Return the shares of each document, the oldest first: exact, whatever the number of documents.

    Every stretch of ``minima[i]`` characters that another document holds counts with all its characters, each once.
    """
    count = len(stream.documents)
    shared = np.zeros((count, len(minima)), np.int64)
    with_others: list[dict[str, list[int]]] = [{} for _ in range(count)]
    atoms = None
    for level, least in enumerate(minima):
        atoms = find_atoms(stream, least, atoms)
        for number, whole, by_other in _measure_documents(stream, atoms):
            shared[number, level] = whole
            if level == 0:
                most = sorted(by_other, key=lambda other: (-by_other[other], stream.documents[other].id))[:MOST_OTHERS]
                with_others[number] = {stream.documents[other].id: [0] * len(minima) for other in most}
            for other, length in by_other.items():
                if (sums := with_others[number].get(stream.documents[other].id)) is not None:
                    sums[level] = length
    return [
        Shares(document.id, length, tuple(shared[number].tolist()), {other: tuple(sums) for other, sums in with_others[number].items()})
        for number, (document, length) in enumerate(zip(stream.documents, _count_characters(stream)))
    ]


def _count_characters(stream: Stream) -> list[int]:
    breaks = stream.breaks[stream.document_starts]
    return (np.diff(stream.document_starts) - np.diff(breaks)).tolist()


def _measure_documents(stream: Stream, atoms: Atoms) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Yield (number, shared characters, shared characters by number of the other document)."""
    if not len(atoms.starts):
        return
    count = len(stream.documents)
    pairs = np.unique(atoms.ids * count + stream.document_of(atoms.starts))  # which documents hold which atom
    begin = np.searchsorted(pairs // count, np.arange(int(atoms.ids.max()) + 2))
    bounds = np.searchsorted(atoms.starts, stream.document_starts)
    for number in range(count):
        own = slice(bounds[number], bounds[number + 1])
        starts, ends, ids = atoms.starts[own], atoms.ends[own], atoms.ids[own]
        times = begin[ids + 1] - begin[ids]
        places = np.repeat(np.arange(len(ids)), times)
        others = pairs[np.arange(len(places)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(begin[ids], times)] % count
        kept = others != number
        places, others = places[kept], others[kept]
        order = order_numbers(others)
        by_other = _measure(others[order], starts[places[order]], ends[places[order]])
        yield number, _measure(np.zeros(len(starts), np.int64), starts, ends).get(0, 0), by_other


def _measure(groups: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> dict[int, int]:
    """Return how many places stretches cover together, by group; they are sorted by group and start and may overlap."""
    if not len(starts):
        return {}
    is_same = groups[1:] == groups[:-1]
    own = ends - starts
    own[1:] -= np.where(is_same, np.maximum(ends[:-1] - starts[1:], 0), 0)  # atoms end in the order in which they begin
    firsts = np.flatnonzero(np.append(True, ~is_same))
    return dict(zip(groups[firsts].tolist(), np.add.reduceat(own, firsts).tolist()))
