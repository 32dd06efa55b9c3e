"""Align the provisions of all documents: which documents are compared, counterparts, measures, and who covers which.

Each step works off a list of what is to do, which stands in the database, and leaves the rest as it is: what two
documents have in common depends on them and on what words weigh, and on nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlite_utils

from align.tables import read_weights
from ingest.gather import drop_measures, gather_pending, note_lost, note_pending
from ingest.neighbours import rank_pending
from ingest.pairs import compare_pending
from ingest.records import SourceError
from ingest.tables import create_table
from ingest.vocabulary import Alignment

TABLES: dict[str, dict[str, Any]] = {
    "compared_provisions": dict(
        provision_id=str, document_id=str, seq=int, heading=str, part=str, place=float, characters=int
    ),
    "provision_vectors": dict(id=int, vector=bytes),  # the rowid of a compared provision; where it lies in the space of meaning
    "bigrams": dict(bigram=str, idf=float),
    "neighbours": dict(document_id=str, other_id=str, nearness=float, rank=int),
    "counterparts": dict(provision_id=str, other_id=str, document_id=str, score=float, rank=int, kind=str, origin=str, why=str),
    "measures": dict(id=str, label=str, theme_id=str, documents=int, provisions=int, origin=str, seq=str),
    "measure_provisions": dict(measure_id=str, provision_id=str, document_id=str, rank=int),
    "coverage": dict(measure_id=str, document_id=str, state=str, shared=float, provision_id=str),
    # How measures were gathered (``align.gathering``): a group bears the highest rowid of its compared provisions.
    "measure_joins": dict(joined=int, round=int, kept=int, mean=float),
    # What is still to do: documents whose nearest are to be found, pairs of documents, provisions with other counterparts.
    "pending_neighbours": dict(document_id=str),
    "pending_pairs": dict(document_id=str, other_id=str),
    "pending_measures": dict(id=int, is_linked=int),
    "pending_links": dict(id=int, other_id=int, score=float),
}
KEYS: dict[str, Any] = {
    "compared_provisions": "provision_id",
    "provision_vectors": "id",
    "bigrams": "bigram",
    "neighbours": ("document_id", "other_id"),
    "counterparts": ("provision_id", "other_id"),
    "measures": "id",
    "measure_provisions": ("measure_id", "provision_id"),
    "coverage": ("measure_id", "document_id"),
    "measure_joins": "joined",
    "pending_neighbours": "document_id",
    "pending_pairs": ("document_id", "other_id"),
    "pending_measures": "id",
    "pending_links": ("id", "other_id"),
}
_PROVISION, _DOCUMENT = ("provision_id", "provisions", "id"), ("document_id", "documents", "id")
_MEASURE = ("measure_id", "measures", "id")
FOREIGN = {
    "compared_provisions": [_PROVISION, _DOCUMENT],
    "neighbours": [_DOCUMENT, ("other_id", "documents", "id")],
    "counterparts": [_PROVISION, ("other_id", "provisions", "id"), _DOCUMENT],
    "measure_provisions": [_MEASURE, _PROVISION, _DOCUMENT],
    "coverage": [_MEASURE, _DOCUMENT, _PROVISION],
}
INDEXES = {
    "compared_provisions": [["document_id", "seq"]],
    "neighbours": [["other_id"]],
    "counterparts": [["provision_id", "rank"]],
    "measures": [["seq"], ["theme_id"]],
    "measure_provisions": [["provision_id"], ["document_id"]],
    "coverage": [["document_id", "state"]],
}
_ALIGNED = ("provision_vectors", "neighbours", "counterparts", "measures", "measure_provisions", "coverage", "measure_joins")
_PENDING = ("pending_neighbours", "pending_pairs", "pending_measures", "pending_links")


def create_alignment_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of the alignment, empty."""
    for name, columns in TABLES.items():
        is_sorted = name not in ("compared_provisions", "provision_vectors")  # which have their document's number in the rowid
        create_table(db, name, columns, KEYS[name], FOREIGN.get(name, ()), is_sorted)


