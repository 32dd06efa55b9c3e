"""Cut a stream where shared wording begins, ends or branches: its atoms.

A shingle is SHINGLE matching characters. An atom is a longest run of shingles that more than one document holds and
that always stand together: wherever one of them stands, all do. So each place belongs to one atom at most,
and what several documents share is a row of atoms in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from align.stream import Stream

SHINGLE = 8
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SORTED_AT_ONCE = 500_000


@dataclass(frozen=True)
class Atoms:
    """Every occurrence of every atom in the order of the stream: where it begins and ends, and which one it is.

    Consecutive occurrences overlap by one character less than a shingle where wording branches.
    """

    starts: np.ndarray
    ends: np.ndarray
    ids: np.ndarray
    shingle: int

    @property
    def follows(self) -> np.ndarray:
        """Whether each occurrence goes on where the one before it branched off, without a character between."""
        follows = np.zeros(len(self.starts), bool)
        follows[1:] = self.starts[1:] + self.shingle - 1 == self.ends[:-1]
        return follows


def find_atoms(stream: Stream, shingle: int = SHINGLE, shorter: Atoms | None = None, wanted: np.ndarray | None = None) -> Atoms:
    """Return the atoms of a stream; time grows with its length, but for the sorting of it.

    ``shorter`` are the atoms of a shorter shingle, where these are known: what is shared stands within them. ``wanted``
    are hashes of shingles (see ``list_shingles``), where only these matter: what stands together among them is an atom.
    """
    among = None
    if shorter is not None:
        begins = mark_places(len(stream.codes), shorter.starts, shorter.ends - shorter.shingle + 1)
        step = shingle - shorter.shingle
        among = begins & np.append(begins[step:], np.zeros(min(step, len(begins)), bool))
    numbers = number_shared_shingles(stream, shingle, among=among, wanted=wanted)
    places = np.flatnonzero(numbers)
    if not len(places):
        empty = np.zeros(0, np.int64)
        return Atoms(empty, empty, empty, shingle)
    own = numbers[places]
    after = np.append(numbers[1:], 0)[places]
    before = np.insert(numbers[:-1], 0, 0)[places]
    order = order_numbers(own)
    only_after, only_before = _only_neighbour(own[order], after[order]), _only_neighbour(own[order], before[order])
    # A place goes on from the one before it where neither shingle ever has another neighbour.
    goes_on = np.zeros(len(places), bool)
    goes_on[1:] = (places[1:] == places[:-1] + 1) & (only_after[own[:-1]] == own[1:]) & (only_before[own[1:]] == own[:-1])
    firsts = np.flatnonzero(~goes_on)
    lasts = np.append(firsts[1:], len(places)) - 1
    _, ids = np.unique(own[firsts], return_inverse=True)
    return Atoms(places[firsts], places[lasts] + shingle, ids, shingle)


def mark_places(length: int, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return which of so many places lie in some stretch."""
    steps = np.zeros(length + 1, np.int32)
    np.add.at(steps, starts, 1)
    np.subtract.at(steps, ends, 1)
    return np.cumsum(steps[:-1]) > 0


def number_shared_shingles(
    stream: Stream, shingle: int, least: int = 2, among: np.ndarray | None = None, wanted: np.ndarray | None = None
) -> np.ndarray:
    """Return for each place the number of the shingle that begins there, 0 where fewer than ``least`` documents hold it.

    ``among`` says which places are looked at, ``wanted`` which hashes. Equal 64-bit hashes are taken for equal shingles;
    who stores words compares them.
    """
    numbers_of = np.zeros(len(stream.codes), np.int32)
    known = 0
    for places, hashes in _split(*_hash_asked(stream, shingle, among, wanted)):
        order = order_hashes(hashes)
        places, sorted_hashes = places[order], hashes[order]
        is_first = np.append(True, sorted_hashes[1:] != sorted_hashes[:-1])
        documents = stream.document_of(places)
        # Places ascend within a shingle, so its documents do: count where they change.
        is_new = is_first | np.append(True, documents[1:] != documents[:-1])
        is_shared = np.add.reduceat(is_new.astype(np.int32), np.flatnonzero(is_first)) >= least
        numbers = np.where(is_shared, known + np.cumsum(is_shared), 0)
        numbers_of[places] = numbers[np.cumsum(is_first) - 1]
        known += int(is_shared.sum())
    return numbers_of


def list_shingles(stream: Stream, is_asked: np.ndarray, shingle: int = SHINGLE) -> np.ndarray:
    """Return the hashes of the shingles that begin at the places asked, each once, in order."""
    hashes, is_whole = hash_shingles(stream, shingle)
    return np.unique(hashes[is_whole & is_asked])


