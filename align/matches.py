"""Match units of different documents: exact stretches, joined where few words between them differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import groupby
from typing import NamedTuple

import numpy as np

from align.atoms import Atoms, order_numbers
from align.stream import BREAK, Stream

#: Atoms with more occurrences are not paired each with each, but each with the first and with the one before it.
MOST_PAIRED = 8
LONGEST_GAP = 16  # matching characters that two exact stretches may have between them, on either side
LEAST_IDENTICAL = 0.75  # share of the longer side that must be in both
LEAST_STRETCH = 4  # what is left of an exact stretch that overlaps the one before it
#: Bounds that only text such as 一一一一一… meets, where each place matches each other one.
LONGEST_EXTENSION, MOST_STRETCHES = 2000, 200


class Match(NamedTuple):
    """A stretch of a unit and one of another document's; all in places of the stream, the older document's first.

    ``same`` counts the matching characters that stand in both, in order; ``stretches`` in how many pieces.
    """

    unit: int
    other_unit: int
    start: int
    end: int
    other_start: int
    other_end: int
    same: int
    stretches: int

    @property
    def length(self) -> int:
        """Matching characters of the longer side."""
        return max(self.end - self.start, self.other_end - self.other_start)

    @property
    def identical(self) -> float:
        """Share of the longer side that stands in both; 1.0 only where the two are the same."""
        return self.same / self.length


def find_matches(stream: Stream, atoms: Atoms, least: int, pairs: tuple[np.ndarray, np.ndarray] | None = None) -> list[Match]:
    """Return the matches with at least ``least`` matching characters on either side, in the order of the stream.

    ``pairs`` are those of the atoms' occurrences that count (see ``pair_occurrences``), all unless given.
    """
    firsts, seconds = pairs or pair_occurrences(stream, atoms)
    table = np.stack([atoms.starts[firsts], atoms.starts[seconds], (atoms.ends - atoms.starts)[firsts]])
    table = _merge(stream, _extend(stream, _merge(stream, table)))
    units, others = stream.unit_of(table[0]), stream.unit_of(table[1])
    order = np.lexsort((table[1], table[0], others, units))
    units, others, table = units[order], others[order], table[:, order]
    is_new = np.append(True, (units[1:] != units[:-1]) | (others[1:] != others[:-1])) if len(units) else np.zeros(0, bool)
    is_alone = is_new & np.append(is_new[1:], True)  # most are: of these all at once
    found = _match_alone(stream, units[is_alone], others[is_alone], table[:, is_alone], least)
    rows = zip(*(column[~is_alone].tolist() for column in (units, others, *table)))
    for (unit, other), stretches in groupby(rows, key=lambda row: row[:2]):
        longest = nlargest(MOST_STRETCHES, (row[2:] for row in stretches), key=lambda stretch: (stretch[2], stretch))
        for chain in _join(stream, sorted(longest)):
            match = _make_match(stream, unit, other, chain)
            if match is not None and min(match.end - match.start, match.other_end - match.other_start) >= least:
                found.append(match)
    return sorted(found)


def _match_alone(stream: Stream, units: np.ndarray, others: np.ndarray, table: np.ndarray, least: int) -> list[Match]:
    """The matches of two units that share one exact stretch, which neither begins nor ends with the number of an item."""
    starts, other_starts, lengths = (column.copy() for column in table)
    for side in (0, -1):
        active = np.flatnonzero(lengths >= least)
        while len(active):
            active = active[(lengths[active] > 0) & stream.is_number(starts[active] + (lengths[active] - 1 if side else 0))]
            lengths[active] -= 1
            if not side:
                starts[active] += 1
                other_starts[active] += 1
    kept = lengths >= least
    units, others, starts, other_starts, lengths = (column[kept] for column in (units, others, starts, other_starts, lengths))
    # Two shingles with one hash: what differs anywhere is left out.
    firsts = np.cumsum(lengths) - lengths
    within = np.arange(int(lengths.sum())) - np.repeat(firsts, lengths)
    differs = stream.codes[np.repeat(starts, lengths) + within] != stream.codes[np.repeat(other_starts, lengths) + within]
    is_same = ~np.logical_or.reduceat(differs, firsts) if len(firsts) else np.zeros(0, bool)
    columns = (units, others, starts, starts + lengths, other_starts, other_starts + lengths, lengths)
    return [Match(*row, 1) for row in zip(*(column[is_same].tolist() for column in columns))]


def pair_occurrences(stream: Stream, atoms: Atoms, is_left_out: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of occurrences of the same atom in different documents, by their numbers, the earlier one first.

    ``is_left_out`` tells of each document whether it does not count.
    """
    order = order_numbers(atoms.ids)
    documents = stream.document_of(atoms.starts[order])
    if is_left_out is not None:
        order, documents = order[~is_left_out[documents]], documents[~is_left_out[documents]]
    ids = atoms.ids[order]
    count = len(order)
    group_starts = np.searchsorted(ids, ids, side="left")
    sizes = np.searchsorted(ids, ids, side="right") - group_starts
    here = np.arange(count)
    pairs = []
    for lag in range(1, MOST_PAIRED):
        later = here[lag:]
        is_pair = (ids[lag:] == ids[:-lag]) & ((sizes[lag:] <= MOST_PAIRED) | (lag == 1))
        pairs.append((later[is_pair] - lag, later[is_pair]))
    # Of many the second is the first one's neighbour, and paired with it already.
    many = here[(sizes > MOST_PAIRED) & (here > group_starts + 1)]
    pairs.append((group_starts[many], many))
    firsts, seconds = (np.concatenate(side) for side in zip(*pairs))
    is_apart = documents[firsts] != documents[seconds]
    return order[firsts[is_apart]], order[seconds[is_apart]]


