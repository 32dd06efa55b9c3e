"""Keep the matches of units in the database, and read those of a unit as they were and as they are now."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
import sqlite_utils

from align.families import Repaired, Span, hash_words
from align.matches import Match
from align.rematch import Rematched
from align.stream import Stream
from ingest.index import DOCUMENT_SHIFT
from ingest.tables import write_rows

_Row = tuple[int, ...]


class _Scale:
    """Turns places of a stream into those that are stored, a document's number in their upper bits, and back."""

    def __init__(self, stream: Stream, numbers: Mapping[int, int]) -> None:
        self._starts = stream.document_starts.tolist()
        self._numbers = numbers
        self._known = np.array(sorted(numbers.values()), np.int64)
        document_of = {number: document for document, number in numbers.items()}
        self._known_starts = stream.document_starts[[document_of[number] for number in self._known.tolist()]]

    def key_of(self, place: int) -> int:
        document = bisect_right(self._starts, place) - 1
        return self._numbers[document] << DOCUMENT_SHIFT | place - self._starts[document]

    def places_of(self, keys: np.ndarray) -> np.ndarray:
        return self._known_starts[np.searchsorted(self._known, keys >> DOCUMENT_SHIFT)] + (keys & (1 << DOCUMENT_SHIFT) - 1)


def store_matches(db: sqlite_utils.Database, stream: Stream, numbers: Mapping[int, int], matches: Iterable[Match]) -> None:
    """Store matches; ``numbers`` are those of the documents, by their place in the stream."""
    scale = _Scale(stream, numbers)
    write_rows(db, "reuse_matches", [_row_of(scale, match) for match in matches])


def store_places(db: sqlite_utils.Database, stream: Stream, numbers: Mapping[int, int], places: Iterable[Span]) -> None:
    """Store places with a hash of their words."""
    scale = _Scale(stream, numbers)
    rows = [(scale.key_of(place[0]), place[1] - place[0], hash_words(stream, place)) for place in places]
    write_rows(db, "reuse_places", rows)


def _row_of(scale: _Scale, match: Match) -> _Row:
    lengths = match.end - match.start, match.other_end - match.other_start
    return scale.key_of(match.start), scale.key_of(match.other_start), *lengths, match.same, match.stretches


class Matched:
    """The matches of units before and after a change of documents.

    ``numbers`` are those of the documents that were there before, by their place in the stream, which holds those that
    have come as well; ``gone`` are the places of those that are no more.
    """

    def __init__(self, db: sqlite_utils.Database, stream: Stream, numbers: Mapping[int, int], gone: Iterable[int], rematched: Rematched) -> None:
        self._db, self._stream = db, stream
        self._numbers = numbers
        self._scale = _Scale(stream, numbers)
        self._document_starts, self._unit_starts = stream.document_starts.tolist(), stream.unit_starts.tolist()
        self._known: dict[int, list[Match]] = {}
        self._voided = set(self._of_documents(gone))
        replaced = set(rematched.pairs)
        for unit in {one for one, _ in replaced}:
            self._voided.update(match for match in self.before(unit) if (match.unit, match.other_unit) in replaced)
        self._new = set(rematched.matches)
        self._voided, self._new = self._voided - self._new, self._new - self._voided

    @cached_property
    def _new_by_unit(self) -> dict[int, list[Match]]:
        by_unit: dict[int, list[Match]] = defaultdict(list)
        for match in self._new:
            by_unit[match.unit].append(match)
            by_unit[match.other_unit].append(match)
        return by_unit

    @property
    def units(self) -> set[int]:
        """The units whose matches are not what they were."""
        return {unit for match in self._voided | self._new for unit in (match.unit, match.other_unit)}

    def before(self, unit: int) -> list[Match]:
        """Return the matches that a unit had."""
        if unit not in self._known:
            self._known[unit] = list(self._read(*self._unit_starts[unit : unit + 2]))
        return self._known[unit]

    def after(self, unit: int) -> list[Match]:
        """Return the matches that a unit has now."""
        return [match for match in self.before(unit) if match not in self._voided] + self._new_by_unit.get(unit, [])

    def find_alike(self, words: int) -> list[Span]:
        """Return the places, as they were, whose words have a hash."""
        keys, lengths = _columns(self._db.execute("select place, length from reuse_places where words = ?", [words]).fetchall(), 2)
        starts = self._scale.places_of(keys)
        return list(zip(starts.tolist(), (starts + lengths).tolist()))

    def store(self, numbers: Mapping[int, int], repaired: Repaired) -> None:
        """Store what has changed; ``numbers`` are those of all documents, by their place in the stream."""
        rows = [_row_of(self._scale, match)[:4] for match in self._voided]
        marks = "place = ? and other_place = ? and length = ? and other_length = ?"
        self._db.conn.executemany(f"delete from reuse_matches where {marks}", rows)
        places = [(self._scale.key_of(start), end - start) for start, end in repaired.gone_places]
        self._db.conn.executemany("delete from reuse_places where place = ? and length = ?", places)
        store_matches(self._db, self._stream, numbers, self._new)
        store_places(self._db, self._stream, numbers, repaired.come_places)

    def _of_documents(self, documents: Iterable[int]) -> Iterable[Match]:
        for document in documents:
            yield from self._read(*self._document_starts[document : document + 2])

    def _read(self, start: int, end: int) -> Iterable[Match]:
        """Yield what touches a stretch of a document that was there before; none of one that was not."""
        document = bisect_right(self._document_starts, start) - 1
        if document not in self._numbers or start == end:
            return []
        within = [self._scale.key_of(start), self._scale.key_of(end - 1)] * 2
        sql = "select * from reuse_matches where place between ? and ? union all select * from reuse_matches where other_place between ? and ?"
        keys, other_keys, lengths, other_lengths, *rest = _columns(self._db.execute(sql, within).fetchall(), 6)
        starts, others = self._scale.places_of(keys), self._scale.places_of(other_keys)
        units = (self._stream.unit_of(places) for places in (starts, others))
        columns = (*units, starts, starts + lengths, others, others + other_lengths, *rest)
        return map(Match._make, zip(*(column.tolist() for column in columns)))


def _columns(rows: Sequence[_Row], count: int) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, count).T