def align(db: sqlite_utils.Database, alignments: Sequence[Alignment], cut: Callable[[str], Sequence[str]], workers: int
) -> None:
    """Bring the alignment of a database up to its documents and to what a curator has decided.

    The database holds provisions, themes, words and bigrams. Raises SourceError when a curator's alignment names a
    provision that is not there.
    """
    with db.atomic():
        _check(db, alignments)
        _note_decisions(db, alignments)
    weights = read_weights(db.conn, cut)
    with db.atomic():
        rank_pending(db, weights, alignments)
    compare_pending(db, weights, alignments, workers)
    with db.atomic():
        gather_pending(db, alignments)


def release_document(db: sqlite_utils.Database, number: int) -> None:
    """Take a document that is about to be deleted out of the alignment, and note what is to be done anew without it."""
    (document,) = db.execute("select document_id from ingested where number = ? and is_stored", [number]).fetchone()
    mine = "select provision_id from compared_provisions where document_id = :document"
    given = {"document": document}
    links = """
        select m.rowid, o.rowid, c.kind = 'whole', c.score from compared_provisions m
        join counterparts c on c.provision_id = m.provision_id join compared_provisions o on o.provision_id = c.other_id
        where m.document_id = :document
    """
    found = db.execute(links, given).fetchall()
    note_lost(db, [(number, other, score) for number, other, is_whole, score in found if is_whole])
    note_pending(db, [(other, False) for _, other, *_ in found])
    note_pending(db, db.execute("select rowid, true from compared_provisions where document_id = :document", given).fetchall())
    db.execute("insert or ignore into pending_neighbours select document_id from neighbours where other_id = :document", given)
    mirrored = db.execute(f"select other_id, provision_id from counterparts where provision_id in ({mine})", given).fetchall()
    db.conn.executemany("delete from counterparts where provision_id = ? and other_id = ?", mirrored)
    db.execute(f"delete from counterparts where provision_id in ({mine})", given)
    drop_measures(db, [row[0] for row in db.execute(mine, given)])
    db.execute("delete from coverage where document_id = :document", given)
    for table in ("neighbours", "pending_pairs"):
        db.execute(f"delete from {table} where document_id = :document or other_id = :document", given)
    db.execute("delete from pending_neighbours where document_id = :document", given)


def forget_alignment(db: sqlite_utils.Database) -> None:
    """Forget the whole alignment, since what words weigh has changed: every document is to be placed anew."""
    for table in (*_ALIGNED, *_PENDING):
        db.execute(f"delete from {table}")


def _check(db: sqlite_utils.Database, alignments: Sequence[Alignment]) -> None:
    for alignment in alignments:
        for provision in alignment.provisions:
            if not db.execute("select 1 from compared_provisions where provision_id = ?", [provision]).fetchone():
                raise SourceError(
                    f"alignments.yml: {provision.replace('__', '/', 1)} is no clause, article, box or loose paragraph"
                    " of the corpus; mend the entry"
                )


def _note_decisions(db: sqlite_utils.Database, alignments: Sequence[Alignment]) -> None:
    """Note what a decision concerns that is new, or is no more: its provisions' documents and measures."""
    given = [[a.kind, list(a.provisions), a.label, a.reason] for a in alignments]
    row = db.execute("select value from build where key = 'alignments'").fetchone()
    before = json.loads(row[0]) if row else []
    for kind, provisions, *_ in [d for d in given if d not in before] + [d for d in before if d not in given]:
        sql = "select rowid, document_id from compared_provisions where provision_id = ?"
        found = [row for p in provisions if (row := db.execute(sql, [p]).fetchone())]
        note_pending(db, [(number, kind != "label") for number, _ in found])
        if kind != "label" and len(found) == 2:
            db.execute("insert or ignore into pending_pairs values (?, ?)", sorted(document for _, document in found))
    db["build"].insert({"key": "alignments", "value": json.dumps(given, ensure_ascii=False)}, replace=True)