def _merge(stream: Stream, table: np.ndarray) -> np.ndarray:
    """Join exact stretches that overlap or touch in the same units and keep step; rows: start, other start, length."""
    starts, others, lengths = table
    if not len(starts):
        return table
    shift = others - starts
    units, other_units = stream.unit_of(starts), stream.unit_of(others)
    order = np.lexsort((starts, shift, other_units, units))
    starts, others, lengths, shift = starts[order], others[order], lengths[order], shift[order]
    units, other_units = units[order], other_units[order]
    is_same = np.zeros(len(starts), bool)
    is_same[1:] = (units[1:] == units[:-1]) & (other_units[1:] == other_units[:-1]) & (shift[1:] == shift[:-1])
    # The farthest end so far: each run of one unit pair and shift is lifted above all before it.
    run = np.cumsum(~is_same)
    lift = run * (len(stream.codes) + 1)
    farthest = np.maximum.accumulate(starts + lengths + lift) - lift
    goes_on = np.zeros(len(starts), bool)
    goes_on[1:] = is_same[1:] & (starts[1:] <= farthest[:-1])
    firsts = np.flatnonzero(~goes_on)
    lasts = np.append(firsts[1:], len(starts)) - 1
    return np.stack([starts[firsts], others[firsts], farthest[lasts] - starts[firsts]])


def _extend(stream: Stream, table: np.ndarray) -> np.ndarray:
    """Extend exact stretches on both sides as far as the texts agree: over atoms too common to be paired."""
    starts, others, lengths = (column.copy() for column in table)
    codes = stream.codes
    active = np.arange(len(starts))
    for _ in range(LONGEST_EXTENSION):
        if not len(active):
            break
        mine, theirs = codes[starts[active] - 1], codes[others[active] - 1]
        active = active[(mine == theirs) & (mine != BREAK)]
        starts[active] -= 1
        others[active] -= 1
        lengths[active] += 1
    active = np.arange(len(starts))
    for _ in range(LONGEST_EXTENSION):
        if not len(active):
            break
        mine, theirs = codes[starts[active] + lengths[active]], codes[others[active] + lengths[active]]
        active = active[(mine == theirs) & (mine != BREAK)]
        lengths[active] += 1
    return np.stack([starts, others, lengths])


def _join(stream: Stream, stretches: Sequence[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Join the exact stretches of two units into chains over small gaps, each stretch into the chain it is nearest to."""
    chains: list[list[tuple[int, int, int]]] = []
    for stretch in stretches:
        best: tuple[int, int, tuple[int, int, int]] | None = None
        for number, chain in enumerate(chains):
            trimmed = _trim(chain[-1], stretch)
            if trimmed is None or not _is_near(stream, chain, trimmed):
                continue
            distance = sum(_gaps(chain[-1], trimmed))
            if best is None or distance < best[0]:
                best = (distance, number, trimmed)
        if best is None:
            chains.append([stretch])
        else:
            chains[best[1]].append(best[2])
    yield from chains


def _trim(before: tuple[int, int, int], stretch: tuple[int, int, int]) -> tuple[int, int, int] | None:
    """Cut from a stretch what overlaps the one before it on either side; None where too little is left, or it is not after it."""
    start, other, length = stretch
    cut = max(0, -min(_gaps(before, stretch)))
    if start <= before[0] or other <= before[1] or length - cut < LEAST_STRETCH:
        return None
    return start + cut, other + cut, length - cut


def _gaps(before: tuple[int, int, int], stretch: tuple[int, int, int]) -> tuple[int, int]:
    return stretch[0] - before[0] - before[2], stretch[1] - before[1] - before[2]


def _is_near(stream: Stream, chain: Sequence[tuple[int, int, int]], stretch: tuple[int, int, int]) -> bool:
    last = chain[-1]
    if max(_gaps(last, stretch)) > LONGEST_GAP:
        return False
    for side in (0, 1):  # a table's cell or what else stands apart is not joined to what stands before
        if stream.breaks[stretch[side]] != stream.breaks[last[side] + last[2]]:
            return False
    same = sum(length for *_, length in chain) + stretch[2]
    longer = max(stretch[side] + stretch[2] - chain[0][side] for side in (0, 1))
    return same / longer >= LEAST_IDENTICAL


def _make_match(stream: Stream, unit: int, other: int, chain: list[tuple[int, int, int]]) -> Match | None:
    """Return a chain as a match that neither begins nor ends with the number of an item."""
    start, other_start, length = chain[0]
    while length and stream.is_number(start):
        start, other_start, length = start + 1, other_start + 1, length - 1
    chain = [(start, other_start, length), *chain[1:]]
    start, other_start, length = chain[-1]
    while length and stream.is_number(start + length - 1):
        length -= 1
    chain = [*chain[:-1], (start, other_start, length)]
    for start, other_start, length in chain:
        if (stream.codes[start : start + length] != stream.codes[other_start : other_start + length]).any():
            return None  # two shingles with one hash
    (first, other_first, _), (last, other_last, length) = chain[0], chain[-1]
    same = sum(length for *_, length in chain)
    return Match(unit, other, first, last + length, other_first, other_last + length, same, len(chain))

