"""Find which matches come and go with documents: those of the pairs of units that these concern, and no others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from align.atoms import Atoms, find_atoms, list_shingles
from align.matches import Match, find_matches, pair_occurrences
from align.stream import Stream


class Rematched(NamedTuple):
    """Pairs of units, and the matches that these, and they alone, have now instead of those that they had."""

    pairs: list[tuple[int, int]]
    matches: list[Match]


def rematch(stream: Stream, is_gone: np.ndarray, is_come: np.ndarray, least: int) -> Rematched:
    """Return the matches of all pairs of units that may have others than before; a gone document has none.

    The stream holds what stays, what is gone and what has come; the two flags are by document. What is gone or has come
    concerns its own pairs, and those of which it is the first with some wording, or stands between: of wording that many
    share each place is matched with the first and with the one before.
    """
    atoms = _find_atoms(stream, np.repeat(is_gone | is_come, np.diff(stream.document_starts)))
    before, after = (_pair(stream, atoms, is_left_out) for is_left_out in (is_come, is_gone))
    changed = np.setxor1d(before, after, assume_unique=True)
    pairs = np.unique(_pair_units(stream, atoms, *_part(changed, len(atoms.starts))))
    ones, others = _part(pairs, len(stream.units))
    gone = np.flatnonzero(is_gone[stream.document_of(stream.unit_starts[:-1])])
    pairs = pairs[~np.isin(ones, gone) & ~np.isin(others, gone)]
    if not len(pairs):
        return Rematched([], [])
    # These pairs may share more than what the changed documents hold.
    ones, others = _part(pairs, len(stream.units))
    is_asked = np.zeros(len(stream.units), bool)
    is_asked[ones], is_asked[others] = True, True
    atoms = _find_atoms(stream, np.repeat(is_asked, np.diff(stream.unit_starts)))
    firsts, seconds = pair_occurrences(stream, atoms, is_gone)
    is_wanted = np.isin(_pair_units(stream, atoms, firsts, seconds), pairs)
    matches = find_matches(stream, atoms, least, (firsts[is_wanted], seconds[is_wanted]))
    return Rematched(list(zip(ones.tolist(), others.tolist())), matches)


def _find_atoms(stream: Stream, is_asked: np.ndarray) -> Atoms:
    return find_atoms(stream, wanted=list_shingles(stream, is_asked))


def _pair(stream: Stream, atoms: Atoms, is_left_out: np.ndarray) -> np.ndarray:
    firsts, seconds = pair_occurrences(stream, atoms, is_left_out)
    return firsts * len(atoms.starts) + seconds


def _pair_units(stream: Stream, atoms: Atoms, firsts: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    return stream.unit_of(atoms.starts[firsts]) * len(stream.units) + stream.unit_of(atoms.starts[seconds])


def _part(pairs: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    return pairs // max(count, 1), pairs % max(count, 1)
