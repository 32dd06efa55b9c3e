"""Count how much of each document stands word for word in others, by the least length of a passage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from align.atoms import Atoms, find_atoms, list_shingles, order_numbers
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


def count_shares(stream: Stream, minima: Sequence[int] = MINIMA, only: Collection[int] | None = None) -> list[Shares]:
    """Return the shares of each document, the oldest first: exact, whatever the number of documents.

    Every stretch of ``minima[i]`` characters that another document holds counts with all its characters, each once.
    ``only`` are the numbers of the documents asked for, where it is not all.
    """
    asked = sorted(range(len(stream.documents)) if only is None else only)
    shared = {number: [0] * len(minima) for number in asked}
    with_others: dict[int, dict[str, list[int]]] = {number: {} for number in asked}
    for level, atoms in _find_atoms(stream, minima, only):
        for number, whole, by_other in _measure_documents(stream, atoms, asked):
            shared[number][level] = whole
            if level == 0:
                most = sorted(by_other, key=lambda other: (-by_other[other], stream.documents[other].id))[:MOST_OTHERS]
                with_others[number] = {stream.documents[other].id: [0] * len(minima) for other in most}
            for other, length in by_other.items():
                if (sums := with_others[number].get(stream.documents[other].id)) is not None:
                    sums[level] = length
    lengths = _count_characters(stream)
    return [
        Shares(stream.documents[n].id, lengths[n], tuple(shared[n]), {other: tuple(sums) for other, sums in with_others[n].items()})
        for n in asked
    ]


def count_held(stream: Stream, documents: Collection[int], minima: Sequence[int] = MINIMA) -> dict[int, dict[int, list[int]]]:
    """Return how much of other documents each of some holds, by its number and theirs: the sums that those have with it."""
    held: dict[int, dict[int, list[int]]] = {number: defaultdict(lambda: [0] * len(minima)) for number in documents}
    for level, atoms in _find_atoms(stream, minima, documents):
        order = order_numbers(atoms.ids)
        begins = np.searchsorted(atoms.ids[order], np.arange(int(atoms.ids.max(initial=-1)) + 2))
        bounds = np.searchsorted(atoms.starts, stream.document_starts)
        for number in documents:
            own = np.unique(atoms.ids[bounds[number] : bounds[number + 1]])
            places = np.sort(order[_take(begins[own], begins[own + 1] - begins[own])])
            holders = stream.document_of(atoms.starts[places])
            for other, length in _measure(holders, atoms.starts[places], atoms.ends[places]).items():
                if other != number:
                    held[number][other][level] = length
    return held


def find_touched(stream: Stream, is_gone: np.ndarray, is_come: np.ndarray, minima: Sequence[int] = MINIMA) -> set[int]:
    """Return the numbers of documents of which more or less stands in any other, since some are gone or have come.

    The stream holds them all; the flags are by document. Only what one other document alone holds makes a difference.
    """
    touched: set[int] = set()
    changed = np.flatnonzero(is_gone | is_come)
    for _, atoms in _find_atoms(stream, minima, changed.tolist()):
        holders = _list_holders(stream, atoms)
        ids, documents = holders // len(stream.documents), holders % len(stream.documents)
        count = int(ids.max(initial=-1)) + 1
        is_stable = ~(is_gone | is_come)[documents]
        others = np.bincount(ids[is_stable], minlength=count)
        gone, come = (np.bincount(ids[flags[documents]], minlength=count) > 0 for flags in (is_gone, is_come))
        is_touched = (others == 1) & (gone != come)
        touched.update(documents[is_stable & is_touched[ids]].tolist())
    return touched


def _find_atoms(stream: Stream, minima: Sequence[int], only: Collection[int] | None) -> Iterator[tuple[int, Atoms]]:
    """Yield the atoms of each of the minima, as far as some documents have them."""
    wanted = None
    if only is not None:
        is_asked = np.zeros(len(stream.documents), bool)
        is_asked[list(only)] = True
        wanted = list_shingles(stream, np.repeat(is_asked, np.diff(stream.document_starts)), minima[0])
    atoms = None
    for level, least in enumerate(minima):
        atoms = find_atoms(stream, least, atoms, wanted if atoms is None else None)
        yield level, atoms


def _count_characters(stream: Stream) -> list[int]:
    breaks = stream.breaks[stream.document_starts]
    return (np.diff(stream.document_starts) - np.diff(breaks)).tolist()


def _list_holders(stream: Stream, atoms: Atoms) -> np.ndarray:
    """Return which documents hold which atom: its number times the count of documents, and the document's; in order."""
    return np.unique(atoms.ids * len(stream.documents) + stream.document_of(atoms.starts))


def _measure_documents(stream: Stream, atoms: Atoms, asked: Iterable[int]) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Yield (number, shared characters, shared characters by number of the other document)."""
    if not len(atoms.starts):
        return
    count = len(stream.documents)
    pairs = _list_holders(stream, atoms)
    begin = np.searchsorted(pairs // count, np.arange(int(atoms.ids.max()) + 2))
    bounds = np.searchsorted(atoms.starts, stream.document_starts)
    for number in asked:
        own = slice(bounds[number], bounds[number + 1])
        starts, ends, ids = atoms.starts[own], atoms.ends[own], atoms.ids[own]
        times = begin[ids + 1] - begin[ids]
        places = np.repeat(np.arange(len(ids)), times)
        others = pairs[_take(begin[ids], times)] % count
        kept = others != number
        places, others = places[kept], others[kept]
        order = order_numbers(others)
        by_other = _measure(others[order], starts[places[order]], ends[places[order]])
        yield number, _measure(np.zeros(len(starts), np.int64), starts, ends).get(0, 0), by_other


def _take(begins: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return so many numbers from each begin on, one row after the other."""
    return np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times) + np.repeat(begins, times)


def _measure(groups: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> dict[int, int]:
    """Return how many places stretches cover together, by group; they are sorted by group and start and may overlap."""
    if not len(starts):
        return {}
    is_same = groups[1:] == groups[:-1]
    own = ends - starts
    own[1:] -= np.where(is_same, np.maximum(ends[:-1] - starts[1:], 0), 0)  # atoms end in the order in which they begin
    firsts = np.flatnonzero(np.append(True, ~is_same))
    return dict(zip(groups[firsts].tolist(), np.add.reduceat(own, firsts).tolist()))
