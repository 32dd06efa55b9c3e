"""Store how much documents share with each other, and after a change count only the documents that it reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import sqlite_utils

from align.shares import MINIMA, MOST_OTHERS, Shares, count_held, count_shares, find_touched
from align.stock import SAME_TEXT
from align.stream import Stream
from ingest.tables import write_rows

_LEAST = f"shared_{MINIMA[0]}"
_Sums = tuple[int, ...]


def store_shares(db: sqlite_utils.Database, shares: Sequence[Shares]) -> None:
    """Store the shares of documents, in the place of what is stored of these."""
    _forget(db, [own.document for own in shares])
    write_rows(db, "reuse_documents", [(own.document, own.characters, *own.shared) for own in shares])
    write_rows(db, "reuse_shares", [(own.document, other, *sums) for own in shares for other, sums in own.with_others.items()])


def read_copies(db: sqlite_utils.Database) -> list[tuple[str, str]]:
    """Return the pairs of documents of which the second holds most of the first one's text."""
    sql = f"select document_id, other_id from reuse_shares s join reuse_documents d using (document_id) where s.{_LEAST} >= ? * d.characters"
    return db.execute(sql, [SAME_TEXT]).fetchall()


def repair_shares(db: sqlite_utils.Database, stream: Stream, after: Stream, is_gone: np.ndarray, is_come: np.ndarray) -> None:
    """Bring what is stored up to a change of documents.

    The first stream holds what stays, what is gone and what has come, as the flags say; ``after`` what is there now.
    """
    place_of = {document.id: place for place, document in enumerate(after.documents)}
    gone = [stream.documents[place].id for place in np.flatnonzero(is_gone)]
    come = {place_of[stream.documents[place].id] for place in np.flatnonzero(is_come)}
    anew = come | {place_of[stream.documents[place].id] for place in find_touched(stream, is_gone, is_come)}
    bereft = _release(db, gone)
    of_others: dict[str, dict[str, _Sums]] = defaultdict(dict)  # by the document whose characters they are
    for number, sums_of in count_held(after, come).items():
        for other, sums in sums_of.items():
            if other not in anew:
                of_others[after.documents[other].id][after.documents[number].id] = tuple(sums)
    bereft = {document: last for document, last in bereft.items() if document in place_of and place_of[document] not in anew}
    anew |= {place_of[document] for document in _enter(db, of_others, bereft)}
    store_shares(db, count_shares(after, only=anew))


def _release(db: sqlite_utils.Database, gone: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Take out what is gone; return of each document that knew as many others as are kept the last of these.

    Of such a document no others are known that come after the last one in order: who shares most, then by id.
    """
    full = f"""
        select s.document_id, min(s.{_LEAST}) from reuse_shares s
        where s.document_id in (select document_id from reuse_shares where other_id = :gone)
        group by s.document_id having count(*) = {MOST_OTHERS}
    """
    bereft = {}
    for document in gone:
        for own, least in db.execute(full, {"gone": document}).fetchall():
            sql = f"select max(other_id) from reuse_shares where document_id = ? and {_LEAST} = ?"
            (last,) = db.execute(sql, [own, least]).fetchone()
            bereft[own] = (-least, last)
        db.execute("delete from reuse_shares where other_id = ?", [document])
    _forget(db, gone)
    return bereft


def _enter(db: sqlite_utils.Database, of_others: dict[str, dict[str, _Sums]], bereft: dict[str, tuple[int, str]]) -> list[str]:
    """Store what documents share with those that have come; return those of which it can't be told with whom else now."""
    known = {
        document: (count, least)
        for document, count, least in db.execute(f"select document_id, count(*), min({_LEAST}) from reuse_shares group by document_id")
    }
    unknown = [document for document in bereft if document not in of_others]
    for document, new in of_others.items():
        count, least = known.get(document, (0, 0))
        if document not in bereft:
            if count + len(new) > MOST_OTHERS:
                new = _choose(db, document, new, count, least)
        else:
            new = {other: sums for other, sums in new.items() if (-sums[0], other) <= bereft[document]}
            if count + len(new) < MOST_OTHERS:
                unknown.append(document)
                continue
            new = _choose(db, document, new, count, least)
        write_rows(db, "reuse_shares", [(document, other, *sums) for other, sums in new.items()])
    return unknown


def _choose(db: sqlite_utils.Database, document: str, new: dict[str, _Sums], count: int, least: int) -> dict[str, _Sums]:
    """Return those of the new ones that are among the MOST_OTHERS that hold most, and forget those known ones that no longer are."""
    if count == MOST_OTHERS and all(sums[0] < least for sums in new.values()):
        return {}
    known = db.execute(f"select -{_LEAST}, other_id from reuse_shares where document_id = ?", [document]).fetchall()
    ranked = sorted([*known, *((-sums[0], other) for other, sums in new.items())])
    db.conn.executemany(
        "delete from reuse_shares where document_id = ? and other_id = ?", [(document, other) for _, other in ranked[MOST_OTHERS:]]
    )
    return {other: new[other] for _, other in ranked[:MOST_OTHERS] if other in new}


def _forget(db: sqlite_utils.Database, documents: Iterable[str]) -> None:
    for table in ("reuse_documents", "reuse_shares"):
        db.conn.executemany(f"delete from {table} where document_id = ?", [(document,) for document in documents])
