"""Store what documents share word for word or nearly, and the phrases that nearly all of them use.

After a change only what the changed documents reach is found anew: matches (``align.rematch``), the passages that these
are part of (``align.families``), and shares. The outcome is that of finding all from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import sqlite_utils

from align.atoms import find_atoms
from align.families import find_places, gather_passages, repair_passages
from align.matches import find_matches
from align.rematch import rematch
from align.reuse import LEAST_LENGTH
from align.shares import MINIMA, count_shares
from align.stock import find_stock_phrases, group_copies
from align.stream import Stream, join
from ingest.fold import Kept, fold_documents, load_kept, load_offsets, load_whole, read_ingested, row_of
from ingest.matched import Matched, store_matches, store_places
from ingest.passages import replace_passages
from ingest.shares import read_copies, repair_shares, store_shares
from ingest.spread import beside
from ingest.tables import create_table, insert_rows, write_rows

WORTH_A_PROCESS = 500_000  # matching characters: most of a second of counting
MOST_REPAIRED = 0.2  # share of the documents; with more changed all is found anew
_SHARED = {f"shared_{least}": int for least in MINIMA}
TABLES: dict[str, dict[str, Any]] = {
    "reuse_families": dict(id=str, documents=int, places=int, length=int, kind=str),
    "reuse": dict(
        family_id=str, provision_id=str, start=int, end=int, document_id=str, length=int, is_source=int, kind=str,
        identical=float, source_start=int, source_end=int,
    ),
    "reuse_documents": dict(document_id=str, characters=int, **_SHARED),
    "reuse_shares": dict(document_id=str, other_id=str, **_SHARED),
    "stock_phrases": dict(text=str, documents=int, total=int),
    # What a repair needs. Places are of a document's matching characters, its number in the upper bits.
    "reuse_texts": dict(
        document_id=str, number=int, fingerprint=str, date=str, units=str, starts=bytes, codes=bytes, offsets=bytes
    ),
    "reuse_matches": dict(place=int, other_place=int, length=int, other_length=int, same=int, stretches=int),
    "reuse_places": dict(place=int, length=int, words=int),
}  # fmt: skip
KEYS: dict[str, Any] = {
    "reuse_families": "id",
    "reuse": ("family_id", "provision_id", "start", "end"),
    "reuse_documents": "document_id",
    "reuse_shares": ("document_id", "other_id"),
    "stock_phrases": "text",
    "reuse_texts": "document_id",
    "reuse_matches": ("place", "other_place", "length", "other_length"),
    "reuse_places": ("place", "length"),
}
_DOCUMENT = ("document_id", "documents", "id")
FOREIGN = {
    "reuse": [("family_id", "reuse_families", "id"), _DOCUMENT, ("provision_id", "provisions", "id")],
    "reuse_documents": [_DOCUMENT],
    "reuse_shares": [_DOCUMENT, ("other_id", "documents", "id")],
}
INDEXES = {
    "reuse_families": [["length", "documents"], ["documents", "length"]],
    "reuse": [["document_id", "length"], ["provision_id"]],
    "reuse_shares": [["other_id"]],
    "reuse_matches": [["other_place"]],
    "reuse_places": [["words"]],
}
#: What stands in two documents, with both sides as printed.
_VIEW = """
    select r.family_id, r.kind, r.identical, r.length, r.provision_id, r.document_id,
           substr(v.text, r.start + 1, r."end" - r.start) as text,
           s.provision_id as source_provision_id, s.document_id as source_document_id,
           substr(w.text, r.source_start + 1, r.source_end - r.source_start) as source_text
    from reuse r join reuse s on s.family_id = r.family_id and s.is_source
    join documents d on d.id = r.document_id join versions v on v.id = d.current_version
    join documents e on e.id = s.document_id join versions w on w.id = e.current_version
    where not r.is_source
"""


def create_reuse_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of shared passages and stock phrases, empty."""
    for name, columns in TABLES.items():
        create_table(db, name, columns, KEYS[name], FOREIGN.get(name, ()), is_sorted=True)
    db.create_view("shared_passages", _VIEW)


@dataclass(frozen=True)
class _Change:
    """The documents that stay as they were, that are gone and that have come; a changed one is both gone and come."""

    stay: Sequence[Kept]
    gone: Sequence[Kept]
    come: Sequence[Kept]

    def stream(self) -> Stream:
        """What stood before and stands now."""
        return join([kept.folded for kept in (*self.stay, *self.gone, *self.come)])

    def stream_after(self) -> Stream:
        return join([kept.folded for kept in (*self.stay, *self.come)])


