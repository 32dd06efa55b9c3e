"""Write passages as rows: their families, and the places of these as printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import sqlite_utils

from align.families import Found, Passage
from align.reuse import Member, Place, name_passages, print_passages
from align.stream import Stream
from ingest.tables import write_rows

_Row = tuple[Any, ...]
_Offsets = Callable[[int], np.ndarray]


def replace_passages(
    db: sqlite_utils.Database, stream: Stream, gone: Sequence[Passage], come: Sequence[Passage], read_offsets: _Offsets
) -> None:
    """Write the passages that have come instead of those that are gone.

    Only what differs is written: of wording that thousands share it is a place more or less. ``read_offsets`` gives the
    offsets of a document of the stream.
    """
    same = set(gone) & set(come)
    before = {(passage.start, passage.end): passage for passage in gone if passage not in same}
    now = {(passage.start, passage.end): passage for passage in come if passage not in same}
    ids = dict(zip([*before, *now], name_passages(stream, [*before.values(), *now.values()])))
    over = [(ids[source],) for source in before if source not in now]
    db.conn.executemany("delete from reuse where family_id = ?", over)
    less = [_without(before[source], now[source]) for source in before if source in now]
    keys = [row[:4] for row in _place_rows(stream, less, ids, read_offsets) if not row[6]]
    db.conn.executemany("delete from reuse where family_id = ? and provision_id = ? and start = ? and [end] = ?", keys)
    more = [_without(now[source], before[source]) for source in now if source in before]
    new = [passage for source, passage in now.items() if source not in before]
    write_rows(db, "reuse", [row for row in _place_rows(stream, more, ids, read_offsets) if not row[6]])
    write_rows(db, "reuse", list(_place_rows(stream, new, ids, read_offsets)))
    db.conn.executemany("delete from reuse_families where id = ?", [(ids[source],) for source in before])
    write_rows(db, "reuse_families", list(_family_rows(stream, list(now.values()), ids)))


def _without(passage: Passage, other: Passage) -> Passage:
    held = set(other.found)
    return passage._replace(found=tuple(found for found in passage.found if found not in held))


def _family_rows(stream: Stream, passages: Sequence[Passage], ids: dict[tuple[int, int], str]) -> Iterator[_Row]:
    starts = np.array([start for p in passages for start in (p.start, *(f.other_start for f in p.found))], np.int64)
    documents = iter(stream.document_of(starts).tolist())
    for passage in passages:
        holders = {next(documents) for _ in range(1 + len(passage.found))}
        is_verbatim = all(_is_verbatim(found) and (found.start, found.end) == passage[:2] for found in passage.found)
        longest = max(passage.end - passage.start, *(found.other_end - found.other_start for found in passage.found))
        yield ids[passage[:2]], len(holders), 1 + len(passage.found), longest, "verbatim" if is_verbatim else "near"


def _place_rows(stream: Stream, passages: Sequence[Passage], ids: dict[tuple[int, int], str], read_offsets: _Offsets) -> Iterator[_Row]:
    for passage, family in zip(passages, print_passages(stream, passages, read_offsets)):
        id_ = ids[passage[:2]]
        yield _place_row(id_, family.source, (1, None, None, None, None))
        for m in family.members:
            kind = "verbatim" if m.is_verbatim else "near"
            yield _place_row(id_, m, (0, kind, _round_down(m.identical), m.source_start, m.source_end))


def _place_row(id_: str, place: Place | Member, rest: _Row) -> _Row:
    return id_, place.unit, place.start, place.end, place.document, place.length, *rest


def _is_verbatim(found: Found) -> bool:
    return found.identical == 1.0


def _round_down(share: float) -> float:
    """Four decimals that promise no more than there is: what is not verbatim never reads 1.0."""
    return int(share * 10_000) / 10_000