def is_among(hashes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Tell of each hash whether it is one of the wanted ones, which are few beside them."""
    bits = np.uint64((1 << 22) - 1)
    is_likely = np.zeros(1 << 22, bool)  # a filter that lets all wanted ones through, and few others
    is_likely[wanted & bits] = True
    found = is_likely[hashes & bits]
    found[found] = np.isin(hashes[found], wanted)
    return found


def hash_shingles(stream: Stream, shingle: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a 64-bit hash of the shingle that begins at each place, and whether it is whole: no break stands in it.

    The last ones are kept for who asks the same of the stream again.
    """
    if shingle not in stream.hashed:
        stream.hashed.clear()
        stream.hashed[shingle] = _hash_shingles(stream, shingle)
    return stream.hashed[shingle]


def _hash_shingles(stream: Stream, shingle: int) -> tuple[np.ndarray, np.ndarray]:
    length = len(stream.codes)
    count = max(length - shingle + 1, 0)
    # A polynomial's value, put together from pieces of 1, 2, 4 … characters as the binary digits of its length say.
    hashes, is_whole = np.zeros(length, np.uint64), np.zeros(length, bool)
    if not count:
        return hashes, is_whole
    piece = stream.codes.astype(np.uint64)
    size, factor = 1, _BASE
    with np.errstate(over="ignore"):
        reach = 0
        while size <= shingle:
            if shingle & size:
                hashes[: length - reach] *= factor
                hashes[: length - reach] += piece[reach:]
                reach += size
            piece[: length - size] = piece[: length - size] * factor + piece[size:]
            size, factor = 2 * size, factor * factor
        _mix(hashes)
    is_whole[:count] = stream.breaks[shingle : shingle + count] == stream.breaks[:count]
    return hashes, is_whole


def _hash_some(stream: Stream, shingle: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return those of some places at which a whole shingle begins, and the hashes of these."""
    places = places[places + shingle <= len(stream.codes)]
    places = places[stream.breaks[places + shingle] == stream.breaks[places]]
    hashes = np.zeros(len(places), np.uint64)
    with np.errstate(over="ignore"):
        for step in range(shingle):
            hashes *= _BASE
            hashes += stream.codes[places + step]
        _mix(hashes)
    return places, hashes


def _mix(hashes: np.ndarray) -> None:
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)


def order_hashes(hashes: np.ndarray) -> np.ndarray:
    """Return what puts hashes in order, equal ones as they came, as a stable argsort does; ten times as fast."""
    place_bits = np.uint64((1 << max(len(hashes) - 1, 1).bit_length()) - 1)
    # Sorted as numbers whose last bits say where each came from: a plain sort is quick where an argsort is not.
    order = (np.sort((hashes & ~place_bits) | np.arange(len(hashes), dtype=np.uint64)) & place_bits).astype(np.int64)
    ordered = hashes[order]
    is_mixed = ((ordered[1:] ^ ordered[:-1]) & ~place_bits == 0) & (ordered[1:] != ordered[:-1])
    # Two hashes that differ in these last bits alone may alternate; seldom met.
    return np.argsort(hashes, kind="stable") if is_mixed.any() else order


def _hash_asked(
    stream: Stream, shingle: int, among: np.ndarray | None, wanted: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the shingles that are asked for, and their hashes."""
    if among is not None and wanted is None and np.count_nonzero(among) * shingle < len(among):
        return _hash_some(stream, shingle, np.flatnonzero(among))
    hashes, is_whole = hash_shingles(stream, shingle)
    places = np.flatnonzero(is_whole if among is None else is_whole & among)
    if wanted is not None:
        places = places[is_among(hashes[places], wanted)]
    return places, hashes[places]


def _split(places: np.ndarray, hashes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield places and their hashes a part at a time, equal hashes together: what is sorted at once stays a fraction of the stream."""
    parts = 1 << (len(places) // _SORTED_AT_ONCE).bit_length()
    which = (hashes >> np.uint64(64 - 16)).astype(np.uint16) & np.uint16(parts - 1)
    for part in range(parts):
        yield from ((places[own], hashes[own]) for own in [which == part] if own.any())


def order_numbers(numbers: np.ndarray) -> np.ndarray:
    """Return what puts small numbers in order, equal ones as they came: a stable argsort, several times as fast."""
    bits = np.uint64(max(len(numbers) - 1, 1).bit_length())
    keys = (numbers.astype(np.uint64) << bits) | np.arange(len(numbers), dtype=np.uint64)
    return (np.sort(keys) & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def _only_neighbour(shingles: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Return by shingle the one neighbour that it has everywhere, 0 where it has several or somewhere none; shingles are sorted."""
    firsts = np.flatnonzero(np.append(True, shingles[1:] != shingles[:-1]))
    least = np.minimum.reduceat(neighbours, firsts)
    most = np.maximum.reduceat(neighbours, firsts)
    only = np.zeros(int(shingles[-1]) + 1, np.int32)
    only[shingles[firsts]] = np.where(least == most, least, 0)
    return only