def store_reuse(db: sqlite_utils.Database, workers: int = 1) -> None:
    """Bring shared wording up to the current versions of all documents; reads only what the database holds already."""
    before, now = load_kept(db), read_ingested(db)
    changed = {name: state for name, state in now.items() if name not in before or state != (before[name].number, before[name].fingerprint)}
    if not changed and len(before) == len(now):
        return
    come = {kept.folded.id: kept for kept in fold_documents(db, changed)}
    gone = {name: load_whole(db, name) for name in before if name in come or name not in now}
    same = {name for name in come if name in gone and gone[name].is_as(come[name])}
    change = _Change(
        [kept for name, kept in before.items() if name not in gone or name in same],
        [kept for name, kept in gone.items() if name not in same],
        [kept for name, kept in come.items() if name not in same],
    )
    if change.gone or change.come:
        is_small = max(len(change.gone), len(change.come)) <= MOST_REPAIRED * (len(change.stay) + len(change.come))
        if is_small:
            _repair(db, change)
        else:
            _store_all(db, change, workers)
    db.conn.executemany("delete from reuse_texts where document_id = ?", [(name,) for name in gone])
    insert_rows(db, "reuse_texts", [row_of(kept) for kept in come.values()])


def _store_all(db: sqlite_utils.Database, change: _Change, workers: int) -> None:
    for table in TABLES.keys() - {"reuse_texts"}:
        db.execute(f"delete from {table}")
    stream = change.stream_after()
    with beside(partial(count_shares, stream), workers if len(stream.codes) > WORTH_A_PROCESS else 1) as counted:
        matches = find_matches(stream, find_atoms(stream), LEAST_LENGTH)
        numbers = _number_documents(stream, change.stay, change.come)
        store_matches(db, stream, numbers, matches)
        store_places(db, stream, numbers, find_places(matches))
        replace_passages(db, stream, [], gather_passages(stream, matches), _offsets_reader(db, stream, change))
        shares = counted()
    store_shares(db, shares)
    _store_stock(db, stream)


def _repair(db: sqlite_utils.Database, change: _Change) -> None:
    stream = change.stream()
    gone, come = {id(kept.folded) for kept in change.gone}, {id(kept.folded) for kept in change.come}
    is_gone = np.array([id(document) in gone for document in stream.documents])
    is_come = np.array([id(document) in come for document in stream.documents])
    _repair_passages(db, stream, change, is_gone, is_come)
    after = change.stream_after() if change.gone else stream
    repair_shares(db, stream, after, is_gone, is_come)
    _store_stock(db, after)


def _repair_passages(db: sqlite_utils.Database, stream: Stream, change: _Change, is_gone: np.ndarray, is_come: np.ndarray) -> None:
    numbers = _number_documents(stream, change.stay, change.gone)
    gone = np.flatnonzero(is_gone).tolist()
    matched = Matched(db, stream, numbers, gone, rematch(stream, is_gone, is_come, LEAST_LENGTH))
    repaired = repair_passages(stream, matched.units, matched.before, matched.after, matched.find_alike)
    replace_passages(db, stream, repaired.gone, repaired.come, _offsets_reader(db, stream, change))
    matched.store(_number_documents(stream, change.stay, change.gone, change.come), repaired)


def _number_documents(stream: Stream, *some: Iterable[Kept]) -> dict[int, int]:
    """Return the number of each of some documents by its place in the stream."""
    number_of = {id(kept.folded): kept.number for kept_ones in some for kept in kept_ones}
    return {place: number_of[id(document)] for place, document in enumerate(stream.documents) if id(document) in number_of}


def _offsets_reader(db: sqlite_utils.Database, stream: Stream, change: _Change) -> Callable[[int], np.ndarray]:
    at_hand = {id(kept.folded) for kept in (*change.gone, *change.come)}

    def read(place: int) -> np.ndarray:
        document = stream.documents[place]
        return document.offsets if id(document) in at_hand else load_offsets(db, document.id)

    return read


def _store_stock(db: sqlite_utils.Database, stream: Stream) -> None:
    phrases = find_stock_phrases(stream, group_copies([document.id for document in stream.documents], read_copies(db)), _read_terms(db))
    db.execute("delete from stock_phrases")
    write_rows(db, "stock_phrases", [(p.text, p.documents, p.total) for p in phrases])


def _read_terms(db: sqlite_utils.Database) -> list[str]:
    """What a curator names in a vocabulary is the documents' subject, however common."""
    sql = """
        select word from lexicon union select word from synonyms union select name from themes union select name from audiences
        union select value from agencies, json_each(agencies.forms)
    """
    return [row[0] for row in db.execute(sql)]
